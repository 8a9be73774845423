//! One side's whole state of offers and answers (RFC 3264 §4, §8; RFC 6337).

use bytes::Bytes;

use super::{
    AnswerError, Codec, Direction, IceCredentials, LocalAudio, MasterKey, NegotiatedAudio,
    SessionDescription, accept, answer, offer::written_after,
};

/// What one side of a session has described, and what is agreed.
///
/// Address, port and key stay as they are for the life of the session, unless another call takes
/// its place. The version in `o=` grows by
/// one with each description that differs from the one before, and sections never leave their
/// places. An offer that is refused changes nothing that was agreed.
///
/// ```
/// use teams_cc_sip::sdp::{Direction, LocalAudio, Negotiation};
///
/// let side = |port| Negotiation::new(LocalAudio::new([192, 0, 2, 1].into(), port, 7));
/// let (mut caller, mut agent) = (side(4000), side(5000));
/// let offer = caller.offer(Direction::SendRecv)?;
/// let answer = agent.answer(&offer, Direction::SendRecv)?;
/// assert_eq!(caller.accept(&answer)?.remote_port, 5000);
///
/// let hold = caller.offer(Direction::Inactive)?;
/// agent.answer(&hold, Direction::SendRecv)?;
/// assert!(agent.peer_holds());
/// # Ok::<(), teams_cc_sip::sdp::AnswerError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Negotiation {
    local: LocalAudio,
    /// What checks of connectivity are named by, where this side answers them.
    ice: Option<Ice>,
    /// Our last description, offer or answer, as it stood in the body.
    described: Option<Bytes>,
    /// Whether that is an offer to which answers count: each fork brings one, and a 183 one
    /// before the 200.
    offered: bool,
    /// Whether no answer has come to that offer.
    open: bool,
    agreed: Option<NegotiatedAudio>,
    peer_holds: bool,
}

#[derive(Debug, Clone)]
struct Ice {
    secret: MasterKey,
    /// How often the peer has started anew.
    start: u32,
    /// The peer's last name and password.
    peer: Option<IceCredentials>,
}

impl Negotiation {
    /// A session in which nothing is described yet; the version of `local` counts as used.
    #[must_use]
    pub fn new(local: LocalAudio) -> Self {
        Self {
            local,
            ice: None,
            described: None,
            offered: false,
            open: false,
            agreed: None,
            peer_holds: false,
        }
    }

    /// The same session with ICE-lite, whose names and passwords come from this secret.
    #[must_use]
    pub fn with_ice(mut self, secret: MasterKey) -> Self {
        self.local = self.local.with_ice(IceCredentials::derived(&secret, 0));
        self.ice = self.local.ice.is_some().then_some(Ice { secret, start: 0, peer: None });
        self
    }

    /// Takes another key: for a peer in the place of the one before, who has counted no packets
    /// under the old one (RFC 3711 §3.3.1).
    pub(crate) fn rekey(&mut self, key: MasterKey) {
        self.local = self.local.clone().with_key(key);
    }

    /// Offers and takes these codecs alone from now on.
    pub(crate) fn limit(&mut self, codecs: Vec<Codec>) {
        self.local.codecs = codecs;
    }

    /// Describes what this side wants from now on; an earlier offer without answer is withdrawn.
    ///
    /// # Errors
    ///
    /// [`AnswerError::NoCodec`] when no codec is given.
    pub fn offer(&mut self, direction: Direction) -> Result<SessionDescription, AnswerError> {
        let text = self.write_offer(direction)?;
        Ok(SessionDescription::parse_own(&text)?)
    }

    /// The same as it goes into a body.
    pub(crate) fn write_offer(&mut self, direction: Direction) -> Result<Bytes, AnswerError> {
        let mut next = self.local.clone().with_direction(direction);
        if self.described.is_none() {
            next.version = next.version.saturating_add(1);
        }
        let before = self.described();
        let mut offer = written_after(before.as_ref(), &next)?;
        if self.described.as_ref().is_some_and(|before| *before != offer) {
            next.version = next.version.saturating_add(1);
            offer = written_after(before.as_ref(), &next)?;
        }
        self.local = next;
        (self.offered, self.open) = (true, true);
        Ok(self.described.insert(kept(offer)).clone())
    }

