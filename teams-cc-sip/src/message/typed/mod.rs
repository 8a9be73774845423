//! Headers with a grammar of their own, read on demand. RFC 3261 §20 and its extensions.
//!
//! Each type reads one value or one list element; [`super::Headers`] finds it. What has no type
//! here is kept byte for byte and read by [`super::Headers::get`].
//!
//! | RFC | typed here |
//! |---|---|
//! | 3261 §20 | every header but `Authentication-Info`, which is kept as bytes |
//! | 3262 | [`RSeq`], [`RAck`] |
//! | 3323, 3325 | [`Privacy`], [`PAssertedIdentity`], [`PPreferredIdentity`] |
//! | 3326 | [`Reason`], with Q.850 |
//! | 3327, 3608 | [`Path`], [`ServiceRoute`] |
//! | 3515, 3892, 4488 | [`ReferTo`], [`ReferredBy`], [`ReferSub`] |
//! | 3891, 4538 | [`Replaces`], [`TargetDialog`] |
//! | 3903 | [`SipEtag`], [`SipIfMatch`] |
//! | 3966 | [`super::TelUri`] |
//! | 4028 | [`SessionExpires`], [`MinSe`] |
//! | 4412 | [`ResourcePriority`], [`AcceptResourcePriority`] |
//! | 5393, 5626 | [`MaxBreadth`], [`FlowTimer`]; `ob`, `reg-id` and `+sip.instance` are parameters |
//! | 5621, 2392 | [`ContentDisposition`], [`ContentId`], [`MimeVersion`], [`super::body_parts`] |
//! | 5806 | [`Diversion`] |
//! | 6086 | [`InfoPackage`], [`RecvInfo`] |
//! | 6442 | [`Geolocation`], [`GeolocationRouting`], [`GeolocationError`] |
//! | 6665 | [`Event`], [`AllowEvents`], [`SubscriptionState`] |
//! | 7044 | [`HistoryInfo`], with [`HistoryIndex`] and what its URI hides |
//! | 7433 | [`UserToUser`] |
//! | 7616, 8760 | [`WwwAuthenticate`], [`ProxyAuthenticate`], [`Authorization`], [`ProxyAuthorization`] |
//! | 7852 | [`CallInfo`] |
//! | 8224, 8225 | [`Identity`], [`Passport`]; nothing is verified |
//!
//! RFC 3420, 4320, 5589, 5922, 5923, 6026, 6141 and 6337 define no header of their own.

mod address;
mod application;
mod auth;
mod date;
mod event;
mod history;
mod identity;
mod names;
mod scalar;
mod session;
mod warning;

pub use address::{
    AlertInfo, CallInfo, Contact, Diversion, ErrorInfo, FromHeader, Geolocation, HistoryInfo,
    PAssertedIdentity, PPreferredIdentity, Path, RecordRoute, ReferTo, ReferredBy, RemotePartyId,
    ReplyTo, Route, ServiceRoute, ToHeader,
};
pub use application::{
    AcceptResourcePriority, ContentId, InReplyTo, MimeVersion, Organization, ResourcePriority,
    Server, Subject, Timestamp, UserAgent, UserToUser,
};
pub use auth::{
    Authorization, Challenge, Credentials, ProxyAuthenticate, ProxyAuthorization,
    Scheme as AuthScheme, WwwAuthenticate,
};
pub use date::Date;
pub use event::{
    AcceptEncoding, AcceptLanguage, ContentDisposition, Event, GeolocationError,
    GeolocationRouting, InfoPackage, RecvInfo, ReferSub, SubscriptionState,
};
pub use history::{HistoryIndex, TargetChange};
pub use identity::{Identity, Passport};
pub use names::{
    Accept, Allow, AllowEvents, ContentEncoding, ContentLanguage, ContentType, Priority, Privacy,
    ProxyRequire, Require, SipEtag, SipIfMatch, Supported, Unsupported,
};
pub use scalar::{
    CSeq, CallId, ContentLength, Expires, FlowTimer, MaxBreadth, MaxForwards, MinExpires, RAck,
    RSeq,
};
pub use session::{MinSe, Reason, Refresher, Replaces, SessionExpires, TargetDialog};
pub use warning::{RetryAfter, Warning};

#[cfg(test)]
mod tests;
