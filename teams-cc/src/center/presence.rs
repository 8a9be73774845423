//! The agents' presence, read while the contact center runs.

use std::{collections::BTreeMap, time::Duration};

use teams_cc_core::{Address, AgentId, Instant, UserId, agent::Agent, routing};
use teams_cc_graph::Client;
use teams_cc_presence::{
    Rate,
    tracker::{self, Landed, Tracker, TrackerConfig},
};

use super::runtime::{Runtime, Task, Work};

/// How often presence is read while somebody waits.
///
/// A caller should not wait for an agent who has become free.
const WHILE_WAITING: Duration = Duration::from_secs(15);

/// Reads agents' presence, once in a period and at once when a call wants them.
pub(crate) struct PresenceSide {
    tracker: Tracker,
    rate: Rate,
    client: Client,
    agents: BTreeMap<UserId, AgentId>,
    due: Option<Instant>,
    wanted: Instant,
}

impl PresenceSide {
    pub(crate) fn new<'a>(
        client: Client,
        period: Duration,
        agents: impl Iterator<Item = &'a Agent>,
    ) -> Self {
        let agents: BTreeMap<_, _> = agents
            .filter_map(|agent| match &agent.address {
                Address::TeamsUser(user) => Some((user.id.clone(), agent.id.clone())),
                _ => None,
            })
            .collect();
        // Who is waited for is known here, so nobody is kept hot besides.
        let config = TrackerConfig::default()
            .period(period)
            .coalesce(Duration::ZERO)
            .hot(WHILE_WAITING, Duration::ZERO);
        Self {
            tracker: Tracker::new(config),
            rate: Rate::default(),
            client,
            agents,
            due: Some(Instant::ZERO),
            wanted: Instant::ZERO,
        }
    }

    /// When the next read is due; sooner while somebody waits.
    pub(crate) fn due(&self, waiting: bool) -> Option<Instant> {
        let again = (waiting && !self.agents.is_empty()).then(|| self.wanted + WHILE_WAITING);
        self.due.into_iter().chain(again).min()
    }

    fn tell(&mut self, now: Instant, wanted: bool) {
        let users: Vec<UserId> = self.agents.keys().cloned().collect();
        let input =
            if wanted { tracker::Input::Want(&users) } else { tracker::Input::Watch(&users) };
        if let Err(error) = self.tracker.handle_input(now, input) {
            tracing::warn!(%error, "presence is not read for every agent");
        }
    }
}

impl Runtime {
    /// Watches everybody from now on.
    pub(super) fn watch_presence(&mut self) {
        let now = self.clock.now();
        if let Some(side) = &mut self.presence {
            side.tell(now, false);
        }
        self.read_presence();
    }

    /// Somebody is sought: what is known of everybody should be fresh.
    pub(super) fn want_presence(&mut self) {
        let now = self.clock.now();
        if let Some(side) = &mut self.presence {
            side.wanted = now;
            side.tell(now, true);
        }
        self.read_presence();
    }

    /// Starts the reads that are due.
    pub(super) fn read_presence(&mut self) {
        let Some(side) = &mut self.presence else { return };
        loop {
            match side.tracker.poll_output(&mut side.rate) {
                tracker::Output::Read { read, users } => {
                    let client = side.client.clone();
                    self.state.tasks.spawn(async move {
                        Task::Read(tracker::carry_out(&client, read, users).await)
                    });
                }
                tracker::Output::Unreadable(user) => {
                    tracing::warn!(%user, "Graph refuses the id of an agent: correct it");
                }
                tracker::Output::Timeout(at) => {
                    side.due = at;
                    return;
                }
                _ => {}
            }
        }
    }

    /// Time passed, as far as presence is concerned.
    pub(super) fn tick_presence(&mut self) {
        let now = self.clock.now();
        let waiting = self.desk.is_seeking();
        let Some(side) = &mut self.presence else { return };
        if waiting && side.wanted + WHILE_WAITING <= now {
            return self.want_presence();
        }
        if side.due.is_some_and(|due| due <= now) {
            // A tick adds nobody, so there is no bound to meet.
            let _ = side.tracker.handle_input(now, tracker::Input::Tick);
            self.read_presence();
        }
    }

    /// A read is done: the routing engine learns what was seen.
    ///
    /// It is told of every agent the answer names, changed or not, since a state that still holds is
    /// younger now.
    pub(super) fn presence_read(&mut self, read: &Landed) {
        let now = self.clock.now();
        let Some(side) = &mut self.presence else { return };
        if let Some(error) = read.error() {
            tracing::warn!(%error, "presence could not be read");
        }
        read.hand_in(&mut side.tracker, now);
        for user in read.users() {
            let Some(agent) = side.agents.get(user).cloned() else { continue };
            let Some(seen) = side.tracker.get(user) else { continue };
            let observed =
                routing::Input::PresenceObserved { agent, observation: seen.observation() };
            self.state.work.push_back(Work::Routing(observed));
        }
        // What routing is told of needs no second word.
        while side.tracker.poll_change().is_some() {}
        self.read_presence();
    }
}
