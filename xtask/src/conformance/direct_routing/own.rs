//! The subject in this process: our trunk on loopback sockets, and an application that bridges.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use teams_cc_core::{
    Clock, LegId, TenantId,
    contact::{Leg, LegCommand, LegEvent, RejectReason},
};
use teams_cc_sip::{
    direct_routing::{Customer, SbcFqdn},
    gate::{GatePolicy, Permission},
    io::{Network, Resolve, SocketNetwork, Target, TlsIdentity, TokioClock, TransportKind},
    trunk::{
        BackToBack, IncomingCall, MediaPort, RemoteMedia, SipLeg, StaticPeer, TeamsPeer, Trunk,
        TrunkConfig, TrunkEvent, TrunkEvents, Via,
    },
};
use tokio::task::AbortHandle;

use super::{
    authority::{Authority, Identity},
    site::{PROXIES, Site, Tenant},
    stage::Stage,
    tls::lock,
};
use crate::command::Failure;

/// The trunk's name, and those of two customers.
const FQDN: &str = "sbc1.adatum.biz";
/// Each customer: host, tenant, and the number of its one Teams user.
const TENANTS: [(&str, &str, &str); 2] = [
    ("bank.sbc1.adatum.biz", "72f988bf-86f1-41af-91ab-2d7cd011db47", "+14255550199"),
    ("shop.sbc1.adatum.biz", "8f0b9c1e-5a4f-4c0e-9d70-3f7d1c9d6a21", "+14255550299"),
];
/// The carrier's name in the configuration.
const CARRIER: &str = "carrier";

/// What stands between the trunk and its sockets; the identity unless defects are seeded.
pub(super) type Wrap = Arc<dyn Fn(Arc<dyn Network>, SocketAddr) -> Arc<dyn Network> + Send + Sync>;

/// How the trunk is set up for one check.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Setting {
    /// As it comes.
    #[default]
    Plain,
    /// Transfers by REFER are off.
    WithoutRefer,
    /// OPTIONS are sent every second.
    Brisk,
}

/// A running trunk with its application.
pub(super) struct Own {
    pub(super) trunk: Trunk,
    pub(super) names: Arc<Names>,
    pub(super) media: Arc<Media>,
    app: AbortHandle,
}

impl Drop for Own {
    fn drop(&mut self) {
        // The trunk stops with whoever listens to its events.
        self.app.abort();
    }
}

impl Own {
    /// The whole stage with our trunk in the middle.
    pub(super) async fn stage(
        authority: &Arc<Authority>,
        setting: Setting,
        limits: super::site::Limits,
        wrap: Option<&Wrap>,
    ) -> Result<Stage, Failure> {
        let local: SocketAddr = ([127, 0, 0, 1], 0).into();
        let identity = authority.issue(&[FQDN, "*.sbc1.adatum.biz"])?;
        let fqdn: SbcFqdn = FQDN.parse()?;
        let names = Arc::new(Names::default());
        let now = TokioClock::system().wall();
        let tls = TlsIdentity::new(
            identity.chain,
            identity.key,
            authority.roots()?,
            [&fqdn],
            PROXIES,
            now,
        )?;
        let network = SocketNetwork::builder()
            .udp(local)
            .tls(local, tls)
            .resolver(Arc::clone(&names) as _)
            .bind()
            .await?;
        let port = |kind| {
            let found = network.addresses().iter().find(|(known, _)| *known == kind);
            found.map(|(_, address)| *address).ok_or("the trunk does not listen")
        };
        let (teams, carrier) = (port(TransportKind::Tls)?, port(TransportKind::Udp)?);
        let tenants = TENANTS
            .map(|(host, _, number)| Tenant { host: host.to_owned(), number: number.to_owned() });
        let site = Arc::new(Site {
            fqdn: FQDN.to_owned(),
            tenants: tenants.into(),
            outside: "+14255550100".to_owned(),
            caller: "+14255550123".to_owned(),
            teams,
            carrier,
            emergency: true,
            limits,
        });
        let (mut stage, proxies, carrier_at) =
            Stage::open(Arc::clone(authority), Arc::clone(&site), [local; 3], local).await?;
        for (name, address) in PROXIES.iter().zip(proxies) {
            names.point(name, address);
        }
        let config = configure(fqdn, &site, carrier_at, setting)?;
        let network: Arc<dyn Network> = Arc::new(network);
        let network = match wrap {
            Some(wrap) => wrap(network, carrier_at),
            None => network,
        };
        let media = Arc::new(Media::default());
        let clock = Arc::new(TokioClock::system());
        let (trunk, events) = Trunk::start(config, network, clock, Arc::clone(&media) as _)?;
        let app = Application { trunk: trunk.clone(), next: 0, held: BTreeMap::new() };
        let app = tokio::spawn(app.run(events)).abort_handle();
        stage.own = Some(Self { trunk, names, media, app });
        Ok(stage)
    }
}

impl Own {
    /// Removes the second customer from the running trunk, or adds it again.
    pub(super) async fn serve_second(&self, wanted: bool) -> Result<(), Failure> {
        let (host, tenant, _) = TENANTS[1];
        let tenant: TenantId = tenant.parse()?;
        if wanted {
            self.trunk.add_tenant(Customer::new(tenant, host.parse()?)).await?;
        } else {
            self.trunk.remove_tenant(tenant).await?;
        }
        Ok(())
    }

