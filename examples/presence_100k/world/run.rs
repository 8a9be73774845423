//! The day, from its first request to its last.

mod close;

use std::{collections::BTreeSet, time::Duration};

use teams_cc_core::{Instant, UserId};
use teams_cc_presence::{
    Rate,
    tracker::{Input, Output, Push, Tracker, Why},
};

use super::{
    Plan, Report,
    dice::Dice,
    events::{Event, Events, How},
    holds::Holds,
    judge::{Judge, apart},
    people::{KINDS, People, number},
    plan::Defect,
    pushes::{Pushes, Subscription},
    seal::Sealer,
    service::{Service, Weather, tell},
};

/// When the day begins; before that everybody is read for the first time.
const MORNING: Duration = Duration::from_mins(1);
/// How often routing asks for somebody, and for how many.
const ASKS: (Duration, usize) = (Duration::from_secs(10), 3);
/// How often ages are audited.
const AUDIT: Duration = Duration::from_mins(10);

/// How long after failures in a row the tracker tries again at the latest.
const RECOVERY: Duration = Duration::from_secs(30);

/// The enterprise, its Graph, and the tracker between them.
pub(crate) struct World {
    plan: Plan,
    now: Instant,
    evening: Instant,
    people: People,
    service: Service,
    pushes: Pushes,
    sealer: Sealer,
    judge: Judge,
    events: Events,
    tracker: Tracker,
    rate: Rate,
    holds: Holds,
    dice: Dice,
    /// The last answer was one to the session.
    written: bool,
    /// When the tracker wants to be woken.
    wake: Option<Instant>,
    changes: u64,
    unreadable: BTreeSet<UserId>,
    too_young: u64,
    audits: u64,
    heap: usize,
}

impl World {
    pub(crate) fn new(plan: Plan) -> Self {
        let people = People::new(plan.users, &mut Dice::new(plan.seed, "people"));
        let during = |spans: &[(Duration, Duration)]| -> Vec<(Instant, Instant)> {
            let day = Instant::ZERO + MORNING;
            spans.iter().map(|(from, lasts)| (day + *from, day + *from + *lasts)).collect()
        };
        let mut blocked =
            [&plan.storms, &plan.revocations, &plan.stalls].map(|spans| during(spans));
        for (_, until) in &mut blocked[1] {
            *until += RECOVERY;
        }
        let known: Vec<bool> = (0..plan.users).map(|user| people.can_be_known(user)).collect();
        // Whoever is held is somebody; it is of no matter who.
        let agents: Vec<UserId> = people.ids.iter().take(plan.held).cloned().collect();
        let unwritable = apart(blocked[..2].concat());
        Self {
            now: Instant::ZERO,
            evening: Instant::ZERO + MORNING + plan.lasts,
            service: Service::default(),
            pushes: Pushes::default(),
            sealer: Sealer::new(),
            judge: Judge::new(&known, blocked.concat()),
            holds: Holds::new(&agents, plan.seed, Instant::ZERO, unwritable),
            events: Events::default(),
            tracker: Tracker::new(plan.tracker.clone()),
            rate: Rate::new(plan.share),
            dice: Dice::new(plan.seed, "day"),
            written: false,
            wake: None,
            changes: 0,
            unreadable: BTreeSet::new(),
            too_young: 0,
            audits: 0,
            heap: 0,
            people,
            plan,
        }
    }

