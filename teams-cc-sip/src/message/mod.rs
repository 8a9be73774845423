//! SIP messages: reading, writing, and what their headers mean (RFC 3261 §7, §19, §20, §25).
//!
//! One parser frames a message and gives it its meaning, so that no message can be read in two
//! ways. Values are kept as received; typed forms are read on demand.

mod class;
mod compare;
mod cursor;
mod digest;
mod encode;
mod error;
mod escape;
pub mod framing;
mod header;
mod header_name;
mod headers;
mod host;
mod limits;
mod line;
mod method;
mod multipart;
mod name_addr;
mod octets;
mod params;
mod parse;
#[cfg(feature = "rsip")]
#[cfg_attr(docsrs, doc(cfg(feature = "rsip")))]
pub mod rsip;
mod sip_uri;
mod start_line;
mod status;
mod tel;
mod text;
pub mod typed;
mod uri;
mod validate;
mod via;

pub use digest::{DigestError, DigestUser};
pub use error::{Fault, ParseError, Rule};
pub use framing::{Frame, StreamDecoder};
pub use header::{Header, HeaderRef, TypedHeader};
pub use header_name::{AsHeaderName, HeaderName, OtherName};
pub use headers::{HeaderLines, Headers};
pub use host::Host;
pub(crate) use host::address_text;
pub use limits::{Grammar, Leniency, Limits};
pub use method::Method;
pub use multipart::{BodyPart, body_parts};
pub use name_addr::{DisplayName, NameAddr};
pub use params::{Param, Params};
pub use sip_uri::{Scheme, SipUri};
pub use start_line::{Message, Request, Response};
pub use status::StatusCode;
pub use tel::TelUri;
pub use text::{Private, Text};
pub use typed::{
    CSeq, CallId, Contact, ContentType, Expires, FromHeader, MaxForwards, RecordRoute, ReferTo,
    ReferredBy, Route, ToHeader,
};
pub use uri::{OtherUri, Uri};
pub use validate::{every_typed_header, verdict, verdict_with};
pub use via::{BRANCH_COOKIE, Transport, Via};

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
