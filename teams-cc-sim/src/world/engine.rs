//! The world's clockwork: requests and inputs in, outputs out, timers in between.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use serde_json::Value;
use teams_cc_core::{Instant, Timestamp};

use super::{
    Callback, ConnectionId, Input, Output, PresenceState, Reply, Setup,
    archive::Record,
    call::{Call, normal_id},
    notice::Notice,
    output::CallbackId,
    record::Clip,
    ring::{Ring, RingId},
    schedule::{Action, Schedule},
    subscription::Subscription,
};
use crate::{
    door::{self, SignIns},
    error::{Error, ErrorKind},
    keys::Keys,
    log::{Column, EventLog},
    random::Dice,
    sip::Sip,
};

/// What a customer is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Line {
    /// Not on the phone.
    #[default]
    Idle,
    /// In a bot's call.
    Bot(u64),
    /// Talking to a user, or to a mailbox, out of the bot's sight.
    Talk(Option<usize>),
    /// In a call through the carrier and the trunk.
    Trunk(u64),
}

/// A customer as the day goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CustomerNow {
    pub(crate) line: Line,
    pub(crate) epoch: u32,
}

/// A user as the day goes on.
#[derive(Clone, Debug)]
pub(crate) struct UserNow {
    pub(crate) calls: u32,
    pub(crate) answered: usize,
    pub(crate) presence: PresenceState,
}

/// One deterministic world: Microsoft, its users, their customers and a carrier.
///
/// Sans-IO: requests come in through [`World::handle`], everything else through
/// [`World::handle_input`], and what the world wants done comes out of [`World::poll_output`],
/// which is drained until it says [`Output::Timeout`]. Time is an argument and one seed decides
/// everything left to chance, so equal inputs give equal days.
pub struct World {
    pub(crate) setup: Setup,
    pub(crate) now: Instant,
    pub(crate) dice: Dice,
    pub(crate) keys: Keys,
    pub(crate) sign_ins: SignIns,
    pub(crate) log: EventLog,
    pub(crate) schedule: Schedule,
    pub(crate) outbox: VecDeque<Output>,
    pub(crate) calls: BTreeMap<u64, Call>,
    pub(crate) call_ids: BTreeMap<String, u64>,
    pub(crate) last_call: u64,
    pub(crate) clips: BTreeMap<String, Clip>,
    pub(crate) records: VecDeque<Record>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    pub(crate) rings: BTreeMap<RingId, Ring>,
    pub(crate) last_ring: u64,
    /// What rings for customers whose calls were redirected; at most 25 each.
    pub(crate) redirects: BTreeMap<usize, Vec<RingId>>,
    pub(crate) notices: BTreeMap<CallbackId, Notice>,
    pub(crate) last_notice: u64,
    pub(crate) customers: Vec<CustomerNow>,
    pub(crate) users: Vec<UserNow>,
    pub(crate) sip: Sip,
}

impl World {
    /// A world that begins at [`Instant::ZERO`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Setup`] where the setup names something that is not there.
    pub fn new(setup: Setup) -> Result<Self, Error> {
        setup.check()?;
        let mut world = Self {
            now: Instant::ZERO,
            dice: Dice::new(setup.seed),
            keys: Keys::load(),
            sign_ins: SignIns::default(),
            log: EventLog::default(),
            schedule: Schedule::default(),
            outbox: VecDeque::new(),
            calls: BTreeMap::new(),
            call_ids: BTreeMap::new(),
            last_call: 0,
            clips: BTreeMap::new(),
            records: VecDeque::new(),
            subscriptions: BTreeMap::new(),
            rings: BTreeMap::new(),
            last_ring: 0,
            redirects: BTreeMap::new(),
            notices: BTreeMap::new(),
            last_notice: 0,
            customers: vec![CustomerNow::default(); setup.customers.len()],
            users: setup
                .users
                .iter()
                .map(|user| UserNow { calls: 0, answered: 0, presence: user.presence.clone() })
                .collect(),
            sip: Sip::default(),
            setup,
        };
        world.plan_the_day();
        Ok(world)
    }

    /// Answers a request on the HTTP door: tokens, keys and Graph.
    ///
    /// What the request asks for happens at once; only the answer takes [`Reply::delay`].
    pub fn handle(&mut self, now: Instant, request: &http::Request<Bytes>) -> Reply {
        self.advance(now);
        let response = door::respond(self, request);
        let delay = self.dice.millis(20..=90);
        Reply { response, delay }
    }

    /// Takes in what happened outside.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unknown`] where the connection or the notification is not there any more.
    pub fn handle_input(&mut self, now: Instant, input: Input) -> Result<(), Error> {
        self.advance(now);
        match input {
            Input::CallbackAnswered { id, status } => self.callback_answered(id, status),
            Input::SipOpened { connection, party } => {
                self.sip_opened(connection, party);
                Ok(())
            }
            Input::SipConnected { connection } => self.sip_connected(connection),
            Input::SipReceived { connection, bytes } => self.sip_received(connection, &bytes),
            Input::SipClosed { connection } => self.sip_closed(connection),
            Input::Tick => Ok(()),
        }
    }

