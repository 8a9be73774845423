//! A trunk between Teams, carriers and the contact center (Learn, *Direct Routing*).

mod carried;
mod command;
mod config;
mod destination;
mod event;
mod leg;
mod media;

pub use carried::{BodyPart, DisplayText, EmergencyData};
pub use config::{LabPeer, StaticPeer, TeamsPeer, TrunkConfig, TrunkLimits};
pub use destination::{Destination, Via};
pub use event::{IncomingCall, PeerHealth, TransferStep, TrunkEvent, Unfinished};
pub use leg::SipLeg;
pub use media::{MASTER_KEY_BYTES, MediaPort, RemoteMedia, SrtpKeys};

pub use crate::sdp::{Codec, MasterKey};
