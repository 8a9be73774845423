//! One leg's media session: what we have described and what was agreed.

use std::net::SocketAddr;

use bytes::Bytes;
use teams_cc_core::LegId;

use super::{RemoteMedia, SrtpKeys};
use crate::sdp::{
    self, AnswerError, Direction, LocalAudio, MasterKey, NegotiatedAudio, SessionDescription,
};

/// The descriptions of one leg, ours and the peer's.
pub(crate) struct Session {
    media: LegId,
    local: LocalAudio,
    offered: Option<SessionDescription>,
    agreed: Option<NegotiatedAudio>,
    peer_holds: bool,
}

impl Session {
    /// A session that has described nothing yet; with a key it is encrypted.
    pub(crate) fn new(media: LegId, at: SocketAddr, id: u64, key: Option<MasterKey>) -> Self {
        let local = LocalAudio::new(at.ip(), at.port(), id).with_version(0);
        let local = match key {
            Some(key) => local.with_key(key),
            None => local,
        };
        Self { media, local, offered: None, agreed: None, peer_holds: false }
    }

    /// The name under which the media port knows this session.
    pub(crate) fn media(&self) -> &LegId {
        &self.media
    }

    /// Describes what we want from now on.
    pub(crate) fn offer(&mut self, direction: Direction) -> Result<Bytes, AnswerError> {
        self.next_version(direction);
        let offer = sdp::offer(&self.local)?;
        let body = offer.encode().into();
        self.offered = Some(offer);
        Ok(body)
    }

    /// Answers what the peer wants from now on.
    pub(crate) fn answer(&mut self, offer: &[u8], ours: Direction) -> Result<Bytes, AnswerError> {
        let offer = SessionDescription::parse(offer)?;
        self.next_version(ours);
        let answer = sdp::answer(&offer, &self.local)?;
        self.peer_holds = offer.audio().is_some_and(|audio| !offer.direction_of(audio).receives());
        self.agreed = Some(answer.audio);
        Ok(answer.description.encode().into())
    }

    /// Reads the peer's answer to our last offer; a later answer of another fork replaces it.
    pub(crate) fn accept(&mut self, answer: &[u8]) -> Result<(), AnswerError> {
        let offered = self.offered.as_ref().ok_or(AnswerError::Mismatch)?;
        let answer = SessionDescription::parse(answer)?;
        self.agreed = Some(sdp::accept(offered, &answer, &self.local)?);
        Ok(())
    }

    /// Whether the peer's last offer put us on hold.
    pub(crate) fn peer_holds(&self) -> bool {
        self.peer_holds
    }

    /// Where the peer wants its packets, once that is agreed.
    pub(crate) fn remote(&self) -> Option<RemoteMedia> {
        let agreed = self.agreed.as_ref()?;
        let address = SocketAddr::new(agreed.remote_address, agreed.remote_port);
        let mut remote = RemoteMedia::new(address, agreed.codec);
        remote.telephone_event = agreed.telephone_event;
        remote.on_hold = !agreed.direction.sends();
        remote.keys = agreed
            .local_crypto
            .clone()
            .zip(agreed.remote_crypto.clone())
            .map(|(local, remote)| SrtpKeys::new(local, remote));
        Some(remote)
    }

    // RFC 3264 §8: the version counts descriptions; address, port and key never change, because
    // Teams does not follow a move (Learn, *Direct Routing: protocols*).
    fn next_version(&mut self, direction: Direction) {
        self.local.version = self.local.version.saturating_add(1);
        self.local.direction = direction;
    }
}

/// Whether an offer wants SRTP (`RTP/SAVP`).
pub(crate) fn wants_encryption(offer: &[u8]) -> Result<bool, AnswerError> {
    let offer = SessionDescription::parse(offer)?;
    let audio = offer.audio().ok_or(AnswerError::NoAudio)?;
    Ok(audio.protocol().to_ascii_uppercase().contains("SAVP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(n: u64, key: Option<u8>) -> Session {
        let at = SocketAddr::from(([192, 0, 2, 1], 4000 + u16::try_from(n).unwrap()));
        Session::new(LegId::numbered("S", n), at, n, key.map(|byte| MasterKey::new([byte; 30])))
    }

    #[test]
    fn both_sides_agree_on_srtp_and_on_hold() {
        let (mut ours, mut theirs) = (session(1, Some(1)), session(2, Some(2)));
        let offer = ours.offer(Direction::SendRecv).unwrap();
        assert!(wants_encryption(&offer).unwrap());
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
