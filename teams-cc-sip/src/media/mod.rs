//! A small media plane (feature `media`): RTP, SRTP, keys pressed, prompts and a relay.
//!
//! | module | holds | source |
//! |---|---|---|
//! | [`rtp`], [`rtcp`] | packets and reports | RFC 3550 |
//! | [`srtp`] | SRTP and SRTCP with SDES keys | RFC 3711, 4568 |
//! | [`dtmf`] | keys as events | RFC 4733 |
//! | [`stun`] | connectivity checks, answered | RFC 8489, 8445 |
//! | [`wav`], [`g711`] | prompts | ITU-T G.711 |
//! | [`Plane`] | the legs, without sockets | |
//! | [`MediaEndpoint`], [`MediaRelay`] | the legs on UDP, behind [`MediaPort`](crate::trunk::MediaPort) | |
//!
//! A prompt is played and keys are heard by orders to a leg, as on every platform. The prompt is
//! known by the address that [`Prompt`](teams_cc_core::contact::Prompt) names, letter by letter;
//! nothing is fetched from there:
//!
//! ```
//! use std::sync::Arc;
//! use teams_cc_core::{Clock, contact::{Leg, LegCommand, LegEvent, Prompt}};
//! use teams_cc_sip::{
//!     io::Network,
//!     media::{MediaConfig, MediaRelay, wav::WavPrompt},
//!     trunk::{Trunk, TrunkConfig, TrunkEvent},
//! };
//!
//! const WELCOME: &str = "https://prompts.adatum.biz/welcome.wav";
//!
//! /// Greets whoever calls, and takes a key.
//! async fn greet(
//!     config: TrunkConfig,
//!     network: Arc<dyn Network>,
//!     clock: Arc<dyn Clock>,
//!     recording: &[u8], // one channel, 8000 samples a second
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let media = MediaConfig::new("192.0.2.10".parse()?, 30_000..=34_000)
//!         .prompt(WELCOME, WavPrompt::parse(recording)?);
//!     let media = Arc::new(MediaRelay::start(media, clock.clone())?);
//!     let (_trunk, mut events) = Trunk::start(config, network, clock, media)?;
//!     let mut held = Vec::new();
//!     while let Some(event) = events.next().await {
//!         match event {
//!             TrunkEvent::Incoming(call) => {
//!                 call.leg.execute(LegCommand::Answer).await?;
//!                 held.push(call.leg);
//!             }
//!             // Only now is there a way for sound.
//!             TrunkEvent::Leg { leg, event: LegEvent::MediaActive } => {
//!                 let Some(leg) = held.iter().find(|held| *held.id() == leg) else { continue };
//!                 leg.execute(LegCommand::CollectTones).await?;
//!                 leg.execute(LegCommand::Play(vec![Prompt::new(WELCOME)?])).await?;
//!             }
//!             TrunkEvent::Leg { leg, event: LegEvent::Tone(tone) } => {
//!                 println!("{leg} pressed {}", tone.reveal());
//!             }
//!             TrunkEvent::Leg { leg, event: LegEvent::Ended(_) } => {
//!                 held.retain(|held| *held.id() != leg);
//!             }
//!             _ => {}
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! A relay carries a plain leg and an encrypted one, once the trunk has negotiated both. Here the
//! trunk's part is played by hand:
//!
//! ```
//! use std::sync::Arc;
//! use teams_cc_core::LegId;
//! use teams_cc_sip::{
//!     io::TokioClock,
//!     media::{MediaConfig, MediaRelay, rtp::RtpPacket, srtp::SrtpContext},
//!     sdp::{Codec, Crypto, Suite},
//!     trunk::{MediaPort, RemoteMedia, SrtpKeys},
//! };
//! use tokio::net::UdpSocket;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = MediaConfig::new("127.0.0.1".parse()?, 30_000..=32_000);
//! let relay = MediaRelay::start(config, Arc::new(TokioClock::system()))?;
//! let (carrier, agent) = (LegId::numbered("S", 1), LegId::numbered("S", 2));
//!
//! // A phone that speaks RTP and one that speaks SRTP.
//! let plain = UdpSocket::bind("127.0.0.1:0").await?;
//! let secret = UdpSocket::bind("127.0.0.1:0").await?;
//! let at = relay.open(&carrier)?;
//! relay.open(&agent)?;
//! relay.connect(&carrier, &RemoteMedia::new(plain.local_addr()?, Codec::Pcmu));
//! let suite = Suite::AesCm128HmacSha1_80;
//! let ours = Crypto::new(1, suite.clone(), relay.master_key(&agent)?);
//! let theirs = Crypto::new(1, suite, relay.master_key(&agent)?);
//! let mut remote = RemoteMedia::new(secret.local_addr()?, Codec::Pcma);
//! remote.keys = Some(SrtpKeys::new(ours.clone(), theirs));
//! relay.connect(&agent, &remote);
//! relay.join(&carrier, &agent)?;
//!
//! let mut packet = [0; 1_500];
//! let length = RtpPacket::new(0, 1, 160, 9, &[0x55; 160]).write(&mut packet).unwrap_or(0);
//! plain.send_to(&packet[..length], at).await?;
//! # let length = loop {
//! let (length, _) = secret.recv_from(&mut packet).await?;
//! #     if length == 182 { break length }
//! # };
//! let length = SrtpContext::new(&ours)?.unprotect_rtp(&mut packet[..length])?;
//! let heard = RtpPacket::parse(&packet[..length]).ok_or("no packet")?;
//! assert_eq!((heard.payload_type, heard.payload.len()), (8, 160));
//! # Ok(()) }
//! ```

mod config;
pub mod dtmf;
pub mod g711;
mod io;
mod plane;
mod player;
mod ports;
mod reception;
mod replay;
pub mod role;
pub mod rtcp;
pub mod rtp;
mod rules;
pub mod srtp;
mod stream;
pub mod stun;
pub mod wav;
mod writer;

pub use config::{MAX_KNOWN_PROMPTS, MediaConfig};
pub use io::{MediaEndpoint, MediaRelay, UdpMedia};
pub use plane::{Datagram, MAX_EVENTS, Plane};
pub use player::MAX_PROMPTS;
pub use rules::MediaRules;
pub use stream::BUFFER;
pub use wav::WavPrompt;

pub use crate::trunk::MediaQuality;
