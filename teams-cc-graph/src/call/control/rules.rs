//! The rules of a transfer, checked before anything is sent.

use std::fmt;

use teams_cc_core::{CallId, TenantId};

use super::{Ability, CallKind, Target, Unsupported};
use crate::model::call_key;

/// Why a transfer must not be asked for; nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransferRefusal {
    /// The kind of call cannot do it.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The call would take its own place.
    #[error("a call cannot replace itself: give the other call, on which the target was consulted")]
    ReplacesItself,
    /// The target belongs to another tenant.
    #[error(
        "graph transfers to users of the call's own tenant only: invite the user to a meeting, or \
         transfer on a sip trunk"
    )]
    OtherTenant,
}

/// A rule that could not be checked, and is taken to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Assumed {
    /// The target user belongs to the call's tenant; its tenant was not given.
    SameTenant,
    /// The resource account has a service number, and its application is the bot's own.
    InstanceHasNumber,
    /// The target is signed in to Teams or has another endpoint that rings.
    TargetReachable,
    /// The participant to hand over is still in the call.
    TransfereePresent,
}

impl fmt::Display for Assumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SameTenant => "the target is a user of the call's tenant",
            Self::InstanceHasNumber => "the resource account has a service number of its own",
            Self::TargetReachable => "the target has an endpoint that rings",
            Self::TransfereePresent => "the participant is still in the call",
        })
    }
}

/// What a transfer is to be checked against.
pub(super) struct Plan<'a> {
    pub(super) kind: CallKind,
    pub(super) tenant: &'a TenantId,
    pub(super) call: &'a CallId,
    pub(super) target: &'a Target,
    /// The call whose place is taken, in a consultative transfer.
    pub(super) replaces: Option<&'a CallId>,
    /// Whether one of several participants is handed over.
    pub(super) of_participant: bool,
}

impl Plan<'_> {
    /// What is taken to hold, if nothing is known to be wrong.
    pub(super) fn check(&self) -> Result<Vec<Assumed>, TransferRefusal> {
        let same = |other: &CallId| call_key(other.as_str()) == call_key(self.call.as_str());
        if self.replaces.is_some_and(same) {
            return Err(TransferRefusal::ReplacesItself);
        }
        let ability =
            if self.of_participant { Ability::TransferParticipant } else { Ability::Transfer };
        self.kind.allows(ability)?;
        let mut assumed = Vec::new();
        if self.target.is_phone() {
            let phone =
                if self.of_participant { Ability::InvitePhone } else { Ability::TransferToPhone };
            self.kind.allows(phone)?;
            assumed.push(Assumed::InstanceHasNumber);
        }
        match self.target.tenant() {
            Some(tenant) if !tenant.as_str().eq_ignore_ascii_case(self.tenant.as_str()) => {
                return Err(TransferRefusal::OtherTenant);
            }
            Some(_) => {}
            None if self.target.is_phone() => {}
            None => assumed.push(Assumed::SameTenant),
        }
        if self.replaces.is_none() {
            assumed.push(Assumed::TargetReachable);
        }
        if self.of_participant {
            assumed.push(Assumed::TransfereePresent);
        }
        Ok(assumed)
    }
}

#[cfg(test)]
mod tests {
    use teams_cc_core::{E164, TeamsUser};

    use super::{
        super::{ApplicationInstance, CalledAs},
        *,
    };

    fn target(tenant: Option<&str>) -> Target {
        let user = TeamsUser::new("98da8a1a".parse().unwrap());
        Target::user(&match tenant {
            Some(tenant) => user.tenant(tenant.parse().unwrap()),
            None => user,
        })
    }

    fn phone() -> Target {
        let instance = ApplicationInstance::new("1d9fd1c4".parse().unwrap());
        Target::phone(&E164::new("+14255550100").unwrap(), &instance)
    }

    fn check(
        kind: CallKind,
        target: &Target,
        replaces: Option<&str>,
        of_participant: bool,
    ) -> Result<Vec<Assumed>, TransferRefusal> {
        let tenant: TenantId = "aa67bd4c".parse().unwrap();
        let call: CallId = "57dab8b1-894c".parse().unwrap();
        let replaces: Option<CallId> = replaces.map(|id| id.parse().unwrap());
        let replaces = replaces.as_ref();
        Plan { kind, tenant: &tenant, call: &call, target, replaces, of_participant }.check()
    }

    /// Pain 41.
    #[test]
    fn a_call_never_takes_its_own_place_however_its_id_is_spelled() {
        let kind = CallKind::Inbound(CalledAs::Number);
        for own in ["57dab8b1-894c", "57DAB8B1894C"] {
            let refused = check(kind, &target(None), Some(own), false);
            assert_eq!(refused, Err(TransferRefusal::ReplacesItself));
        }
        assert!(check(kind, &target(None), Some("2e1a0b00"), false).is_ok());
    }

    #[test]
    fn what_could_not_be_checked_is_said() {
        use Assumed::{InstanceHasNumber, SameTenant, TargetReachable, TransfereePresent};
        let kind = CallKind::Inbound(CalledAs::Number);

        for (target, replaces, wanted) in [
            (target(None), None, vec![SameTenant, TargetReachable]),
            (target(Some("AA67BD4C")), None, vec![TargetReachable]),
            (target(Some("aa67bd4c")), Some("2e1a0b00"), vec![]),
            (phone(), None, vec![InstanceHasNumber, TargetReachable]),
        ] {
            assert_eq!(check(kind, &target, replaces, false), Ok(wanted));
        }
        let handed_over = check(CallKind::Group, &target(Some("aa67bd4c")), None, true);
        assert_eq!(handed_over, Ok(vec![TargetReachable, TransfereePresent]));
    }

    #[test]
    fn what_is_known_to_fail_is_not_sent() {
        let inbound = CallKind::Inbound(CalledAs::Bot);
        assert_eq!(
            check(inbound, &target(Some("bb")), None, false),
            Err(TransferRefusal::OtherTenant)
        );
        for (kind, target, of_participant) in [
            (inbound, phone(), false),
            (inbound, target(None), true),
            (CallKind::Group, target(None), false),
            (CallKind::PolicyRecording, target(None), false),
        ] {
            let refused = check(kind, &target, None, of_participant);
            assert!(matches!(refused, Err(TransferRefusal::Unsupported(_))), "{refused:?}");
        }
    }
}
