//! The secrets of subscriptions, by which an intake tells theirs from forged notifications.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{webhook::ClientStates, wire::Sensitive};

/// The octets of chance in a secret; written, it is far below the service's 128 characters.
const OCTETS: usize = 24;

/// The secret of each subscription that lives; give it to the
/// [`Intake`](crate::webhook::Intake::subscriptions). Clones share it.
#[derive(Clone, Default)]
pub struct Secrets(Arc<RwLock<BTreeMap<Box<str>, Sensitive>>>);

impl Secrets {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the secret of a subscription, as of one that an earlier process made.
    pub fn insert(&self, id: &str, secret: Sensitive) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id.into(), secret);
    }

    /// Forgets the secrets of all other subscriptions.
    pub(super) fn retain<'a>(&self, live: impl Iterator<Item = &'a str>) {
        let live: std::collections::BTreeSet<&str> = live.collect();
        let mut secrets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        secrets.retain(|id, _| live.contains(&**id));
    }
}

impl ClientStates for Secrets {
    fn client_state(&self, subscription_id: &str) -> Option<Sensitive> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(subscription_id).cloned()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.read().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Secrets").field("count", &count).finish()
    }
}

/// A secret of the system's chance; none where the system has none to give.
pub(super) fn random() -> Option<Sensitive> {
    let mut octets = [0; OCTETS];
    rand::fill(&mut octets).ok()?;
    Some(Sensitive::new(URL_SAFE_NO_PAD.encode(octets)))
}
