//! Session descriptions (RFC 8866), offer and answer (RFC 3264), and SDES keys (RFC 4568).
//!
//! Lines without a meaning here are kept and written back. Offers and answers connect G.711 (and,
//! by configuration, the other codecs Teams takes) with telephone events and comfort noise over RTP
//! or SRTP, with ICE-lite for media bypass. [`Negotiation`] is one side's whole state. Keys come
//! from the caller: nothing here draws random numbers.

mod answer;
mod codec;
mod crypto;
mod description;
mod error;
mod ice;
mod media;
mod negotiation;
mod offer;
mod pass;

pub use answer::{Answer, NegotiatedAudio, accept, answer};
pub use codec::Codec;
pub use crypto::{Crypto, KeyParams, MasterKey, Mki, Suite};
pub use description::{Line, Origin, SdpLimits, SessionDescription};
pub use error::{AnswerError, SdpError, SdpRule};
pub use ice::{IceCredentials, NegotiatedIce};
pub use media::{Direction, Media, RtpMap};
pub use negotiation::Negotiation;
pub use offer::{LocalAudio, Profile, offer, offer_after};
pub use pass::{PassThroughError, pass_through};

#[cfg(test)]
mod tests;
