//! A store on a napkin, what may be wrong with it, and the rules that find out.

use std::time::Duration;

use proptest::prelude::*;

use super::{agent, at, call, now};
use crate::store::{DispatchStore, FencingToken, MemoryDispatchStore, StoreError, Terms};

/// What a step of a store answers, in a form two stores can be compared in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Token(u64),
    Refused(&'static str),
    Freed(Vec<u64>),
}

pub(super) fn refusal(error: &StoreError) -> Answer {
    Answer::Refused(match error {
        StoreError::AgentTaken => "agent",
        StoreError::CallTaken => "call",
        StoreError::Fenced => "fenced",
        _ => "other",
    })
}

pub(super) trait Steps {
    fn reserve(&mut self, agent: u8, call: u8, now: u64) -> Answer;
    fn accept(&mut self, token: u64, now: u64) -> Answer;
    fn release(&mut self, token: u64) -> Answer;
    fn withdraw(&mut self, call: u8) -> Answer;
    fn enqueue(&mut self, call: u8) -> Answer;
    fn sweep(&mut self, now: u64) -> Answer;
}

pub(super) const LEASE: u64 = 10;
pub(super) const AGENTS: u8 = 3;

/// Agents 0 and 1 have one place, agent 2 has two.
pub(super) fn places(agent: u8) -> usize {
    if agent == 2 { 2 } else { 1 }
}

impl Steps for MemoryDispatchStore {
    fn reserve(&mut self, a: u8, c: u8, t: u64) -> Answer {
        let terms = Terms::new(Duration::from_secs(LEASE));
        match now(DispatchStore::reserve(self, &agent(a), &call(c), terms, at(t))) {
            Ok(token) => Answer::Token(token.get()),
            Err(error) => refusal(&error),
        }
    }

    fn accept(&mut self, token: u64, t: u64) -> Answer {
        match now(DispatchStore::accept(self, FencingToken::new(token), at(t))) {
            Ok(()) => Answer::Done,
            Err(error) => refusal(&error),
        }
    }

    fn release(&mut self, token: u64) -> Answer {
        now(DispatchStore::release(self, FencingToken::new(token))).unwrap();
        Answer::Done
    }

    fn withdraw(&mut self, c: u8) -> Answer {
        now(DispatchStore::withdraw(self, &call(c))).unwrap();
        Answer::Done
    }

    fn enqueue(&mut self, c: u8) -> Answer {
        now(DispatchStore::enqueue(self, &call(c))).unwrap();
        Answer::Done
    }

    fn sweep(&mut self, t: u64) -> Answer {
        let expired = now(DispatchStore::sweep(self, at(t))).unwrap();
        Answer::Freed(expired.iter().map(|expired| expired.token.get()).collect())
    }
}

/// What may be wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    IgnoresCapacity,
    IgnoresTheCall,
    AcceptsLate,
    AcceptsOldTokens,
    ReusesTokens,
    SweepsTooEarly,
    NeverSweeps,
}

/// A store as one would write it on a napkin: a list, looked through from end to end.
#[derive(Debug)]
pub(super) struct Naive {
    fault: Fault,
    waiting: Vec<u8>,
    /// Taken calls that wait again once released.
    again: Vec<u8>,
    /// Token, agent, call, end of the lease.
    live: Vec<(u64, u8, u8, Option<u64>)>,
    tokens: u64,
}

impl Naive {
    pub(super) fn new(fault: Fault) -> Self {
        Self { fault, waiting: Vec::new(), again: Vec::new(), live: Vec::new(), tokens: 0 }
    }
}

impl Steps for Naive {
    fn reserve(&mut self, a: u8, c: u8, t: u64) -> Answer {
        let load = self.live.iter().filter(|r| r.1 == a).count();
        if load >= places(a) && self.fault != Fault::IgnoresCapacity {
            return Answer::Refused("agent");
        }
        let free = self.waiting.contains(&c);
        let known = free || self.live.iter().any(|r| r.2 == c);
        if !(free || (known && self.fault == Fault::IgnoresTheCall)) {
            return Answer::Refused("call");
        }
        self.tokens += u64::from(self.fault != Fault::ReusesTokens || self.tokens == 0);
        self.waiting.retain(|w| *w != c);
        self.live.push((self.tokens, a, c, Some(t + LEASE)));
        Answer::Token(self.tokens)
    }

    fn accept(&mut self, token: u64, t: u64) -> Answer {
        let late = self.fault == Fault::AcceptsLate;
        match self.live.iter_mut().find(|r| r.0 == token) {
            Some(r) if late || r.3.is_none_or(|until| t < until) => {
                r.3 = None;
                Answer::Done
            }
            None if self.fault == Fault::AcceptsOldTokens && token <= self.tokens => Answer::Done,
            _ => Answer::Refused("fenced"),
        }
    }

