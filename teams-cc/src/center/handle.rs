//! The contact center as the program holds it.

use std::{fmt, future::Future, time::Duration};

use teams_cc_core::AgentId;
use tokio::{sync::watch, task::JoinHandle};

use super::{
    Builder, Report,
    command::{Command, Line},
    runtime::Stop,
};
use crate::{Error, ErrorKind, Platform};

/// A running contact center.
///
/// It stops with [`shutdown`](Self::shutdown). Dropping it instead stops it at once: calls on the
/// trunk are cut off where they stand; calls over Graph stay silent until their customers leave or
/// Microsoft misses their keep-alives.
pub struct ContactCenter {
    pub(crate) line: Line,
    pub(crate) report: watch::Receiver<Report>,
    pub(crate) stop: watch::Sender<Stop>,
    /// None once it was told to stop by itself.
    pub(crate) task: Option<JoinHandle<Report>>,
}

impl ContactCenter {
    /// Begins to set one up on a platform: the simulator, or a live tenant.
    pub fn builder(platform: impl Platform) -> Builder {
        Builder::new(platform)
    }

    /// The count of contacts so far.
    #[must_use]
    pub fn report(&self) -> Report {
        *self.report.borrow()
    }

    /// Waits until the report satisfies a condition, such as "ten contacts and none open".
    ///
    /// Dropping the future has no effect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Stopped`] where the contact center stops before that.
    pub async fn wait_until(
        &mut self,
        condition: impl FnMut(&Report) -> bool,
    ) -> Result<Report, Error> {
        match self.report.wait_for(condition).await {
            Ok(report) => Ok(*report),
            Err(_) => Err(ErrorKind::Stopped.into()),
        }
    }

    /// Says that an agent takes calls, or rests. A reservation under way wins over either.
    ///
    /// Dropping the future may leave it unsaid.
    pub async fn set_available(&self, agent: AgentId, available: bool) {
        self.line.tell(Command::Agent { agent, available }).await;
    }

    /// Takes no new contacts, lets the present ones end, and stops.
    ///
    /// What is not over after `deadline` is hung up. The report counts such contacts as
    /// [`open`](Report::open) where not even that ended them.
    ///
    /// Dropping the future does not stop the shutdown, only the waiting.
    pub fn shutdown(mut self, deadline: Duration) -> impl Future<Output = Report> + Send + use<> {
        self.stop.send_replace(Stop::Within(deadline));
        let last = *self.report.borrow();
        // Taken out, so that dropping neither the handle nor the future aborts it.
        let task = self.task.take();
        async move {
            match task {
                // The task ends by itself; it only fails to where it panicked, and then the last
                // report is what there is.
                Some(task) => task.await.unwrap_or(last),
                None => last,
            }
        }
    }
}

impl Drop for ContactCenter {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl fmt::Debug for ContactCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactCenter").field("report", &self.report()).finish_non_exhaustive()
    }
}