    /// Lives through the day; what came of it.
    pub(crate) fn run(mut self) -> Report {
        tell(&mut self.tracker, self.now, Input::Watch(&self.people.ids));
        let morning = Instant::ZERO + MORNING;
        let mut kinds = 0;
        for standing in self.tracker.shards().collect::<Vec<_>>() {
            let after = self.dice.between(Duration::ZERO, MORNING / 2);
            self.events.plan(
                morning.saturating_sub(MORNING / 2) + after,
                Event::Subscribe(standing.shard),
            );
            // One in ten delivers ids alone.
            kinds += 1;
            let push = if kinds % 10 == 0 { Push::IdOnly } else { Push::Rich };
            self.pushes.all.insert(standing.shard, Subscription { push, silent: true });
        }
        for (first, every) in [
            (Event::Change, self.until_change()),
            (Event::Silence, self.until(self.plan.silence_every)),
            (Event::Remove, self.until(self.plan.removal_every)),
            (Event::Ask, ASKS.0),
            (Event::Audit, AUDIT),
        ] {
            self.events.plan(morning + every, first);
        }
        self.events.plan(self.evening, Event::Clear);
        for (from, lasts) in self.plan.stalls.clone() {
            self.events.plan(morning + from + lasts, Event::Resume);
        }
        // Two bounds after the last change everything must have come right.
        let end = self.evening + self.tracker.bound() * 2;
        self.drive();
        while let Some(next) = self.next_at().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            if let Some(event) = self.events.pop(self.now) {
                self.happen(event);
            } else {
                tell(&mut self.tracker, self.now, Input::Tick);
                self.holds.tick(self.now);
            }
            self.drive();
        }
        self.now = end;
        self.report()
    }

    fn next_at(&self) -> Option<Instant> {
        self.events.next_at().into_iter().chain(self.wake).chain(self.holds.wake).min()
    }

    fn until_change(&mut self) -> Duration {
        let all = self.plan.changes_a_day * u32::try_from(self.plan.users).expect("few users");
        self.dice.until(Duration::from_hours(24) / all)
    }

    fn until(&mut self, every: Duration) -> Duration {
        let shards = u32::try_from(self.pushes.all.len().max(1)).expect("few shards");
        self.dice.until(every / shards)
    }

    fn is_within(&self, spans: &[(Duration, Duration)]) -> bool {
        let day = self.now.saturating_sub(MORNING).since_epoch();
        self.now >= Instant::ZERO + MORNING
            && spans.iter().any(|(from, lasts)| (*from..*from + *lasts).contains(&day))
    }

    fn weather(&self) -> Weather {
        if self.is_within(&self.plan.storms) {
            Weather::Storm
        } else if self.is_within(&self.plan.revocations) {
            Weather::Revoked
        } else {
            Weather::Fair
        }
    }

    /// Carries out what the engines ask for, and shows what the tracker tells.
    ///
    /// Both share a rate: whoever was told something of it says so first.
    fn drive(&mut self) {
        if self.written {
            self.hold();
        }
        self.track();
        self.hold();
        if !self.is_within(&self.plan.stalls) {
            self.show();
        }
    }

    fn hold(&mut self) {
        let weather = self.weather();
        let (rate, service, dice) = (&mut self.rate, &mut self.service, &mut self.dice);
        for (at, write) in self.holds.drive(self.now, rate, weather, service, dice) {
            self.events.plan(at, Event::Written(write));
        }
    }

    fn track(&mut self) {
        loop {
            match self.tracker.poll_output(&mut self.rate) {
                Output::Read { read, users } if self.is_skipped(&users) => {
                    tell(&mut self.tracker, self.now, Input::Answered { read, seen: &[] });
                }
                Output::Read { read, users } => {
                    let weather = self.weather();
                    let (people, dice) = (&self.people, &mut self.dice);
                    let at = self.service.ask(self.now, read, &users, people, weather, dice);
                    if let Some(at) = at {
                        self.events.plan(at, Event::Answer(read));
                    }
                }
                Output::Moved { shard, why: Why::Silent, .. } => {
                    // Whoever owns the subscription makes a new one.
                    let after = Duration::from_secs(60 + self.dice.next() % 240);
                    self.events.plan(self.now + after, Event::Recover(shard));
                }
                Output::Unreadable(user) => {
                    self.unreadable.insert(user);
                }
                Output::Timeout(at) => {
                    self.wake = at;
                    break;
                }
                _ => {}
            }
        }
    }

    /// Whether a broken tracker forgets what such a read brings: that of all of the first shard.
    fn is_skipped(&self, users: &[UserId]) -> bool {
        let first = self.people.ids.first();
        self.plan.defect == Some(Defect::SkipsAShard)
            && users.first() == first
            && users.len() > 1
            && self.tracker.get(&self.people.ids[0]).is_some()
    }

    fn show(&mut self) {
        while let Some(change) = self.tracker.poll_change() {
            if self.plan.defect == Some(Defect::DropsChanges) && self.dice.chance(1_000) {
                continue;
            }
            let user = number(&change.user);
            let kind = self.people.kind(&change.seen.value).expect("a known state");
            self.judge.shown(user, kind, self.people.state[user], self.now);
        }
    }

    fn happen(&mut self, event: Event) {
        self.written = matches!(event, Event::Written(_));
        match event {
            Event::Change => {
                self.change();
                let next = self.now + self.until_change();
                if next < self.evening {
                    self.events.plan(next, Event::Change);
                }
            }
            // What comes later is lost: the last word has a bound's time to be put right, too.
            Event::Deliver { .. } if self.now > self.evening + self.tracker.bound() => {
                self.pushes.lost += 1;
            }
            Event::Deliver { user, state, how } => self.deliver(user as usize, state, how),
            Event::Answer(read) => {
                let (people, tracker) = (&self.people, &mut self.tracker);
                self.service.answer(self.now, read, people, self.plan.door, tracker);
            }
            Event::Written(write) => self.holds.answer(self.now, write, &mut self.service),
            Event::Clear => self.holds.shut_down(self.now),
            Event::Subscribe(shard) => {
                if let Some(subscription) = self.pushes.all.get_mut(&shard) {
                    subscription.silent = false;
                    let push = subscription.push;
                    tell(&mut self.tracker, self.now, Input::Push { shard, push });
                }
            }
            Event::Silence => {
                if let Some(shard) = self.pushes.one(&mut self.dice)
                    && let Some(subscription) = self.pushes.all.get_mut(&shard)
                {
                    subscription.silent = true;
                    self.pushes.silenced += 1;
                }
                let next = self.now + self.until(self.plan.silence_every);
                self.events.plan(next, Event::Silence);
            }
            Event::Recover(shard) => {
                if let Some(subscription) = self.pushes.all.get_mut(&shard) {
                    subscription.silent = false;
                }
            }
            Event::Remove => {
                if let Some(shard) = self.pushes.one(&mut self.dice)
                    && let Some(subscription) = self.pushes.all.get_mut(&shard)
                {
                    subscription.silent = true;
                    self.pushes.removed += 1;
                    let again = self.now + Duration::from_mins(5);
                    tell(&mut self.tracker, self.now, Input::Push { shard, push: Push::None });
                    self.events.plan(again, Event::Subscribe(shard));
                }
                let next = self.now + self.until(self.plan.removal_every);
                self.events.plan(next, Event::Remove);
            }
            Event::Ask => {
                for _ in 0..ASKS.1 {
                    let user = self.dice.below(self.plan.users);
                    let asked = std::slice::from_ref(&self.people.ids[user]);
                    tell(&mut self.tracker, self.now, Input::Want(asked));
                }
                self.events.plan(self.now + ASKS.0, Event::Ask);
            }
            Event::Audit => {
                self.audit();
                self.events.plan(self.now + AUDIT, Event::Audit);
            }
            Event::Resume => {}
        }
    }

    fn change(&mut self) {
        let user = self.dice.below(self.plan.users);
        let step = 1 + self.dice.below(KINDS - 1);
        let state = (usize::from(self.people.state[user]) + step) % KINDS;
        let short = u32::try_from(user).expect("few users");
        self.service.remember(short, &self.people);
        let before = self.people.state[user];
        self.people.write(user, state);
        self.changes += 1;
        let state = self.people.state[user];
        if self.people.can_be_known(user) {
            self.judge.truth(user, before, state, self.now);
            if let Some(shard) = self.tracker.shard(&self.people.ids[user]) {
                let (door, dice) = (self.plan.door, &mut self.dice);
                self.pushes.send(self.now, shard, (short, state), door, dice, &mut self.events);
            }
        }
    }

    fn deliver(&mut self, user: usize, state: u8, how: How) {
        let id = &self.people.ids[user];
        match how {
            How::Named => tell(&mut self.tracker, self.now, Input::Named(id)),
            How::Open => {
                let presence = &self.people.told[usize::from(state)];
                tell(&mut self.tracker, self.now, Input::Notified { user: id, presence });
            }
            How::Sealed => {
                let (state, dice) = (usize::from(state), &mut self.dice);
                let (id, presence) = self.sealer.pass(id.as_str(), state, dice, self.now);
                let user = UserId::new(id).expect("an id");
                let input = Input::Notified { user: &user, presence: &presence };
                tell(&mut self.tracker, self.now, input);
            }
        }
    }
}
