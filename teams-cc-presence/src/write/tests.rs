mod precedence;

use std::time::Duration;

use teams_cc_core::{Instant, UserId};

use super::*;
use crate::rate::Rate;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn user(n: u64) -> UserId {
    UserId::numbered("u", n)
}

/// A session with a service that answers at once.
struct Desk {
    session: PresenceSession,
    rate: Rate,
    now: Instant,
    /// What was sent, as `seconds user presence`.
    sent: Vec<(Instant, String)>,
    unheld: Vec<Unheld>,
    ended: bool,
    next: Option<Instant>,
}

impl Desk {
    fn new(config: SessionConfig) -> Self {
        Self {
            session: PresenceSession::new(config),
            rate: Rate::new(70),
            now: Instant::from_secs(1000),
            sent: Vec::new(),
            unheld: Vec::new(),
            ended: false,
            next: None,
        }
    }

    fn put(&mut self, input: Input<'_>) {
        self.session.handle_input(self.now, input).unwrap();
    }

    /// Carries out what is due, answering each request with `answer`.
    fn run(&mut self, answer: impl Fn(WriteId) -> Option<Input<'static>>) {
        loop {
            let (write, text) = match self.session.poll_output(&mut self.rate) {
                Output::Set { write, user, presence, expiry } => {
                    assert!(expiry.duration() >= secs(300) && expiry.duration() <= secs(14_400));
                    (write, format!("{user} {}", presence.activity()))
                }
                Output::Clear { write, user } => (write, format!("{user} nothing")),
                Output::Unheld { why, .. } => {
                    self.unheld.push(why);
                    continue;
                }
                Output::Ended => {
                    self.ended = true;
                    continue;
                }
                Output::Timeout(next) => {
                    self.next = next;
                    return;
                }
            };
            self.sent.push((self.now, text));
            if let Some(input) = answer(write) {
                self.put(input);
            }
        }
    }

    fn pass(&mut self, seconds: u64, answer: impl Fn(WriteId) -> Option<Input<'static>>) {
        let end = self.now + secs(seconds);
        self.run(&answer);
        while let Some(next) = self.next.filter(|next| *next <= end) {
            assert!(next > self.now, "the session wants to be woken at once");
            self.now = next;
            self.put(Input::Tick);
            self.run(&answer);
        }
        self.now = end;
    }

    fn texts(&self) -> Vec<&str> {
        self.sent.iter().map(|(_, text)| text.as_str()).collect()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "other answers are none")]
fn done(write: WriteId) -> Option<Input<'static>> {
    Some(Input::Done(write))
}

/// Pain 56, and the complaint that Available falls to Away after ten minutes despite PT1H.
#[test]
fn available_is_held_by_setting_it_again_before_five_minutes_are_over() {
    let hour = Expiry::new(secs(3600)).unwrap();
    let mut desk = Desk::new(SessionConfig::default().expiry(hour));
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.pass(8 * 3600, done);
    let gaps: Vec<Duration> = desk.sent.windows(2).map(|two| two[1].0 - two[0].0).collect();
    assert!(gaps.len() > 100, "{}", gaps.len());
    assert!(gaps.iter().all(|gap| *gap <= secs(240) && *gap >= secs(200)), "{gaps:?}");
    assert!(desk.unheld.is_empty());
}

#[test]
fn what_does_not_fade_is_set_again_only_before_it_expires() {
    let hour = Expiry::new(secs(3600)).unwrap();
    let mut desk = Desk::new(SessionConfig::default().expiry(hour));
    desk.put(Input::Show(&user(1), SessionPresence::InACall));
    desk.pass(3 * 3600, done);
    assert!((4..=5).contains(&desk.sent.len()), "{}", desk.sent.len());
}

#[test]
fn an_expiry_the_service_refuses_cannot_be_made() {
    for (lasts, taken) in [(299, false), (300, true), (14_400, true), (14_401, false), (0, false)] {
        assert_eq!(Expiry::new(secs(lasts)).is_ok(), taken, "{lasts}");
    }
    assert_eq!(Expiry::new(Duration::from_millis(300_500)), Err(InvalidExpiry));
}

