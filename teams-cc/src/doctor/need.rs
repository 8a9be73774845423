//! What an app is needed for, and what that takes.

use teams_cc_graph::{
    permission::Permission,
    request::{
        communications::{
            GetPresencesByUserId,
            calls::{AnswerCall, SubscribeToTone, TransferCall},
        },
        subscriptions::limit_of,
        users::SetPresence,
    },
};

/// Something an app is to do, and the permissions of which one allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Need {
    /// What it is, such as `read presence`.
    pub what: Box<str>,
    /// The permissions, one of which suffices: `REQUIRED_PERMISSIONS` of a request.
    pub one_of: &'static [Permission],
}

impl Need {
    /// Something that a request does.
    pub fn new(what: impl Into<Box<str>>, one_of: &'static [Permission]) -> Self {
        Self { what: what.into(), one_of }
    }

    /// What a [`ContactCenter`](crate::ContactCenter) does over Graph: calls, keys and presence.
    #[must_use]
    pub fn contact_center() -> Vec<Self> {
        vec![
            Self::new("place and transfer calls", TransferCall::REQUIRED_PERMISSIONS),
            Self::new("answer calls", AnswerCall::REQUIRED_PERMISSIONS),
            Self::new("take keys", SubscribeToTone::REQUIRED_PERMISSIONS),
            Self::presence(),
        ]
    }

    /// Reading the presence of everybody.
    #[must_use]
    pub fn presence() -> Self {
        Self::new("read presence", GetPresencesByUserId::REQUIRED_PERMISSIONS)
    }

    /// Being told of presence: a signed-in account's, whose client is to be looked at.
    #[must_use]
    pub fn subscribed_presence() -> Self {
        let limit = limit_of("communications/presences");
        Self::new("subscribe to presence", limit.map_or(&[], |limit| limit.permissions))
    }

    /// Showing a presence, as a [`Holder`](teams_cc_presence::write::Holder) does.
    #[must_use]
    pub fn shown_presence() -> Self {
        Self::new("show a presence", SetPresence::REQUIRED_PERMISSIONS)
    }
}
