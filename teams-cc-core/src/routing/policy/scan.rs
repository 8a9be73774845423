//! Many agents looked at one after the other: what they have in common is judged once.

use std::cmp::Ordering;

use super::{
    Cause, Gate, KEY_WIDTH, PresenceGate, RankBy, Rules,
    columns::{Quick, Seen, SeenBy},
    found::{Found, Nature},
    judge::Scene,
    rank::Rounds,
    rules::{Chosen, earlier},
};
use crate::{
    Instant,
    agent::Availability,
    routing::{
        AgentRecord, Plan,
        roster::{Members, Row, Seat},
    },
};

/// What holds of all agents of a class alike, for one call at one instant.
#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Alike {
    /// Of which look it is.
    look: u64,
    pub(super) verdict: Timed,
    /// What rankings say that look at an agent's nature alone; the others are left open.
    pub(super) keys: [u64; KEY_WIDTH],
}

/// A verdict without its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timed {
    Yes,
    No,
    NotBefore(Instant),
}

/// What is known of classes, in memory that is used again.
#[derive(Debug, Default)]
pub(in crate::routing) struct Known {
    look: u64,
    list: Vec<Alike>,
}

impl Known {
    /// Forgets everything, for so many classes.
    fn begin(&mut self, classes: usize) {
        self.look += 1;
        let nothing = Alike { look: 0, verdict: Timed::No, keys: [0; KEY_WIDTH] };
        if self.list.len() < classes {
            self.list.resize(classes, nothing);
        }
    }
}

impl Rules {
    /// Whether agents can be judged class by class, their presence aside: no part of the
    /// application's own looks at them.
    pub(super) fn judges_classes(&self) -> bool {
        let own = |gate: &Gate| matches!(gate, Gate::Custom(_));
        !self.gates.iter().any(own)
            && self.rings.as_ref().is_none_or(|rings| rings.gates().all(Gate::is_of_nature))
    }

    /// Whether any part of it is the application's own, and may look at anything.
    pub(in crate::routing) fn has_parts_of_its_own(&self) -> bool {
        let own = |gate: &Gate| matches!(gate, Gate::Custom(_));
        self.gates.iter().any(own)
            || self.rings.as_ref().is_some_and(|rings| rings.gates().any(own))
            || self.ranks.iter().any(|rank| matches!(rank, RankBy::Custom(_)))
            || self.when.iter().any(|when| matches!(when.condition, Cause::Custom(_)))
    }

    pub(super) fn presence_gates(&self) -> impl Iterator<Item = &PresenceGate> {
        self.gates.iter().filter_map(|gate| match gate {
            Gate::Presence(gate) => Some(gate),
            _ => None,
        })
    }

