//! Random days on a bad link: whatever happens, each call ends once and nothing is left.
//!
//! `TEAMS_CC_SOAK=100 cargo test -p teams-cc-sip --release schedules` runs a hundred times as
//! many. A failure names its seed.

use super::*;

const SEEDS: u64 = 400;

fn seeds() -> u64 {
    let factor = std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse().ok());
    SEEDS * factor.unwrap_or(1)
}

/// What a side knows of its calls, as an application would.
#[derive(Default)]
struct Desk {
    ours: Vec<CallHandle>,
    ringing: Vec<CallHandle>,
    offered: Vec<CallHandle>,
    up: Vec<CallHandle>,
    asked: Vec<super::super::RequestHandle>,
}

impl Desk {
    fn forget(&mut self, call: CallHandle) {
        for list in [&mut self.ours, &mut self.ringing, &mut self.offered, &mut self.up] {
            list.retain(|other| *other != call);
        }
    }

    fn hear(&mut self, event: &Event) {
        match event {
            Event::IncomingInvite { call, .. } => self.ringing.push(*call),
            Event::Answered { call, .. } => {
                self.ours.retain(|other| other != call);
                self.up.push(*call);
            }
            Event::ReInvite { call, .. } => self.offered.push(*call),
            Event::ReInviteCancelled { call } => self.offered.retain(|other| other != call),
            Event::Ended { call, .. } => self.forget(*call),
            Event::Request { request, .. } => self.asked.push(*request),
            Event::RequestAbandoned { request } => self.asked.retain(|other| other != request),
            _ => {}
        }
    }
}

fn pick<T: Copy>(dice: &mut Dice, list: &[T]) -> Option<T> {
    let at = usize::try_from(dice.below(list.len().max(1) as u64)).unwrap();
    list.get(at).copied()
}

struct Day {
    pair: Pair,
    dice: Dice,
    desks: BTreeMap<End, Desk>,
    heard: usize,
    invited: Vec<(End, CallHandle)>,
    requested: Vec<(End, super::super::RequestHandle)>,
}

impl Day {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x5EED);
        let link = if dice.chance(30) {
            Link::TCP
        } else {
            let slow = [20, 200, 1500][usize::try_from(dice.below(3)).unwrap()];
            Link { loss: dice.below(35), repeat: dice.below(30), delay: (1, slow), ..Link::UDP }
        };
        Self {
            pair: Pair::seeded(link, seed),
            dice,
            desks: BTreeMap::from([(A, Desk::default()), (B, Desk::default())]),
            heard: 0,
            invited: Vec::new(),
            requested: Vec::new(),
        }
    }

    fn hear(&mut self) {
        for (side, event) in &self.pair.events[self.heard..] {
            self.desks.get_mut(side).unwrap().hear(event);
        }
        self.heard = self.pair.events.len();
    }

    fn act(&mut self) {
        let side = if self.dice.chance(50) { A } else { B };
        let desk = &self.desks[&side];
        let extras = Extras::new();
        let dice = &mut self.dice;
        let code = [180, 183, 200, 200, 200, 486, 603][usize::try_from(dice.below(7)).unwrap()];
        let draft = Box::new(response(code));
        let command = match dice.below(12) {
            0..2 => {
                let call = self.pair.invite(side);
                self.invited.push((side, call));
                self.desks.get_mut(&side).unwrap().ours.push(call);
                None
            }
            2..5 => pick(dice, &desk.ringing)
                .map(|call| Command::RespondInvite { call, response: draft }),
            5 => pick(dice, &desk.ours).map(|call| Command::Cancel { call, extras }),
            6 => pick(dice, &desk.up).map(|call| Command::Bye { call, extras }),
            7 => pick(dice, &desk.up)
                .map(|call| Command::ReInvite { call, extras: session("a=inactive") }),
            8..10 => pick(dice, &desk.offered)
                .map(|call| Command::RespondInvite { call, response: draft }),
            10 => pick(dice, &desk.up).map(|call| {
                let request = self.pair.side(side).reserve_request();
                self.requested.push((side, request));
                Command::RequestInCall { request, call, method: Method::Info, extras }
            }),
            _ => pick(dice, &desk.asked)
                .map(|request| Command::Respond { request, response: Box::new(response(200)) }),
        };
        if let Some(command) = command {
            self.follow(side, command);
        }
    }

    fn follow(&mut self, side: End, command: Command) {
        let done = self.pair.order(side, command.clone());
        let desk = self.desks.get_mut(&side).unwrap();
        match (command, done) {
            (Command::RespondInvite { call, response }, Ok(())) if response.status().is_final() => {
                let new = desk.ringing.contains(&call);
                desk.ringing.retain(|other| *other != call);
                desk.offered.retain(|other| *other != call);
                if new && response.status().is_success() {
                    desk.up.push(call);
                }
            }
            (Command::Respond { request, .. }, Ok(())) => desk.asked.retain(|r| *r != request),
            (Command::RequestInCall { request, .. }, Err(_)) => {
                self.requested.retain(|other| *other != (side, request));
            }
            _ => {}
        }
    }

    fn run(mut self) {
        for _ in 0..40 {
            self.act();
            let wait = self.dice.below(900);
            self.pair.run_ms(wait);
            self.hear();
        }
        for _ in 0..30 {
            for side in [A, B] {
                let desk = &self.desks[&side];
                let extras = Extras::new;
                let mut last: Vec<Command> = Vec::new();
                last.extend(
                    desk.ours.iter().map(|&call| Command::Cancel { call, extras: extras() }),
                );
                last.extend(desk.up.iter().map(|&call| Command::Bye { call, extras: extras() }));
                last.extend(desk.ringing.iter().map(|&call| Command::RespondInvite {
                    call,
                    response: Box::new(response(480)),
                }));
                for command in last {
                    self.follow(side, command);
                }
            }
            self.pair.run(Duration::from_secs(40));
            self.hear();
        }
        self.pair.finish();
        self.hear();
        for (side, call) in &self.invited {
            assert_eq!(self.pair.ends(*side, *call).len(), 1, "{side:?} {call:?}");
        }
        for (side, request) in &self.requested {
            let last = self.pair.events.iter().filter(|(from, event)| {
                from == side
                    && match event {
                        Event::Response { request: r, response } => {
                            r == request && response.status().is_final()
                        }
                        Event::RequestFailed { request: r, .. } => r == request,
                        _ => false,
                    }
            });
            assert_eq!(last.count(), 1, "{side:?} {request:?}");
        }
        self.nothing_follows_the_end();
    }

    /// After its end a call is silent.
    fn nothing_follows_the_end(&self) {
        let mut over = Vec::new();
        for (side, event) in &self.pair.events {
            let call = match event {
                Event::IncomingInvite { call, .. }
                | Event::Provisional { call, .. }
                | Event::Answered { call, .. }
                | Event::Acknowledged { call, .. }
                | Event::ReInvite { call, .. }
                | Event::ReInviteCancelled { call }
                | Event::ReInviteAnswered { call, .. }
                | Event::ReInviteRefused { call, .. }
                | Event::Ended { call, .. } => *call,
                _ => continue,
            };
            assert!(!over.contains(&(*side, call)), "{side:?} {event:?}");
            if matches!(event, Event::Ended { .. }) {
                over.push((*side, call));
            }
        }
    }
}

#[test]
fn every_call_ends_once_and_nothing_is_left_behind() {
    for seed in 1..=seeds() {
        let run = std::panic::catch_unwind(|| Day::new(seed).run());
        assert!(run.is_ok(), "seed {seed}");
    }
}
