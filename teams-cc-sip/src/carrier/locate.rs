//! Which of a domain's servers is tried first, and which next (RFC 3263, RFC 2782).
//!
//! Nothing here asks anybody: records go in as values, addresses come out in order.

use std::{cmp::Reverse, collections::BTreeMap, net::SocketAddr, time::Duration};

use teams_cc_core::Instant;

use crate::transport::TransportKind;

/// How long a server that failed is tried last.
const HOLD_DOWN: Duration = Duration::from_mins(1);
/// The most servers that are remembered as failed; the oldest is forgotten for a new one.
const MAX_HELD: usize = 256;
/// The least and the most time that what the DNS says is believed, whatever its TTLs are.
const LEAST_TTL: Duration = Duration::from_secs(5);
const MOST_TTL: Duration = Duration::from_hours(1);
/// The most records of one answer that are looked at.
pub(crate) const MAX_RECORDS: usize = 32;

/// A NAPTR record (RFC 3403), as far as SIP needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the record of the RFC")]
pub struct Naptr {
    /// Records of a lower order are looked at first.
    pub order: u16,
    /// Among records of one order.
    pub preference: u16,
    /// Such as `s`: the replacement has SRV records.
    pub flags: Box<str>,
    /// Such as `SIP+D2U`.
    pub service: Box<str>,
    /// The name to ask for next.
    pub replacement: Box<str>,
}

/// An SRV record (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the record of the RFC")]
pub struct Srv {
    /// Servers of a lower priority are tried first.
    pub priority: u16,
    /// Its part among servers of one priority.
    pub weight: u16,
    /// The server's port.
    pub port: u16,
    /// The server's name; `.` where there is decidedly no server.
    pub target: Box<str>,
}

/// The name of the SRV records of a domain, where NAPTR names none (RFC 3263 §4.2).
pub(crate) fn service_name(transport: TransportKind, domain: &str) -> String {
    let service = match transport {
        TransportKind::Udp => "_sip._udp",
        TransportKind::Tcp => "_sip._tcp",
        TransportKind::Tls => "_sips._tcp",
    };
    format!("{service}.{domain}")
}

/// The name that NAPTR records give for a transport, which is settled here (RFC 3263 §4.1).
pub(crate) fn replacement(records: &[Naptr], transport: TransportKind) -> Option<&str> {
    let service = match transport {
        TransportKind::Udp => "SIP+D2U",
        TransportKind::Tcp => "SIP+D2T",
        TransportKind::Tls => "SIPS+D2T",
    };
    records
        .iter()
        .take(MAX_RECORDS)
        .filter(|record| record.service.eq_ignore_ascii_case(service))
        .filter(|record| record.flags.eq_ignore_ascii_case("s") && !record.replacement.is_empty())
        .min_by_key(|record| (record.order, record.preference))
        .map(|record| &*record.replacement)
}

/// Servers by priority, and by chance according to weight among those of one (RFC 2782).
///
/// `dice` gives a number for each draw.
pub(crate) fn by_weight(mut records: Vec<Srv>, mut dice: impl FnMut() -> u64) -> Vec<Srv> {
    records.truncate(MAX_RECORDS);
    // Those without weight stand first, so that they are drawn now and then.
    records.sort_by_key(|record| (Reverse(record.priority), Reverse(record.weight)));
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(priority) = records.last().map(|record| record.priority) {
        let start = records.iter().position(|record| record.priority == priority).unwrap_or(0);
        let total: u64 = records.iter().skip(start).map(|record| u64::from(record.weight)).sum();
        let mut left = dice() % (total + 1);
        let mut drawn = start;
        for (at, record) in records.iter().enumerate().skip(start).rev() {
            drawn = at;
            if u64::from(record.weight) >= left {
                break;
            }
            left -= u64::from(record.weight);
        }
        ordered.push(records.remove(drawn));
    }
    ordered
}

/// How long an answer is believed that lives this many seconds.
pub(crate) fn believed(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into()).clamp(LEAST_TTL, MOST_TTL)
}

/// Servers that failed, which are tried last for a while.
#[derive(Debug, Default)]
pub(crate) struct HeldDown {
    until: BTreeMap<SocketAddr, Instant>,
}

impl HeldDown {
    /// A server failed.
    pub(crate) fn failed(&mut self, now: Instant, address: SocketAddr) {
        self.until.retain(|_, until| *until > now);
        if self.until.len() >= MAX_HELD
            && let Some(oldest) = self.until.iter().min_by_key(|(_, until)| **until)
        {
            let oldest = *oldest.0;
            self.until.remove(&oldest);
        }
        self.until.insert(address, now + HOLD_DOWN);
    }

