//! What a trunk is told before it starts.

use std::{fmt, time::Duration};

use teams_cc_core::emergency::EmergencyPlan;

use super::{LabPeer, StaticPeer, TrunkLimits};
use crate::{
    bridge::header_policy::HeaderPolicy,
    direct_routing::{AddressRange, Cloud, PING_INTERVAL, SbcFqdn, Tenants},
    gate::GatePolicy,
    transport::{Target, TransportKind},
};

/// The port Teams sends to where the trunk names none (Learn, *Connect your SBC*).
const DEFAULT_SIGNALLING_PORT: u16 = 5061;
/// How long a failed proxy is tried last, where it does not say itself.
const DEFAULT_HOLD_DOWN: Duration = Duration::from_secs(30);
/// How long the target of a transfer may ring.
const DEFAULT_RECALL_TIME: Duration = Duration::from_mins(1);
/// How long an outbound INVITE may ring.
const DEFAULT_RING_TIME: Duration = Duration::from_mins(3);

/// A whole trunk: our name, who may call, and where calls go.
///
/// Everything that is not named here is denied: an INVITE that matches no peer makes no leg.
///
/// ```
/// use teams_cc_sip::direct_routing::{Cloud, Customer};
/// use teams_cc_sip::trunk::{StaticPeer, TeamsPeer, TrunkConfig};
///
/// let bank = "72f988bf-86f1-41af-91ab-2d7cd011db47".parse()?;
/// let config = TrunkConfig::new("sbc1.adatum.biz".parse()?)
///     .teams(TeamsPeer::of_cloud(Cloud::Public))
///     .customer(&Customer::new(bank, "bank.sbc1.adatum.biz".parse()?))?
///     .carrier(StaticPeer::udp("carrier", "203.0.113.7".parse()?, 5060));
/// config.check()?;
/// assert_eq!(config.teams.as_ref().map(|teams| teams.proxies.len()), Some(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct TrunkConfig {
    /// Our name: the host of `Contact` and `From` towards Teams.
    pub fqdn: SbcFqdn,
    /// The port Teams reaches us on; it is part of `Contact`.
    pub signalling_port: u16,
    /// The port carriers reach us on over UDP and TCP. Default: 5060.
    pub plain_port: u16,
    /// Microsoft's side, where the trunk has one.
    pub teams: Option<TeamsPeer>,
    /// The carriers, found in this order.
    pub carriers: Vec<StaticPeer>,
    /// Names of the carrier's other trunks, below which customers may have a second name.
    pub other_bases: Vec<SbcFqdn>,
    /// The customer tenants behind our name.
    pub tenants: Tenants,
    /// Which numbers reach the emergency services. Default: 112 and `urn:service:sos`.
    ///
    /// Calls to them come in and go out where bounds and congestion refuse all others.
    pub emergency: EmergencyPlan,
    /// Who is trusted because it is on this machine; `None` trusts nobody.
    pub lab: Option<LabPeer>,
    /// How often each proxy is sent OPTIONS. Default: one minute.
    pub options_interval: Duration,
    /// How long a failed proxy is tried last. Default: 30 s.
    pub hold_down: Duration,
    /// How long an outbound call may ring before it is cancelled. Default: three minutes.
    pub ring_time: Duration,
    /// How long the target of a transfer may ring before the call comes back. Default: a minute.
    pub recall_time: Duration,
    /// Whether a Teams client may transfer by REFER. Default: yes.
    pub refer: bool,
    /// What we call ourselves in `User-Agent` and `X-MS-SBC`: vendor/model/version.
    pub product: Box<str>,
    /// Who may call out, and how much. Default: nobody may call a carrier.
    pub gate: GatePolicy,
    /// Bounds on what the trunk holds.
    pub limits: TrunkLimits,
    /// What goes on to Teams of what callers bring along.
    pub headers_to_teams: HeaderPolicy,
    /// How many calls the messages are kept of, the newest; a call takes up to 200 KiB. Default: 0.
    pub traced_calls: usize,
    /// What branches, tags, Call-IDs and nonces are made of. Default: drawn from the operating
    /// system as the trunk starts; whoever knows it can end calls.
    pub seed: Option<u64>,
}

impl TrunkConfig {
    /// A trunk of this name that knows nobody yet.
    #[must_use]
    pub fn new(fqdn: SbcFqdn) -> Self {
        Self {
            fqdn,
            signalling_port: DEFAULT_SIGNALLING_PORT,
            plain_port: TransportKind::Udp.default_port(),
            teams: None,
            carriers: Vec::new(),
            other_bases: Vec::new(),
            tenants: Tenants::new(),
            emergency: EmergencyPlan::new(""),
            lab: None,
            options_interval: PING_INTERVAL,
            hold_down: DEFAULT_HOLD_DOWN,
            ring_time: DEFAULT_RING_TIME,
            recall_time: DEFAULT_RECALL_TIME,
            refer: true,
            product: concat!("teams-cc/sip/", env!("CARGO_PKG_VERSION")).into(),
            gate: GatePolicy::default(),
            limits: TrunkLimits::default(),
            headers_to_teams: HeaderPolicy::to_teams(),
            traced_calls: 0,
            seed: None,
        }
    }

