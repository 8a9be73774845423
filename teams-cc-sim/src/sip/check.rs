//! Rules of Direct Routing that the contact center must not break.

use std::fmt;

use teams_cc_core::Instant;
use teams_cc_sip::message::{Contact, HeaderName, RecordRoute, Request};

use crate::{log::Column, world::World};

/// The most breaks kept; later ones are dropped, since one is enough to fail a run.
const MAX_BROKEN: usize = 10_000;

/// A rule of Direct Routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum BrokenRule {
    /// The host of Contact is an IP address, or Contact is missing.
    ContactNotName,
    /// The host of Contact is no trunk of any tenant.
    ContactUnknown,
    /// The host of a Record-Route is an IP address.
    RecordRouteNotName,
    /// An INVITE carries Replaces, which Direct Routing rejects.
    ReplacesSent,
    /// REFER was sent to Teams, which does not support it.
    ReferSent,
    /// An INVITE carries no offer.
    DelayedOffer,
    /// The INVITE of a transfer has another Request-URI than the Refer-To it follows.
    TransferUriChanged,
    /// The INVITE of a transfer has lost or changed Referred-By.
    ReferredByChanged,
    /// BYE for a transferred call came before Teams ended it.
    ByeBeforeTeams,
    /// REFER was not answered with 202.
    ReferNotAccepted,
    /// An emergency call has lost the caller's location on its way.
    LocationLost,
    /// A session description asks for a hold that Teams does not understand.
    HoldNotInactive,
    /// Bytes that are no SIP message.
    NotSip,
}

impl fmt::Display for BrokenRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ContactNotName => "Contact must name the trunk by its FQDN",
            Self::ContactUnknown => "Contact names no trunk of any tenant",
            Self::RecordRouteNotName => "Record-Route must not hold an IP address",
            Self::ReplacesSent => "Replaces must not be sent to Teams",
            Self::ReferSent => "REFER must not be sent to Teams",
            Self::DelayedOffer => "INVITE must carry an offer",
            Self::TransferUriChanged => "the new Request-URI must be the Refer-To, exactly",
            Self::ReferredByChanged => "Referred-By must be copied, exactly",
            Self::ByeBeforeTeams => "BYE of a transferred call is for Teams to send",
            Self::ReferNotAccepted => "REFER must be answered with 202",
            Self::LocationLost => "the location of an emergency call must travel with it",
            Self::HoldNotInactive => "only a=inactive holds a call",
            Self::NotSip => "these bytes are no SIP message",
        })
    }
}

/// A rule that was broken, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// When.
    pub at: Instant,
    /// Which rule.
    pub rule: BrokenRule,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at {})", self.rule, self.at)
    }
}

impl World {
    /// Records a break and shows it in the ladder.
    pub(crate) fn breaks(&mut self, rule: BrokenRule) {
        let at = self.now;
        self.log.push(at, Column::Teams, Column::Teams, format!("RULE BROKEN: {rule}"));
        if self.sip.broken.len() < MAX_BROKEN {
            self.sip.broken.push(Broken { at, rule });
        }
    }

    /// Checks what every request to a proxy must hold; the tenant behind the Contact comes back,
    /// or the status to refuse with.
    pub(crate) fn admit(&mut self, request: &Request) -> Result<usize, u16> {
        let record_route = request
            .headers()
            .list::<RecordRoute>()
            .unwrap_or_default()
            .iter()
            .any(|route| route.uri.host().is_none_or(|host| host.address().is_some()));
        if record_route {
            self.breaks(BrokenRule::RecordRouteNotName);
            return Err(403);
        }
        let contact = request.headers().first::<Contact>().ok().flatten();
        let Some(name) = contact
            .as_ref()
            .and_then(Contact::addr)
            .and_then(|address| address.uri.host())
            .and_then(|host| host.name())
        else {
            self.breaks(BrokenRule::ContactNotName);
            return Err(403);
        };
        let Some(tenant) = self.tenant_of_trunk(name) else {
            self.breaks(BrokenRule::ContactUnknown);
            return Err(403);
        };
        Ok(tenant)
    }

    /// The tenant a trunk name leads to: the full name first, then without its first label.
    fn tenant_of_trunk(&self, name: &str) -> Option<usize> {
        let find =
            |name: &str| {
                self.setup.trunks.iter().find(|(fqdn, _)| fqdn.eq_ignore_ascii_case(name)).and_then(
                    |(_, domain)| self.setup.tenants.iter().position(|t| t.domain == *domain),
                )
            };
        find(name).or_else(|| find(name.split_once('.')?.1))
    }

    /// Checks what only an INVITE can break.
    pub(crate) fn check_invite(&mut self, request: &Request) -> Result<(), u16> {
        if request.headers().contains(HeaderName::Replaces) {
            self.breaks(BrokenRule::ReplacesSent);
            return Err(400);
        }
        if request.body().is_empty() {
            self.breaks(BrokenRule::DelayedOffer);
            return Err(488);
        }
        Ok(())
    }
}
