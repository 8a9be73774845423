//! Session descriptions (RFC 8866), offer and answer (RFC 3264), and SDES keys (RFC 4568).
//!
//! Lines without a meaning here are kept and written back. Offers and answers connect G.711 and
//! telephone events over RTP or SRTP, which is what a Direct Routing trunk needs. Keys come from
//! the caller: nothing here draws random numbers.

mod answer;
mod crypto;
mod description;
mod error;
mod media;
mod offer;

pub use answer::{Answer, NegotiatedAudio, accept, answer};
pub use crypto::{Crypto, KeyParams, MasterKey, Mki, Suite};
pub use description::{Line, Origin, SdpLimits, SessionDescription};
pub use error::{AnswerError, SdpError, SdpRule};
pub use media::{Direction, Media, RtpMap};
pub use offer::{Codec, LocalAudio, Profile, offer};

#[cfg(test)]
mod tests;
