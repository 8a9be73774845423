//! Ringing somebody, and what comes of it: answers, declines, mailboxes, silence.

use std::time::Duration;

use teams_cc_core::contact::Tone;

use super::{
    Answering, World,
    call::{Far, ResultInfo},
    schedule::Action,
};
use crate::log::Column;

/// A ringing phone or client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RingId(u64);

/// Who is rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callee {
    User(usize),
    Customer(usize),
}

/// On whose behalf it rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A bot's outgoing call.
    Call(u64),
    /// A blind transfer of a bot's call.
    Transfer(u64),
    /// A call over SIP, by its leg.
    Sip(u64),
    /// The invitation of a group call.
    Invite(u64),
    /// A group call that rings several from the start.
    Group(u64),
    /// A customer whose call the bot redirected.
    Redirect(usize),
}

/// What happens next at the ringing end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Answers(Option<(Tone, Duration)>),
    Declines,
    GivesUp,
    Mailbox,
    Fails(NoAnswer),
}

/// Why nobody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    Declined,
    Busy,
    TimedOut,
    Unreachable,
}

impl NoAnswer {
    /// What a bot's call ends with. The codes follow Direct Routing's SIP codes; which of them
    /// Graph shows is assumed (see the fidelity table).
    pub(crate) fn result(self) -> ResultInfo {
        match self {
            Self::Declined => ResultInfo::new(603, 0, "The callee declined the call."),
            Self::Busy => ResultInfo::new(486, 0, "The callee is busy."),
            Self::TimedOut => ResultInfo::new(408, 10_057, "The callee did not answer."),
            Self::Unreachable => ResultInfo::new(480, 10_037, "No callee endpoints were found."),
        }
    }
}

/// A ring under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring {
    callee: Callee,
    purpose: Purpose,
    next: Next,
    alerted: bool,
    forwards: bool,
}

impl World {
    /// Rings somebody; the outcome comes back through [`World::answered`] or
    /// [`World::unanswered`].
    pub(crate) fn ring(&mut self, callee: Callee, purpose: Purpose) -> RingId {
        self.ring_for(callee, purpose, Duration::MAX, true)
    }

    /// Rings somebody for so long at most; a mailbox answers only where the call `forwards`.
    pub(crate) fn ring_for(
        &mut self,
        callee: Callee,
        purpose: Purpose,
        at_most: Duration,
        forwards: bool,
    ) -> RingId {
        let (rule, mailbox, reachable, forward) = self.disposition(callee);
        // Who waits no longer than the callee's forward time never hears the mailbox.
        let forwards = forwards && forward <= at_most;
        let mailbox = mailbox && forwards;
        let forward = if forwards { forward } else { at_most };
        let or_mailbox = |fails| if mailbox { Next::Mailbox } else { Next::Fails(fails) };
        let (after, next, alerted) = match (reachable, rule) {
            (Err(why), _) => (self.dice.millis(200..=500), or_mailbox(why), false),
            (Ok(()), Answering::Answers { after, confirm }) => {
                (self.dice.near(after), Next::Answers(confirm), true)
            }
            (Ok(()), Answering::Declines { after }) => {
                (self.dice.near(after), Next::Declines, true)
            }
            (Ok(()), Answering::Ignores) => (forward, Next::GivesUp, true),
            (Ok(()), Answering::Busy) => {
                (self.dice.millis(200..=500), or_mailbox(NoAnswer::Busy), false)
            }
        };
        // Nobody answers after Teams has forwarded the call.
        let (after, next) = match next {
            Next::Answers(_) | Next::Declines if after >= forward => (forward, Next::GivesUp),
            _ => (after, next),
        };
        self.last_ring += 1;
        let id = RingId(self.last_ring);
        if alerted {
            let (column, name) = self.callee_name(callee);
            self.log.push(self.now, Column::Teams, column, format!("rings {name}"));
        }
        self.rings.insert(id, Ring { callee, purpose, next, alerted, forwards });
        self.schedule.plan(self.now + after, Action::Rings(id));
        id
    }

    /// Stops a ring, because whoever called is gone.
    pub(crate) fn stop_ringing(&mut self, id: RingId) {
        if let Some(ring) = self.rings.remove(&id)
            && ring.alerted
        {
            let (column, name) = self.callee_name(ring.callee);
            self.log.push(self.now, Column::Teams, column, format!("stops ringing {name}"));
        }
    }

    /// Whether a phone or client really rings.
    pub(crate) fn is_alerting(&self, id: RingId) -> bool {
        self.rings.get(&id).is_some_and(|ring| ring.alerted)
    }