    /// Answers what the peer wants from now on; an offer of ours without answer is withdrawn.
    ///
    /// # Errors
    ///
    /// Why there is no answer; what was agreed before stays.
    pub fn answer(
        &mut self,
        offer: &SessionDescription,
        wanted: Direction,
    ) -> Result<SessionDescription, AnswerError> {
        let text = self.write_answer(offer, wanted)?;
        Ok(SessionDescription::parse_own(&text)?)
    }

    /// The same as it goes into a body.
    pub(crate) fn write_answer(
        &mut self,
        offer: &SessionDescription,
        wanted: Direction,
    ) -> Result<Bytes, AnswerError> {
        let mut next = self.local.clone().with_direction(wanted);
        let (ice, credentials) = self.started_anew(offer);
        if credentials.is_some() {
            next.ice = credentials;
        }
        if self.described.is_none() {
            next.version = next.version.saturating_add(1);
        }
        let (mut text, mut audio) = answer::written(offer, &next)?;
        if self.described.as_ref().is_some_and(|before| *before != text) {
            next.version = next.version.saturating_add(1);
            (text, audio) = answer::written(offer, &next)?;
        }
        self.local = next;
        self.ice = ice;
        (self.offered, self.open) = (false, false);
        self.peer_holds = offer.audio().is_some_and(|audio| !offer.direction_of(audio).receives());
        // RFC 3264 §8.3.2: a number keeps its meaning, in our own offers too.
        let agreed = self.agreed.insert(audio);
        self.local.learned = Some((agreed.received_payload_type, agreed.codec));
        if let Some(event) = agreed.received_telephone_event {
            self.local.telephone_event = Some(event);
        }
        Ok(self.described.insert(kept(text)).clone())
    }

    /// Reads the answer to our last offer; a later answer of another fork replaces it.
    ///
    /// # Errors
    ///
    /// Why the answer cannot be used; what was agreed before stays.
    pub fn accept(&mut self, answer: &SessionDescription) -> Result<&NegotiatedAudio, AnswerError> {
        let offered = self.described().filter(|_| self.offered).ok_or(AnswerError::Mismatch)?;
        let agreed = accept(&offered, answer, &self.local)?;
        if let (Some(ice), Some(found)) = (&mut self.ice, &agreed.ice) {
            ice.peer = Some(found.remote.clone());
        }
        self.open = false;
        Ok(self.agreed.insert(agreed))
    }

    /// Our offer was refused: what was agreed before it goes on.
    pub fn refused(&mut self) {
        (self.offered, self.open) = (false, false);
    }

    /// Whether an offer of ours waits for its first answer.
    #[must_use]
    pub const fn has_open_offer(&self) -> bool {
        self.open
    }

    /// What is agreed.
    #[must_use]
    pub const fn agreed(&self) -> Option<&NegotiatedAudio> {
        self.agreed.as_ref()
    }

    /// Our last description.
    #[must_use]
    pub fn described(&self) -> Option<SessionDescription> {
        SessionDescription::parse_own(self.described.as_ref()?).ok()
    }

    /// Whether the peer's last offer put us on hold.
    #[must_use]
    pub const fn peer_holds(&self) -> bool {
        self.peer_holds
    }

    /// The state of ICE after this offer, and our new credentials where the peer starts anew
    /// (RFC 8445 §9: both its name and its password are new).
    fn started_anew(&self, offer: &SessionDescription) -> (Option<Ice>, Option<IceCredentials>) {
        let Some(mut ice) = self.ice.clone() else { return (None, None) };
        let found = offer.audio().and_then(|audio| IceCredentials::of(offer, audio));
        let anew = match (&found, &ice.peer) {
            (Some(found), Some(before)) => found != before,
            _ => false,
        };
        if found.is_some() {
            ice.peer = found;
        }
        if !anew {
            return (Some(ice), None);
        }
        ice.start = ice.start.saturating_add(1);
        let credentials = IceCredentials::derived(&ice.secret, ice.start);
        (Some(ice), Some(credentials))
    }
}

/// A description that is kept, and takes no more room than its text.
fn kept(text: Vec<u8>) -> Bytes {
    text.into_boxed_slice().into()
}

#[cfg(test)]
mod tests;