    /// Connects the trunk to Teams.
    #[must_use]
    pub fn teams(mut self, teams: TeamsPeer) -> Self {
        self.teams = Some(teams);
        self
    }

    /// Adds a carrier.
    #[must_use]
    pub fn carrier(mut self, carrier: StaticPeer) -> Self {
        self.carriers.push(carrier);
        self
    }

    /// Adds a customer tenant under any name, such as that of a trunk of its own.
    ///
    /// [`Self::customer`] adds one by the rules of the carrier model, and
    /// [`Trunk::add_tenant`](super::Trunk::add_tenant) does so while the trunk runs.
    #[must_use]
    pub fn tenant(mut self, name: SbcFqdn, tenant: teams_cc_core::TenantId) -> Self {
        self.tenants.insert(name, tenant);
        self
    }

    /// Says which numbers reach the emergency services.
    #[must_use]
    pub fn emergency(mut self, plan: EmergencyPlan) -> Self {
        self.emergency = plan;
        self
    }

    /// Trusts every caller on this machine: for laboratories only.
    #[must_use]
    pub fn trust_loopback(mut self, lab: LabPeer) -> Self {
        self.lab = Some(lab);
        self
    }

    /// Sets the port Teams reaches us on.
    #[must_use]
    pub fn signalling_port(mut self, port: u16) -> Self {
        self.signalling_port = port;
        self
    }

    /// Sets the port carriers reach us on over UDP and TCP.
    #[must_use]
    pub fn plain_port(mut self, port: u16) -> Self {
        self.plain_port = port;
        self
    }

    /// Sets how often OPTIONS are sent; less than one second counts as one second.
    #[must_use]
    pub fn options_interval(mut self, interval: Duration) -> Self {
        self.options_interval = interval;
        self
    }

    /// Sets how long a failed proxy is tried last.
    #[must_use]
    pub fn hold_down(mut self, hold_down: Duration) -> Self {
        self.hold_down = hold_down;
        self
    }

    /// Sets how long an outbound call may ring.
    #[must_use]
    pub fn ring_time(mut self, ring_time: Duration) -> Self {
        self.ring_time = ring_time;
        self
    }

    /// Sets how long the target of a transfer may ring before the call comes back.
    #[must_use]
    pub fn recall_time(mut self, recall_time: Duration) -> Self {
        self.recall_time = recall_time;
        self
    }

    /// Allows or refuses transfers by REFER; without it `Allow` does not list REFER.
    #[must_use]
    pub fn refer(mut self, refer: bool) -> Self {
        self.refer = refer;
        self
    }

    /// Says who may call out, and how much; without it calls to carriers are refused.
    #[must_use]
    pub fn gate(mut self, gate: GatePolicy) -> Self {
        self.gate = gate;
        self
    }

    /// Keeps the messages of so many calls for [`Trunk::traces`](super::Trunk::traces).
    #[must_use]
    pub fn trace(mut self, calls: usize) -> Self {
        self.traced_calls = calls;
        self
    }

    /// Sets the seed, so that a test sees the same tags each time; never in production.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the bounds.
    #[must_use]
    pub fn limits(mut self, limits: TrunkLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// Everything but the seed: whoever knows it can guess the tags that end calls.
impl fmt::Debug for TrunkConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrunkConfig")
            .field("fqdn", &self.fqdn)
            .field("teams", &self.teams)
            .field("carriers", &self.carriers)
            .field("tenants", &self.tenants)
            .field("lab", &self.lab)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Microsoft's side of the trunk.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TeamsPeer {
    /// The cloud that the proxies belong to; customers must be in the same.
    pub cloud: Cloud,
    /// The proxies in the order in which they are tried.
    pub proxies: Vec<Target>,
    /// Names of which a connecting proxy's certificate must prove one.
    pub names: Vec<Box<str>>,
    /// The ranges connections may come from.
    pub ranges: Vec<AddressRange>,
}

impl TeamsPeer {
    /// One of Microsoft's clouds, with its published names and ranges.
    #[must_use]
    pub fn of_cloud(cloud: Cloud) -> Self {
        Self {
            cloud,
            proxies: cloud.proxies(),
            names: cloud.proxy_names().iter().map(|name| (*name).into()).collect(),
            ranges: cloud.signalling_ranges(),
        }
    }

    /// Proxies of one's own, such as a simulator's. Their host names are the names to prove.
    #[must_use]
    pub fn of_proxies(proxies: Vec<Target>, ranges: Vec<AddressRange>) -> Self {
        let names = proxies.iter().map(|target| target.host.clone()).collect();
        Self { cloud: Cloud::default(), proxies, names, ranges }
    }
}
