//! Who may call: everybody else is denied.

use std::net::IpAddr;

use super::TrunkConfig;
use crate::{
    direct_routing::certificate_name_covers,
    io::{Peer, TransportKind},
};

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
    let address = peer.address.ip();
    let proves = |expected: &[Box<str>]| {
        expected
            .iter()
            .any(|name| peer.names.iter().any(|proven| certificate_name_covers(proven, name)))
    };
    if let Some(teams) = &config.teams
        && peer.transport == TransportKind::Tls
        && teams.ranges.iter().any(|range| range.contains(address))
        && proves(&teams.names)
    {
        return Some(Side::Teams);
    }
    let carrier = config.carriers.iter().position(|carrier| {
        carrier.transport == peer.transport
            && carrier.addresses.iter().any(|range| range.contains(address))
            && (carrier.names.is_empty() || proves(&carrier.names))
    });
    if let Some(position) = carrier {
        return Some(Side::Carrier(position));
    }
    (config.lab.is_some() && is_loopback(address)).then_some(Side::Lab)
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
        TrunkConfig::new("sbc1.adatum.biz".parse().unwrap(), 1)
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
