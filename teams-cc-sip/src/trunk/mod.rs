//! A trunk between Teams, carriers and the contact center (Learn, *Direct Routing*).
//!
//! [`Trunk::start`] runs one task over a [`Network`](crate::io::Network) and a [`MediaPort`]; what
//! happens comes as [`TrunkEvent`]s, and each call is a [`SipLeg`]. Whoever is not named in the
//! [`TrunkConfig`] is denied.
//!
//! Every call is of one tenant, or of none; this is how it is found:
//!
//! | the call | is of the tenant |
//! |---|---|
//! | comes from Teams | whose name stands in the Request-URI ([`TrunkConfig::customer`]) |
//! | comes from a carrier | whose name stands there; else who owns the number that is called ([`Permission::owns`]) |
//! | is dialled | [`Destination::tenant`]; else whose name [`Via::Teams`] says |
//! | goes on ([`IncomingCall::onward`]) | of the call that came |
//! | is the target of a REFER, or called back | of the leg that is handed over |
//!
//! The tenant decides what [`gate`](crate::gate) lets out, and by which bounds. To reach a tenant's
//! users over Teams take the name it is served under: [`Via::Teams`] wants that name, not the id.
//!
//! [`Permission::owns`]: crate::gate::Permission::owns

pub(crate) mod admission;
pub(crate) mod call;
mod carried;
pub(crate) mod cause;
pub(crate) mod check;
pub(crate) mod command;
mod config;
mod destination;
pub(crate) mod ending;
pub(crate) mod engine;
mod event;
mod handle;
mod heard;
pub(crate) mod inbound;
pub(crate) mod input;
mod invite;
pub(crate) mod leg;
mod limits;
pub(crate) mod link;
mod media;
mod media_news;
pub(crate) mod multipart;
mod orders;
pub(crate) mod outbound;
pub(crate) mod playing;
mod requests;
mod retried;
mod said;
pub(crate) mod session;
mod static_peer;
mod tenants;
mod trace;

pub use carried::{BodyPart, DisplayText, EmergencyData};
pub use check::ConfigFault;
pub use config::{TeamsPeer, TrunkConfig};
pub use destination::{Destination, Via};
pub use event::{HealthCheck, IncomingCall, PeerHealth, TransferStep, TrunkEvent, Unfinished};
pub use handle::{Trunk, TrunkEvents};
pub use leg::SipLeg;
#[cfg(feature = "media")]
pub(crate) use limits::DEFAULT_LEGS;
pub use limits::{LabPeer, TrunkLimits};
pub use media::{MediaError, MediaPort, MediaQuality, RemoteMedia, SrtpKeys};
pub use media_news::{MediaEvent, MediaNews};
pub use said::CallRequest;
pub use static_peer::StaticPeer;
pub use trace::{CallTrace, TracedMessage};

pub use crate::{
    bridge::back_to_back::{BackToBack, MAX_DESTINATIONS},
    bridge::header_policy::{CarriedHeaders, HeaderPolicy, HistoryForm},
    sdp::{Codec, MasterKey},
};
