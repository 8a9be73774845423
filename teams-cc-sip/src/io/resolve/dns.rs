//! Records of the DNS by `hickory-resolver`.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use async_trait::async_trait;
use hickory_resolver::{
    Resolver, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData, Record, RecordType},
};

use super::Records;
use crate::{
    carrier::{Naptr, Srv},
    error::{Error, ErrorKind},
};

/// How long one server of the DNS has for an answer.
const SERVER_LIMIT: Duration = Duration::from_secs(1);
/// How often it is asked again.
const REPEATS: usize = 1;

/// Asks the servers of the DNS; give it to a [`Locator`](super::Locator).
///
/// It keeps no answers itself: how long one holds is the locator's affair.
#[derive(Clone)]
pub struct DnsRecords {
    resolver: TokioResolver,
}

impl DnsRecords {
    /// Asks the servers that the operating system is set to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] where its settings cannot be read.
    pub fn of_system() -> Result<Self, Error> {
        let wrong = |error| Error::caused_by(ErrorKind::Config, error);
        let builder = TokioResolver::builder_tokio().map_err(wrong)?;
        Self::build(builder)
    }

    /// Asks these servers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] where there is none.
    pub fn of_servers(servers: &[SocketAddr]) -> Result<Self, Error> {
        let server = |address: &SocketAddr| {
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut c| {
                c.port = address.port();
                c
            });
            NameServerConfig::new(address.ip(), true, connections.into())
        };
        let servers = servers.iter().map(server).collect();
        let config = ResolverConfig::from_parts(None, Vec::new(), servers);
        Self::build(Resolver::builder_with_config(config, TokioRuntimeProvider::default()))
    }

    fn build(
        mut builder: hickory_resolver::ResolverBuilder<TokioRuntimeProvider>,
    ) -> Result<Self, Error> {
        let options = builder.options_mut();
        options.cache_size = 0;
        options.timeout = SERVER_LIMIT;
        options.attempts = REPEATS;
        // Names of targets are whole; no domain is appended.
        options.ndots = 0;
        let wrong = |error| Error::caused_by(ErrorKind::Config, error);
        Ok(Self { resolver: builder.build().map_err(wrong)? })
    }

    /// The records of a kind, and the shortest time they hold.
    async fn ask<T>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&Record) -> Option<T>,
    ) -> io::Result<(Vec<T>, u32)> {
        let mut name = Name::from_utf8(name)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the name is no dns name"))?;
        name.set_fqdn(true);
        match self.resolver.lookup(name, kind).await {
            Ok(found) => {
                let records = found.answers();
                let life = records.iter().map(|record| record.ttl).min().unwrap_or_default();
                Ok((records.iter().filter_map(read).collect(), life))
            }
            Err(error) if error.is_no_records_found() && !is_failure(&error) => {
                Ok((Vec::new(), u32::MAX))
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

/// Whether a server failed, which says nothing about what there is.
fn is_failure(error: &NetError) -> bool {
    use hickory_resolver::{net::DnsError, proto::op::ResponseCode};
    matches!(error, NetError::Dns(DnsError::NoRecordsFound(none))
        if !matches!(none.response_code, ResponseCode::NoError | ResponseCode::NXDomain))
}

fn text(octets: &[u8]) -> Box<str> {
    String::from_utf8_lossy(octets).into()
}

/// A name without the dot at its end; the root is `.`.
fn host(name: &Name) -> Box<str> {
    let text = name.to_ascii();
    if name.is_root() { ".".into() } else { text.trim_end_matches('.').into() }
}

#[async_trait]
impl Records for DnsRecords {
    async fn naptr(&self, name: &str) -> io::Result<(Vec<Naptr>, u32)> {
        self.ask(name, RecordType::NAPTR, |record| {
            let RData::NAPTR(naptr) = &record.data else { return None };
            Some(Naptr {
                order: naptr.order,
                preference: naptr.preference,
                flags: text(&naptr.flags),
                service: text(&naptr.services),
                replacement: Some(host(&naptr.replacement))
                    .filter(|name| &**name != ".")
                    .unwrap_or_default(),
            })
        })
        .await
    }

    async fn srv(&self, name: &str) -> io::Result<(Vec<Srv>, u32)> {
        self.ask(name, RecordType::SRV, |record| {
            let RData::SRV(srv) = &record.data else { return None };
            Some(Srv {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                target: host(&srv.target),
            })
        })
        .await
    }

    async fn addresses(&self, name: &str) -> io::Result<(Vec<IpAddr>, u32)> {
        let four = self.ask(name, RecordType::A, |record| match &record.data {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            _ => None,
        });
        let six = self.ask(name, RecordType::AAAA, |record| match &record.data {
            RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
            _ => None,
        });
        match tokio::join!(four, six) {
            (Ok((mut four, held)), Ok((six, other))) => {
                four.extend(six);
                Ok((four, held.min(other)))
            }
            (Ok(found), Err(_)) | (Err(_), Ok(found)) if !found.0.is_empty() => Ok(found),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }
}

impl std::fmt::Debug for DnsRecords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DnsRecords").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use teams_cc_core::time::ManualClock;
    use tokio::net::UdpSocket;

    use super::{
        super::{Locator, Resolve as _},
        *,
    };
    use crate::transport::{Target, TransportKind};

    const NAPTR: u16 = 35;
    const SRV: u16 = 33;
    const A: u16 = 1;

    fn name(text: &str) -> Vec<u8> {
        let mut octets = Vec::new();
        for label in text.split('.').filter(|label| !label.is_empty()) {
            octets.push(u8::try_from(label.len()).unwrap());
            octets.extend_from_slice(label.as_bytes());
        }
        octets.push(0);
        octets
    }

    /// What the little server knows: a name, a kind, a life and the data.
    fn zone() -> Vec<(&'static str, u16, u32, Vec<u8>)> {
        let numbers = |all: &[u16]| all.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
        let texts = |all: &[&str]| {
            let one =
                |text: &&str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
            all.iter().flat_map(one).collect::<Vec<u8>>()
        };
        let naptr = [numbers(&[10, 20]), texts(&["s", "SIP+D2U", ""]), name("u.carrier.test")];
        let srv = |priority, port, target| [numbers(&[priority, 1, port]), name(target)].concat();
        vec![
            ("carrier.test", NAPTR, 600, naptr.concat()),
            ("u.carrier.test", SRV, 60, srv(2, 5070, "b.carrier.test")),
            ("u.carrier.test", SRV, 60, srv(1, 5080, "a.carrier.test")),
            ("a.carrier.test", A, 30, vec![192, 0, 2, 1]),
            ("b.carrier.test", A, 30, vec![192, 0, 2, 2]),
        ]
    }

    /// Answers from the zone, as a server of the DNS does over UDP (RFC 1035 §4).
    async fn serve(socket: UdpSocket) {
        let mut buffer = [0; 1024];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            let asked = &buffer[..length];
            let end = 12 + asked[12..].iter().position(|octet| *octet == 0).unwrap() + 1;
            let kind = u16::from_be_bytes([asked[end], asked[end + 1]]);
            let lower = asked[12..end].to_ascii_lowercase();
            let found: Vec<_> =
                zone().into_iter().filter(|(n, k, ..)| name(n) == lower && *k == kind).collect();
            let known = zone().iter().any(|(n, ..)| name(n) == lower);
            let mut answer = asked[..2].to_vec();
            let count = u8::try_from(found.len()).unwrap();
            answer.extend([0x84, if known { 0x80 } else { 0x83 }, 0, 1, 0, count]);
            answer.extend([0, 0, 0, 0]);
            answer.extend_from_slice(&asked[12..end + 4]);
            for (_, kind, life, data) in found {
                answer.extend([0xc0, 12]);
                answer.extend(kind.to_be_bytes());
                answer.extend([0, 1]);
                answer.extend(life.to_be_bytes());
                answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
                answer.extend(data);
            }
            socket.send_to(&answer, from).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_server_of_the_dns_leads_to_the_servers_of_a_carrier() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let records = DnsRecords::of_servers(&[socket.local_addr().unwrap()]).unwrap();
        let server = tokio::spawn(serve(socket));
        let (naptr, life) = records.naptr("carrier.test").await.unwrap();
        assert_eq!((naptr.len(), life), (1, 600));
        assert_eq!(records.srv("_sip._udp.carrier.test").await.unwrap().0, []);
        assert_eq!(records.addresses("nobody.test").await.unwrap().0, Vec::<IpAddr>::new());
        let clock = ManualClock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
        let locator = Locator::new(records, Arc::new(clock), 1);
        let target = Target::new(TransportKind::Udp, "carrier.test", 0);
        let found: Vec<_> =
            locator.locate(&target).await.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["192.0.2.1:5080", "192.0.2.2:5070"]);
        server.abort();
    }
}