    /// A server works.
    pub(crate) fn works(&mut self, address: SocketAddr) {
        self.until.remove(&address);
    }

    /// The same servers: those that failed last, the one that failed longest ago before others.
    pub(crate) fn order(&self, now: Instant, mut servers: Vec<SocketAddr>) -> Vec<SocketAddr> {
        servers.sort_by_key(|server| self.until.get(server).copied().filter(|until| *until > now));
        servers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn srv(priority: u16, weight: u16, target: &str) -> Srv {
        Srv { priority, weight, port: 5060, target: target.into() }
    }

    fn naptr(order: u16, preference: u16, flags: &str, service: &str, name: &str) -> Naptr {
        Naptr {
            order,
            preference,
            flags: flags.into(),
            service: service.into(),
            replacement: name.into(),
        }
    }

    #[test]
    fn naptr_records_name_the_service_of_the_transport_by_order_and_preference() {
        use TransportKind::{Tcp, Tls, Udp};
        // The first three are those of RFC 3263 §4.1.
        let records = [
            naptr(50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com"),
            naptr(90, 50, "s", "SIP+D2T", "_sip._tcp.example.com"),
            naptr(100, 50, "s", "SIP+D2U", "_sip._udp.example.com"),
            naptr(100, 40, "S", "sip+d2u", "_sip._udp.b.example.com"),
            naptr(10, 10, "u", "SIP+D2T", "_sip._tcp.c.example.com"),
            naptr(10, 10, "s", "E2U+sip", "d.example.com"),
            naptr(10, 10, "s", "SIPS+D2T", ""),
        ];
        assert_eq!(replacement(&records, Tls), Some("_sips._tcp.example.com"));
        assert_eq!(replacement(&records, Tcp), Some("_sip._tcp.example.com"));
        assert_eq!(replacement(&records, Udp), Some("_sip._udp.b.example.com"));
        assert_eq!(replacement(&records[..1], Udp), None);
        assert_eq!(service_name(Tls, "a.b"), "_sips._tcp.a.b");
        assert_eq!(service_name(Tcp, "a.b"), "_sip._tcp.a.b");
        assert_eq!(service_name(Udp, "a.b"), "_sip._udp.a.b");
    }

    #[test]
    fn a_lower_priority_comes_first_whatever_the_weights() {
        for dice in 0..50 {
            let records = vec![srv(20, 100, "c"), srv(10, 0, "a"), srv(10, 1, "b")];
            let ordered = by_weight(records, || dice);
            assert_eq!(&*ordered[2].target, "c", "{dice}");
            assert_eq!(ordered.len(), 3);
        }
        assert!(by_weight(Vec::new(), || 0).is_empty());
    }

    #[test]
    fn servers_of_one_priority_are_drawn_by_their_weights() {
        let mut dice = 0_u64;
        let mut first: BTreeMap<Box<str>, u32> = BTreeMap::new();
        for _ in 0..10_000 {
            let records = vec![srv(1, 60, "a"), srv(1, 30, "b"), srv(1, 10, "c"), srv(1, 0, "d")];
            let ordered = by_weight(records, || {
                dice = dice
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                dice >> 33
            });
            *first.entry(ordered[0].target.clone()).or_default() += 1;
        }
        let share = |name: &str| first.get(name).copied().unwrap_or_default();
        assert!((5_600..6_400).contains(&share("a")), "{first:?}");
        assert!((2_600..3_400).contains(&share("b")), "{first:?}");
        assert!((700..1_300).contains(&share("c")), "{first:?}");
        assert!((1..300).contains(&share("d")), "now and then: {first:?}");
    }

    #[test]
    fn what_the_dns_says_is_believed_for_a_while_within_bounds() {
        for (seconds, expected) in [(0, 5), (5, 5), (300, 300), (86_400, 3_600), (u32::MAX, 3_600)]
        {
            assert_eq!(believed(seconds).as_secs(), expected);
        }
    }

    #[test]
    fn a_server_that_failed_is_tried_last_until_its_time_is_over_or_it_works() {
        let address = |last: u8| SocketAddr::from(([192, 0, 2, last], 5060));
        let all = || vec![address(1), address(2), address(3)];
        let at = Instant::from_secs;
        let mut held = HeldDown::default();
        held.failed(at(0), address(1));
        held.failed(at(10), address(2));
        assert_eq!(held.order(at(20), all()), [address(3), address(1), address(2)]);
        assert_eq!(held.order(at(60), all()), [address(1), address(3), address(2)]);
        held.works(address(2));
        assert_eq!(held.order(at(60), all()), all());
        for port in 0..1_000 {
            held.failed(at(100), SocketAddr::from(([198, 51, 100, 1], port)));
        }
        assert_eq!(held.until.len(), MAX_HELD);
    }
}
