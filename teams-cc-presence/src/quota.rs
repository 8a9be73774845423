//! One rate, shared by everything an app does about presence in a tenant.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use teams_cc_core::Clock;
use teams_cc_graph::{Error, ErrorKind, SystemClock};

use crate::rate::{Class, Rate};

/// The [`Rate`] of an app in a tenant, shared by whatever asks or writes there; clones share it.
///
/// A [`Watch`](crate::Watch) and a [`Holder`](crate::write::Holder) take one. Single requests about
/// presence, such as for a note or a work location, go through [`send`](Self::send).
///
/// ```
/// use teams_cc_graph::Client;
/// use teams_cc_presence::{Class, Quota, write::PreferredPresence};
///
/// async fn lunch(client: Client, quota: Quota) -> Result<(), teams_cc_graph::Error> {
///     let ada = client.user("fa8bf3dc-eca7-46b7-bad1-db199b62afc3");
///     quota.send(Class::Write, ada.set_preferred_presence(PreferredPresence::Away)).await?;
///     quota.send(Class::Write, ada.set_status_message("Back at one")).await
/// }
/// ```
#[derive(Clone)]
pub struct Quota {
    rate: Arc<Mutex<Rate>>,
    clock: Arc<dyn Clock>,
}

impl Default for Quota {
    /// A tenth of the documented rate, by the machine's clock.
    fn default() -> Self {
        Self::new(Rate::default(), Arc::new(SystemClock::new()))
    }
}

impl Quota {
    /// A rate to share, by a clock that everything that shares it goes by.
    #[must_use]
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        Self { rate: Arc::new(Mutex::new(rate)), clock }
    }

    /// Sends one request within the rate, after those that are more important.
    ///
    /// Any request of [`teams_cc_graph`] about presence. A 429 stops everything that shares the
    /// rate. Take a client that does not repeat requests by itself
    /// ([`RetryPolicy::never`](teams_cc_graph::RetryPolicy::never)), or its repetitions are not
    /// counted.
    ///
    /// Dropping the future while it waits for the rate sends nothing; later it does what dropping
    /// the request does.
    ///
    /// # Errors
    ///
    /// Those of the request.
    pub async fn send<T>(
        &self,
        class: Class,
        request: impl IntoFuture<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        loop {
            let now = self.clock.now();
            let Err(later) = self.with(|rate| rate.take(now, class)) else { break };
            tokio::time::sleep(later.since(now)).await;
        }
        let answer = request.await;
        let now = self.clock.now();
        match &answer {
            Ok(_) => self.with(Rate::served),
            Err(error) => {
                if let ErrorKind::Throttled { retry_after, .. } = error.kind() {
                    self.with(|rate| rate.stop(now, *retry_after));
                }
            }
        }
        answer
    }

    /// The rate as it is now.
    #[must_use]
    pub fn rate(&self) -> Rate {
        self.with(|rate| rate.clone())
    }

    /// The clock it goes by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Rate) -> T) -> T {
        act(&mut self.rate.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quota").field("rate", &self.rate()).finish_non_exhaustive()
    }
}
