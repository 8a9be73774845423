//! Agents whom the app holds available, and how well.

use std::{collections::BTreeMap, time::Duration};

use teams_cc_core::{Instant, Seed, UserId};
use teams_cc_presence::{
    Rate,
    write::{Input, Output, PresenceSession, SessionConfig, SessionPresence, Unheld, WriteId},
};

use super::{
    dice::Dice,
    judge::within,
    service::{Outcome, RETRY_AFTER, Service, Weather},
};

/// When Teams lets `Available` fade.
const FADE: Duration = Duration::from_mins(5);
/// How soon after that the app has to say so itself.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// The app's session of its agents, and the sessions the service has.
pub(crate) struct Holds {
    session: PresenceSession,
    agents: BTreeMap<UserId, Agent>,
    air: BTreeMap<WriteId, (UserId, Outcome)>,
    /// When nothing can be written.
    blocked: Vec<(Instant, Instant)>,
    /// When the session wants to be woken.
    pub(crate) wake: Option<Instant>,
    /// How often somebody faded, and how often of those although the service answered, or without
    /// a word of the app's.
    pub(crate) faded: u64,
    pub(crate) faded_in_fair_weather: u64,
    pub(crate) faded_untold: u64,
}

/// What the service has of one agent.
#[derive(Clone, Copy, Debug, Default)]
struct Agent {
    set_at: Option<Instant>,
    told_at: Option<Instant>,
}

impl Holds {
    pub(crate) fn new(
        agents: &[UserId],
        seed: Seed,
        now: Instant,
        blocked: Vec<(Instant, Instant)>,
    ) -> Self {
        let config = SessionConfig::default().most(agents.len()).in_flight(8).seed(seed);
        let mut session = PresenceSession::new(config);
        for agent in agents {
            let shown = session.handle_input(now, Input::Show(agent, SessionPresence::Available));
            shown.expect("no more than the most");
        }
        Self {
            session,
            agents: agents.iter().map(|agent| (agent.clone(), Agent::default())).collect(),
            air: BTreeMap::new(),
            blocked,
            wake: None,
            faded: 0,
            faded_in_fair_weather: 0,
            faded_untold: 0,
        }
    }

    /// Carries out what the session asks for; which requests are answered when.
    pub(crate) fn drive(
        &mut self,
        now: Instant,
        rate: &mut Rate,
        weather: Weather,
        service: &mut Service,
        dice: &mut Dice,
    ) -> Vec<(Instant, WriteId)> {
        let mut answers = Vec::new();
        loop {
            let (write, user, sets) = match self.session.poll_output(rate) {
                Output::Set { write, user, .. } => (write, user, true),
                Output::Clear { write, user } => (write, user, false),
                Output::Unheld { user, why: Unheld::Fading { .. } } => {
                    if let Some(agent) = self.agents.get_mut(&user) {
                        agent.told_at = Some(now);
                    }
                    continue;
                }
                Output::Timeout(at) => {
                    self.wake = at;
                    return answers;
                }
                _ => continue,
            };
            let (outcome, after) = service.write(now, weather, dice);
            if outcome == Outcome::Answer {
                // It is done even where the answer is lost.
                self.set(&user, sets.then_some(now), now);
            }
            self.air.insert(write, (user, outcome));
            answers.extend(after.map(|after| (now + after, write)));
        }
    }

    /// The service answers a request.
    pub(crate) fn answer(&mut self, now: Instant, write: WriteId, service: &mut Service) {
        let Some((_, outcome)) = self.air.remove(&write) else { return };
        self.tell(
            now,
            match outcome {
                Outcome::Throttle => {
                    service.throttle(now);
                    Input::Throttled { write, retry_after: Some(RETRY_AFTER) }
                }
                Outcome::Answer => Input::Done(write),
                Outcome::Refuse | Outcome::Fail => Input::Failed(write),
            },
        );
    }

    pub(crate) fn tick(&mut self, now: Instant) {
        self.tell(now, Input::Tick);
    }

    pub(crate) fn shut_down(&mut self, now: Instant) {
        self.tell(now, Input::Shutdown);
    }

    /// How many agents the service still shows something of.
    pub(crate) fn left(&self) -> usize {
        self.agents.values().filter(|agent| agent.set_at.is_some()).count()
    }

    fn tell(&mut self, now: Instant, input: Input<'_>) {
        self.session.handle_input(now, input).expect("nobody is added");
    }

    /// The service takes what is shown of an agent.
    fn set(&mut self, user: &UserId, at: Option<Instant>, now: Instant) {
        let Some(agent) = self.agents.get_mut(user) else { return };
        let before = std::mem::replace(agent, Agent { set_at: at, told_at: None });
        let Some(since) = before.set_at.filter(|since| now - *since >= FADE) else { return };
        self.faded += 1;
        let fair = (now - since).saturating_sub(within(&self.blocked, since, now));
        self.faded_in_fair_weather += u64::from(fair >= FADE);
        let told = before.told_at.is_some_and(|told| told <= since + FADE + TOLD_WITHIN);
        // One that is set within that time has nothing left to tell.
        self.faded_untold += u64::from(!told && now > since + FADE + TOLD_WITHIN);
    }
}
