use teams_cc_core::UserId;

use crate::model::{AadUserConversationMember, ConversationMember};
use crate::request::bind;
use crate::wire::{DateTimeOffset, Field, Sensitive};

/// A user to add to a chat, and how much of its past the user sees.
///
/// A text is an object id or a principal name; both can be added.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMember {
    user: Sensitive,
    role: &'static str,
    history: Field<DateTimeOffset>,
}

impl NewMember {
    /// A user of the tenant. Default: an owner, as the service asks, who sees nothing of the past.
    pub fn new(user: impl Into<Sensitive>) -> Self {
        Self { user: user.into(), role: "owner", history: Field::Missing }
    }

    /// Make the member a guest; the service refuses one of the tenant as a guest.
    #[must_use]
    pub fn guest(mut self) -> Self {
        self.role = "guest";
        self
    }

    /// Show the member what was written since then.
    #[must_use]
    pub fn history_since(mut self, time: impl Into<DateTimeOffset>) -> Self {
        self.history = Field::Value(time.into());
        self
    }

    /// Show the member all that was ever written.
    #[must_use]
    pub fn whole_history(self) -> Self {
        self.history_since(BEGINNING)
    }

    /// The member as the service wants it, linked below `root`.
    pub(crate) fn bind(self, root: &str) -> ConversationMember {
        let mut member = AadUserConversationMember::new()
            .roles(vec![self.role.to_owned()])
            .user_bind(bind::user(root, self.user.reveal()));
        member.visible_history_start_date_time = self.history;
        member.into()
    }
}

impl From<&str> for NewMember {
    fn from(user: &str) -> Self {
        Self::new(user)
    }
}

impl From<&UserId> for NewMember {
    fn from(user: &UserId) -> Self {
        Self::new(user.as_str())
    }
}

/// What the service takes for the whole past of a chat.
const BEGINNING: &str = "0001-01-01T00:00:00Z";