    fn release(&mut self, token: u64) -> Answer {
        if let Some(i) = self.live.iter().position(|r| r.0 == token) {
            let (_, _, c, until) = self.live.remove(i);
            let again = self.again.contains(&c);
            self.again.retain(|w| *w != c);
            if until.is_some() || again {
                self.waiting.push(c);
            }
        }
        Answer::Done
    }

    fn withdraw(&mut self, c: u8) -> Answer {
        self.waiting.retain(|w| *w != c);
        self.again.retain(|w| *w != c);
        self.live.retain(|r| r.2 != c || r.3.is_none());
        Answer::Done
    }

    fn enqueue(&mut self, c: u8) -> Answer {
        if let Some(r) = self.live.iter().find(|r| r.2 == c) {
            if r.3.is_none() {
                self.again.push(c);
            }
        } else if !self.waiting.contains(&c) {
            self.waiting.push(c);
        }
        Answer::Done
    }

    fn sweep(&mut self, t: u64) -> Answer {
        let t = match self.fault {
            Fault::NeverSweeps => return Answer::Freed(Vec::new()),
            Fault::SweepsTooEarly => t + 5,
            _ => t,
        };
        let over: Vec<_> =
            self.live.iter().copied().filter(|r| r.3.is_some_and(|until| until <= t)).collect();
        for r in &over {
            self.release(r.0);
        }
        Answer::Freed(over.iter().map(|r| r.0).collect())
    }
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Pass(u8),
    Enqueue(u8),
    Withdraw(u8),
    Reserve(u8, u8),
    Accept(u8),
    Release(u8),
    Sweep,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0u8..6).prop_map(Step::Pass),
        3 => (0u8..5).prop_map(Step::Enqueue),
        1 => (0u8..5).prop_map(Step::Withdraw),
        6 => (0..AGENTS, 0u8..5).prop_map(|(a, c)| Step::Reserve(a, c)),
        3 => (0u8..6).prop_map(Step::Accept),
        2 => (0u8..6).prop_map(Step::Release),
        2 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..80)
}

/// Runs steps, and holds what is answered against the rules every store must keep.
pub(super) fn run(store: &mut dyn Steps, steps: &[Step]) -> Result<Vec<Answer>, &'static str> {
    let (mut t, mut last) = (100, 0_u64);
    // Token, agent, call, end of the lease; none once taken.
    let mut live: Vec<(u64, u8, u8, Option<u64>)> = Vec::new();
    let mut answers = Vec::new();
    for step in steps {
        let recent = |back: u8| last.saturating_sub(u64::from(back));
        let answer = match *step {
            Step::Pass(seconds) => {
                t += u64::from(seconds);
                Answer::Done
            }
            Step::Enqueue(c) => store.enqueue(c),
            Step::Withdraw(c) => {
                live.retain(|r| r.2 != c || r.3.is_none());
                store.withdraw(c)
            }
            Step::Reserve(a, c) => {
                let answer = store.reserve(a, c, t);
                if let Answer::Token(token) = answer {
                    if token <= last {
                        return Err("I7: a token is not larger than the last");
                    }
                    last = token;
                    live.push((token, a, c, Some(t + LEASE)));
                }
                answer
            }
            Step::Accept(back) => {
                let token = recent(back);
                let answer = store.accept(token, t);
                let held = live.iter_mut().find(|r| r.0 == token);
                match held {
                    Some(r) if r.3.is_none_or(|until| t < until) => {
                        if answer != Answer::Done {
                            return Err("an acceptance in time is refused");
                        }
                        r.3 = None;
                    }
                    _ if answer == Answer::Done => return Err("I6: accepted after the end"),
                    _ => {}
                }
                answer
            }
            Step::Release(back) => {
                live.retain(|r| r.0 != recent(back));
                store.release(recent(back))
            }
            Step::Sweep => {
                let answer = store.sweep(t);
                let over: Vec<u64> = live
                    .iter()
                    .filter(|r| r.3.is_some_and(|until| until <= t))
                    .map(|r| r.0)
                    .collect();
                if answer != Answer::Freed(over) {
                    return Err("I5: a sweep frees what is over, and nothing else");
                }
                live.retain(|r| r.3.is_none_or(|until| until > t));
                answer
            }
        };
        for a in 0..AGENTS {
            if live.iter().filter(|r| r.1 == a).count() > places(a) {
                return Err("I1, I8: an agent has more than there are places");
            }
        }
        for c in 0..5 {
            if live.iter().filter(|r| r.2 == c).count() > 1 {
                return Err("I2: a call is reserved twice");
            }
        }
        answers.push(answer);
    }
    Ok(answers)
}
