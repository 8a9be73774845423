//! Identifiers that cannot be mixed up.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest identifier accepted, in bytes.
///
/// Graph call ids are the longest seen in practice, at well under 200 bytes.
pub const MAX_ID_BYTES: usize = 512;

/// An identifier of one kind of thing, named by `K`.
///
/// The text is kept as given: Graph call ids are not always UUIDs. Cloning is cheap.
///
/// ```
/// use teams_cc_core::{QueueId, TenantId};
///
/// let queue: QueueId = "sales".parse()?;
/// assert_eq!(queue.as_str(), "sales");
/// assert!("".parse::<TenantId>().is_err());
/// # Ok::<(), teams_cc_core::id::ParseIdError>(())
/// ```
pub struct Id<K> {
    text: Arc<str>,
    kind: PhantomData<fn() -> K>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $alias:ident = $kind:ident;)+) => {
        /// The kinds of thing an [`Id`] can name.
        pub mod kind {
            $(
                #[doc = concat!("Marks a [`", stringify!($alias), "`](super::", stringify!($alias), ").")]
                #[derive(Clone, Copy, Debug)]
                #[expect(clippy::exhaustive_enums, reason = "a marker has no values")]
                pub enum $kind {}
            )+
        }
        $($(#[$doc])+ pub type $alias = Id<kind::$kind>;)+
    };
}

kinds! {
    /// A Microsoft Entra tenant.
    TenantId = Tenant;
    /// A Microsoft Entra user (object id).
    UserId = User;
    /// An application registration (client id) or an application instance (object id).
    AppId = App;
    /// An agent of the contact center.
    AgentId = Agent;
    /// A queue of waiting contacts.
    QueueId = Queue;
    /// A call as its platform names it, by Graph call id or SIP Call-ID.
    CallId = Call;
    /// A contact: one customer's visit, whatever calls it takes.
    ContactId = Contact;
    /// One leg of a contact.
    LegId = Leg;
    /// An operation on a leg that ends later, such as a prompt.
    OperationId = Operation;
    /// One offer of a contact to an agent.
    OfferId = Offer;
}

impl<K> Id<K> {
    /// Takes any non-empty text without control characters, up to [`MAX_ID_BYTES`].
    ///
    /// # Errors
    ///
    /// [`ParseIdError`] says which of the three rules is broken.
    pub fn new(text: impl Into<Arc<str>>) -> Result<Self, ParseIdError> {
        let text = text.into();
        if text.is_empty() {
            return Err(ParseIdError::Empty);
        }
        if text.len() > MAX_ID_BYTES {
            return Err(ParseIdError::TooLong { bytes: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(ParseIdError::ControlCharacter);
        }
        Ok(Self { text, kind: PhantomData })
    }

    /// The nth identifier with this prefix, such as `C7`. For engines that number what they make.
    #[must_use]
    pub fn numbered(prefix: &'static str, n: u64) -> Self {
        Self { text: format!("{prefix}{n}").into(), kind: PhantomData }
    }

    /// The text as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self { text: Arc::clone(&self.text), kind: PhantomData }
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<K> AsRef<str> for Id<K> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<K> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        Self::new(text)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Why a text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIdError {
    /// The text is empty.
    #[error("an id must not be empty")]
    Empty,
    /// The text is longer than [`MAX_ID_BYTES`].
    #[error("an id of {bytes} bytes is over the limit of {MAX_ID_BYTES}")]
    TooLong {
        /// The length of the text.
        bytes: usize,
    },
    /// The text holds a control character.
    #[error("an id must not hold control characters")]
    ControlCharacter,
}
