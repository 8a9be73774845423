//! Who may call, and speak in which calls: everybody else is denied.

use std::net::IpAddr;

use teams_cc_core::{PhoneNumber, TenantId};

use super::{
    StaticPeer, TrunkConfig, Via,
    engine::{Engine, RETRY_AFTER_SECONDS},
};
use crate::{
    direct_routing::{AddressRange, certificate_name_covers, number_of},
    endpoint::{Input, Met, Origin, Within},
    gate::{Towards, dialled},
    io::Peer,
    message::{Message, Method, Request, Response, StatusCode, Uri, typed::RetryAfter},
    transport::TransportKind,
};

impl Side {
    /// Which way out this side is.
    pub(crate) fn towards(self) -> Towards {
        match self {
            Self::Teams => Towards::Teams,
            Self::Carrier(_) | Self::Lab => Towards::Carrier,
        }
    }
}

impl Engine {
    /// Decides what becomes of a message before anything is kept of it.
    ///
    /// Strangers get 403 and leave no transaction behind. A peer gets 481 for a call of another
    /// side: tags name a call, they do not prove whose it is. An emergency call has room where
    /// no other has.
    pub(super) fn admit(&mut self, origin: Origin, message: Box<Message>) -> (Input, Option<Met>) {
        if self.side_of(&origin).is_none() {
            return (Input::Denied { origin, message, status: StatusCode::FORBIDDEN }, None);
        }
        let Message::Request(request) = &*message else {
            // A response finds its request by a branch that nobody can guess.
            return (Input::Received { origin, message }, None);
        };
        let invites = *request.method() == Method::Invite;
        let met = self.endpoint.meet(request);
        let call = met.as_ref().and_then(|met| self.endpoint.call_met(met));
        let about = call.and_then(|call| self.calls.get(&call));
        let whose = about.and_then(|(leg, _)| self.legs.get(leg)).map(|record| record.link.side);
        if whose.is_some_and(|side| !self.is_of(&origin, side)) {
            tracing::warn!(source = %origin.source, "a peer spoke in a call of another side");
            let status = StatusCode::CALL_DOES_NOT_EXIST;
            return (Input::Denied { origin, message, status }, met);
        }
        let begins = invites && met.as_ref().is_none_or(|met| met.within == Within::Nothing);
        let about = begins.then(|| self.about_of(&origin, request));
        // Before it is asked who calls: a challenge would delay whoever needs help.
        let urgent = match &about {
            Some(about) => about.emergency.is_some(),
            None => invites && self.emergency_called(request).is_some(),
        };
        if urgent {
            self.about = about;
            return (Input::Urgent { origin, message }, met);
        }
        if whose.is_none()
            && let Some(response) = self.claim(&origin, request, met.as_ref())
        {
            return (Input::Refused { origin, message, response: Box::new(response) }, met);
        }
        if call.is_none()
            && let Some(about) = &about
            && let Err(refusal) = self.gate.admit(self.now, about.tenant.as_ref(), &about.called)
        {
            // One that is too much costs nothing but the answer: no transaction, no call, nothing
            // that could be taken from another tenant. What is about a call has entered already.
            let mut response = Response::new(refusal.status());
            response.headers_mut().set_typed(&RetryAfter::new(RETRY_AFTER_SECONDS));
            return (Input::Refused { origin, message, response: Box::new(response) }, met);
        }
        self.about = about;
        (Input::Received { origin, message }, met)
    }

    /// Reads what an INVITE is about. The tenant is the one whose host Teams calls, or the owner
    /// of the number.
    pub(super) fn about_of(&self, origin: &Origin, request: &Request) -> About {
        let uri = request.uri();
        let host = uri.host().map(ToString::to_string).unwrap_or_default();
        let read = number_of(uri);
        let emergency = self.emergency_at(&host, &read);
        let emergency = emergency.or_else(|| self.emergency_bound(request));
        let called = self.called_of(request, read);
        let named = self.config.tenants.of_host(&host).cloned();
        let tenant = match self.side_of(origin) {
            Some(Side::Teams) | None => named,
            _ => named.or_else(|| self.gate.owner_of(&called).cloned()),
        };
        About { emergency, called, tenant }
    }

