//! What an endpoint is and how much it takes on.

use std::{collections::BTreeMap, time::Duration};

use super::{CallPolicy, Reliability};
use crate::{
    direct_routing::AddressRange,
    message::{DigestUser, Host, Method, ParseError},
    transaction::Timers,
    transport::{Target, TransportKind},
};

/// The methods an endpoint understands (RFC 3261 §20.5).
pub(crate) const METHODS: [Method; 8] = [
    Method::Invite,
    Method::Ack,
    Method::Cancel,
    Method::Bye,
    Method::Options,
    Method::Info,
    Method::Notify,
    Method::Refer,
];

/// Who the endpoint is and how it behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EndpointConfig {
    /// The name peers reach us by, written into Via and default Contacts.
    pub host: Host,
    /// The port we listen on, by transport; absent ones are not written.
    pub ports: BTreeMap<TransportKind, u16>,
    /// Makes branches, tags and delays. Two endpoints must not share one, and nobody outside may
    /// know it: who guesses a tag can end a call.
    pub seed: u64,
    /// T1, T2 and T4.
    pub timers: Timers,
    /// How much the endpoint takes on.
    pub limits: EndpointLimits,
    /// The methods that are served; others get 405. Default: INVITE, ACK, CANCEL, BYE, OPTIONS,
    /// INFO, NOTIFY and REFER, which Direct Routing needs to see before it sends one.
    pub allow: Vec<Method>,
    /// Methods that are served without being listed. Default: none.
    pub(crate) unlisted: Vec<Method>,
    /// The option tags a peer may require besides those the endpoint serves itself: `100rel` and
    /// `timer` as the policy says, `norefersub` and `tdialog`. Others get 420. Default: none.
    pub supported: Vec<Box<str>>,
    /// The packages INFO may carry (RFC 6086); others get 469. An INFO that names none is always
    /// taken. Default: none.
    pub info_packages: Vec<Box<str>>,
    /// Which extensions calls use unless an order says otherwise. Default: none.
    pub policy: CallPolicy,
    /// Who we are at places that challenge our requests (RFC 3261 §22). Default: nobody.
    ///
    /// A place is where a request is sent; in a call, where its INVITE was sent. A `Contact` or a
    /// `Record-Route` may lead a call's requests to another host: that one gets no credentials,
    /// unless [`Self::account_at`] says that it is the place's as well.
    pub accounts: BTreeMap<Target, DigestUser>,
    /// What else is at these places: addresses, and names of hosts.
    pub(crate) account_hosts: BTreeMap<Target, (Vec<AddressRange>, Vec<Box<str>>)>,
    /// How long our INVITE may stay unanswered before it is withdrawn. Default 3 minutes, as timer
    /// C of RFC 3261 §16.6.
    pub invite_limit: Duration,
    /// How long a peer's INVITE over UDP may wait for a first response before it is answered by
    /// 100; at most 200 ms (RFC 3261 §17.2.1). Over streams 100 is sent at once. Default: none.
    pub trying_after: Duration,
    /// How long a peer's INVITE may stay unanswered before it is refused; default 5 minutes.
    pub ring_limit: Duration,
    /// How long the subscription of a REFER lasts; default 3 minutes.
    pub refer_limit: Duration,
}

impl EndpointConfig {
    /// An endpoint that peers reach by this host name or address.
    ///
    /// # Errors
    ///
    /// When the text is neither a host name nor an address.
    pub fn new(host: &str, seed: u64) -> Result<Self, ParseError> {
        Ok(Self {
            host: Host::parse(host)?,
            ports: BTreeMap::new(),
            seed,
            timers: Timers::default(),
            limits: EndpointLimits::default(),
            unlisted: Vec::new(),
            allow: METHODS.into(),
            supported: Vec::new(),
            info_packages: Vec::new(),
            policy: CallPolicy::default(),
            accounts: BTreeMap::new(),
            account_hosts: BTreeMap::new(),
            invite_limit: Duration::from_mins(3),
            trying_after: Duration::ZERO,
            ring_limit: Duration::from_mins(5),
            refer_limit: Duration::from_mins(3),
        })
    }

