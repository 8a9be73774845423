//! Headers with a grammar of their own, read on demand. RFC 3261 §20 and its extensions.
//!
//! Each type reads one value or one list element; [`super::Headers`] finds it.

mod address;
mod auth;
mod date;
mod event;
mod names;
mod scalar;
mod session;
mod warning;

pub use address::{
    Contact, Diversion, FromHeader, HistoryInfo, PAssertedIdentity, PPreferredIdentity,
    RecordRoute, ReferTo, ReferredBy, RemotePartyId, ReplyTo, Route, ToHeader,
};
pub use auth::{
    Authorization, Challenge, Credentials, ProxyAuthenticate, ProxyAuthorization,
    Scheme as AuthScheme, WwwAuthenticate,
};
pub use date::Date;
pub use event::{Event, SubscriptionState};
pub use names::{
    Accept, Allow, AllowEvents, ContentType, Privacy, ProxyRequire, Require, Supported, Unsupported,
};
pub use scalar::{CSeq, CallId, ContentLength, Expires, MaxForwards, MinExpires, RAck, RSeq};
pub use session::{MinSe, Reason, Refresher, Replaces, SessionExpires};
pub use warning::{RetryAfter, Warning};
