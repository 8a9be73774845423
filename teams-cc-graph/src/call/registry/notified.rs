//! Whom a notification means.

use teams_cc_core::{Instant, LegId, contact::Direction};

use super::{MAX_WAITING_EVENTS, Registry, Taken};
use crate::{
    call::{
        CallReport, Input, Phase, Report,
        announcement::{Announcement, Incoming, call_in_path},
        control::CallKind,
    },
    model::{Call, CallState, CommsNotification, MediaState},
};

impl Registry {
    /// Whether there is room for a batch of notifications.
    pub(in crate::call) fn has_room(&self) -> bool {
        self.announcements.len() < MAX_WAITING_EVENTS
    }

    /// Takes the notifications of one post. Where not all are taken, all of them come again: what
    /// could not be told from its repetition is not taken before.
    pub(in crate::call) fn post(
        &mut self,
        now: Instant,
        received: Instant,
        post: Vec<CommsNotification>,
    ) -> Taken {
        let comes_again = self.lacks_room_for(&post);
        let (mut taken, mut unplaced) = (Taken::Yes, Vec::new());
        for notification in post {
            if comes_again && is_unplaced_tone(&notification) {
                unplaced.push(notification);
            } else if self.notification(now, received, notification) == Taken::NoRoom {
                taken = Taken::NoRoom;
            }
        }
        if taken == Taken::Yes {
            // Calls that ended in this very post made room.
            for notification in unplaced {
                self.notification(now, received, notification);
            }
        }
        taken
    }

    /// Whether a post tells of more new calls than there is room for now.
    fn lacks_room_for(&self, post: &[CommsNotification]) -> bool {
        let used = self.sessions.len() + self.dialing.len();
        let room = if self.closed { 0 } else { self.max_calls.saturating_sub(used) };
        // One notification is taken or not.
        if post.len() <= room.max(1) {
            return false;
        }
        let is_new = |key: &str| !self.legs_by_key.contains_key(key) && !self.ended.contains(key);
        let new = post.iter().filter_map(Report::read).filter(|(key, report)| {
            let Report::Call(report) = report else { return false };
            report.phase == Some(Phase::Incoming) && is_new(key)
        });
        new.count() > room
    }

    pub(in crate::call) fn notification(
        &mut self,
        now: Instant,
        received: Instant,
        notification: CommsNotification,
    ) -> Taken {
        let Some((key, report)) = Report::read(&notification) else {
            self.counts.ignored += 1;
            return Taken::Yes;
        };
        let tenant = notification.call().and_then(|call| call.tenant_id.text());
        if tenant.is_some_and(|tenant| !tenant.eq_ignore_ascii_case(self.tenant.as_str())) {
            self.counts.foreign += 1;
            return Taken::Yes;
        }
        if notification.call().is_some_and(is_unread) {
            self.counts.unread += 1;
        }
        if self.legs_by_key.contains_key(key.as_str()) {
            self.report(now, &key, report);
            return Taken::Yes;
        }
        if self.ended.contains(&key) {
            self.counts.late += 1;
            return Taken::Yes;
        }
        match &report {
            Report::Call(CallReport { phase: Some(Phase::Incoming), .. }) => {
                return self.incoming(now, received, notification);
            }
            Report::Call(_) | Report::Operation(_) | Report::Roster(_)
                if self.waits_for_calls() =>
            {
                self.hold(now, key, call_in_path(&notification), report);
            }
            _ => self.unknown(&key, &report),
        }
        Taken::Yes
    }

    pub(super) fn unknown(&mut self, key: &str, report: &Report) {
        self.counts.unknown += 1;
        // The end may overtake the beginning; the beginning must not open a dead call then.
        if matches!(report, Report::Call(CallReport { phase: Some(Phase::Terminated), .. })) {
            self.ended.remember(key);
        }
    }

    pub(super) fn incoming(
        &mut self,
        now: Instant,
        received: Instant,
        notification: CommsNotification,
    ) -> Taken {
        if self.is_full() {
            self.counts.turned_away += 1;
            return Taken::NoRoom;
        }
        let Some((call, details)) = Incoming::call(notification) else {
            self.counts.ignored += 1;
            return Taken::Yes;
        };
        let mut leg = self.next_incoming_leg();
        // Partners name the legs they dial; whoever took this name keeps it.
        while self.sessions.contains_key(&leg) || self.dialing.contains(&leg) {
            leg = self.next_incoming_leg();
        }
        let first = CallReport::read(&details, false);
        let mut incoming = Incoming::read(leg.clone(), call.clone(), received, details, &self.bot);
        incoming.related = self.related(&incoming.details);
        self.open(now, leg.clone(), call, incoming.caller.clone(), Direction::Inbound);
        self.is_of(&leg, CallKind::of_called(&incoming.called, incoming.policy_recording));
        // Whatever the first notification tells besides comes after it.
        self.announcements.push_back(Announcement::Incoming(Box::new(incoming)));
        self.input(now, &leg, Input::Call(first));
        Taken::Yes
    }

    pub(super) fn next_incoming_leg(&mut self) -> LegId {
        self.incoming_so_far += 1;
        LegId::numbered("G", self.incoming_so_far)
    }

    pub(super) fn report(&mut self, now: Instant, key: &str, report: Report) {
        let Some(leg) = self.legs_by_key.get(key).cloned() else { return };
        let input = match report {
            Report::Call(report) => Input::Call(report),
            Report::Operation(report) => Input::Operation(report),
            Report::Roster(report) => Input::Roster(report),
            Report::Other => return,
        };
        self.input(now, &leg, input);
    }

    /// Notifications that belong to another tenant's calls.
    pub(in crate::call) fn foreign(&mut self, count: usize) {
        self.counts.foreign += u64::try_from(count).unwrap_or(u64::MAX);
    }
}

/// Whether it tells of a key that was pressed, and not which one in order it was.
fn is_unplaced_tone(notification: &CommsNotification) -> bool {
    let read = Report::read(notification);
    matches!(read, Some((_, Report::Call(CallReport { tone: Some((None, _)), .. }))))
}

/// Whether the call's state is told in words this version does not know.
fn is_unread(call: &Call) -> bool {
    let media = call.media_state.get().and_then(|media| media.audio.get());
    matches!(call.state.get(), Some(CallState::Other(_) | CallState::UnknownFutureValue))
        || matches!(media, Some(MediaState::Other(_) | MediaState::UnknownFutureValue))
}
