//! One leg's media session: what we have described and what was agreed.

use std::net::SocketAddr;

use bytes::Bytes;
use teams_cc_core::LegId;

use super::{Codec, MasterKey, RemoteMedia, SrtpKeys, input::LocalMedia};
use crate::sdp::{AnswerError, Direction, LocalAudio, Negotiation, SessionDescription};

/// The descriptions of one leg, ours and the peer's.
#[derive(Clone)]
pub(crate) struct Session {
    media: LegId,
    /// Boxed, so that a leg takes less than a kilobyte in one piece.
    negotiation: Box<Negotiation>,
}

impl Session {
    /// A session that has described nothing yet; encrypted or not for its whole life.
    pub(crate) fn new(media: LegId, local: LocalMedia, id: u64, encrypted: bool) -> Self {
        let mut audio = LocalAudio::new(local.address.ip(), local.address.port(), id)
            .with_version(0)
            .with_codecs(local.codecs);
        audio.comfort_noise = local.comfort_noise;
        if encrypted {
            audio = audio.with_key(local.key.clone());
        }
        let mut negotiation = Negotiation::new(audio);
        if local.ice && encrypted {
            negotiation = negotiation.with_ice(local.key);
        }
        Self { media, negotiation: Box::new(negotiation) }
    }

    /// Takes another key, for whoever takes the peer's place.
    pub(crate) fn rekey(&mut self, key: MasterKey) {
        self.negotiation.rekey(key);
    }

    /// Offers and takes these codecs alone from now on.
    pub(crate) fn limit(&mut self, codecs: Vec<Codec>) {
        self.negotiation.limit(codecs);
    }

    /// The codec that is spoken.
    pub(crate) fn codec(&self) -> Option<Codec> {
        self.negotiation.agreed().map(|agreed| agreed.codec)
    }

    /// The name under which the media port knows this session.
    pub(crate) fn media(&self) -> &LegId {
        &self.media
    }

    /// Describes what we want from now on.
    pub(crate) fn offer(&mut self, direction: Direction) -> Result<Bytes, AnswerError> {
        self.negotiation.write_offer(direction)
    }

    /// Answers what the peer wants from now on.
    pub(crate) fn answer(&mut self, offer: &[u8], ours: Direction) -> Result<Bytes, AnswerError> {
        self.answer_read(&SessionDescription::parse(offer)?, ours)
    }

    /// The same, of an offer that has been read.
    pub(crate) fn answer_read(
        &mut self,
        offer: &SessionDescription,
        ours: Direction,
    ) -> Result<Bytes, AnswerError> {
        self.negotiation.write_answer(offer, ours)
    }

    /// Reads the peer's answer to our last offer; a later answer of another fork replaces it.
    pub(crate) fn accept(&mut self, answer: &[u8]) -> Result<(), AnswerError> {
        let answer = SessionDescription::parse(answer)?;
        self.negotiation.accept(&answer).map(drop)
    }

    /// Whether the peer's last offer put us on hold.
    pub(crate) fn peer_holds(&self) -> bool {
        self.negotiation.peer_holds()
    }

    /// Where the peer wants its packets, once that is agreed.
    pub(crate) fn remote(&self) -> Option<RemoteMedia> {
        let agreed = self.negotiation.agreed()?;
        let address = SocketAddr::new(agreed.remote_address, agreed.remote_port);
        let mut remote = RemoteMedia::new(address, agreed.codec);
        remote.payload_type = agreed.payload_type;
        remote.received_payload_type = agreed.received_payload_type;
        remote.telephone_event = agreed.telephone_event;
        remote.received_telephone_event = agreed.received_telephone_event;
        remote.comfort_noise = agreed.comfort_noise;
        remote.rtcp = agreed.remote_rtcp;
        remote.on_hold = !agreed.direction.sends();
        remote.expected = agreed.direction.receives();
        remote.ice.clone_from(&agreed.ice);
        remote.keys = agreed
            .local_crypto
            .clone()
            .zip(agreed.remote_crypto.clone())
            .map(|(local, remote)| SrtpKeys::new(local, remote));
        Some(remote)
    }
}

/// Reads an offer, and whether it wants SRTP (`RTP/SAVP`).
pub(crate) fn read_offer(offer: &[u8]) -> Result<(SessionDescription, bool), AnswerError> {
    let offer = SessionDescription::parse(offer)?;
    let audio = offer.audio().ok_or(AnswerError::NoAudio)?;
    let encrypted = audio.protocol().to_ascii_uppercase().contains("SAVP");
    Ok((offer, encrypted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(n: u64, key: Option<u8>) -> Session {
        let at = SocketAddr::from(([192, 0, 2, 1], 4000 + u16::try_from(n).unwrap()));
        let secret = MasterKey::new([key.unwrap_or_default(); 30]);
        let local = LocalMedia::new(at, secret);
        Session::new(LegId::numbered("S", n), local, n, key.is_some())
    }

    #[test]
    fn both_sides_agree_on_srtp_and_on_hold() {
        let (mut ours, mut theirs) = (session(1, Some(1)), session(2, Some(2)));
        let offer = ours.offer(Direction::SendRecv).unwrap();
        assert!(read_offer(&offer).unwrap().1);
        ours.accept(&theirs.answer(&offer, Direction::SendRecv).unwrap()).unwrap();
        let remote = ours.remote().unwrap();
        assert_eq!(remote.address.port(), 4002);
        assert!(!remote.on_hold && remote.keys.is_some());
        let hold = theirs.offer(Direction::Inactive).unwrap();
        let answer = ours.answer(&hold, Direction::SendRecv).unwrap();
        assert!(std::str::from_utf8(&answer).unwrap().contains("a=inactive"));
        theirs.accept(&answer).unwrap();
        assert!(ours.peer_holds() && ours.remote().unwrap().on_hold);
        assert!(theirs.remote().unwrap().on_hold);
    }

    #[test]
    fn plain_rtp_does_not_answer_an_encrypted_offer() {
        let offer = session(1, Some(1)).offer(Direction::SendRecv).unwrap();
        let mut plain = session(2, None);
        assert_eq!(plain.answer(&offer, Direction::SendRecv), Err(AnswerError::Profile));
        assert!(plain.remote().is_none());
    }
}
