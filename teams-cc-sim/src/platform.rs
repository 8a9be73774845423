//! The simulator as the platform of a contact center.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use teams_cc::platform::{GraphAccess, Observation, Platform, TrunkAccess};
use teams_cc_core::{Address, Clock, Instant, secret::Secret};
use teams_cc_sip::{
    direct_routing::{AddressRange, SbcFqdn},
    gate::GatePolicy,
    io::{FixedMedia, Target, TransportKind},
    trunk::{StaticPeer, TeamsPeer, TrunkConfig},
};
use tokio::sync::mpsc;
use url::Url;

use crate::{
    error::{Error, ErrorKind},
    io::{self, MemoryNetwork, Override, Shared},
    log::{EventLog, LogHash},
    scenario,
    world::{Broken, PROXIES, Setup, World},
};

/// How long [`Sim::quiet`] waits.
pub const LONGEST_DAY: Duration = Duration::from_hours(4);

/// A whole Microsoft in a box, with users, customers and a carrier.
///
/// Clones share one world. In virtual time ([`run`](crate::run)) a day takes as long as its work;
/// on an ordinary runtime the same world runs by the wall clock.
#[derive(Clone)]
pub struct Sim {
    shared: Arc<Shared>,
    overrides: Arc<[Override]>,
    seed: u64,
}

impl Sim {
    /// The small world of the quick start: one customer, one service number, two agents.
    ///
    /// # Panics
    ///
    /// Does not panic: that world is sound, and a test builds it.
    #[must_use]
    pub fn seed(seed: u64) -> Self {
        Self::new(scenario::quickstart(seed)).expect("the quick start's world is sound")
    }

    /// A world of one's own.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Setup`](crate::ErrorKind::Setup) where the setup names something that is not
    /// there.
    pub fn new(setup: Setup) -> Result<Self, Error> {
        let seed = setup.seed;
        Ok(Self {
            shared: Arc::new(Shared::new(World::new(setup)?)),
            overrides: Arc::new([]),
            seed,
        })
    }

    /// Lets an override answer some requests in front of the world. The first one added wins.
    ///
    /// Takes effect for platforms handed out afterwards.
    #[must_use]
    pub fn with_override(mut self, over: Override) -> Self {
        self.overrides = self.overrides.iter().cloned().chain([over]).collect();
        self
    }

    /// Everything that happened so far.
    #[must_use]
    pub fn log(&self) -> EventLog {
        self.shared.look(|world| world.log().clone())
    }

    /// The ladder so far, as text.
    #[must_use]
    pub fn ladder(&self) -> String {
        self.shared.look(|world| world.log().ladder().to_string())
    }

    /// The hash of everything that happened so far.
    #[must_use]
    pub fn hash(&self) -> LogHash {
        self.shared.look(|world| world.log().hash())
    }

    /// Rules of Microsoft that the contact center broke, in order.
    #[must_use]
    pub fn broken(&self) -> Vec<Broken> {
        self.shared.look(|world| world.broken().to_vec())
    }

    /// What there was when the day began.
    #[must_use]
    pub fn setup(&self) -> Setup {
        self.shared.look(|world| world.setup().clone())
    }

    /// Where a user is reached, by handle.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Nobody`](crate::ErrorKind::Nobody) where the world has no such user.
    pub fn address(&self, handle: &str) -> Result<Address, Error> {
        self.shared.look(|world| {
            let users = &world.setup().users;
            let user = users.iter().find(|user| &*user.handle == handle);
            user.map(|user| user.address().into()).ok_or_else(|| ErrorKind::Nobody.into())
        })
    }

    /// Whether everybody has called who was going to, and everybody has hung up.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.shared.look(World::is_quiet)
    }

    /// Waits until everybody has called and hung up, looking once a second.
    ///
    /// Gives up after [`LONGEST_DAY`], so that a call that nobody ends cannot stop a virtual
    /// clock that never tires; `false` says so. Dropping the future has no effect on the world.
    pub async fn quiet(&self) -> bool {
        let clock = self.shared.clock();
        let end = clock.now() + LONGEST_DAY;
        while !self.is_quiet() {
            if clock.now() >= end {
                return false;
            }
            clock.sleep(Duration::from_secs(1)).await;
        }
        true
    }

    /// Writes a line of the contact center into the log; it must be redacted already.
    pub fn note(&self, text: &str) {
        self.shared.with(|world, now| world.note(now, text));
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    fn trunk_config(&self) -> Option<TrunkConfig> {
        let setup = self.setup();
        if setup.trunks.is_empty() {
            return None;
        }
        let fqdn = SbcFqdn::new(&setup.trunk).ok()?;
        let proxies =
            PROXIES.iter().map(|name| Target::new(TransportKind::Tls, name, 5061)).collect();
        let range = AddressRange::new(io::PROXY_NETWORK.into(), 24).ok()?;
        let carrier = StaticPeer::new("carrier", TransportKind::Tcp)
            .address(AddressRange::exactly(io::CARRIER_ADDRESS.into()))
            .target(Target::new(TransportKind::Tcp, io::CARRIER_HOST, 5060));
        let mut config = TrunkConfig::new(fqdn)
            .seed(self.seed)
            .teams(TeamsPeer::of_proxies(proxies, vec![range]))
            .carrier(carrier)
            .gate(GatePolicy::unrestricted());
        for (name, domain) in &setup.trunks {
            let tenant = setup.tenants.iter().find(|tenant| tenant.domain == *domain)?;
            config = config.tenant(SbcFqdn::new(name).ok()?, tenant.id.clone());
        }
        Some(config)
    }
}

impl Platform for Sim {
    fn label(&self) -> String {
        format!("simulator (seed {})", self.seed)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.shared.clock())
    }

    fn seed(&self) -> u64 {
        self.seed
    }

    fn graph(&self) -> Option<GraphAccess> {
        let setup = self.setup();
        let app = setup.apps.first()?;
        let account = setup.accounts.iter().find(|account| account.app == app.id);
        let tenant = account.map_or_else(
            || setup.tenants.first().map(|tenant| tenant.id.clone()),
            |account| Some(account.tenant.clone()),
        )?;
        let (sender, callbacks) = mpsc::channel(io::CALLBACK_QUEUE);
        self.shared.send_callbacks_to(sender);
        self.shared.start();
        let access = GraphAccess::new(
            tenant,
            app.id.clone(),
            Secret::new(app.secret.to_string()),
            io::transport(Arc::clone(&self.shared), Arc::clone(&self.overrides)),
            Url::parse(&app.callback).ok()?,
            callbacks,
        );
        Some(match account {
            Some(account) => access.application_instance(account.id.clone()),
            None => access,
        })
    }

    fn trunk(&self) -> Option<TrunkAccess> {
        let config = self.trunk_config()?;
        self.shared.start();
        let network = MemoryNetwork::new(Arc::clone(&self.shared));
        let media = FixedMedia::new(SocketAddr::new(io::TRUNK_MEDIA.into(), 20_000));
        Some(TrunkAccess::new(config, Arc::new(network), Arc::new(media)))
    }

    fn observe(&self, _now: Instant, observation: &Observation<'_>) {
        let text = match observation {
            Observation::Contact { contact, event } => format!("{contact} {event}"),
            Observation::Routing { contact, explanation } => {
                format!("{contact} routing: {explanation}")
            }
            Observation::Agent { agent, state } => format!("{agent} is {state}"),
            _ => return,
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            self.note(line.trim());
        }
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("seed", &self.seed).finish_non_exhaustive()
    }
}
