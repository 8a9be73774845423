//! Setting a contact center up.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use teams_cc_core::{
    Address, AgentId, QueueId,
    agent::{Agent, Availability, InvalidSkill},
    contact::{Prompt, Tone, flow::Confirm},
    emergency::EmergencyPlan,
    queue::{Exit, QueueLimits},
    routing::{
        Engine, EngineConfig, Queue, RingMode, RoutingPolicy,
        policy::{Rules, SkillGate, agent_id, eligible, longest_idle, presence},
    },
    store::{DispatchStore, MemoryDispatchStore},
};
use url::Url;

use super::{Contact, ContactCenter};
use crate::{Error, ErrorKind, Platform};

/// How old presence may be for an offer, unless a policy says otherwise.
///
/// Presence is read every 15 seconds while somebody waits, so only a read that fails makes an
/// agent wait in vain.
const PRESENCE_MAX_AGE: Duration = Duration::from_secs(20);
/// How often every agent's presence is read by default.
const PRESENCE_PERIOD: Duration = Duration::from_mins(5);
/// How long a call waits for one person by default.
const REACH_WITHIN: Duration = Duration::from_secs(30);
/// How long an agent has to press the key that takes a call.
const CONFIRM_WITHIN: Duration = Duration::from_secs(8);

type Handling = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;
type Handler = Box<dyn Fn(Contact) -> Handling + Send + Sync>;

/// Sets a [`ContactCenter`] up.
///
/// Mistakes are collected and told by [`start`](Self::start), so that the steps read as one
/// sentence.
#[must_use = "a contact center takes calls once it is started"]
pub struct Builder {
    pub(super) platform: Arc<dyn Platform>,
    pub(super) prompts: Option<Url>,
    pub(super) queues: Vec<Queue>,
    pub(super) agents: BTreeMap<AgentId, Agent>,
    pub(super) confirmation: Confirmation,
    pub(super) emergency: EmergencyPlan,
    pub(super) presence_every: Duration,
    pub(super) reach_within: Duration,
    pub(super) routing: EngineConfig,
    pub(super) store: Arc<dyn DispatchStore>,
    pub(super) carrier: Option<Box<str>>,
    pub(super) emergency_carrier: Option<Box<str>>,
    pub(super) handler: Option<Handler>,
    mistake: Option<Error>,
}

/// What the running contact center needs to know of its set-up.
pub(crate) struct Site {
    pub(crate) prompts: Option<Url>,
    pub(crate) agents: BTreeMap<AgentId, Agent>,
    pub(crate) queues: BTreeSet<QueueId>,
    pub(crate) reach_within: Duration,
    pub(crate) emergency: Arc<EmergencyPlan>,
    pub(crate) confirmation: Confirm,
    pub(crate) handler: Handler,
}

/// What proves that an agent took a call over Graph.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Confirmation {
    /// The agent presses a key after a recording. The default, with key 1 and `accept.wav`.
    Key {
        /// What the agent hears.
        prompt: Box<str>,
        /// The key that takes the call; any other declines it.
        key: char,
        /// How long the agent has, counted from the answer.
        within: Duration,
    },
    /// The answer itself. A mailbox that answers then counts as a person.
    TrustAnswer,
}

impl Default for Confirmation {
    fn default() -> Self {
        Self::Key { prompt: "accept.wav".into(), key: '1', within: CONFIRM_WITHIN }
    }
}

/// What a queue can be set up with: a policy, or just a skill.
///
/// A skill alone stands for the usual policy: among those who have it and whom Teams has shown
/// available within the last 20 seconds, whoever has been idle longest. A policy of your own goes
/// in a `Box` or an `Arc`.
pub trait QueuePolicy {
    /// The policy.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn into_policy(self) -> Result<Arc<dyn RoutingPolicy>, Error>;
}

impl QueuePolicy for Rules {
    fn into_policy(self) -> Result<Arc<dyn RoutingPolicy>, Error> {
        Ok(Arc::new(self))
    }
}

impl<P: RoutingPolicy + ?Sized + 'static> QueuePolicy for Arc<P> {
    fn into_policy(self) -> Result<Arc<dyn RoutingPolicy>, Error> {
        Ok(Arc::new(self))
    }
}

impl<P: RoutingPolicy + ?Sized + 'static> QueuePolicy for Box<P> {
    fn into_policy(self) -> Result<Arc<dyn RoutingPolicy>, Error> {
        Ok(Arc::new(self))
    }
}

