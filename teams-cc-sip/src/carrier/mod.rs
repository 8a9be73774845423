//! Carriers that ask who we are, and whom we ask (RFC 3261 §10 and §22, RFC 7616, RFC 8760).
//!
//! An account answers the challenges of a carrier: the endpoint sends a challenged request again
//! with credentials and, once a carrier has challenged, sends them along at once. The hash is MD5,
//! SHA-256 or SHA-512/256, and of several challenges the strongest is answered. A [`Registration`]
//! tells a carrier where we are. The other way round a carrier that is known by no address of its
//! own proves who it is.

mod locate;
mod peer;
mod registration;
mod trunk;

pub(crate) use locate::{HeldDown, MAX_RECORDS, believed, by_weight, replacement, service_name};
pub use locate::{Naptr, Srv};
pub(crate) use registration::Registrar;
pub use registration::{REFRESH_PERCENT, Registration};
pub(crate) use trunk::{Carriers, endpoint_config};

pub use crate::{
    digest::Algorithm,
    message::{DigestError, DigestUser},
};