    /// Sets the port we listen on for a transport.
    #[must_use]
    pub fn port(mut self, transport: TransportKind, port: u16) -> Self {
        self.ports.insert(transport, port);
        self
    }

    /// Answers challenges to requests sent to this place.
    #[must_use]
    pub fn account(mut self, to: Target, user: DigestUser) -> Self {
        self.accounts.insert(to, user);
        self
    }

    /// Says what else is at a place: requests of its calls carry its credentials there too.
    #[must_use]
    pub fn account_at(
        mut self,
        to: Target,
        addresses: Vec<AddressRange>,
        names: &[Box<str>],
    ) -> Self {
        self.account_hosts.insert(to, (addresses, names.to_vec()));
        self
    }

    /// Sets the timers.
    #[must_use]
    pub fn timers(mut self, timers: Timers) -> Self {
        self.timers = timers;
        self
    }

    /// Sets the bounds.
    #[must_use]
    pub fn limits(mut self, limits: EndpointLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds an option tag that a peer may require.
    #[must_use]
    pub fn support(mut self, tag: &str) -> Self {
        self.supported.push(tag.into());
        self
    }

    /// Adds a method that is served, such as UPDATE or MESSAGE.
    #[must_use]
    pub fn serve(mut self, method: Method) -> Self {
        if !self.allow.contains(&method) {
            self.allow.push(method);
        }
        self
    }

    /// Adds a package that INFO may carry.
    #[must_use]
    pub fn info_package(mut self, name: &str) -> Self {
        self.info_packages.push(name.into());
        self
    }

    /// Sets which extensions calls use, and serves PRACK where they need it.
    #[must_use]
    pub fn policy(mut self, policy: CallPolicy) -> Self {
        self.policy = policy;
        match policy.reliability {
            Reliability::Off => self,
            Reliability::Supported | Reliability::Required => self.serve(Method::Prack),
        }
    }
}

/// How much an endpoint takes on, and what happens at the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointLimits {
    /// Transactions at once, those that linger included; default 20,000. At the bound new
    /// requests are answered with 503 and Retry-After without state, and new orders fail.
    pub transactions: usize,
    /// Calls at once; default 10,000. At the bound likewise, for INVITE only. An order may move
    /// it: [`Command::Admit`](super::Command::Admit).
    pub calls: usize,
    /// Branches of one forked call that are told apart; default 16. Further ones that ring are
    /// turned, and those that answer are hung up.
    pub forks: usize,
    /// REFER subscriptions of one call; default 4. At the bound a REFER gets 503.
    pub refers: usize,
    /// Requests of peers that wait for the application's response; default 1,000. At the bound
    /// further ones get 503 and Retry-After.
    pub requests: usize,
    /// Those of one call; default 16. At the bound likewise.
    pub requests_in_call: usize,
    /// Outputs that wait to be polled; default 100,000. At the bound input is refused with
    /// [`Error::Undrained`](super::Error::Undrained).
    pub outputs: usize,
    /// Seconds in the Retry-After of a 503; default 5.
    pub retry_after: u32,
}

impl Default for EndpointLimits {
    fn default() -> Self {
        Self {
            transactions: 20_000,
            calls: 10_000,
            forks: 16,
            refers: 4,
            requests: 1_000,
            requests_in_call: 16,
            outputs: 100_000,
            retry_after: 5,
        }
    }
}

impl EndpointLimits {
    /// Sets how many transactions may live at once.
    #[must_use]
    pub fn transactions(mut self, transactions: usize) -> Self {
        self.transactions = transactions;
        self
    }

    /// Sets how many calls may live at once.
    #[must_use]
    pub fn calls(mut self, calls: usize) -> Self {
        self.calls = calls;
        self
    }

    /// Sets how many requests of peers may wait for the application.
    #[must_use]
    pub fn requests(mut self, requests: usize) -> Self {
        self.requests = requests;
        self
    }

    /// Sets how many requests of one call may wait for the application.
    #[must_use]
    pub fn requests_in_call(mut self, requests: usize) -> Self {
        self.requests_in_call = requests;
        self
    }
}