#[test]
fn a_session_that_is_gone_already_is_cleared() {
    let mut desk = Desk::new(SessionConfig::default());
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.run(done);
    desk.put(Input::Clear(&user(1)));
    desk.run(|write| Some(Input::NotFound(write)));
    assert_eq!(desk.texts(), ["u1 Available", "u1 nothing"]);
    assert!(desk.session.is_empty() && desk.unheld.is_empty());
}

#[test]
fn what_was_never_set_is_not_cleared() {
    let mut desk = Desk::new(SessionConfig::default());
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.put(Input::Clear(&user(1)));
    desk.run(done);
    assert!(desk.sent.is_empty() && desk.session.is_empty());
}

#[test]
fn two_requests_of_one_user_are_never_out_at_once() {
    let mut desk = Desk::new(SessionConfig::default());
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.run(|_| None);
    desk.put(Input::Show(&user(1), SessionPresence::InACall));
    desk.put(Input::Show(&user(1), SessionPresence::Away));
    desk.run(|_| None);
    assert_eq!(desk.texts(), ["u1 Available"]);
    desk.put(Input::Done(WriteId(0)));
    desk.run(done);
    assert_eq!(desk.texts(), ["u1 Available", "u1 Away"], "only the last wish counts");
}

#[test]
fn a_shutdown_clears_everybody_and_says_when_it_is_over() {
    let mut desk = Desk::new(SessionConfig::default());
    for n in 0..30 {
        desk.put(Input::Show(&user(n), SessionPresence::Available));
    }
    desk.run(done);
    desk.put(Input::Shutdown);
    assert!(
        desk.session.handle_input(desk.now, Input::Show(&user(99), SessionPresence::Away)).is_err()
    );
    desk.pass(60, |write| {
        Some(if write.0 % 7 == 0 { Input::Failed(write) } else { Input::Done(write) })
    });
    assert!(desk.ended && desk.session.is_empty());
    let cleared = desk.texts().iter().filter(|text| text.ends_with("nothing")).count();
    assert!(cleared >= 30, "{cleared}");
}

#[test]
fn a_clearing_that_never_works_is_given_up() {
    let mut desk = Desk::new(SessionConfig::default());
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.run(done);
    desk.put(Input::Shutdown);
    desk.pass(120, |write| Some(Input::Failed(write)));
    assert!(desk.ended);
    assert_eq!(desk.sent.len(), 1 + usize::from(5u8));
}

#[test]
fn a_429_stops_all_writes_to_the_fraction_of_a_second() {
    let mut desk = Desk::new(SessionConfig::default().in_flight(1));
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.put(Input::Show(&user(2), SessionPresence::Available));
    let retry_after = Some(Duration::from_millis(2_128));
    desk.run(|write| Some(Input::Throttled { write, retry_after }));
    let start = desk.now;
    assert_eq!(desk.sent.len(), 1);
    desk.pass(30, done);
    assert!(desk.sent[1].0 - start >= Duration::from_millis(2_128));
    assert_eq!(desk.session.len(), 2);
}

#[test]
fn whoever_fades_is_told_once_and_tried_on() {
    let mut desk = Desk::new(SessionConfig::default());
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.run(done);
    desk.pass(400, |write| Some(Input::Failed(write)));
    assert_eq!(desk.unheld.len(), 1, "{:?}", desk.unheld);
    assert!(matches!(desk.unheld[0], Unheld::Fading { after } if after >= secs(300)));
    desk.pass(10, done);
    assert_eq!(desk.session.shows(&user(1)), Some(SessionPresence::Available));
}

#[test]
fn a_refusal_for_good_is_told_and_given_up() {
    let mut desk = Desk::new(SessionConfig::default());
    desk.put(Input::Show(&user(1), SessionPresence::Away));
    desk.run(|write| Some(Input::Refused(write)));
    assert_eq!(desk.unheld, [Unheld::Refused]);
    assert!(desk.session.is_empty());
}

