//! The handle on which a partner's program works.

use std::{sync::Arc, time::Duration};

use teams_cc_core::{
    Address, AgentId, ContactId, PhoneNumber, QueueId, TenantId,
    contact::{
        AfterTransfer, Capabilities, Prompt, RejectReason, Tone, Verb,
        flow::{Confirm, OfferOutcome, Order, Outcome},
    },
    emergency::EmergencyPlan,
};
use url::Url;

use super::{
    Route,
    arrive::EMERGENCY_RING,
    command::{Command, Line, Unfound, Whom},
    taken::{Hold, Taken},
};
use crate::{Error, ErrorKind};

/// How long [`Contact::menu`] waits for a key after the recording.
const MENU_WAIT: Duration = Duration::from_secs(10);
/// How long [`Contact::dial`] rings.
const DIAL_RING: Duration = Duration::from_secs(18);

/// One customer's visit, for as long as the program that serves it runs.
///
/// Handed to the closure of [`Builder::on_contact`](crate::Builder::on_contact). When the closure
/// returns, a customer who is connected to somebody stays connected, and any other is hung up.
///
/// # Dropping futures
///
/// Dropping the future of a method withdraws the order: what rings is hung up, what plays is
/// cut short, a place in a queue is given up, and no reservation, leg or task is left. What the
/// platform has already carried out stays: an answered call is answered, and a join that is under
/// way goes on. Each method says where it differs.
#[derive(Debug)]
pub struct Contact {
    pub(crate) id: ContactId,
    pub(crate) caller: Address,
    pub(crate) called: Address,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) capabilities: Capabilities,
    pub(crate) prompts: Option<Url>,
    pub(crate) emergency: Arc<EmergencyPlan>,
    pub(crate) line: Line,
}

