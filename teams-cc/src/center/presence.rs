//! The agents' presence, read while the contact center runs.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use teams_cc_core::{Address, AgentId, Clock, Instant, UserId, agent::Agent, routing};
use teams_cc_graph::ErrorKind;
use teams_cc_presence::{
    TooManyUsers,
    read::{Reader, Report},
    sweep::{self, BatchId, Sweep, SweepConfig},
};

use super::runtime::{Runtime, Task, Work};

/// How often presence is read while somebody waits.
///
/// A caller should not wait for an agent who has become free.
const WHILE_WAITING: Duration = Duration::from_secs(15);

/// Reads agents' presence, once in a period and at once when a call wants them.
pub(crate) struct PresenceSide {
    sweep: Sweep,
    reader: Reader,
    agents: BTreeMap<UserId, AgentId>,
    due: Option<Instant>,
    wanted: Instant,
}

/// A read that is done.
pub(crate) struct Read {
    batch: BatchId,
    report: Result<Report, TooManyUsers>,
}

impl PresenceSide {
    pub(crate) fn new<'a>(
        reader: Reader,
        period: Duration,
        agents: impl Iterator<Item = &'a Agent>,
    ) -> Self {
        let agents: BTreeMap<_, _> = agents
            .filter_map(|agent| match &agent.address {
                Address::TeamsUser(user) => Some((user.id.clone(), agent.id.clone())),
                _ => None,
            })
            .collect();
        let config = SweepConfig::default().period(period).coalesce(Duration::ZERO);
        Self {
            sweep: Sweep::new(config),
            reader,
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
        let input = if wanted { sweep::Input::Want(&users) } else { sweep::Input::Watch(&users) };
        if let Err(error) = self.sweep.handle_input(now, input) {
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
            match side.sweep.poll_output() {
                sweep::Output::Read { batch, users } => {
                    let reader = side.reader.clone();
                    self.state.tasks.spawn(async move {
                        Task::Read(Read { batch, report: reader.read(users).await })
                    });
                }
                sweep::Output::Timeout(at) => {
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
            let _ = side.sweep.handle_input(now, sweep::Input::Tick);
            self.read_presence();
        }
    }

    /// A read is done: the routing engine learns what was seen.
    pub(super) fn presence_read(&mut self, read: Read) {
        let now = self.clock.now();
        let Some(side) = &mut self.presence else { return };
        let Read { batch, report } = read;
        let report = match report {
            Ok(report) => report,
            Err(error) => {
                tracing::warn!(%error, "presence is not read for every agent");
                Report::default()
            }
        };
        let input = match report.failure() {
            Some(error) if report.found().len() == 0 => {
                tracing::warn!(%error, "presence could not be read");
                let retry_after = match error.kind() {
                    ErrorKind::Throttled { retry_after, .. } => *retry_after,
                    _ => None,
                };
                sweep::Input::Failed { batch, retry_after }
            }
            _ => sweep::Input::Answered(batch),
        };
        // An answer adds nobody, so there is no bound to meet.
        let _ = side.sweep.handle_input(now, input);
        for (user, seen) in report.found() {
            if let Some(agent) = side.agents.get(user).cloned() {
                let observation = seen.observation();
                let observed = routing::Input::PresenceObserved { agent, observation };
                self.state.work.push_back(Work::Routing(observed));
            }
        }
        self.read_presence();
    }
}

/// A reader over the same client and clock as everything else.
pub(crate) fn reader(client: teams_cc_graph::Client, clock: &Arc<dyn Clock>) -> Reader {
    Reader::new(client, Arc::clone(clock))
}
