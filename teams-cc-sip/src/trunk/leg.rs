//! A call of the trunk as the contact center orders it about.

use std::fmt;

use async_trait::async_trait;
use teams_cc_core::{
    Address, LegId, OperationId,
    contact::{Capabilities, Direction, Leg, LegCommand, LegError, LegState, Verb},
};
use tokio::sync::{mpsc, oneshot};

use super::{MediaPort, command::Command};

/// What every leg of a trunk can do, whatever carries its media.
const CAPABILITIES: Capabilities = Capabilities::of(&[
    Verb::Ring,
    Verb::Answer,
    Verb::Reject,
    Verb::Hold,
    Verb::Resume,
    Verb::HangUp,
]);

/// One call of a trunk.
///
/// The leg is a handle: while it is held the call lives, and a call whose last handle is dropped
/// is hung up, refused or cancelled, so that none is left behind. What happens on the leg comes as
/// [`TrunkEvent::Leg`](super::TrunkEvent::Leg) under its id.
pub struct SipLeg {
    id: LegId,
    serial: u64,
    direction: Direction,
    party: Address,
    /// What the media port adds to [`CAPABILITIES`].
    media: Capabilities,
    commands: mpsc::Sender<Command>,
    releases: mpsc::UnboundedSender<(LegId, u64)>,
}

/// What a media port adds to that.
pub(crate) fn verbs_of(port: &dyn MediaPort) -> Capabilities {
    let verbs = port.verbs();
    let has = |verb: &Verb| verbs.has(*verb) || (*verb == Verb::Bridge && port.joins());
    let all: Vec<Verb> = Verb::ALL.into_iter().filter(has).collect();
    Capabilities::of(&all)
}

impl SipLeg {
    pub(crate) fn new(
        (id, serial): (LegId, u64),
        direction: Direction,
        party: Address,
        media: Capabilities,
        commands: mpsc::Sender<Command>,
        releases: mpsc::UnboundedSender<(LegId, u64)>,
    ) -> Self {
        Self { id, serial, direction, party, media, commands, releases }
    }
}

#[async_trait]
impl Leg for SipLeg {
    fn id(&self) -> &LegId {
        &self.id
    }

    fn direction(&self) -> Direction {
        self.direction
    }

    fn party(&self) -> &Address {
        &self.party
    }

    fn capabilities(&self) -> Capabilities {
        let both = Verb::ALL.map(|verb| (verb, CAPABILITIES.has(verb) || self.media.has(verb)));
        let verbs: Vec<Verb> = both.iter().filter(|(_, has)| *has).map(|(verb, _)| *verb).collect();
        Capabilities::of(&verbs)
    }

    /// Carries out an order; `Hold` and `Resume` return once the peer has answered the re-INVITE.
    ///
    /// Dropping the future leaves an order that was already taken in force; nothing waits for its
    /// answer any more.
    async fn execute(&self, command: LegCommand) -> Result<Option<OperationId>, LegError> {
        let verb = command.verb();
        if !CAPABILITIES.has(verb) && !self.media.has(verb) {
            return Err(LegError::Unsupported { verb, why: why_not(verb) });
        }
        let (reply, answer) = oneshot::channel();
        let order = Command::Execute { leg: self.id.clone(), command, reply };
        self.commands.send(order).await.map_err(|_| LegError::Ended)?;
        answer.await.map_err(|_| LegError::Ended)?
    }
}

impl Drop for SipLeg {
    fn drop(&mut self) {
        // Unbounded, yet no more than one message per leg. A trunk that has stopped has no legs.
        let _ = self.releases.send((self.id.clone(), self.serial));
    }
}

impl fmt::Debug for SipLeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SipLeg")
            .field("id", &self.id)
            .field("direction", &self.direction)
            .field("party", &format_args!("{}", self.party))
            .finish_non_exhaustive()
    }
}

/// What stands in the way of a verb, and what to do instead.
pub(crate) fn why_not(verb: Verb) -> &'static str {
    match verb {
        Verb::TransferBlind | Verb::TransferConsultative => {
            "no REFER is ever sent to Teams; dial the target and bridge the two legs"
        }
        Verb::Play | Verb::CancelMedia => {
            "this trunk's media port has no prompts; start it with a media endpoint or a relay"
        }
        Verb::Bridge => {
            "this trunk's media port lets no two legs hear each other; start it with a relay"
        }
        Verb::CollectTones => {
            "this trunk's media port hears no tones; start it with a media endpoint or a relay"
        }
        _ => "a SIP leg has no such verb",
    }
}

/// Why a verb cannot be carried out in a state.
pub(crate) fn wrong_state(verb: Verb, state: LegState) -> LegError {
    match state {
        LegState::Ended => LegError::Ended,
        state => LegError::WrongState { verb, state },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_a_leg_lacks_says_what_to_do_instead() {
        for verb in Verb::ALL.into_iter().filter(|verb| !CAPABILITIES.has(*verb)) {
            assert!(why_not(verb).len() > 30, "{verb}");
        }
        assert!(why_not(Verb::TransferBlind).contains("no REFER is ever sent to Teams"));
    }
}
