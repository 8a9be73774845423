//! A world, a contact center over it, and what is left of both.

use std::{sync::Arc, time::Duration};

use teams_cc::{
    Builder, ContactCenter, Platform, Report,
    core::{
        agent::{Agent, Skill},
        routing::policy::skill,
        store::{DispatchStore, MemoryDispatchStore, Reservation},
    },
};
use teams_cc_sim::{
    Sim,
    world::{Broken, Setup},
};

use crate::{PROMPTS, Watched, wait};

/// How long a world may take to fall quiet, in virtual time.
const QUIET_WITHIN: Duration = Duration::from_hours(4);
/// Two presence readings of the default period, and some time.
const OUT_OF_SIGHT: Duration = Duration::from_mins(11);
/// How long connections and last notifications may take after a shutdown.
const SETTLE: Duration = Duration::from_secs(40);

/// A world on which one contact center runs.
#[derive(Debug)]
pub struct Stage {
    /// The world.
    pub sim: Sim,
    /// What the contact center told.
    pub watched: Watched,
    /// Who is reserved for what.
    pub store: Arc<MemoryDispatchStore>,
    tasks: usize,
}

/// What is left once a contact center is gone.
#[derive(Debug)]
#[non_exhaustive]
pub struct Closing {
    /// The last report.
    pub report: Report,
    /// What the store still holds.
    pub reservations: Vec<Reservation>,
    /// How many tasks more there are than before.
    pub tasks: usize,
    /// Whether everybody has hung up.
    pub quiet: bool,
    /// What the contact center did wrong.
    pub broken: Vec<Broken>,
    /// Everything that happened.
    pub ladder: String,
}

impl Stage {
    /// A stage over a world; counts the tasks there are.
    ///
    /// # Panics
    ///
    /// Where the world is not sound.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self::over(Sim::new(setup).expect("a sound world"))
    }

    /// A stage over a world with overrides, say.
    #[must_use]
    pub fn over(sim: Sim) -> Self {
        // Taking an end starts the world's own task, which is no leftover of anybody.
        drop((sim.graph(), sim.trunk()));
        let tasks = alive_tasks();
        Self { watched: Watched::new(sim.clone()), sim, store: Arc::default(), tasks }
    }

    /// A contact center with a queue `sales` in which ada works; what happens to contacts is
    /// still to be said.
    pub fn builder(&self) -> Builder {
        self.bare().queue("sales", skill("en")).agents(self.agents())
    }

    /// A contact center without queues and agents.
    pub fn bare(&self) -> Builder {
        ContactCenter::builder(self.watched.clone())
            .prompts(PROMPTS)
            .store(Arc::clone(&self.store) as _)
    }

    /// A user as an agent of the sales queue.
    ///
    /// # Panics
    ///
    /// Where the world has no such user.
    #[must_use]
    pub fn agent(&self, handle: &str) -> Agent {
        Agent::new(handle.parse().expect("an id"), self.sim.address(handle).expect("a user"))
            .queue("sales".parse().expect("an id"))
            .skill(Skill::new("en", 5).expect("a skill"))
    }

    /// Everybody but eve, who is called over the trunk.
    #[must_use]
    pub fn agents(&self) -> Vec<Agent> {
        let users = self.sim.setup().users;
        let handles = users.iter().map(|user| &*user.handle).filter(|handle| *handle != "eve");
        handles.map(|handle| self.agent(handle)).collect()
    }

    /// Waits until everybody has hung up; false where that takes too long.
    pub async fn quiet(&self) -> bool {
        for _ in 0..QUIET_WITHIN.as_secs() {
            if self.sim.is_quiet() {
                return true;
            }
            wait(Duration::from_secs(1)).await;
        }
        false
    }

    /// What the store holds.
    ///
    /// # Panics
    ///
    /// Does not: a store in memory always answers.
    pub async fn reservations(&self) -> Vec<Reservation> {
        self.store.reservations().await.expect("memory answers")
    }

    /// Lets the world fall quiet, shuts the contact center down and looks what is left.
    ///
    /// In between presence is read often enough to free whoever went out of sight.
    pub async fn close(&self, center: ContactCenter) -> Closing {
        self.quiet().await;
        wait(OUT_OF_SIGHT).await;
        let report = center.shutdown(Duration::from_secs(5)).await;
        self.left(report).await
    }

    /// What is left some time after a contact center stopped.
    pub async fn left(&self, report: Report) -> Closing {
        wait(SETTLE).await;
        let quiet = self.quiet().await;
        wait(SETTLE).await;
        Closing {
            report,
            reservations: self.reservations().await,
            tasks: alive_tasks().saturating_sub(self.tasks),
            quiet,
            broken: self.sim.broken(),
            ladder: self.sim.ladder(),
        }
    }
}

impl Closing {
    /// Nothing may be left: no reservation, contact, leg, dialog or task.
    ///
    /// # Panics
    ///
    /// Where something is.
    pub fn assert_nothing(&self, story: impl std::fmt::Display) {
        self.assert_no_leak(&story);
        self.assert_nobody(&story);
        let Self { report, ladder, .. } = self;
        let ended = report.answered
            + report.overflowed
            + report.transferred
            + report.abandoned
            + report.handled
            + report.lost
            + report.open;
        assert_eq!(ended, report.contacts, "{story}: {report}\n{ladder}");
    }

    /// Whatever became of the contacts, nothing may be left of them.
    ///
    /// # Panics
    ///
    /// Where something is.
    pub fn assert_no_leak(&self, story: impl std::fmt::Display) {
        let Self { report, reservations, tasks, quiet, broken, ladder } = self;
        assert_eq!(reservations, &[], "{story}: reservations are left\n{ladder}");
        assert_eq!(report.open, 0, "{story}: contacts are open\n{ladder}");
        assert!(quiet, "{story}: somebody is still on the phone\n{ladder}");
        assert_eq!(*tasks, 0, "{story}: tasks are left\n{ladder}");
        assert_eq!(broken, &[], "{story}: rules were broken\n{ladder}");
    }

    /// No contact may be open or lost.
    ///
    /// # Panics
    ///
    /// Where one is.
    pub fn assert_nobody(&self, story: impl std::fmt::Display) {
        let Self { report, ladder, .. } = self;
        assert_eq!((report.open, report.lost), (0, 0), "{story}: {report}\n{ladder}");
    }
}

/// How many tasks the runtime has.
fn alive_tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}