    /// Whether a number reaches the emergency services, for this tenant or by the trunk's plan.
    pub(crate) fn is_emergency(&self, tenant: Option<&TenantId>, number: &PhoneNumber) -> bool {
        let own = self.gate.emergency_plan(tenant);
        number.is_emergency()
            || own.is_some_and(|plan| plan.kind(dialled(number)).is_some())
            || self.config.emergency.kind(dialled(number)).is_some()
    }

    /// The carrier that takes a tenant's emergency calls, where one is named and there.
    pub(super) fn emergency_route(&self, tenant: Option<&TenantId>) -> Option<Via> {
        let own = self.gate.emergency_plan(tenant);
        own.into_iter().chain([&self.config.emergency]).find_map(|plan| {
            let there =
                |carrier: &&StaticPeer| carrier.name == plan.trunk && carrier.target.is_some();
            let carrier = self.config.carriers.iter().find(there)?;
            Some(Via::Carrier(carrier.name.clone()))
        })
    }

    /// Whether any side may have sent what comes from this peer.
    pub(crate) fn knows(&self, peer: &Peer) -> bool {
        side(&self.config, peer).is_some()
            || self.opened.keys().any(|flow| self.flows.get(flow) == Some(peer))
    }

    /// The side that a message's flow belongs to.
    pub(crate) fn side_of(&self, origin: &Origin) -> Option<Side> {
        let owner = self.carriers.owner(origin.flow).filter(|side| self.is_of(origin, *side));
        owner.or_else(|| self.sides_at(origin).next())
    }

    /// Every side that a message's flow may be of: first by what is proven of the peer, then
    /// because we opened it ourselves.
    pub(crate) fn sides_at(&self, origin: &Origin) -> impl Iterator<Item = Side> {
        let peer = self.flows.get(&origin.flow);
        let proven = move |side: &Side| peer.is_some_and(|p| matches(&self.config, *side, p));
        let led = sides(&self.config)
            .filter(move |side| peer.is_some() && !proven(side) && self.leads_to(origin, *side));
        sides(&self.config).filter(proven).chain(led)
    }

    /// Whether a message's flow may be this side's; several can share an address.
    fn is_of(&self, origin: &Origin, side: Side) -> bool {
        let peer = self.flows.get(&origin.flow);
        peer.is_some_and(|peer| matches(&self.config, side, peer)) || self.leads_to(origin, side)
    }

    /// Whether we opened the flow ourselves, to where this side's calls go.
    fn leads_to(&self, origin: &Origin, side: Side) -> bool {
        let Some(target) = self.opened.get(&origin.flow) else { return false };
        match side {
            Side::Teams => {
                self.config.teams.as_ref().is_some_and(|teams| teams.proxies.contains(target))
            }
            Side::Carrier(position) => {
                let carrier = self.config.carriers.get(position);
                carrier.is_some_and(|carrier| carrier.target.as_ref() == Some(target))
            }
            Side::Lab => false,
        }
    }

    /// The emergency number that a URI calls, however it is dressed.
    pub(crate) fn emergency_of(&self, uri: &Uri) -> Option<PhoneNumber> {
        let host = uri.host().map(ToString::to_string).unwrap_or_default();
        self.emergency_at(&host, &number_of(uri))
    }

    /// The same of a URI whose host and number have been read.
    fn emergency_at(&self, host: &str, read: &PhoneNumber) -> Option<PhoneNumber> {
        let own = self.gate.emergency_plan(self.config.tenants.of_host(host));
        let mut plans = own.into_iter().chain([&self.config.emergency]);
        let known = plans.find_map(|plan| {
            let number = dialled(read);
            plan.kind(number).map(|_| plan.classify(number))
        });
        known.or_else(|| read.is_emergency().then(|| read.clone()))
    }
}

/// What an INVITE that begins a call is about.
#[derive(Debug)]
pub(crate) struct About {
    /// The emergency number it calls, if it calls one.
    pub(crate) emergency: Option<PhoneNumber>,
    /// The number it is for otherwise.
    pub(crate) called: PhoneNumber,
    pub(crate) tenant: Option<TenantId>,
}

/// One of the sides a trunk is configured with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Microsoft's proxies.
    Teams,
    /// A carrier, by its position in the configuration.
    Carrier(usize),
    /// A caller on this machine, in a laboratory.
    Lab,
}