    /// What holds of all agents of this nature alike, but those the call prefers.
    pub(super) fn alike(&self, scene: &Scene<'_>, nature: Nature<'_>, members: usize) -> Alike {
        let mut alike = Alike { look: 0, verdict: Timed::No, keys: [0; KEY_WIDTH] };
        let mut from = scene.after(nature.delay).max(self.hold(scene));
        let mut passes = |found: Found<'_>| {
            match found {
                Found::Yes => {}
                Found::NotBefore(at) => from = from.max(at),
                Found::No(_) => return false,
            }
            true
        };
        let asks = !scene.call.skills.is_empty() || !scene.call.selectors().is_empty();
        if (asks && !passes(self.needs(scene, nature)))
            || !self.gates.iter().all(|gate| passes(gate.keep_alike(scene, nature)))
            || !self.rings.iter().all(|rings| passes(rings.keep_alike(scene, nature)))
        {
            return alike;
        }
        for (key, rank) in alike.keys.iter_mut().zip(&self.ranks) {
            *key = rank.of_nature(&scene.call, nature, members).unwrap_or(0);
        }
        let open = from <= scene.view.now();
        alike.verdict = if open { Timed::Yes } else { Timed::NotBefore(from) };
        alike
    }

    /// Whether a free agent may be rung as far as the agent alone is concerned: room, another
    /// offer of this call in vain, presence. Answers also when that may change by time.
    #[inline]
    pub(super) fn may_be_rung(
        &self,
        scene: &Scene<'_>,
        seen: SeenBy,
        agent: u32,
        row: &Row,
    ) -> (bool, Option<Instant>) {
        if !row.has_room_for(scene.call.channel) {
            return (false, None);
        }
        let record = || scene.view.place(agent);
        if row.has_contacts && record().is_none_or(|record| record.has(&scene.call.contact)) {
            return (false, None);
        }
        if let Some(until) = scene.passed_until(agent) {
            return (false, Some(until));
        }
        let seen_well =
            seen.allows(row) && (row.seen != Availability::OTHER || self.allows_exactly(record()));
        (seen_well, None)
    }

    /// The same question asked of the value itself, where it is not documented.
    fn allows_exactly(&self, record: Option<&AgentRecord>) -> bool {
        let seen = record.and_then(AgentRecord::presence);
        seen.is_some_and(|seen| self.presence_gates().all(|gate| gate.allows(&seen.availability)))
    }

    /// Looks at every free agent, and finds the best.
    pub(super) fn scan(
        &self,
        scene: &Scene<'_>,
        members: &Members,
        rounds: &Rounds<'_>,
        plan: &mut Plan,
        mut until: Option<Instant>,
    ) -> Chosen {
        let seen = Seen::of(self.presence_gates()).at(scene.view.now());
        // Whom a call prefers may be better whatever the first ranking says.
        let quick = self.ranks.first().filter(|_| !scene.prefers_any()).and_then(Quick::of);
        let mut limit = u64::MAX;
        let rows = scene.view.rows();
        plan.known.begin(members.classes.places());
        let look = plan.known.look;
        let mut best: Option<Best> = None;
        for (word, bits) in members.free_seats().words().iter().enumerate() {
            let mut left = *bits;
            while left != 0 {
                let at = word * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                let Some(Seat { agent, class }) = members.seat(at) else { continue };
                let Some(row) = rows.get(agent as usize) else { continue };
                // When to look again does not matter once somebody is found.
                if quick.is_some_and(|quick| quick.read(row) > limit) {
                    continue;
                }
                let (may, again) = self.may_be_rung(scene, seen, agent, row);
                if !may {
                    until = earlier(until, again);
                    continue;
                }
                if scene.prefers(agent) {
                    self.look_at_preferred(scene, members, at, rounds, &mut best, &mut until);
                    continue;
                }
                let Some(known) = plan.known.list.get_mut(class as usize) else { continue };
                if known.look != look {
                    let Some(traits) = members.classes.get(class) else { continue };
                    *known = Alike { look, ..self.alike(scene, traits.into(), members.len()) };
                }
                match known.verdict {
                    Timed::Yes => {}
                    Timed::No => continue,
                    Timed::NotBefore(from) => {
                        until = earlier(until, Some(from));
                        continue;
                    }
                }
                let challenger = Challenger { at, agent, row, alike: known };
                self.challenge(scene, members, rounds, &challenger, &mut best);
                limit = best.as_ref().map_or(u64::MAX, |best| best.key[1]);
            }
        }
        Chosen { agent: best.map(|best| best.agent), until }
    }

    /// Puts an agent in front who is better than the best so far. Rankings are asked one after the
    /// other, and no more than need be.
    #[inline]
    fn challenge(
        &self,
        scene: &Scene<'_>,
        members: &Members,
        rounds: &Rounds<'_>,
        one: &Challenger<'_>,
        best: &mut Option<Best>,
    ) {
        let mut key = [0; KEY_WIDTH + 1];
        key[0] = if self.prefer.is_some() { u64::MAX } else { 0 };
        let mut order = best.as_ref().map_or(Ordering::Less, |best| key[0].cmp(&best.key[0]));
        if order == Ordering::Greater {
            return;
        }
        let place = || members.membership(one.at);
        for (n, rank) in self.ranks.iter().take(KEY_WIDTH).enumerate() {
            let value = if rank.is_of_nature() {
                one.alike.keys[n]
            } else {
                let record = || scene.view.place(one.agent);
                let of_agent = place().and_then(|place| rank.of_agent(one.row, place, record));
                of_agent.unwrap_or_else(|| Self::ask(scene, members, rounds, one, rank))
            };
            key[n + 1] = value;
            if order == Ordering::Equal {
                order = best.as_ref().map_or(Ordering::Less, |best| value.cmp(&best.key[n + 1]));
                if order == Ordering::Greater {
                    return;
                }
            }
        }
        let first = |best: &Best| scene.comes_first(one.agent, best.agent);
        if order == Ordering::Less || best.as_ref().is_none_or(first) {
            *best = Some(Best { key, agent: one.agent });
        }
    }

    /// A ranking that has to be asked agent by agent.
    fn ask(
        scene: &Scene<'_>,
        members: &Members,
        rounds: &Rounds<'_>,
        one: &Challenger<'_>,
        rank: &RankBy,
    ) -> u64 {
        let agent = members.member(one.at).and_then(|member| scene.view.at(&member));
        agent.map_or(u64::MAX, |agent| rank.place(&scene.view, scene.call, agent, rounds))
    }

    /// Looks at one of the few agents a call prefers, to whom other rules apply.
    pub(super) fn look_at_preferred(
        &self,
        scene: &Scene<'_>,
        members: &Members,
        at: usize,
        rounds: &Rounds<'_>,
        best: &mut Option<Best>,
        until: &mut Option<Instant>,
    ) {
        let member = members.member(at);
        let Some((member, agent)) = member.and_then(|it| Some((it, scene.view.at(&it)?))) else {
            return;
        };
        match self.judge_free(scene, &member, agent) {
            Found::Yes => {
                let key = self.key(scene, rounds, agent);
                let agent = member.agent;
                if best.as_ref().is_none_or(|best| best.is_after(scene, &key, agent)) {
                    *best = Some(Best { key, agent });
                }
            }
            Found::NotBefore(at) => *until = earlier(*until, Some(at)),
            Found::No(why) => *until = earlier(*until, why.until()),
        }
    }
}

/// The best agent so far.
pub(super) struct Best {
    pub(super) key: [u64; KEY_WIDTH + 1],
    /// By place.
    pub(super) agent: u32,
}

impl Best {
    /// Whether somebody else comes before.
    pub(super) fn is_after(
        &self,
        scene: &Scene<'_>,
        key: &[u64; KEY_WIDTH + 1],
        agent: u32,
    ) -> bool {
        match key.cmp(&self.key) {
            Ordering::Less => true,
            Ordering::Equal => scene.comes_first(agent, self.agent),
            Ordering::Greater => false,
        }
    }
}

struct Challenger<'s> {
    at: usize,
    agent: u32,
    row: &'s Row,
    alike: &'s Alike,
}
