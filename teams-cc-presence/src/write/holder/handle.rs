//! The handle on what is held.

use std::{fmt, sync::Arc, time::Duration};

use teams_cc_core::{AppId, UserId};
use teams_cc_graph::Client;

use super::{HolderBuilder, HolderReport, state::State};
use crate::{
    shared::{Life, Shared},
    write::{Input, NotShown, SessionPresence},
};

/// Shows a presence of many users and holds it: a [`PresenceSession`](crate::write::PresenceSession) at work.
///
/// Clones are handles on the same sessions; one task keeps them. It stops after
/// [`shutdown`](Self::shutdown), or once every handle is dropped: what is shown then ends by its
/// [`Expiry`](crate::write::Expiry), `Available` sooner.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::{AppId, UserId};
/// use teams_cc_graph::Client;
/// use teams_cc_presence::write::{Holder, NotShown, SessionPresence};
///
/// async fn shift(client: Client, app: AppId, agent: &UserId) -> Result<(), NotShown> {
///     let (holder, _events) = Holder::builder(client, app).start();
///     holder.show(agent, SessionPresence::Available)?;
///     tokio::time::sleep(Duration::from_secs(8 * 3600)).await;
///     // Nothing is shown of anybody any more, as far as that can be done in ten seconds.
///     let left = holder.shutdown(Duration::from_secs(10)).await;
///     assert!(left.is_empty());
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Holder {
    shared: Arc<Shared<State>>,
    _life: Arc<Life<State>>,
}

impl Holder {
    /// Configures a holder; `app` is the client id, which names its sessions.
    ///
    /// The app needs `Presence.ReadWrite.All`. After a restart show everybody again: what a process
    /// before showed ends by its expiry. Take a client that does not repeat requests by itself
    /// ([`RetryPolicy::never`](teams_cc_graph::RetryPolicy::never)): the holder does, and counts each.
    pub fn builder(client: Client, app: AppId) -> HolderBuilder {
        HolderBuilder::new(client, app)
    }

    pub(super) fn new(shared: Arc<Shared<State>>) -> Self {
        let life = Arc::new(Life(Arc::clone(&shared)));
        Self { shared, _life: life }
    }

    /// Shows this of a user from now on, until told otherwise.
    ///
    /// # Errors
    ///
    /// [`NotShown::TooMany`] for one more than
    /// [`SessionConfig::most`](crate::write::SessionConfig::most), [`NotShown::Ended`] after a
    /// shutdown; nothing changes.
    pub fn show(&self, user: &UserId, presence: SessionPresence) -> Result<(), NotShown> {
        self.input(Input::Show(user, presence))
    }

    /// Shows nothing of a user any more.
    pub fn clear(&self, user: &UserId) {
        // Only one more user can be too many.
        let _ = self.input(Input::Clear(user));
    }

    fn input(&self, input: Input<'_>) -> Result<(), NotShown> {
        self.shared.with(|state, now| state.session.handle_input(now, input))
    }

    /// What is wanted of a user.
    #[must_use]
    pub fn shows(&self, user: &UserId) -> Option<SessionPresence> {
        self.shared.engines().session.shows(user)
    }

    /// How many users something is shown of, or is still to be cleared of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.engines().session.len()
    }

    /// Whether nothing is shown of anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How it stands: how many are shown, how many wait, and why nothing can be set.
    #[must_use]
    pub fn report(&self) -> HolderReport {
        let now = self.shared.now();
        let state = self.shared.engines();
        HolderReport {
            users: state.session.len(),
            waiting: state.session.waiting(now),
            failure: state.failure.clone(),
        }
    }

    /// Clears everything, waits for that until the deadline, and stops; tells of whom something is
    /// left to end by its expiry.
    ///
    /// Dropping the future stops waiting: clearing goes on while a handle lives, and nobody new is
    /// taken.
    pub async fn shutdown(&self, deadline: Duration) -> Vec<UserId> {
        // Nobody is added, so there is no bound to meet.
        let _ = self.input(Input::Shutdown);
        let empty = self.shared.until(|state| state.session.is_empty());
        let _ = tokio::time::timeout(deadline, empty).await;
        self.shared.stop();
        self.shared.gone().await;
        self.shared.engines().session.users().cloned().collect()
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("users", &self.len()).finish_non_exhaustive()
    }
}
