//! What each kind of call can do, refused here with the reason and not by the service without one.

use std::fmt;

use super::{CallKind, CalledAs, JoinedBy};

/// Something a call may be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Ability {
    /// `playPrompt`, `cancelMediaProcessing`.
    PlayPrompts,
    /// `recordResponse`.
    RecordResponse,
    /// `subscribeToTone`.
    HearTones,
    /// `sendDtmfTones`.
    SendTones,
    /// `updateRecordingStatus`.
    RecordingStatus,
    /// `redirect`, before it is answered.
    Redirect,
    /// `redirect` to a phone.
    RedirectToPhone,
    /// `transfer` of the other party, blind or consultative.
    Transfer,
    /// `transfer` of the other party to a phone.
    TransferToPhone,
    /// `transfer` of one of several participants.
    TransferParticipant,
    /// `participants/invite`.
    Invite,
    /// `participants/invite` of a phone.
    InvitePhone,
    /// `DELETE` of a participant.
    Remove,
    /// `mute` of a participant.
    MuteParticipant,
    /// `startHoldMusic`, `stopHoldMusic`.
    HoldMusic,
}

/// How a rule is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// Microsoft documents it.
    Documented,
    /// The service was seen to answer so.
    Observed,
    /// It follows from what is documented, and nobody said so.
    Assumed,
}

/// What a kind of call cannot do; nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot {ability}: {why}", kind.name())]
#[non_exhaustive]
pub struct Unsupported {
    /// What was asked for.
    pub ability: Ability,
    /// Of what kind of call.
    pub kind: CallKind,
    /// What stands in the way, and what to do instead.
    pub why: &'static str,
    /// How that is known.
    pub basis: Basis,
}

impl Ability {
    /// Every ability.
    pub const ALL: [Self; 15] = [
        Self::PlayPrompts,
        Self::RecordResponse,
        Self::HearTones,
        Self::SendTones,
        Self::RecordingStatus,
        Self::Redirect,
        Self::RedirectToPhone,
        Self::Transfer,
        Self::TransferToPhone,
        Self::TransferParticipant,
        Self::Invite,
        Self::InvitePhone,
        Self::Remove,
        Self::MuteParticipant,
        Self::HoldMusic,
    ];

    fn on_one_to_one(self) -> bool {
        use Ability::{Redirect, RedirectToPhone, Transfer, TransferToPhone};
        matches!(self, Redirect | RedirectToPhone | Transfer | TransferToPhone)
    }

    fn on_groups(self) -> bool {
        use Ability::{
            HoldMusic, Invite, InvitePhone, MuteParticipant, Remove, TransferParticipant,
        };
        matches!(
            self,
            Invite | InvitePhone | Remove | MuteParticipant | HoldMusic | TransferParticipant
        )
    }
}

impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PlayPrompts => "play prompts",
            Self::RecordResponse => "record a response",
            Self::HearTones => "hear tones",
            Self::SendTones => "send tones",
            Self::RecordingStatus => "tell a recording status",
            Self::Redirect => "be redirected",
            Self::RedirectToPhone => "be redirected to a phone",
            Self::Transfer => "be transferred",
            Self::TransferToPhone => "be transferred to a phone",
            Self::TransferParticipant => "hand over a participant",
            Self::Invite => "invite",
            Self::InvitePhone => "invite a phone",
            Self::Remove => "remove a participant",
            Self::MuteParticipant => "mute a participant",
            Self::HoldMusic => "put a participant on hold",
        })
    }
}

impl CallKind {
    /// Whether a call of this kind can do that.
    ///
    /// | | to a number or resource account | to the bot's name | from a resource account | from the bot's name | group, meeting | policy recording |
    /// |---|---|---|---|---|---|---|
    /// | prompts, tones, recordResponse | yes | yes | yes | yes | yes | no |
    /// | redirect (unanswered) | yes | not to phones | – | – | – | no |
    /// | transfer | yes | not to phones | yes | not to phones | a participant | no |
    /// | invite, remove, mute, hold music | no | no | no | no | yes | no |
    /// | invite a phone | no | no | no | no | unless joined by token | no |
    /// | recording status | no | no | no | no | no | yes |
    ///
    /// # Errors
    ///
    /// [`Unsupported`] with the reason, and how it is known.
    ///
    /// ```
    /// use teams_cc_graph::call::control::{Ability, CallKind, CalledAs};
    ///
    /// let call = CallKind::Inbound(CalledAs::Bot);
    /// assert!(call.allows(Ability::Transfer).is_ok());
    /// let refused = call.allows(Ability::TransferToPhone).unwrap_err();
    /// assert!(refused.to_string().contains("service number"));
    /// ```
    pub fn allows(self, ability: Ability) -> Result<(), Unsupported> {
        match self.refusal(ability) {
            None => Ok(()),
            Some((basis, why)) => Err(Unsupported { ability, kind: self, why, basis }),
        }
    }

