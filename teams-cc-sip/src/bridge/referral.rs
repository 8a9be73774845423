//! Whether a REFER is taken, and whom it leads to.
//!
//! | from | its INVITE goes | target |
//! |---|---|---|
//! | a Teams client | to Microsoft's proxy, always | the Refer-To, byte for byte |
//! | a carrier, of a call with Teams | to the same carrier | the number of the Refer-To; never a host it names |
//! | a carrier, of a call with another | nowhere: the other one is asked itself, see [`super::relay`] | |
//! | a carrier, with `Replaces` of another call of ours | nowhere, see [`super::consult`] | |
//!
//! Both pass the gate as [`Purpose::Refer`]. None is ever sent to Teams.

use std::collections::VecDeque;

use teams_cc_core::{LegId, PhoneNumber, TenantId, contact::LegState};

use crate::{
    direct_routing::number_of,
    endpoint::{CallHandle, Origin},
    gate::{Ask, Grant, Passage, Purpose},
    message::{HeaderName, HeaderRef, ReferTo, Request, StatusCode, Uri},
    trunk::{
        CarriedHeaders, EmergencyData,
        admission::Side,
        call::{Attempt, Role, Whither},
        engine::Engine,
    },
};

/// A REFER that is taken.
pub(super) struct Referral {
    pub(super) leg: LegId,
    pub(super) attempt: Attempt,
    pub(super) grant: Option<Grant>,
}

impl Engine {
    /// Whether a REFER is taken, or the status that says why not.
    pub(super) fn referral(
        &mut self,
        leg: LegId,
        request: &Request,
    ) -> Result<Referral, StatusCode> {
        let target = request.headers().typed::<ReferTo>().ok().flatten();
        let target = target.ok_or(StatusCode::BAD_REQUEST)?.uri.clone();
        let passage = self.ask_for(&leg, &target)?;
        let record = self.legs.get(&leg).ok_or(StatusCode::CALL_DOES_NOT_EXIST)?;
        let side = record.link.side;
        let trusted = self.config.trusts(side);
        let wanted = |name: &str| self.config.wants_header(name);
        let brought = CarriedHeaders::read(request.headers(), trusted, wanted);
        let carried = CarriedHeaders::for_target(record.carried.as_ref(), brought);
        let (whither, left) = if side == Side::Teams {
            let copied = request.headers().get_all(HeaderName::ReferredBy);
            let copied = copied.map(HeaderRef::to_header).collect();
            let left = self.transfer_order(&target);
            (Whither::Referred { target, copied }, left)
        } else {
            (Whither::Number(passage.number), VecDeque::new())
        };
        let attempt = Attempt {
            whither,
            left,
            proxy: None,
            progressed: false,
            emergency: EmergencyData::default(),
            carried,
            optimization: None,
        };
        Ok(Referral { leg, attempt, grant: passage.grant })
    }

    /// Asks the gate whether a leg's party may have somebody called.
    pub(super) fn ask_for(&mut self, leg: &LegId, target: &Uri) -> Result<Passage, StatusCode> {
        let record = self.legs.get(leg).ok_or(StatusCode::CALL_DOES_NOT_EXIST)?;
        let (side, shown) = (record.link.side, record.shown.number.clone());
        let number = self.emergency_of(target).unwrap_or_else(|| number_of(target));
        let named = matches!(number, PhoneNumber::Anonymous | PhoneNumber::Masked(_));
        if side != Side::Teams && named {
            return Err(StatusCode::DECLINE);
        }
        let tenant = self.tenant_of_leg(leg);
        let ask = Ask {
            tenant: tenant.as_ref(),
            purpose: Purpose::Refer,
            towards: side.towards(),
            number: &number,
            shown: &shown,
            diverted_by: None,
        };
        self.gate.ask(self.now, &ask).map_err(crate::gate::Refusal::status)
    }

    /// The tenant that a leg, or the one it talks to, is counted for.
    pub(super) fn tenant_of_leg(&self, leg: &LegId) -> Option<TenantId> {
        let record = self.legs.get(leg)?;
        let counted = |leg: &LegId| self.legs.get(leg)?.grant.as_ref()?.tenant().cloned();
        let named = || self.config.tenants.of_host(record.link.name.as_str()).cloned();
        counted(leg).or_else(named).or_else(|| counted(record.bridge.as_ref()?))
    }

    /// Whether a REFER has the emergency services called.
    fn has_help_called(&self, leg: &LegId, request: &Request) -> bool {
        let Ok(Some(target)) = request.headers().typed::<ReferTo>() else { return false };
        let tenant = self.tenant_of_leg(leg);
        self.emergency_of(&target.uri).is_some()
            || self.is_emergency(tenant.as_ref(), &number_of(&target.uri))
    }

    /// The leg that may be handed over, or the status that says why not.
    pub(super) fn may_transfer(
        &self,
        call: CallHandle,
        origin: &Origin,
        request: &Request,
    ) -> Result<LegId, StatusCode> {
        // REFER may come on any connection of its side's: whose call it is was asked before.
        if self.side_of(origin).is_none() {
            return Err(StatusCode::DECLINE);
        }
        let leg = self.leg_of(call, Role::Main).ok_or(StatusCode::CALL_DOES_NOT_EXIST)?;
        let record = self.legs.get(&leg).ok_or(StatusCode::CALL_DOES_NOT_EXIST)?;
        let off = match record.link.side {
            Side::Teams if !self.config.refer => Some(StatusCode::METHOD_NOT_ALLOWED),
            Side::Teams | Side::Carrier(_) => None,
            Side::Lab => Some(StatusCode::DECLINE),
        };
        let off = off.or(self.draining.then_some(StatusCode::SERVICE_UNAVAILABLE));
        match record.state {
            _ if record.ending => Err(StatusCode::SERVICE_UNAVAILABLE),
            _ if let Some(status) = off
                && !self.has_help_called(&leg, request) =>
            {
                Err(status)
            }
            LegState::Connected => Ok(leg),
            LegState::Transferring => Err(StatusCode::REQUEST_PENDING),
            LegState::Ringing | LegState::Ended => Err(StatusCode::CALL_DOES_NOT_EXIST),
        }
    }

    /// The proxy that Refer-To names comes first; the target itself is never resolved.
    pub(super) fn transfer_order(&self, target: &Uri) -> VecDeque<usize> {
        let host = target.host().map(|host| host.to_string().to_ascii_lowercase());
        let named = self.config.teams.as_ref().and_then(|teams| {
            teams.proxies.iter().position(|proxy| Some(&*proxy.host) == host.as_deref())
        });
        let mut order = self.failover.order(self.now);
        if let Some(named) = named {
            order.sort_by_key(|proxy| *proxy != named);
        }
        order.into()
    }
}