    pub(crate) fn ring_goes_on(&mut self, id: RingId) {
        let Some(mut ring) = self.rings.get(&id).copied() else {
            return;
        };
        let (column, name) = self.callee_name(ring.callee);
        let mailbox = match ring.callee {
            Callee::User(user) => {
                ring.forwards && self.setup.users.get(user).is_some_and(|u| u.voicemail)
            }
            Callee::Customer(_) => false,
        };
        match ring.next {
            Next::Answers(confirm) => {
                self.rings.remove(&id);
                self.log.push(self.now, column, Column::Teams, format!("{name} answers"));
                let far = match ring.callee {
                    Callee::User(user) => {
                        self.user_joins(user);
                        Far::User(user)
                    }
                    Callee::Customer(customer) => Far::Customer(customer),
                };
                self.answered(id, ring.purpose, far, confirm);
            }
            Next::Mailbox => {
                self.rings.remove(&id);
                let Callee::User(user) = ring.callee else {
                    return;
                };
                self.log.push(
                    self.now,
                    Column::Teams,
                    Column::Teams,
                    format!("the mailbox of {name} answers"),
                );
                self.answered(id, ring.purpose, Far::Mailbox(user), None);
            }
            Next::Declines | Next::GivesUp => {
                let (what, why) = if ring.next == Next::Declines {
                    ("declines", NoAnswer::Declined)
                } else {
                    ("does not answer", NoAnswer::TimedOut)
                };
                self.log.push(self.now, column, Column::Teams, format!("{name} {what}"));
                if !mailbox {
                    self.rings.remove(&id);
                    self.unanswered(id, ring.purpose, why);
                    return;
                }
                ring.next = Next::Mailbox;
                ring.alerted = false;
                self.rings.insert(id, ring);
                let after = self.dice.millis(300..=700);
                self.schedule.plan(self.now + after, Action::Rings(id));
                if let Purpose::Sip(leg) = ring.purpose {
                    self.sip_forwarded(leg);
                }
            }
            Next::Fails(why) => {
                self.rings.remove(&id);
                self.unanswered(id, ring.purpose, why);
            }
        }
    }

    /// What the callee would do: the rule for this call, whether a mailbox stands behind, whether
    /// a client rings at all, and when Teams forwards.
    fn disposition(&mut self, callee: Callee) -> (Answering, bool, Result<(), NoAnswer>, Duration) {
        match callee {
            Callee::User(n) => {
                let (Some(user), Some(state)) = (self.setup.users.get(n), self.users.get_mut(n))
                else {
                    return (Answering::Ignores, false, Err(NoAnswer::Unreachable), Duration::ZERO);
                };
                let reachable = match &*state.presence.availability {
                    "Offline" => Err(NoAnswer::Unreachable),
                    "DoNotDisturb" => Err(NoAnswer::Busy),
                    _ if state.calls > 0 => Err(NoAnswer::Busy),
                    _ => Ok(()),
                };
                let last = user.answering.len().saturating_sub(1);
                let rule = user
                    .answering
                    .get(state.answered.min(last))
                    .copied()
                    .unwrap_or(Answering::Ignores);
                if reachable.is_ok() {
                    state.answered += 1;
                }
                (rule, user.voicemail, reachable, user.forward_after)
            }
            Callee::Customer(n) => {
                let rule = self
                    .setup
                    .customers
                    .get(n)
                    .map_or(Answering::Ignores, |customer| customer.answering);
                let free = self
                    .customers
                    .get(n)
                    .is_some_and(|customer| customer.line == super::engine::Line::Idle);
                let reachable = if free { Ok(()) } else { Err(NoAnswer::Busy) };
                (rule, false, reachable, Duration::from_mins(1))
            }
        }
    }

    pub(crate) fn callee_name(&self, callee: Callee) -> (Column, Box<str>) {
        match callee {
            Callee::User(n) => (Column::Agent, self.user_name(n)),
            Callee::Customer(n) => (Column::Customer, self.customer_name(n)),
        }
    }

    pub(crate) fn user_name(&self, user: usize) -> Box<str> {
        self.setup.users.get(user).map_or_else(|| "somebody".into(), |user| user.handle.clone())
    }

    pub(crate) fn customer_name(&self, customer: usize) -> Box<str> {
        self.setup
            .customers
            .get(customer)
            .map_or_else(|| "somebody".into(), |customer| customer.handle.clone())
    }

    /// The user's client is in one more call.
    pub(crate) fn user_joins(&mut self, user: usize) {
        if let Some(state) = self.users.get_mut(user) {
            state.calls = state.calls.saturating_add(1);
        }
    }

    /// The user's client is in one call less.
    pub(crate) fn user_leaves(&mut self, user: usize) {
        if let Some(state) = self.users.get_mut(user) {
            state.calls = state.calls.saturating_sub(1);
        }
    }

    fn answered(
        &mut self,
        ring: RingId,
        purpose: Purpose,
        far: Far,
        confirm: Option<(Tone, Duration)>,
    ) {
        match purpose {
            Purpose::Call(call) => self.call_answered(call, far, confirm),
            Purpose::Transfer(call) => self.transfer_answered(call, far),
            Purpose::Sip(leg) => self.sip_answered(leg, far),
            Purpose::Invite(call) => self.invited_comes(call, far),
            Purpose::Group(call) => self.rung_comes(call, ring, far),
            Purpose::Redirect(customer) => self.redirect_answered(customer, ring, far),
        }
    }

    fn unanswered(&mut self, ring: RingId, purpose: Purpose, why: NoAnswer) {
        match purpose {
            Purpose::Call(call) => self.end_call(call, why.result()),
            Purpose::Transfer(call) => self.transfer_failed(call, 7000),
            Purpose::Sip(leg) => self.sip_unanswered(leg, why),
            Purpose::Invite(call) => self.invite_over(call, why.result()),
            Purpose::Group(call) => self.rung_stays_away(call, ring, why),
            Purpose::Redirect(customer) => self.redirect_unanswered(customer, ring),
        }
    }
}
