//! What must hold, by what the wire shows and by what is left.

use super::{people::Act, *};
use crate::dialog::Stage;

impl World {
    /// An INVITE that begins a call must not go out while another branch of it rings.
    pub(super) fn note_asked(&mut self, side: Side, message: &Message) {
        let Message::Request(request) = message else { return };
        let to: crate::message::ToHeader = request.headers().required().unwrap();
        let number = people::number(&request.uri().reveal());
        let branch = people::branch(request.headers());
        let story = self.stories.entry(number.clone()).or_default();
        match request.method() {
            Method::Invite if to.tag().is_none() && side != CARRIER => {
                assert!(story.ringing.is_empty(), "{number} is asked while it rings: {story:?}");
                if !story.asked.is_empty() {
                    self.tally.retried += 1;
                }
                story.asked.insert(side);
                story.branch = branch;
                story.at = side;
                let call: crate::message::CallId = request.headers().required().unwrap();
                self.numbers.insert(call.as_str().to_owned(), number);
            }
            Method::Cancel => {
                story.settled = true;
                story.ringing.remove(&branch);
            }
            _ => {}
        }
    }

    /// The trunk hears of progress, or of the end of a branch.
    pub(super) fn note_heard(&mut self, response: &Response) {
        let cseq: crate::message::CSeq = response.headers().required().unwrap();
        if cseq.method != Method::Invite || cseq.number != 1 {
            return;
        }
        let to: crate::message::ToHeader = response.headers().required().unwrap();
        let number = people::number(&to.uri.reveal());
        let Some(story) = self.stories.get_mut(&number) else { return };
        let branch = people::branch(response.headers());
        match response.status().as_u16() {
            101..=199 if story.branch != branch => {}
            101..=199 => {
                story.ringing.insert(branch);
                story.settled = true;
            }
            100 => {}
            code => {
                story.ringing.remove(&branch);
                story.settled |= code != 503 && story.branch == branch;
            }
        }
    }

    /// A call that nobody refused is given up only once every proxy was asked.
    pub(super) fn was_asked_everywhere(&self, leg: &LegId) {
        let Some(story) = self.desk.dialled.get(leg).and_then(|n| self.stories.get(n)) else {
            return;
        };
        let given_up = !story.settled && !self.desk.hung_up.contains(leg);
        assert!(!given_up || story.asked.len() == PROXIES, "{leg} was lost: {story:?}");
    }

    /// Nobody is connected twice under one number, and who is connected is so at both ends.
    pub(super) fn nobody_has_two(&self) {
        let mut known = BTreeSet::new();
        for (side, endpoint) in self.sides.iter().enumerate() {
            if side != CARRIER && self.dead[side].is_some() {
                continue;
            }
            for call in endpoint.calls.values() {
                let (Stage::Up, Some(dialog)) = (&call.stage, &call.dialog) else { continue };
                let ours = self.trunk.endpoint.calls.values();
                let mirrored = ours.filter(|ours| {
                    matches!(ours.stage, Stage::Up)
                        && ours.dialog.as_ref().is_some_and(|ours| {
                            ours.id.call_id == dialog.id.call_id
                                && ours.id.remote_tag == dialog.id.local_tag
                        })
                });
                assert_eq!(mirrored.count(), 1, "{} is alone in a call", host(side));
                let id = dialog.id.call_id.clone();
                assert!(known.insert(id.clone()), "two have answered {id}");
            }
        }
        let connected = self.connected();
        for (number, legs) in &connected {
            assert!(*legs <= 1, "{number} is connected {legs} times");
        }
        for (leg, numbers) in &self.desk.plans {
            let talking = numbers.iter().filter(|number| connected.contains_key(*number));
            assert!(talking.count() <= 1, "several have {leg}");
        }
    }

    /// How often each number that was dialled is connected, at the proxies that live.
    fn connected(&self) -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        // What a dead one still thinks it has, nobody hears.
        let alive = self.sides.iter().zip(&self.dead).filter(|(_, dead)| dead.is_none());
        for (side, _) in alive {
            for call in side.calls.values() {
                if let (Stage::Up, Some(dialog)) = (&call.stage, &call.dialog) {
                    let number = self.numbers.get(&*dialog.id.call_id);
                    if let Some(number) = number {
                        *all.entry(number.clone()).or_insert(0) += 1;
                    }
                }
            }
        }
        all
    }

    /// Every peer ends what it has.
    pub(super) fn everybody_goes(&mut self) {
        for side in 0..=CARRIER {
            let calls: Vec<_> = self.sides[side].calls.keys().copied().collect();
            for call in calls {
                let orders = [
                    Command::Cancel { call, extras: Extras::new() },
                    Command::Bye { call, extras: Extras::new() },
                    Command::RespondInvite { call, response: Box::new(response(480)) },
                ];
                for order in orders {
                    self.act(Act::Peer(side, order));
                }
            }
        }
    }

    /// Every leg's end was told, once.
    pub(super) fn all_is_told(&self) {
        for (leg, ends) in &self.desk.ended {
            assert_eq!(*ends, 1, "{leg}");
        }
        for leg in self.desk.dialled.keys().chain(&self.desk.put_through) {
            assert!(self.desk.ended.contains_key(leg), "{leg} never ended");
        }
    }
}
