//! What came of a read.

use std::{collections::BTreeMap, fmt, sync::Arc};

use teams_cc_core::UserId;
use teams_cc_graph::Error;

use crate::{fresh::Fresh, model::Presence, shard};

/// What came of a read. Every user asked for has a presence or the reason there is none.
///
/// Users are found by id without regard to ASCII case.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    pub(super) found: BTreeMap<UserId, Fresh<Presence>>,
    pub(super) unread: BTreeMap<UserId, Unread>,
    pub(super) requests: usize,
    pub(super) unasked: usize,
}

/// Why there is no presence of a user.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Unread {
    /// The service answered and left the user out. It has no such user, or shows no presence.
    Missing,
    /// The service refuses a request with this id in it: correct or remove the id.
    Refused(Arc<Error>),
    /// The service refuses a request with this and other ids in it. Halving found no end.
    RefusedWithOthers(Arc<Error>),
    /// The request failed for a reason that has nothing to do with the id.
    Failed(Arc<Error>),
}

impl Report {
    /// The presence of a user.
    #[must_use]
    pub fn get(&self, user: &UserId) -> Option<&Fresh<Presence>> {
        self.found.get(&shard::normal(user))
    }

    /// Why there is no presence of a user. `None` also for one who was not asked for.
    #[must_use]
    pub fn why_unread(&self, user: &UserId) -> Option<&Unread> {
        self.unread.get(&shard::normal(user))
    }

    /// Every presence, in the order of ids.
    #[must_use]
    pub fn found(&self) -> impl ExactSizeIterator<Item = (&UserId, &Fresh<Presence>)> {
        self.found.iter()
    }

    /// Every user without a presence, in the order of ids.
    #[must_use]
    pub fn unread(&self) -> impl ExactSizeIterator<Item = (&UserId, &Unread)> {
        self.unread.iter()
    }

    /// Whether every user has a presence.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unread.is_empty()
    }

    /// The first failure that is not an id's fault, such as a missing permission.
    #[must_use]
    pub fn failure(&self) -> Option<&Arc<Error>> {
        self.unread.values().find_map(|unread| match unread {
            Unread::Failed(error) => Some(error),
            _ => None,
        })
    }

    /// How many requests the read took, not counting what the client repeated.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// How many presences came of users nobody asked for; they are dropped.
    #[must_use]
    pub fn unasked(&self) -> usize {
        self.unasked
    }
}

impl Unread {
    /// The error behind it, where there is one.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Missing => None,
            Self::Refused(error) | Self::RefusedWithOthers(error) | Self::Failed(error) => {
                Some(error)
            }
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the service left the user out of its answer"),
            Self::Refused(error) => {
                write!(f, "the service refuses this id, correct or remove it: {error}")
            }
            Self::RefusedWithOthers(error) => {
                write!(f, "the service refuses a lot this id is in: {error}")
            }
            Self::Failed(error) => write!(f, "the read failed: {error}"),
        }
    }
}
