//! What cannot be right in a configuration, said before the trunk starts.

use teams_cc_core::TenantId;

use super::TrunkConfig;
use crate::{
    direct_routing::{SbcFqdn, TenantFault, certificate_name_covers},
    error::{Error, ErrorKind},
    io::Network,
    transport::TransportKind,
};

/// Why a trunk cannot be started as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigFault {
    /// Two carriers have one name, so calls could go to the first alone.
    #[error("two carriers are called {carrier:?}: give each a name of its own")]
    SameName {
        /// The name.
        carrier: Box<str>,
    },
    /// A carrier is registered with, and nothing proves who we are.
    #[error("the carrier {carrier:?} has a registration and no credentials: add a DigestUser")]
    NoCredentials {
        /// The carrier.
        carrier: Box<str>,
    },
    /// A carrier is registered with, and where is not said.
    #[error("the carrier {carrier:?} has a registration and no target: say where its registrar is")]
    NoTarget {
        /// The carrier.
        carrier: Box<str>,
    },
    /// TLS and TCP would have to listen on one port.
    #[error("TLS and TCP are both on port {port}: set the signalling port or the plain port")]
    SamePort {
        /// The port.
        port: u16,
    },
    /// A port is 0, and peers would be told so.
    #[error("port 0 stands in Contact: set the port that the network is bound to")]
    NoPort,
    /// Our certificate does not cover the trunk's own name.
    #[error("the certificate does not cover {name}: add it to the subject alternative names")]
    Certificate {
        /// The trunk's name.
        name: SbcFqdn,
    },
    /// A customer cannot be served.
    #[error("the tenant {tenant} cannot be served: {fault}")]
    Tenant {
        /// The customer.
        tenant: TenantId,
        /// Why not.
        fault: TenantFault,
    },
}

impl From<ConfigFault> for Error {
    fn from(fault: ConfigFault) -> Self {
        Self::caused_by(ErrorKind::Config, fault)
    }
}

impl TrunkConfig {
    /// Says whether a trunk can be started so; [`Trunk::start`](super::Trunk::start) asks as well.
    ///
    /// # Errors
    ///
    /// The first [`ConfigFault`] there is.
    pub fn check(&self) -> Result<(), ConfigFault> {
        for (place, carrier) in self.carriers.iter().enumerate() {
            let name = || carrier.name.clone();
            if self.carriers.iter().take(place).any(|other| other.name == carrier.name) {
                return Err(ConfigFault::SameName { carrier: name() });
            }
            if carrier.registration.is_some() && carrier.target.is_none() {
                return Err(ConfigFault::NoTarget { carrier: name() });
            }
            if carrier.registration.is_some() && carrier.credentials.is_none() {
                return Err(ConfigFault::NoCredentials { carrier: name() });
            }
        }
        let over = |kind| self.carriers.iter().any(|carrier| carrier.transport == kind);
        let tls = self.teams.is_some() || over(TransportKind::Tls);
        let plain = over(TransportKind::Tcp) || over(TransportKind::Udp);
        if (tls && self.signalling_port == 0) || (plain && self.plain_port == 0) {
            return Err(ConfigFault::NoPort);
        }
        if tls && over(TransportKind::Tcp) && self.signalling_port == self.plain_port {
            return Err(ConfigFault::SamePort { port: self.plain_port });
        }
        Ok(())
    }

    /// The same of the network it is to run on, as far as that says.
    pub(crate) fn check_on(&self, network: &dyn Network) -> Result<(), ConfigFault> {
        self.check()?;
        for (transport, at) in network.listens() {
            let port = self.port_of(transport);
            if at.port() != port && self.lab.is_none() {
                // Behind a translation of addresses that may be meant.
                tracing::warn!(
                    ?transport,
                    bound = at.port(),
                    told = port,
                    "peers are told another port than the network is bound to"
                );
            }
        }
        let names = network.certificate_names().filter(|_| self.teams.is_some());
        let Some(names) = names else { return Ok(()) };
        if !covers(&names, &self.fqdn) {
            return Err(ConfigFault::Certificate { name: self.fqdn.clone() });
        }
        let mut ours = self.tenants.iter().filter(|(name, _)| is_ours(&self.fqdn, name));
        match ours.find(|(name, _)| !covers(&names, name)) {
            None => Ok(()),
            Some((name, tenant)) => {
                let fault = TenantFault::NotCovered { name: name.clone() };
                Err(ConfigFault::Tenant { tenant: tenant.clone(), fault })
            }
        }
    }

