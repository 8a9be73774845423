//! How we appear to each side: names, ports and whether media is encrypted.

use super::{TrunkConfig, Via, admission::Side, call::Link, engine::Engine};
use crate::{
    direct_routing::{SbcFqdn, headers},
    endpoint::{CallPolicy, Origin, SessionTimer},
    error::{Error, ErrorKind},
    message::{Headers, Request},
    transport::TransportKind,
};

impl Engine {
    /// The link a call comes in on; none where Teams calls a host that is not ours.
    pub(crate) fn link_from(
        &self,
        side: Side,
        origin: &Origin,
        request: &Request,
        emergency: bool,
    ) -> Option<Link> {
        let host = request.uri().host().map(ToString::to_string).unwrap_or_default();
        let ours = SbcFqdn::new(&host).ok().filter(|name| self.is_ours(name));
        let name = match side {
            // The called host is how the tenants of one trunk are told apart; an emergency call
            // needs none, and a service URN has none.
            Side::Teams if !emergency => ours?,
            Side::Teams | Side::Carrier(_) | Side::Lab => {
                ours.unwrap_or_else(|| self.config.fqdn.clone())
            }
        };
        Some(link(&self.config, side, name, origin.transport))
    }

    /// The link a call goes out on.
    pub(crate) fn link_via(&self, via: &Via) -> Result<Link, Error> {
        let config = &self.config;
        match via {
            Via::Teams { tenant } | Via::Voicemail { tenant }
                if config.teams.is_some() && self.is_ours(tenant) =>
            {
                Ok(link(config, Side::Teams, tenant.clone(), TransportKind::Tls))
            }
            Via::Carrier(name) => config
                .carriers
                .iter()
                .position(|carrier| carrier.name == *name && carrier.target.is_some())
                .and_then(|position| Some((position, config.carriers.get(position)?.transport)))
                .map(|(position, transport)| {
                    link(config, Side::Carrier(position), config.fqdn.clone(), transport)
                })
                .ok_or_else(|| ErrorKind::UnknownPeer.into()),
            Via::Teams { .. } | Via::Voicemail { .. } => Err(ErrorKind::UnknownPeer.into()),
        }
    }

    /// Which extensions calls of a side use. Teams times calls itself where it wants to; carriers
    /// are asked for a session timer, so that a call whose far end is gone does not stay for ever.
    pub(crate) fn policy_of(&self, side: Side) -> CallPolicy {
        let carrier = match side {
            Side::Carrier(position) => self.config.carriers.get(position),
            Side::Teams | Side::Lab => None,
        };
        let timer = carrier.and_then(|carrier| carrier.session_timer);
        let timer = timer.unwrap_or_else(|| SessionTimer::default().only_if_asked());
        let reliability = carrier.map(|carrier| carrier.reliability).unwrap_or_default();
        CallPolicy::new().session_timer(timer).reliability(reliability)
    }

    /// What a side is called in events.
    pub(crate) fn name_of(&self, side: Side) -> Box<str> {
        match side {
            Side::Teams => "teams".into(),
            Side::Carrier(position) => self
                .config
                .carriers
                .get(position)
                .map_or_else(|| "carrier".into(), |carrier| carrier.name.clone()),
            Side::Lab => {
                self.config.lab.as_ref().map_or_else(|| "lab".into(), |lab| lab.name.clone())
            }
        }
    }

    fn is_ours(&self, name: &SbcFqdn) -> bool {
        *name == self.config.fqdn || self.config.tenants.of_host(name.as_str()).is_some()
    }
}

/// The link of a side under a name.
pub(crate) fn link(
    config: &TrunkConfig,
    side: Side,
    name: SbcFqdn,
    transport: TransportKind,
) -> Link {
    let port = match transport {
        TransportKind::Tls => config.signalling_port,
        TransportKind::Udp | TransportKind::Tcp => config.plain_port,
    };
    let (host, port) = match side {
        Side::Teams => (name.as_str().into(), port),
        Side::Carrier(position) => config
            .carriers
            .get(position)
            .and_then(|carrier| carrier.contact.clone())
            .unwrap_or_else(|| (name.as_str().into(), port)),
        Side::Lab => config.lab.as_ref().map_or_else(
            || (name.as_str().into(), port),
            |lab| {
                let tls = transport == TransportKind::Tls;
                (lab.contact_host.clone(), if tls { lab.tls_port } else { lab.plain_port })
            },
        ),
    };
    let encrypted = match side {
        Side::Teams => true,
        Side::Carrier(position) => {
            config.carriers.get(position).is_some_and(|carrier| carrier.encrypted)
        }
        Side::Lab => false,
    };
    Link { side, name, contact: (host, port, transport), encrypted }
}

/// What every response says of us.
pub(crate) fn introduction(config: &TrunkConfig) -> Headers {
    let mut headers = Headers::new();
    if let Err(error) = headers::introduce(&mut headers, config.refer, &config.product) {
        tracing::warn!(%error, "the product name cannot stand in a header");
    }
    headers
}
