//! Each typed header, chosen by the first octet: what is read is written so that it reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teams_cc_sip::message::{Headers, TypedHeader, Via, typed::*};

/// Reads a value, writes it and reads it again.
fn check<T: TypedHeader + PartialEq + std::fmt::Debug>(value: &[u8]) {
    let mut headers = Headers::new();
    if headers.push(T::name(), value).is_err() {
        return;
    }
    let _ = headers.list::<T>();
    let Ok(Some(read)) = headers.first::<T>() else { return };
    let _ = format!("{read:?}");
    let mut written = Headers::new();
    written.push_typed(&read);
    let again = written.typed::<T>().expect("what is written can be read").expect("it is there");
    assert!(again == read, "what is written reads the same");
}

macro_rules! checks {
    ($($type:ty),* $(,)?) => { &[$(check::<$type>),*] };
}

const CHECKS: &[fn(&[u8])] = checks![
    Via,
    FromHeader,
    ToHeader,
    Contact,
    Route,
    RecordRoute,
    ReplyTo,
    ReferTo,
    ReferredBy,
    PAssertedIdentity,
    PPreferredIdentity,
    HistoryInfo,
    Diversion,
    RemotePartyId,
    Geolocation,
    Path,
    ServiceRoute,
    CallInfo,
    AlertInfo,
    ErrorInfo,
    CSeq,
    CallId,
    MaxForwards,
    ContentLength,
    ContentType,
    Accept,
    Expires,
    MinExpires,
    RSeq,
    RAck,
    Event,
    SubscriptionState,
    ReferSub,
    InfoPackage,
    RecvInfo,
    ContentDisposition,
    AcceptEncoding,
    AcceptLanguage,
    GeolocationRouting,
    GeolocationError,
    SessionExpires,
    MinSe,
    Replaces,
    TargetDialog,
    Reason,
    RetryAfter,
    Warning,
    Date,
    Privacy,
    Allow,
    AllowEvents,
    Supported,
    Require,
    ProxyRequire,
    Unsupported,
    Priority,
    ContentEncoding,
    ContentLanguage,
    SipEtag,
    SipIfMatch,
    MaxBreadth,
    FlowTimer,
    Identity,
    UserToUser,
    ResourcePriority,
    AcceptResourcePriority,
    ContentId,
    MimeVersion,
    InReplyTo,
    Timestamp,
    Subject,
    Organization,
    UserAgent,
    Server,
    WwwAuthenticate,
    ProxyAuthenticate,
    Authorization,
    ProxyAuthorization,
];

fuzz_target!(|data: &[u8]| {
    let Some((&which, value)) = data.split_first() else { return };
    CHECKS[usize::from(which) % CHECKS.len()](value);
    let mut headers = Headers::new();
    if headers.push("History-Info", value).is_ok()
        && let Ok(entries) = headers.list::<HistoryInfo>()
    {
        for entry in entries {
            let _ = (entry.index(), entry.change(), entry.reasons(), entry.privacy());
        }
    }
    if headers.set("Identity", value).is_ok()
        && let Ok(Some(identity)) = headers.first::<Identity>()
    {
        let _ = (identity.passport(), identity.info(), identity.extension());
    }
});