/// A policy may forbid one user of many: the others are held all the same.
#[test]
fn a_user_whom_the_app_may_not_show_is_told_once_and_keeps_nobody_waiting() {
    let mut desk = Desk::new(SessionConfig::default().in_flight(1));
    for n in 0..50 {
        desk.put(Input::Show(&user(n), SessionPresence::Available));
    }
    // The first request of each round is the forbidden one's: it has waited longest.
    let forbidden = WriteId(0);
    desk.run(|write| {
        Some(if write == forbidden { Input::Forbidden(write) } else { Input::Done(write) })
    });
    desk.pass(3600, done);
    assert_eq!(desk.unheld, [Unheld::Forbidden]);
    assert!(desk.session.users().all(|user| desk.session.shows(user).is_some()));
    assert_eq!(desk.session.len(), 50);
    // One who never may is asked for once a minute and is not said to fade.
    let mut desk = Desk::new(SessionConfig::default());
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.pass(3600, |write| Some(Input::Forbidden(write)));
    assert_eq!(desk.unheld, [Unheld::Forbidden]);
    assert!((60..=70).contains(&desk.sent.len()), "{}", desk.sent.len());
    desk.put(Input::Clear(&user(1)));
    assert!(desk.session.is_empty(), "nothing was ever set");
}

#[test]
fn a_thousand_are_held_for_an_hour_within_the_rate() {
    let mut desk = Desk::new(SessionConfig::default().most(1000));
    for n in 0..1000 {
        desk.put(Input::Show(&user(n), SessionPresence::Available));
    }
    assert!(
        desk.session
            .handle_input(desk.now, Input::Show(&user(1000), SessionPresence::Away))
            .is_err()
    );
    desk.pass(3600, done);
    assert!(desk.unheld.is_empty());
    assert_eq!(desk.session.len(), 1000);
    let mean = desk.sent.len() / 1000;
    assert!((15..=19).contains(&mean), "{mean}");
}

/// What the documentation of [`SessionConfig::most`] says, held for hours at the default rate.
#[test]
fn the_default_number_is_held_by_the_default_rate_beside_reads() {
    let config = SessionConfig::default();
    let (rate, most) = (Rate::default(), config.most);
    assert_eq!((most, config.requests(), rate.steady()), (500, 67, 135));
    let thousand = SessionConfig::default().most(1000).requests();
    assert_eq!(thousand, 134);
    assert!(thousand * 2 < Rate::new(25).steady());
    let mut desk = Desk::new(config);
    desk.rate = rate;
    for n in 0..u64::try_from(most).unwrap() {
        desk.put(Input::Show(&user(n), SessionPresence::Available));
    }
    let began = desk.now;
    desk.pass(120, done);
    assert_eq!(desk.sent.len(), most, "everybody is set for the first time in two minutes");
    // As many reads as a sweep of 100,000 users every five minutes takes, and as many again.
    for _ in 0..3600 {
        desk.pass(1, done);
        let _ = desk.rate.take(desk.now, crate::rate::Class::Resync);
    }
    assert!(desk.unheld.is_empty(), "{:?}", desk.unheld);
    assert!(desk.rate.taken(crate::rate::Class::Resync) > 3000);
    let writes = desk.sent.iter().filter(|(at, _)| *at >= began + secs(300)).count();
    let took = u32::try_from(writes).unwrap() * 30 / 3420;
    assert!((62..=70).contains(&took), "{took}");
}

/// A revoked token, or no network: a thousand users are not tried one by one.
#[test]
fn failures_make_everybody_wait_and_not_only_whom_they_were_about() {
    let mut desk = Desk::new(SessionConfig::default());
    for n in 0..500 {
        desk.put(Input::Show(&user(n), SessionPresence::Available));
    }
    desk.pass(600, |write| Some(Input::Failed(write)));
    assert!((20..30).contains(&desk.sent.len()), "{}", desk.sent.len());
    desk.sent.clear();
    desk.pass(60, done);
    assert_eq!(desk.sent.len(), 500);
}

#[test]
fn whoever_fades_while_a_request_is_out_is_told_of_to_the_second() {
    let mut desk = Desk::new(SessionConfig::default().answer_within(secs(120)));
    desk.put(Input::Show(&user(1), SessionPresence::Available));
    desk.pass(1, done);
    desk.pass(298, |_| None);
    assert!(desk.unheld.is_empty());
    desk.pass(2, |_| None);
    assert_eq!(desk.unheld, [Unheld::Fading { after: secs(300) }]);
    desk.pass(100, |_| None);
    assert_eq!(desk.unheld.len(), 1, "once");
}
