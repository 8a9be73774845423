//! Transfers that a Teams client asks for. REFER to the trunk, NOTIFY back (RFC 3515, RFC 3892).

use teams_cc_sip::message::{HeaderName, Request};

use super::{
    check::BrokenRule,
    leg::{Pending, Referral, SipAction},
    proxy::sipfrag,
    write,
};
use crate::world::{ConnectionId, World};

impl World {
    /// Sends REFER. The addresses are opaque to the trunk: it copies them, parameters and all.
    pub(super) fn refer(&mut self, key: u64, user: usize, to: &str) {
        let Some(target) = self.setup.users.iter().position(|user| *user.handle == *to) else {
            return;
        };
        let party = match self.sip.legs.get(&key) {
            Some(leg) if leg.referral.is_none() => leg.party,
            _ => return,
        };
        let identity = |n: usize| {
            self.setup
                .users
                .get(n)
                .map(|user| (user.id.to_string(), user.tenant.to_string()))
                .unwrap_or_default()
        };
        let ((target_id, _), (own_id, tenant)) = (identity(target), identity(user));
        let host = write::host(party);
        let (correlation, replacement) = (self.dice.uuid(), self.dice.token());
        let uri = format!("sip:{host}:5061;x-m=8:orgid:{target_id};x-t={tenant};transport=tls");
        let referred_by = format!(
            "<sip:{host}:5061;x-m=8:orgid:{own_id};x-t={tenant};x-ti={correlation};\
             x-tt=aHR0cHM6Ly9hcGkuc2ltLnRlc3Qv{replacement}%3D>"
        );
        self.show(party, false, "REFER x-m=…");
        let sent = self.ask(key, "REFER", Pending::Refer, |writer, leg, _| {
            let bytes = writer
                .header("Contact", &write::contact(leg.party, ""))
                .header("Refer-To", &format!("<{uri}>"))
                .header("Referred-By", &referred_by)
                .end();
            leg.referral = Some(Referral { uri, referred_by, target, done: false });
            bytes
        });
        debug_assert!(sent, "the leg was looked up above");
    }

    /// Whether an INVITE follows a REFER; then who is called. `Err` refuses the call.
    pub(super) fn referred(&mut self, request: &Request) -> Result<Option<usize>, u16> {
        let uri = request.uri().reveal();
        let by = request.headers().get_str(HeaderName::ReferredBy).map(str::to_owned);
        let open = |uri: &str| {
            self.sip
                .legs
                .values()
                .filter_map(|leg| leg.referral.as_ref())
                .find(|referral| !referral.done && referral.uri == uri)
                .map(|referral| (referral.target, referral.referred_by.clone()))
        };
        let Some((target, referred_by)) = open(&uri) else {
            if by.is_some() || uri.contains("x-m=") {
                self.breaks(BrokenRule::TransferUriChanged);
                return Err(404);
            }
            return Ok(None);
        };
        if by.as_deref() != Some(&*referred_by) {
            self.breaks(BrokenRule::ReferredByChanged);
            return Err(404);
        }
        Ok(Some(target))
    }

    /// NOTIFY tells how the new call goes; its success lets Teams end the old one.
    pub(super) fn notified(&mut self, connection: ConnectionId, key: u64, request: &Request) {
        let status = sipfrag(request.body());
        let Some(leg) = self.sip.legs.get_mut(&key) else {
            return;
        };
        let Some(referral) = leg.referral.as_mut() else {
            return self.respond(connection, request, 481, None);
        };
        match status {
            Some(200..=299) if !referral.done => {
                referral.done = true;
                let after = self.dice.millis(60..=140);
                self.later(after, SipAction::HangUp(key));
            }
            Some(300..=699) => leg.referral = None,
            _ => {}
        }
        self.respond(connection, request, 200, None);
    }
}