impl Contact {
    /// The contact's id, as it stands in logs and ladders.
    #[must_use]
    pub fn id(&self) -> &ContactId {
        &self.id
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Address {
        &self.caller
    }

    /// Who was called.
    #[must_use]
    pub fn called(&self) -> &Address {
        &self.called
    }

    /// The number that was called, where it was one.
    #[must_use]
    pub fn called_number(&self) -> Option<PhoneNumber> {
        match &self.called {
            Address::Phone(number) => Some(number.clone()),
            other => other.number().cloned().map(PhoneNumber::from),
        }
    }

    /// The customer tenant the call belongs to, where the platform says.
    #[must_use]
    pub fn tenant(&self) -> Option<&TenantId> {
        self.tenant.as_ref()
    }

    /// What the customer's call can be ordered to do; it depends on the platform it came over.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Answers the call. Answered calls are left as they are.
    ///
    /// The other methods answer by themselves where they need to.
    ///
    /// Dropping the future leaves the answer under way.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::CustomerLeft`], or [`ErrorKind::Order`] where the platform refuses.
    pub async fn answer(&self) -> Result<(), Error> {
        self.order(Order::Answer).await.map(drop)
    }

    /// Refuses the call, which must not be answered yet.
    ///
    /// Dropping the future leaves the refusal under way.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Order`] where the call is answered already.
    pub async fn reject(&self, reason: RejectReason) -> Result<(), Error> {
        self.order(Order::Reject(reason)).await.map(drop)
    }

    /// Plays a recording to its end, answering first.
    ///
    /// A plain name such as `hello.wav` is looked up at
    /// [`Builder::prompts`](crate::Builder::prompts); an absolute address is taken as it is.
    ///
    /// Dropping the future cuts the recording short.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Prompt`] where the name cannot be made an address; [`ErrorKind::Order`] where
    /// the platform cannot play it; otherwise as [`answer`](Self::answer).
    pub async fn prompt(&self, name: &str) -> Result<(), Error> {
        let prompt = self.resolve(name)?;
        self.answer().await?;
        self.order(Order::Play(vec![prompt])).await.map(drop)
    }

    /// Plays a recording and takes one key, answering first. `None`: no key came.
    ///
    /// A key cuts the recording short; after it, ten seconds are given.
    ///
    /// Dropping the future cuts the recording short and forgets keys pressed.
    ///
    /// # Errors
    ///
    /// As [`prompt`](Self::prompt).
    pub async fn menu(&self, name: &str) -> Result<Option<Tone>, Error> {
        let mut keys = self.keys(name, 1, MENU_WAIT).await?;
        Ok(keys.pop())
    }

    /// Plays a recording and takes up to `max` keys, answering first.
    ///
    /// `within` is how long each key is waited for after the recording; `#` ends the input and is
    /// not part of it.
    ///
    /// Dropping the future cuts the recording short and forgets keys pressed.
    ///
    /// # Errors
    ///
    /// As [`prompt`](Self::prompt).
    pub async fn keys(&self, name: &str, max: usize, within: Duration) -> Result<Vec<Tone>, Error> {
        let prompts = vec![self.resolve(name)?];
        self.answer().await?;
        let terminator = Tone::new('#').ok();
        match self.order(Order::Collect { prompts, max, within, terminator }).await? {
            Outcome::Tones(tones) => Ok(tones),
            _ => Ok(Vec::new()),
        }
    }

    /// Waits in a queue until somebody took the contact.
    ///
    /// Each offer rings the agent on a call of its own, so the customer stays here meanwhile. A
    /// call over Graph is answered first, for the platform ends it otherwise; a call over SIP
    /// rings on. A name is enough; a [`Route`] adds priority, skills and attributes.
    ///
    /// A queue that hands its calls on to another queue is followed, up to eight times. Any other
    /// exit is the program's to carry out: [`Exit`](teams_cc_core::queue::Exit) says where to, and
    /// [`transfer`](Self::transfer) goes there.
    ///
    /// Dropping the future leaves the queue and withdraws the offer under way.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`] where the queue's policy gives up, with where the contact is to
    /// go; [`ErrorKind::UnknownQueue`]; [`ErrorKind::Order`] where the customer is connected to
    /// somebody or sought for already; [`ErrorKind::CustomerLeft`].
    pub async fn route(&self, route: impl Into<Route>) -> Result<Taken, Error> {
        let route = route.into();
        let unknown = ErrorKind::UnknownQueue(route.queue.clone());
        match QueueId::new(&*route.queue) {
            Ok(queue) => self.seek(Whom::Queue(queue, route), unknown).await,
            Err(_) => Err(unknown.into()),
        }
    }

    /// Offers the contact to one agent or expert, if that person's presence allows it.
    ///
    /// Dropping the future withdraws the offer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`] where the person is not available or did not take the contact;
    /// [`ErrorKind::UnknownAgent`]; [`ErrorKind::Order`] and [`ErrorKind::CustomerLeft`] as for
    /// [`route`](Self::route).
    pub async fn reach(&self, agent: &str) -> Result<Taken, Error> {
        let id = AgentId::new(agent).map_err(|_| ErrorKind::UnknownAgent(agent.into()))?;
        self.seek(Whom::Agent(id), ErrorKind::UnknownAgent(agent.into())).await
    }

    /// Calls anybody, trusting the answer; no queue, presence or policy is asked.
    ///
    /// A number of the emergency plan goes to the emergency route of the trunk; over Graph it is
    /// refused, for a bot's call carries no location.
    ///
    /// Dropping the future hangs the second call up.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotTaken`] with the reason; [`ErrorKind::Destination`] where the address is
    /// no full number and nobody's; [`ErrorKind::CustomerLeft`].
    pub async fn dial(&self, party: Address) -> Result<Taken, Error> {
        let party = self.destination(party)?;
        self.get_ready().await?;
        let ring = if party.is_emergency() { EMERGENCY_RING } else { DIAL_RING };
        let confirm = Confirm::TrustAnswer;
        match self.order(Order::Offer { party, agent: None, ring, confirm }).await? {
            Outcome::Offer(OfferOutcome::Accepted { leg, answered_by }) => {
                let hold = Hold::new(self.line.clone(), self.id.clone(), leg);
                Ok(Taken::new(hold, None, answered_by))
            }
            Outcome::Offer(OfferOutcome::NotTaken(why)) => Err(ErrorKind::NotTaken(why).into()),
            _ => Err(ErrorKind::Stopped.into()),
        }
    }

    /// Joins the customer and whoever took the contact.
    ///
    /// Over Graph this is a consultative transfer, after which the conversation is out of sight;
    /// over SIP the trunk's bridge carries it.
    ///
    /// Dropping the future lets the join go on; one that was never polled hangs the party up.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Order`] where the platform could not join them; the customer is then still
    /// here. [`ErrorKind::CustomerLeft`].
    pub async fn connect(&self, taken: Taken) -> Result<AfterTransfer, Error> {
        let order = Order::Connect(taken.hold.leg().clone());
        match self.order_about(Some(taken.hold), order).await? {
            Outcome::Connected(after) => Ok(after),
            _ => Err(ErrorKind::Stopped.into()),
        }
    }

    /// Hangs up somebody who took the contact and is not needed; the customer stays.
    ///
    /// Dropping the future lets the hang-up go on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Order`] where that party is connected or gone already.
    pub async fn release(&self, taken: Taken) -> Result<(), Error> {
        let order = Order::Release(taken.hold.leg().clone());
        self.order_about(Some(taken.hold), order).await.map(drop)
    }

    /// Hands the customer over without a second call, answering first.
    ///
    /// Over Graph, what follows is out of sight.
    ///
    /// Dropping the future lets the transfer go on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Order`] where the platform refuses or the transfer fails;
    /// [`ErrorKind::Destination`] as for [`dial`](Self::dial).
    pub async fn transfer(&self, party: Address) -> Result<AfterTransfer, Error> {
        let party = self.destination(party)?;
        self.get_ready().await?;
        match self.order(Order::TransferBlind(party)).await? {
            Outcome::Connected(after) => Ok(after),
            _ => Err(ErrorKind::Stopped.into()),
        }
    }

    /// Ends the contact.
    ///
    /// Dropping the future lets the end take its course.
    ///
    /// # Errors
    ///
    /// None but [`ErrorKind::Stopped`]: a customer who is gone already is no error.
    pub async fn hang_up(&self) -> Result<(), Error> {
        match self.order(Order::HangUp).await {
            Err(error) if matches!(error.kind(), ErrorKind::CustomerLeft(_)) => Ok(()),
            other => other.map(drop),
        }
    }

    async fn seek(&self, whom: Whom, unknown: ErrorKind) -> Result<Taken, Error> {
        self.get_ready().await?;
        let contact = self.id.clone();
        let found =
            self.line.ask(&self.id, None, |id, reply| Command::Seek { contact, id, whom, reply });
        match found.await {
            Some(Ok(taken)) => Ok(taken),
            Some(Err(Unfound::Exit(exit))) => Err(ErrorKind::Overflow(exit).into()),
            Some(Err(Unfound::Order(error))) => Err(error.into()),
            Some(Err(Unfound::Unknown)) => Err(unknown.into()),
            None => Err(ErrorKind::Stopped.into()),
        }
    }

    /// Answers where the platform would end an unanswered call, and lets others ring on.
    async fn get_ready(&self) -> Result<(), Error> {
        if self.capabilities.has(Verb::Ring) {
            self.order(Order::Ring).await.map(drop)
        } else {
            self.answer().await
        }
    }

    /// A party as it can be called. Emergency numbers are known by the plan, others are checked.
    fn destination(&self, party: Address) -> Result<Address, ErrorKind> {
        if let Address::Phone(number) = &party
            && let emergency @ PhoneNumber::Emergency(_) = self.emergency.classify(number.reveal())
        {
            return Ok(Address::Phone(emergency));
        }
        check(&party).map(|()| party)
    }

    async fn order(&self, order: Order) -> Result<Outcome, Error> {
        self.order_about(None, order).await
    }

    async fn order_about(&self, hold: Option<Hold>, order: Order) -> Result<Outcome, Error> {
        let contact = self.id.clone();
        self.line
            .ask(&self.id, hold, |id, reply| Command::Order { contact, id, order, reply })
            .await
            .ok_or(ErrorKind::Stopped)?
            .map_err(Error::from)
    }

    fn resolve(&self, name: &str) -> Result<Prompt, Error> {
        let address = match (&self.prompts, Url::parse(name)) {
            (_, Ok(absolute)) => absolute.to_string(),
            (Some(base), Err(_)) => {
                base.join(name).map_err(|_| ErrorKind::Prompt(name.into()))?.to_string()
            }
            (None, Err(_)) => return Err(ErrorKind::Prompt(name.into()).into()),
        };
        Prompt::new(address).map_err(|_| ErrorKind::Prompt(name.into()).into())
    }
}

/// Whether an address names somebody at all; what a platform cannot reach it says itself.
fn check(party: &Address) -> Result<(), ErrorKind> {
    match party {
        Address::Anonymous => {
            Err(ErrorKind::Destination("an anonymous caller cannot be called back"))
        }
        Address::Phone(number) if number.e164().is_none() && !number.is_emergency() => {
            let why = "the number is not E.164, so write it with + and country code";
            Err(ErrorKind::Destination(why))
        }
        _ => Ok(()),
    }
}