    fn port_of(&self, transport: TransportKind) -> u16 {
        match transport {
            TransportKind::Tls => self.signalling_port,
            TransportKind::Udp | TransportKind::Tcp => self.plain_port,
        }
    }
}

/// Whether the certificate in use covers a customer's names below this trunk's; yes, where that is
/// not known.
pub(crate) fn covers_all(
    network: &dyn Network,
    fqdn: &SbcFqdn,
    names: &[SbcFqdn],
) -> Result<(), TenantFault> {
    let Some(proven) = network.certificate_names() else { return Ok(()) };
    let mut ours = names.iter().filter(|name| is_ours(fqdn, name));
    match ours.find(|name| !covers(&proven, name)) {
        Some(name) => Err(TenantFault::NotCovered { name: name.clone() }),
        None => Ok(()),
    }
}

/// Whether a name is this trunk's or below it; others are another trunk's, with its certificate.
fn is_ours(fqdn: &SbcFqdn, name: &SbcFqdn) -> bool {
    let below = name.as_str().strip_suffix(fqdn.as_str());
    below.is_some_and(|label| label.is_empty() || label.ends_with('.'))
}

fn covers(proven: &[Box<str>], name: &SbcFqdn) -> bool {
    proven.iter().any(|pattern| certificate_name_covers(pattern, name.as_str()))
}

/// A seed that nobody can guess.
pub(crate) fn drawn_seed() -> Result<u64, Error> {
    let mut octets = [0; 8];
    rustls::crypto::aws_lc_rs::default_provider().secure_random.fill(&mut octets).map_err(
        |_| Error::caused_by(ErrorKind::Config, "the operating system gives no randomness"),
    )?;
    Ok(u64::from_le_bytes(octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        carrier::{DigestUser, Registration},
        transport::Target,
        trunk::{StaticPeer, TeamsPeer},
    };

    fn config() -> TrunkConfig {
        TrunkConfig::new("sbc1.adatum.biz".parse().unwrap())
    }

    fn carrier(name: &str) -> StaticPeer {
        StaticPeer::new(name, TransportKind::Tcp)
    }

    #[test]
    fn what_contradicts_itself_is_named_before_the_trunk_starts() {
        let target = || Target::new(TransportKind::Tcp, "carrier.example", 5060);
        let registration = || Registration::new("user", "carrier.example");
        let teams = || TeamsPeer::of_cloud(crate::direct_routing::Cloud::Public);
        let named = |carrier: &str| -> Box<str> { carrier.into() };
        for (config, expected) in [
            (config().carrier(carrier("a")).carrier(carrier("b")), None),
            (
                config().carrier(carrier("a")).carrier(carrier("b")).carrier(carrier("a")),
                Some(ConfigFault::SameName { carrier: named("a") }),
            ),
            (
                config().carrier(carrier("a").registration(registration())),
                Some(ConfigFault::NoTarget { carrier: named("a") }),
            ),
            (
                config().carrier(carrier("a").target(target()).registration(registration())),
                Some(ConfigFault::NoCredentials { carrier: named("a") }),
            ),
            (
                config().carrier(
                    carrier("a")
                        .target(target())
                        .registration(registration())
                        .credentials(DigestUser::new("user", "secret")),
                ),
                None,
            ),
            (config().carrier(carrier("a")).plain_port(0), Some(ConfigFault::NoPort)),
            (config().teams(teams()).signalling_port(0), Some(ConfigFault::NoPort)),
            (config().teams(teams()).plain_port(0), None),
            (
                config().teams(teams()).carrier(carrier("a")).plain_port(5061),
                Some(ConfigFault::SamePort { port: 5061 }),
            ),
        ] {
            assert_eq!(config.check().err(), expected);
        }
    }

    #[test]
    fn two_trunks_draw_two_seeds() {
        assert_ne!(drawn_seed().unwrap(), drawn_seed().unwrap());
    }
}