    /// What the world wants done next; drain it until it says [`Output::Timeout`].
    ///
    /// When that time has come, hand in [`Input::Tick`].
    pub fn poll_output(&mut self) -> Output {
        self.outbox.pop_front().unwrap_or_else(|| Output::Timeout(self.schedule.next()))
    }

    /// Names a connection that the contact center is about to open.
    pub fn next_connection(&mut self) -> ConnectionId {
        self.sip.next_connection()
    }

    /// Writes a line of the contact center into the log, such as an explained decision.
    ///
    /// The text must be redacted already.
    pub fn note(&mut self, now: Instant, text: &str) {
        self.advance(now);
        self.log.push(self.now, Column::Center, Column::Center, text);
    }

    /// Everything that happened so far.
    #[must_use]
    pub fn log(&self) -> &EventLog {
        &self.log
    }

    /// What there was when the day began.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Rules of Microsoft that the contact center broke, in order.
    #[must_use]
    pub fn broken(&self) -> &[super::Broken] {
        self.sip.broken()
    }

    /// Whether everybody has hung up and nothing is left to happen but keep-alives.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.calls.is_empty()
            && self.notices.is_empty()
            && self.sip.legs() == 0
            && self.customers.iter().all(|c| c.line == Line::Idle)
            && !self.schedule.has_arrivals()
    }

    pub(crate) fn wall(&self) -> Timestamp {
        self.setup.start + self.now.since_epoch()
    }

    pub(crate) fn call_named(&self, id: &str) -> Option<u64> {
        self.call_ids.get(&normal_id(id)).copied()
    }

    /// Lets everything happen that is due, each thing at its own instant.
    pub(crate) fn advance(&mut self, now: Instant) {
        while let Some((at, action)) = self.schedule.pop_due(now) {
            self.now = self.now.max(at);
            self.act(action);
        }
        self.now = self.now.max(now);
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::CustomerDials(customer) => self.customer_dials(customer),
            Action::UserDials(user, number) => self.user_dials(user, number.reveal()),
            Action::CustomerPresses { call, key } => self.far_presses(call, Column::Customer, key),
            Action::CustomerLeaves { customer, epoch } => self.customer_leaves(customer, epoch),
            Action::UserPresses { call, key } => self.far_presses(call, Column::Agent, key),
            Action::PresenceChanges(user, change) => self.presence_changes(user, change),
            Action::Rings(ring) => self.ring_goes_on(ring),
            Action::AnswerDeadline(call) => self.answer_deadline(call),
            Action::KeepAliveDeadline { call, epoch } => self.keep_alive_deadline(call, epoch),
            Action::Establish(call) => self.establish(call),
            Action::MailboxFull(call) => self.mailbox_full(call),
            Action::OperationEnds { call, operation } => self.operation_ends(call, &operation),
            Action::Transfer { call, step } => self.transfer_step(call, step),
            Action::Heard { call, names } => self.after_prompt(call, &names),
            Action::Moves(call) => self.moves_over(call),
            Action::RecordWritten(id) => self.record_written(&id),
            Action::Deliver(id) => self.deliver(id),
            Action::Sip(action) => self.sip_action(action),
        }
    }

    fn plan_the_day(&mut self) {
        let mut plans = Vec::new();
        for (n, customer) in self.setup.customers.iter().enumerate() {
            if let Some((at, _)) = &customer.dials {
                plans.push((*at, Action::CustomerDials(n)));
            }
        }
        for (n, user) in self.setup.users.iter().enumerate() {
            for (at, number) in &user.dials {
                plans.push((*at, Action::UserDials(n, number.clone())));
            }
            for (change, (at, _)) in user.presence_changes.iter().enumerate() {
                plans.push((*at, Action::PresenceChanges(n, change)));
            }
        }
        for (at, action) in plans {
            self.schedule.plan(Instant::ZERO + at, action);
        }
    }

    pub(crate) fn send_callback(&mut self, callback: Callback) {
        self.outbox.push_back(Output::Callback(Box::new(callback)));
    }

    /// The `identitySet` of a user.
    pub(crate) fn user_identity(&self, user: usize) -> Value {
        let Some(person) = self.setup.users.get(user) else {
            return Value::Null;
        };
        serde_json::json!({
            "@odata.type": "#microsoft.graph.identitySet",
            "user": {
                "@odata.type": "#microsoft.graph.identity",
                "id": person.id.as_str(),
                "displayName": person.handle,
                "tenantId": person.tenant.as_str(),
                "identityProvider": "AAD",
            },
        })
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("now", &self.now)
            .field("calls", &self.calls.len())
            .field("events", &self.log.events().len())
            .finish_non_exhaustive()
    }
}

/// An unknown connection or notification.
pub(crate) fn unknown() -> Error {
    ErrorKind::Unknown.into()
}