    /// Lets the first customer show its own numbers only.
    pub(super) async fn screen_first(&self) -> Result<(), Failure> {
        let (_, tenant, number) = TENANTS[0];
        let screened = Permission::new().allow("+1").owns(number);
        self.trunk.permit(tenant.parse()?, Some(screened)).await?;
        Ok(())
    }

    /// Whether the trunk would start with a certificate.
    pub(super) fn starts_with(authority: &Authority, identity: Identity) -> bool {
        let (Ok(fqdn), Ok(roots)) = (FQDN.parse::<SbcFqdn>(), authority.roots()) else {
            return false;
        };
        let now = TokioClock::system().wall();
        TlsIdentity::new(identity.chain, identity.key, roots, [&fqdn], PROXIES, now).is_ok()
    }
}

fn configure(
    fqdn: SbcFqdn,
    site: &Site,
    carrier: SocketAddr,
    setting: Setting,
) -> Result<TrunkConfig, Failure> {
    let proxies = PROXIES.map(|name| Target::new(TransportKind::Tls, name, 5061));
    let ranges = vec!["127.0.0.0/8".parse()?];
    let peer = StaticPeer::udp(CARRIER, carrier.ip(), carrier.port())
        .contact(&site.carrier.ip().to_string(), site.carrier.port());
    // A seed of its own for each stage, so that no two have the same Call-IDs.
    let seed = u64::from(site.carrier.port()) << 16 | u64::from(site.teams.port());
    let mut config = TrunkConfig::new(fqdn)
        .seed(seed)
        .teams(TeamsPeer::of_proxies(proxies.into(), ranges))
        .signalling_port(site.teams.port())
        .plain_port(site.carrier.port())
        .gate(GatePolicy::unrestricted())
        .carrier(peer);
    for (host, tenant, _) in TENANTS {
        config = config.tenant(host.parse()?, tenant.parse::<TenantId>()?);
    }
    Ok(match setting {
        Setting::Plain => config,
        Setting::WithoutRefer => config.refer(false),
        Setting::Brisk => config.options_interval(Duration::from_secs(1)),
    })
}

/// The application: whoever calls from one side is put through to the other.
struct Application {
    trunk: Trunk,
    next: u64,
    /// The handles of both legs of each call, by both names.
    held: BTreeMap<LegId, Vec<Arc<SipLeg>>>,
}

impl Application {
    async fn run(mut self, mut events: TrunkEvents) {
        while let Some(event) = events.next().await {
            match event {
                TrunkEvent::Incoming(call) => self.put_through(call).await,
                TrunkEvent::Leg { leg, event: LegEvent::Ended(_) } => {
                    self.held.remove(&leg);
                }
                _ => {}
            }
        }
    }

    async fn put_through(&mut self, call: IncomingCall) {
        self.next += 1;
        let leg = LegId::numbered("OUT", self.next);
        let user = call
            .called
            .e164()
            .and_then(|called| TENANTS.iter().find(|(.., number)| called.reveal() == *number));
        let via = if &*call.peer == "teams" {
            Via::Carrier(CARRIER.into())
        } else {
            let Ok(tenant) = user.map_or(FQDN, |(host, ..)| host).parse() else { return };
            Via::Teams { tenant }
        };
        let mut to = call.onward(via, leg.clone());
        if let Some(tenant) = call.tenant {
            // The carrier sees which customer calls.
            to = to.display(tenant.as_str());
        }
        match self.trunk.bridge(&call.leg, BackToBack::new(to)).await {
            Ok(called) => {
                self.held.insert(call.leg.id().clone(), vec![Arc::clone(&call.leg)]);
                self.held.insert(leg, vec![call.leg, called]);
            }
            Err(_) => {
                let _ = call.leg.execute(LegCommand::Reject(RejectReason::NotFound)).await;
            }
        }
    }
}

/// Where names lead, and which were asked for.
#[derive(Debug, Default)]
pub(super) struct Names {
    leads: Mutex<BTreeMap<String, SocketAddr>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    /// Lets a name lead to an address from now on.
    pub(super) fn point(&self, name: &str, address: SocketAddr) {
        lock(&self.leads).insert(name.to_owned(), address);
    }

    /// Every name that was asked for, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let host = host.to_ascii_lowercase();
        if let Ok(address) = host.parse() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        lock(&self.asked).push(host.clone());
        let address = lock(&self.leads).get(&host).copied();
        address.map(|address| vec![address]).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Media that carries nothing and keeps what it is told.
#[derive(Debug, Default)]
pub(super) struct Media {
    next: AtomicU64,
    connected: Mutex<Vec<SocketAddr>>,
}

impl Media {
    /// Every address that packets were to go to, in order.
    pub(super) fn connected(&self) -> Vec<SocketAddr> {
        lock(&self.connected).clone()
    }
}

impl MediaPort for Media {
    fn open(&self, _leg: &LegId) -> io::Result<SocketAddr> {
        let next = self.next.fetch_add(2, Ordering::Relaxed) % 20_000;
        let port = 20_000 + u16::try_from(next).unwrap_or_default();
        Ok(([127, 0, 0, 1], port).into())
    }

    fn connect(&self, _leg: &LegId, remote: &RemoteMedia) {
        lock(&self.connected).push(remote.address);
    }

    fn close(&self, _leg: &LegId) {}
}
