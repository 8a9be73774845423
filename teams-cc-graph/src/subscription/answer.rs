//! What came of something asked for.

use std::{fmt, time::Duration};

use crate::{webhook::ProbeError, wire::Sensitive};

/// What came of an [`Action`](super::Action).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// The endpoint repeated the token.
    Probed,
    /// The subscription was made.
    Created {
        /// Its id.
        id: Box<str>,
        /// How long it lives from now on, as the service says.
        remaining: Duration,
    },
    /// The subscription was renewed.
    Renewed {
        /// How long it lives from now on, as the service says.
        remaining: Duration,
    },
    /// The subscription is gone.
    Deleted,
    /// All subscriptions of the account.
    Listed(Vec<Listed>),
    /// It did not work.
    Failed(Failure),
}

/// A subscription as Graph lists it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Listed {
    /// Its id.
    pub id: Box<str>,
    /// What it is about.
    pub resource: Sensitive,
    /// Where its notifications go.
    pub notification_url: Box<str>,
}

impl Listed {
    /// A subscription as it is listed.
    #[must_use]
    pub fn new(id: &str, resource: &str, notification_url: &str) -> Self {
        let resource = Sensitive::new(resource);
        Self { id: id.into(), resource, notification_url: notification_url.into() }
    }
}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listed").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why something did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// There is no such subscription (404).
    NotFound,
    /// There is one already (409).
    Exists,
    /// The service asks to come later (429).
    Throttled(Option<Duration>),
    /// It will not work until somebody mends something: a permission, a quota, a setting.
    Refused,
    /// The program's own endpoint does not answer as Graph would want it to.
    ///
    /// It is tried from here, over the client's transport: where only the outside reaches it, switch
    /// [`UpkeepConfig::probe`](super::UpkeepConfig::probe) off.
    Endpoint(ProbeError),
    /// It may work another time.
    Passing,
}