impl QueuePolicy for SkillGate {
    fn into_policy(self) -> Result<Arc<dyn RoutingPolicy>, Error> {
        let rules = eligible()
            .gate(presence(Availability::Available).max_age(PRESENCE_MAX_AGE))
            .require(self)
            .rank(longest_idle().then(agent_id()))
            .ring(RingMode::One);
        Ok(Arc::new(rules))
    }
}

impl QueuePolicy for Result<SkillGate, InvalidSkill> {
    fn into_policy(self) -> Result<Arc<dyn RoutingPolicy>, Error> {
        self.map_err(|error| config("the skill's name cannot be used", error))?.into_policy()
    }
}

impl Builder {
    pub(super) fn new(platform: impl Platform) -> Self {
        Self {
            platform: Arc::new(platform),
            prompts: None,
            queues: Vec::new(),
            agents: BTreeMap::new(),
            confirmation: Confirmation::default(),
            emergency: EmergencyPlan::new("direct routing"),
            presence_every: PRESENCE_PERIOD,
            reach_within: REACH_WITHIN,
            routing: EngineConfig::default(),
            store: Arc::new(MemoryDispatchStore::default()),
            carrier: None,
            emergency_carrier: None,
            handler: None,
            mistake: None,
        }
    }

    /// Says where recordings lie that are named without an address. Graph fetches over HTTPS alone.
    pub fn prompts(mut self, base: &str) -> Self {
        let folder = if base.ends_with('/') { base.to_owned() } else { format!("{base}/") };
        match Url::parse(&folder) {
            Ok(folder) if folder.scheme() == "https" => self.prompts = Some(folder),
            Ok(_) => self.mistaken(config(
                "the prompts cannot be fetched",
                format!("{base:?} is no https address, and Graph fetches over HTTPS alone"),
            )),
            Err(error) => {
                self.mistaken(config(
                    &format!("the prompts' address {base:?} cannot be read"),
                    error,
                ));
            }
        }
        self
    }

    /// Adds a queue with a policy, or with the skill its agents need.
    pub fn queue(self, name: &str, policy: impl QueuePolicy) -> Self {
        self.queue_with(name, policy, QueueLimits::default())
    }

    /// Adds a queue with limits of its own. They say how many calls wait, how long, and what then.
    pub fn queue_with(mut self, name: &str, policy: impl QueuePolicy, limits: QueueLimits) -> Self {
        match (QueueId::new(name), policy.into_policy()) {
            (Ok(id), Ok(policy)) => self.queues.push(Queue::new(id, policy).limits(limits)),
            (Err(error), _) => {
                self.mistaken(config(&format!("the queue's name {name:?} cannot be used"), error));
            }
            (_, Err(error)) => {
                self.mistaken(config(
                    &format!("the policy of queue {name:?} cannot be used"),
                    error,
                ));
            }
        }
        self
    }

    /// Adds agents. An expert is an agent of no queue, for [`Contact::reach`] alone.
    pub fn agents(mut self, agents: impl IntoIterator<Item = Agent>) -> Self {
        for agent in agents {
            let id = agent.id.clone();
            if self.agents.insert(id.clone(), agent).is_some() {
                self.mistaken(mistake(format!("there are two agents of the id {id}")));
            }
        }
        self
    }

    /// Says what proves that an agent took a call over Graph.
    pub fn confirmation(mut self, confirmation: Confirmation) -> Self {
        self.confirmation = confirmation;
        self
    }

    /// Says which numbers reach the emergency services. Such calls pass by queues and program.
    pub fn emergency(mut self, plan: EmergencyPlan) -> Self {
        self.emergency = plan;
        self
    }

    /// Names the carriers for calls to phones and for emergency calls.
    ///
    /// Without this the first carrier of the trunk takes both. A name the trunk does not have is an
    /// error of [`start`](Self::start).
    pub fn carriers(mut self, phones: &str, emergency: &str) -> Self {
        self.carrier = Some(phones.into());
        self.emergency_carrier = Some(emergency.into());
        self
    }

    /// Says how often every agent's presence is read while nobody waits: default 5 minutes.
    ///
    /// While somebody waits it is read at once and then every 15 seconds, whatever the period. The
    /// first decision does not wait for that read where what is known is fresh enough for the
    /// queue's policy.
    pub fn presence_every(mut self, period: Duration) -> Self {
        self.presence_every = period;
        self
    }