/// The side a peer belongs to, by what the network has proven about it.
///
/// Teams is TLS with a verified certificate of an expected name, from a published range. A
/// carrier is its transport and its addresses, and its certificate's name where one is set.
/// Whoever matches nothing is nobody.
pub(crate) fn side(config: &TrunkConfig, peer: &Peer) -> Option<Side> {
    sides(config).find(|side| matches(config, *side, peer))
}

/// Every side a trunk has, in the order in which they are looked at.
fn sides(config: &TrunkConfig) -> impl Iterator<Item = Side> {
    let carriers = (0..config.carriers.len()).map(Side::Carrier);
    std::iter::once(Side::Teams).chain(carriers).chain(std::iter::once(Side::Lab))
}

/// Whether a peer has proven what is asked of a side.
fn matches(config: &TrunkConfig, side: Side, peer: &Peer) -> bool {
    let address = peer.address.ip();
    let within = |ranges: &[AddressRange]| ranges.iter().any(|range| range.contains(address));
    let proves = |expected: &[Box<str>]| {
        expected
            .iter()
            .any(|name| peer.names.iter().any(|proven| certificate_name_covers(proven, name)))
    };
    match side {
        Side::Teams => config.teams.as_ref().is_some_and(|teams| {
            peer.transport == TransportKind::Tls && within(&teams.ranges) && proves(&teams.names)
        }),
        Side::Carrier(position) => config.carriers.get(position).is_some_and(|carrier| {
            carrier.transport == peer.transport
                && within(&carrier.addresses)
                && (carrier.names.is_empty() || proves(&carrier.names))
        }),
        Side::Lab => config.lab.is_some() && is_loopback(address),
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        direct_routing::Cloud,
        trunk::{LabPeer, StaticPeer, TeamsPeer},
    };

    fn config() -> TrunkConfig {
        TrunkConfig::new("sbc1.adatum.biz".parse().unwrap())
            .teams(TeamsPeer::of_cloud(Cloud::Public))
            .carrier(StaticPeer::udp("plain", "203.0.113.7".parse().unwrap(), 5060))
            .carrier(
                StaticPeer::new("secure", TransportKind::Tls)
                    .address("198.51.100.0/24".parse().unwrap())
                    .name("sip.carrier.example"),
            )
    }

    fn peer(transport: TransportKind, address: &str, names: &[&str]) -> Peer {
        let peer = Peer::new(transport, address.parse().unwrap());
        names.iter().fold(peer, |peer, name| peer.name(name))
    }

    /// Pain 78.
    #[test]
    fn whoever_matches_no_side_is_nobody() {
        use TransportKind::{Tcp, Tls, Udp};
        let teams = ["sip.pstnhub.microsoft.com"];
        let cases = [
            (peer(Tls, "52.114.1.1:4000", &teams), Some(Side::Teams)),
            (peer(Tls, "52.114.1.1:4000", &["*.pstnhub.microsoft.com"]), Some(Side::Teams)),
            (peer(Tls, "52.114.1.1:4000", &["evil.example"]), None),
            (peer(Tls, "52.114.1.1:4000", &[]), None),
            (peer(Tls, "203.0.113.9:4000", &teams), None),
            (peer(Tcp, "52.114.1.1:4000", &teams), None),
            (peer(Udp, "203.0.113.7:5060", &[]), Some(Side::Carrier(0))),
            (peer(Tcp, "203.0.113.7:5060", &[]), None),
            (peer(Udp, "203.0.113.8:5060", &[]), None),
            (peer(Tls, "198.51.100.9:5061", &["sip.carrier.example"]), Some(Side::Carrier(1))),
            (peer(Tls, "198.51.100.9:5061", &[]), None),
            (peer(Udp, "127.0.0.1:5062", &[]), None),
        ];
        for (peer, expected) in cases {
            assert_eq!(side(&config(), &peer), expected, "{peer:?}");
        }
    }

    #[test]
    fn this_machine_is_trusted_only_in_a_laboratory() {
        let config = config().trust_loopback(LabPeer::new("127.0.0.1", 5060, 5061));
        for address in ["127.0.0.1:5062", "[::1]:5062", "[::ffff:127.0.0.1]:5062"] {
            let peer = peer(TransportKind::Udp, address, &[]);
            assert_eq!(side(&config, &peer), Some(Side::Lab), "{address}");
        }
        let other = peer(TransportKind::Udp, "192.0.2.1:5062", &[]);
        assert_eq!(side(&config, &other), None);
    }
}
