//! What goes wrong, and how it is brought about.

use super::{Plan, World};
use crate::{Failure, judge::What};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A node dies while an agent rings.
    Kill,
    /// A node dies at any time.
    KillAnyTime,
    /// A node stands still for longer than its lease and its reservations, and goes on.
    Pause,
    /// Connections to the database are cut, again and again.
    Cut,
    /// Nothing.
    Nothing,
}

impl Fault {
    pub(crate) const ALL: [Self; 5] =
        [Self::Kill, Self::KillAnyTime, Self::Pause, Self::Cut, Self::Nothing];

    /// The fault of a schedule; most of them bring one.
    pub(crate) fn of(seed: u64) -> Self {
        match seed % 13 {
            0..4 => Self::Kill,
            4..6 => Self::KillAnyTime,
            6..9 => Self::Pause,
            9..12 => Self::Cut,
            _ => Self::Nothing,
        }
    }
}

impl World {
    /// The fault happens.
    pub(super) async fn strike(&mut self, node: usize) -> Result<(), Failure> {
        self.struck = true;
        match self.fault {
            Fault::Kill | Fault::KillAnyTime => {
                self.nodes[node].kill().await?;
                self.note(What::Died { node });
                // Its telephones fall silent.
                let mut silent: Vec<_> = self.phones.keys().cloned().collect();
                silent.retain(|(of, _)| *of == node);
                for (_, offer) in silent {
                    self.silence(node, &offer);
                }
            }
            Fault::Pause => {
                self.nodes[node].signal("STOP").await?;
                self.note(What::StandsStill { node });
                let pause = 1500 + self.below(2000);
                self.plan(pause, Plan::GoOn(node));
            }
            Fault::Cut => self.plan(0, Plan::CutAgain(8)),
            Fault::Nothing => {}
        }
        Ok(())
    }

    /// Half of the nodes' connections to the database end.
    pub(super) async fn cut(&self) -> Result<(), Failure> {
        self.admin(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' \
             AND application_name = 'teams-cc' AND random() < 0.5",
            self.database()
        ))
        .await
    }
}
