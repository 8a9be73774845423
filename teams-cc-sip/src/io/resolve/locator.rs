//! From a domain to its servers: NAPTR, SRV, then addresses (RFC 3263 §4).

use std::{
    collections::BTreeMap,
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use teams_cc_core::{Clock, Instant};
use tokio::time::timeout;

use super::{MAX_ADDRESSES, Resolve};
use crate::{
    carrier::{HeldDown, MAX_RECORDS, Naptr, Srv, believed, by_weight, replacement, service_name},
    transport::{Target, TransportKind},
};

/// How long one question may take.
const QUESTION_LIMIT: Duration = Duration::from_secs(3);
/// The most servers of one domain that are looked up.
const MAX_SERVERS: usize = 8;
/// The most domains that are remembered; the one that runs out first is forgotten for a new one.
const MAX_DOMAINS: usize = 256;
/// How much longer than its life an answer is used where the DNS does not answer.
const GRACE: Duration = Duration::from_hours(1);

/// Looks up records of the DNS.
///
/// No record of a kind is an empty answer and no error.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// NAPTR records of a name, and for how many seconds they hold.
    ///
    /// # Errors
    ///
    /// Any I/O error; the search then goes on without them.
    async fn naptr(&self, name: &str) -> io::Result<(Vec<Naptr>, u32)>;

    /// SRV records of a name, and for how many seconds they hold.
    ///
    /// # Errors
    ///
    /// Any I/O error; an earlier answer is then used for another hour.
    async fn srv(&self, name: &str) -> io::Result<(Vec<Srv>, u32)>;

    /// Addresses of a host, and for how many seconds they hold.
    ///
    /// # Errors
    ///
    /// Any I/O error; the server then counts as missing.
    async fn addresses(&self, host: &str) -> io::Result<(Vec<IpAddr>, u32)>;
}

/// Finds the servers of targets that name a domain and no port.
///
/// A target with a port is looked up by its addresses alone, anew each time, as
/// [`SystemResolver`](super::SystemResolver) does.
pub struct Locator<R> {
    records: R,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    domains: BTreeMap<(TransportKind, Box<str>), Found>,
    held: HeldDown,
    dice: u64,
}

/// What was found of a domain.
#[derive(Clone)]
struct Found {
    servers: Vec<(Srv, Vec<IpAddr>)>,
    until: Instant,
}

impl<R: Records> Locator<R> {
    /// A locator over these records; the seed decides among servers of equal priority.
    #[must_use]
    pub fn new(records: R, clock: Arc<dyn Clock>, seed: u64) -> Self {
        let state = State { domains: BTreeMap::new(), held: HeldDown::default(), dice: seed };
        Self { records, clock, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held; what is there is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn addresses(&self, host: &str) -> io::Result<(Vec<IpAddr>, u32)> {
        let (mut addresses, life) = ask(self.records.addresses(host)).await?;
        addresses.truncate(MAX_ADDRESSES);
        Ok((addresses, life))
    }

    /// Asks for everything a domain's servers are found by.
    async fn find(&self, transport: TransportKind, domain: &str) -> io::Result<Found> {
        let (naptr, mut life) =
            ask(self.records.naptr(domain)).await.unwrap_or((Vec::new(), u32::MAX));
        let name = replacement(&naptr, transport)
            .map_or_else(|| service_name(transport, domain), str::to_owned);
        if naptr.is_empty() {
            life = u32::MAX;
        }
        let (records, held) = ask(self.records.srv(&name)).await?;
        let mut servers = Vec::new();
        if records.is_empty() {
            // §4.2: no SRV records, so the domain is the host.
            let (addresses, held) = self.addresses(domain).await?;
            life = life.min(held);
            let port = transport.default_port();
            servers.push((Srv { priority: 0, weight: 0, port, target: domain.into() }, addresses));
        } else {
            life = life.min(held);
            for server in self.ordered(records).into_iter().take(MAX_SERVERS) {
                if matches!(&*server.target, "" | ".") || server.port == 0 {
                    continue;
                }
                // A server without address is none, whatever becomes of the others.
                let Ok((addresses, held)) = self.addresses(&server.target).await else { continue };
                life = life.min(held);
                servers.push((server, addresses));
            }
        }
        if servers.iter().all(|(_, addresses)| addresses.is_empty()) {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the domain has no sip server"));
        }
        Ok(Found { servers, until: self.clock.now() + believed(life) })
    }

    fn ordered(&self, mut records: Vec<Srv>) -> Vec<Srv> {
        records.truncate(MAX_RECORDS);
        let mut state = self.state();
        by_weight(records, || state.draw())
    }

    fn remember(&self, key: (TransportKind, Box<str>), found: Found) {
        let domains = &mut self.state().domains;
        if domains.len() >= MAX_DOMAINS
            && !domains.contains_key(&key)
            && let Some(first) = domains.iter().min_by_key(|(_, found)| found.until)
        {
            let first = first.0.clone();
            domains.remove(&first);
        }
        domains.insert(key, found);
    }

    /// The addresses of what was found, in order: drawn anew each time, the failed ones last.
    fn choose(&self, found: &Found) -> Vec<SocketAddr> {
        let now = self.clock.now();
        let records = found.servers.iter().map(|(server, _)| server.clone()).collect();
        let mut chosen = Vec::new();
        for server in self.ordered(records) {
            let of_it = found.servers.iter().find(|(known, _)| *known == server);
            let addresses = of_it.map(|(_, addresses)| addresses.as_slice()).unwrap_or_default();
            chosen.extend(addresses.iter().map(|address| SocketAddr::new(*address, server.port)));
        }
        let mut chosen = self.state().held.order(now, chosen);
        chosen.truncate(MAX_ADDRESSES);
        chosen
    }
}

impl State {
    fn draw(&mut self) -> u64 {
        // Knuth's numbers; who draws which server is no secret.
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.dice >> 33
    }
}

async fn ask<T>(question: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(QUESTION_LIMIT, question)
        .await
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the dns did not answer")))
}

#[async_trait]
impl<R: Records> Resolve for Locator<R> {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let (addresses, _) = self.addresses(host).await?;
        if addresses.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        }
        let all = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        Ok(self.state().held.order(self.clock.now(), all))
    }

    async fn locate(&self, target: &Target) -> io::Result<Vec<SocketAddr>> {
        let transport = target.transport;
        if target.port != 0 || target.host.parse::<IpAddr>().is_ok() {
            let port = if target.port == 0 { transport.default_port() } else { target.port };
            return self.resolve(&target.host, port).await;
        }
        let key = (transport, target.host.clone());
        let now = self.clock.now();
        let known = self.state().domains.get(&key).cloned();
        if let Some(found) = known.as_ref().filter(|found| found.until > now) {
            return Ok(self.choose(found));
        }
        match (self.find(transport, &target.host).await, known) {
            (Ok(found), _) => {
                let chosen = self.choose(&found);
                self.remember(key, found);
                Ok(chosen)
            }
            // That there is no server any more is an answer too (RFC 2782).
            (Err(error), Some(found))
                if error.kind() != io::ErrorKind::NotFound && found.until + GRACE > now =>
            {
                tracing::warn!(%error, domain = %target.host, "the dns does not answer; its last answer is used");
                Ok(self.choose(&found))
            }
            (Err(error), _) => Err(error),
        }
    }

    fn failed(&self, address: SocketAddr) {
        self.state().held.failed(self.clock.now(), address);
    }

    fn works(&self, address: SocketAddr) {
        self.state().held.works(address);
    }
}

impl<R> fmt::Debug for Locator<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locator").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
