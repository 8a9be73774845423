//! Carriers that ask who we are, and whom we ask (RFC 3261 §10 and §22, RFC 7616, RFC 8760).
//!
//! An account answers the challenges of a carrier: the endpoint sends a challenged request again
//! with credentials and, once a carrier has challenged, sends them along at once. The hash is MD5,
//! SHA-256 or SHA-512/256, and of several challenges the strongest is answered. A [`Registration`]
//! tells a carrier where we are. The other way round a carrier that is known by no address of its
//! own proves who it is.
//!
//! A carrier with an account is a target, credentials and a registration; without credentials
//! [`TrunkConfig::check`](crate::trunk::TrunkConfig::check) refuses it. `udp(name, ip, port)` is for
//! carriers at one address, `new` for those at a domain:
//!
//! ```
//! use std::time::Duration;
//! use teams_cc_sip::{
//!     carrier::{DigestUser, Registration},
//!     io::{Target, TransportKind},
//!     trunk::{StaticPeer, TrunkConfig},
//! };
//!
//! let registration = Registration::new("+4989123", "carrier.example")
//!     .behind_nat(true)
//!     .keep_alive(Duration::from_secs(25));
//! let carrier = StaticPeer::new("carrier", TransportKind::Udp)
//!     // `Target::by_name` in place of `new` asks for SRV records, where there is a `Locator`.
//!     .target(Target::new(TransportKind::Udp, "sip.carrier.example", 5060))
//!     .address("203.0.113.0/24".parse()?)
//!     .credentials(DigestUser::new("adatum", "secret"))
//!     .registration(registration);
//! let config = TrunkConfig::new("sbc1.adatum.biz".parse()?).carrier(carrier);
//! config.check()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! How that goes is health, apart from the carrier's OPTIONS
//! ([`HealthCheck::Registration`](crate::trunk::HealthCheck::Registration)). `Contact` names the
//! trunk, which a carrier cannot reach behind a translation of addresses: say `behind_nat`, or give
//! the outer address by [`StaticPeer::contact`](crate::trunk::StaticPeer::contact). SRV and NAPTR
//! records (feature `dns`) are one line more where the network is made:
//!
//! ```
//! # #[cfg(feature = "dns")]
//! # fn made(clock: std::sync::Arc<dyn teams_cc_core::Clock>) -> Result<(), teams_cc_sip::Error> {
//! use std::sync::Arc;
//! use teams_cc_sip::io::{DnsRecords, Locator, SocketNetwork};
//!
//! // The seed spreads calls over servers of equal priority by their weight.
//! let locator = Locator::new(DnsRecords::of_system()?, clock, 1);
//! let network = SocketNetwork::builder().resolver(Arc::new(locator));
//! # Ok(()) }
//! ```

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