    /// Says how long a call waits for one person: default 30 s.
    pub fn reach_within(mut self, wait: Duration) -> Self {
        self.reach_within = wait;
        self
    }

    /// Says how calls are offered, such as how long to ring.
    pub fn routing(mut self, config: EngineConfig) -> Self {
        self.routing = config;
        self
    }

    /// Shares reservations with other processes through a store; by default they stay in memory.
    pub fn store(mut self, store: Arc<dyn DispatchStore>) -> Self {
        self.store = store;
        self
    }

    /// Says what happens to each contact. See [`Contact`] for what the closure may do with it.
    pub fn on_contact<F, H>(mut self, handler: F) -> Self
    where
        F: Fn(Contact) -> H + Send + Sync + 'static,
        H: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.handler = Some(Box::new(move |contact| Box::pin(handler(contact))));
        self
    }

    /// Starts to take calls, on the current tokio runtime.
    ///
    /// Signs in to Graph first, so that the first call does not wait for a token.
    ///
    /// Dropping the future before it is done starts nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] says what is missing or wrong: no program for contacts, a queue
    /// without a usable name, credentials that are refused.
    pub async fn start(mut self) -> Result<ContactCenter, Error> {
        if let Some(mistake) = self.mistake.take() {
            return Err(mistake);
        }
        self.check()?;
        super::start::start(self).await
    }

    /// What can only be seen once everything is named.
    fn check(&self) -> Result<(), Error> {
        let mut names = BTreeSet::new();
        if let Some(twice) = self.queues.iter().find(|queue| !names.insert(&queue.id)) {
            return Err(mistake(format!("there are two queues of the name {:?}", twice.id)));
        }
        for agent in self.agents.values() {
            let served = agent.queues.keys().find(|queue| !names.contains(queue));
            if let Some(queue) = served {
                let id = &agent.id;
                return Err(mistake(format!(
                    "agent {id} serves queue {queue:?}, which is not there"
                )));
            }
            if agent.address == Address::Anonymous {
                return Err(mistake(format!("agent {} has no address to be rung at", agent.id)));
            }
        }
        for queue in &self.queues {
            for exit in [&queue.limits.when_full, &queue.limits.after_wait] {
                if let Exit::Queue(next) = exit
                    && !names.contains(next)
                {
                    let id = &queue.id;
                    return Err(mistake(format!(
                        "queue {id:?} hands on to {next:?}, which is not there"
                    )));
                }
            }
        }
        Ok(())
    }

    pub(super) fn engine(&self) -> Engine {
        self.queues.iter().cloned().fold(Engine::new(self.routing.clone()), Engine::queue)
    }

    pub(super) fn site(&mut self) -> Result<Site, Error> {
        let handler = self
            .handler
            .take()
            .ok_or_else(|| ErrorKind::Config("say what to do with Builder::on_contact".into()))?;
        let confirmation = match &self.confirmation {
            Confirmation::TrustAnswer => Confirm::TrustAnswer,
            Confirmation::Key { prompt, key, within } => Confirm::Tone {
                prompts: self.prompt(prompt)?,
                accept: Tone::new(*key).map_err(|e| config("the key cannot be pressed", e))?,
                within: *within,
            },
        };
        Ok(Site {
            prompts: self.prompts.clone(),
            agents: self.agents.clone(),
            queues: self.queues.iter().map(|queue| queue.id.clone()).collect(),
            reach_within: self.reach_within,
            emergency: Arc::new(self.emergency.clone()),
            confirmation,
            handler,
        })
    }

    /// The recording agents hear; without an address to look it up at, they hear nothing.
    fn prompt(&self, name: &str) -> Result<Vec<Prompt>, Error> {
        let Some(base) = &self.prompts else { return Ok(Vec::new()) };
        let address = base.join(name).map_err(|e| config("the prompt has no address", e))?;
        let prompt = Prompt::new(address.to_string())
            .map_err(|e| config("the prompt has no usable address", e))?;
        Ok(vec![prompt])
    }

    fn mistaken(&mut self, error: Error) {
        self.mistake.get_or_insert(error);
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("platform", &self.platform.label())
            .field("queues", &self.queues)
            .field("agents", &self.agents.len())
            .finish_non_exhaustive()
    }
}

pub(super) fn mistake(what: String) -> Error {
    ErrorKind::Config(what.into()).into()
}

pub(super) fn config(
    what: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::with_source(ErrorKind::Config(what.into()), source)
}