    fn refusal(self, ability: Ability) -> Option<(Basis, &'static str)> {
        use Ability::{
            HearTones, InvitePhone, RecordingStatus, Redirect, RedirectToPhone, TransferToPhone,
        };
        use Basis::{Assumed, Documented, Observed};
        let why = match (self, ability) {
            (Self::PolicyRecording, RecordingStatus) => return None,
            (_, RecordingStatus) => (
                Documented,
                "no recording policy brought the bot into it, so Graph answers 8506; assign a \
                 compliance recording policy to the user",
            ),
            (Self::PolicyRecording, HearTones) => {
                (Observed, "Graph answers 500/9999; a recording bot hears tones in its own media")
            }
            (Self::PolicyRecording, _) => {
                (Assumed, "a recording bot listens to a call that is not its own; it leaves alone")
            }
            (kind, ability) if !kind.is_group() && ability.on_groups() => {
                (Documented, "it has two parties; escalate it to a group call, or transfer it")
            }
            (kind, ability) if kind.is_group() && ability.on_one_to_one() => (
                Documented,
                "it has several participants; hand over one of them, or invite the other party",
            ),
            (Self::Outbound { .. }, Redirect | RedirectToPhone) => {
                (Documented, "only a call that came in and is not answered can be")
            }
            (Self::Inbound(CalledAs::Bot), TransferToPhone | RedirectToPhone) => (
                Documented,
                "phones are reached from calls to a service number or to a resource account only; \
                 let callers dial the bot's service number",
            ),
            (Self::Outbound { instance: false }, TransferToPhone) => (
                Documented,
                "it has no resource account as its source; set application_instance before calling",
            ),
            (Self::Meeting(JoinedBy::Token), InvitePhone) => (
                Documented,
                "it was joined by a token; join by the meeting's organizer and chat instead",
            ),
            _ => return None,
        };
        Some(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [CallKind; 9] = [
        CallKind::Inbound(CalledAs::Number),
        CallKind::Inbound(CalledAs::Instance),
        CallKind::Inbound(CalledAs::Bot),
        CallKind::Outbound { instance: true },
        CallKind::Outbound { instance: false },
        CallKind::Group,
        CallKind::Meeting(JoinedBy::Details),
        CallKind::Meeting(JoinedBy::Token),
        CallKind::PolicyRecording,
    ];

    /// Pain 36, pain 45, pain 47.
    #[test]
    fn the_matrix_is_as_documented_for_every_kind_and_ability() {
        use Ability as A;
        let media = [A::PlayPrompts, A::RecordResponse, A::HearTones, A::SendTones];
        let group =
            [A::Invite, A::Remove, A::MuteParticipant, A::HoldMusic, A::TransferParticipant];
        let phones =
            |kind| matches!(kind, CallKind::Inbound(CalledAs::Number | CalledAs::Instance));
        for kind in KINDS {
            let recording = kind == CallKind::PolicyRecording;
            for ability in A::ALL {
                let wanted = match ability {
                    A::RecordingStatus => recording,
                    _ if recording => false,
                    A::Redirect => matches!(kind, CallKind::Inbound(_)),
                    A::RedirectToPhone => phones(kind),
                    A::Transfer => !kind.is_group(),
                    A::TransferToPhone => {
                        phones(kind) || kind == CallKind::Outbound { instance: true }
                    }
                    A::InvitePhone => kind.is_group() && kind != CallKind::Meeting(JoinedBy::Token),
                    ability if group.contains(&ability) => kind.is_group(),
                    ability => media.contains(&ability),
                };
                assert_eq!(kind.allows(ability).is_ok(), wanted, "{kind:?} {ability:?}");
            }
        }
    }

    #[test]
    fn a_refusal_says_which_call_cannot_do_what_and_why() {
        let refused = CallKind::PolicyRecording.allows(Ability::HearTones).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "a policy recording call cannot hear tones: Graph answers 500/9999; a recording bot \
             hears tones in its own media"
        );
        assert_eq!(refused.basis, Basis::Observed);
    }
}
