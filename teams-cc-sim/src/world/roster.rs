//! Group calls: who is on them, who is invited, and what the bot is told of it.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::Instant;

use super::{
    World,
    archive::Party,
    call::{Call, Far, Operation, ResultInfo},
    engine::Line,
    operation::FINISHED,
    ring::{Callee, NoAnswer, Purpose, RingId},
    schedule::Action,
};
use crate::random::object_id;

/// The most people on one group call; a further invitation fails (the number is assumed).
const MAX_PEOPLE: usize = 350;
/// How long those rung together are rung (assumed: as where a call is redirected to several).
const RINGS: Duration = Duration::from_mins(1);
/// The call that an invitation was to replace is gone.
const GONE: ResultInfo = ResultInfo::new(500, 7700, "The call to be replaced was not found.");
/// Nobody but the bot and one other is left (Learn: 200/5010).
const ALONE: ResultInfo = ResultInfo::new(200, 5010, "One participant remained in the call.");

/// Who is on a group call besides the bot. It has no Debug form: numbers are in it.
#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) people: Vec<Person>,
    /// Who was on it before, for its record; at most 350, later ones are left out.
    pub(crate) left: Vec<Party>,
    /// Who is rung since the call was made.
    pub(crate) rings: Vec<(RingId, Callee)>,
    /// Whether only changes are told (`isDeltaRosterEnabled`).
    delta: bool,
    sequence: i64,
}

/// Somebody on a group call.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    identity: Value,
    pub(crate) far: Far,
    muted: bool,
    since: Instant,
}

impl Person {
    /// As a record shows them.
    pub(super) fn party(&self, to: Instant) -> Party {
        Party { identity: self.identity.clone(), from: self.since, to, failed: false }
    }
}

/// Somebody who is being invited.
#[derive(Clone)]
pub(crate) struct Invite {
    pub(crate) operation: Operation,
    pub(crate) identity: Value,
    pub(crate) callee: Callee,
    /// The call whose party moves over; `Err` where it was named and is not there.
    pub(crate) replaces: Option<Result<u64, ()>>,
}

impl Group {
    pub(crate) fn new(delta: bool) -> Self {
        Self { people: Vec::new(), left: Vec::new(), rings: Vec::new(), delta, sequence: 0 }
    }
}

impl World {
    /// The bot joins a group call and is alone there at first.
    pub(crate) fn join_group(&mut self, key: u64, group: Group) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.group = Some(group);
        }
        self.announce(key, "establishing");
        let after = self.dice.millis(120..=400);
        self.schedule.plan(self.now + after, Action::Establish(key));
    }

    /// Rings everybody for a group call; the first to answer establishes it. No mailbox answers
    /// (assumed).
    pub(crate) fn ring_group(&mut self, key: u64, mut group: Group, callees: &[Callee]) {
        self.announce(key, "establishing");
        let purpose = Purpose::Group(key);
        let ring = |callee: &Callee| (self.ring_for(*callee, purpose, RINGS, false), *callee);
        group.rings = callees.iter().map(ring).collect();
        if let Some(call) = self.calls.get_mut(&key) {
            call.group = Some(group);
        }
    }

    /// One of those rung answers: the call is established, or has one more on it.
    pub(crate) fn rung_comes(&mut self, key: u64, ring: RingId, far: Far) {
        let Some(callee) = self.no_longer_rung(key, ring) else {
            return self.person_is_free(key, far);
        };
        let identity = match callee {
            Callee::User(user) => self.user_identity(user),
            Callee::Customer(_) => Value::Null,
        };
        self.establish(key);
        if let Some(id) = self.enters(key, identity, far) {
            self.tell_roster(key, &id, None);
        }
    }

    /// One of those rung does not come; the last one ends a call that nobody is on.
    pub(crate) fn rung_stays_away(&mut self, key: u64, ring: RingId, why: NoAnswer) {
        self.no_longer_rung(key, ring);
        let group = self.calls.get(&key).and_then(|call| call.group.as_ref());
        if group.is_some_and(|group| group.rings.is_empty() && group.people.is_empty()) {
            self.end_call(key, why.result());
        }
    }

    fn no_longer_rung(&mut self, key: u64, ring: RingId) -> Option<Callee> {
        let group = self.calls.get_mut(&key)?.group.as_mut()?;
        let at = group.rings.iter().position(|(other, _)| *other == ring)?;
        Some(group.rings.remove(at).1)
    }

    /// Takes an invitation; how it ends shows in a notification.
    pub(crate) fn invite(&mut self, key: u64, invite: Invite) {
        let (callee, replaces) = (invite.callee, invite.replaces);
        if replaces.is_some() {
            let after = self.dice.millis(150..=400);
            self.schedule.plan(self.now + after, Action::Moves(key));
        } else {
            let ring = self.ring(callee, Purpose::Invite(key));
            if let Some(call) = self.calls.get_mut(&key) {
                call.ring = Some(ring);
            }
        }
        if let Some(call) = self.calls.get_mut(&key) {
            call.invite = Some(invite);
        }
    }

    /// The party of the replaced call moves over without ringing; that call ends.
    pub(crate) fn moves_over(&mut self, key: u64) {
        let invite = self.calls.get(&key).and_then(|call| call.invite.as_ref());
        let Some((other, callee)) = invite.map(|invite| (invite.replaces, invite.callee)) else {
            return;
        };
        let other = other.and_then(Result::ok).filter(|other| {
            self.calls.get(other).is_some_and(|call| {
                call.active()
                    && matches!(
                        (call.far, callee),
                        (Far::User(a), Callee::User(b)) | (Far::Customer(a), Callee::Customer(b))
                            if a == b
                    )
            })
        });
        let Some((other, far)) = other.and_then(|other| Some((other, self.take_far(other)?)))
        else {
            return self.invite_over(key, GONE);
        };
        self.invited_comes(key, far);
        self.end_call(other, ResultInfo::new(200, 5003, "The conversation has ended."));
    }

    /// Whoever was invited is there.
    pub(crate) fn invited_comes(&mut self, key: u64, far: Far) {
        let invite = self.calls.get(&key).and_then(|call| call.invite.clone());
        let (Some(invite), Some(call)) = (invite, self.calls.get_mut(&key)) else {
            return self.person_is_free(key, far);
        };
        call.ring = None;
        let Some(id) = self.enters(key, invite.identity, far) else {
            return self.invite_over(key, ResultInfo::new(500, 0, "The call is full."));
        };
        self.invite_over(key, FINISHED);
        self.tell_roster(key, &id, None);
    }

    /// Puts somebody on a group call; `None` where it is full.
    fn enters(&mut self, key: u64, identity: Value, far: Far) -> Option<String> {
        let id = self.dice.uuid();
        let group = self.calls.get_mut(&key)?.group.get_or_insert_with(|| Group::new(false));
        if group.people.len() >= MAX_PEOPLE {
            self.person_is_free(key, far);
            return None;
        }
        group.people.push(Person { id: id.clone(), identity, far, muted: false, since: self.now });
        if let Far::Customer(customer) = far {
            self.set_line(customer, Line::Bot(key));
            let talk = self.setup.customers.get(customer).map(|person| person.talk);
            let talk = self.dice.near(talk.unwrap_or_default());
            self.plan_leaving(customer, talk);
        }
        Some(id)
    }

    /// An invitation ends, well or not.
    pub(crate) fn invite_over(&mut self, key: u64, result: ResultInfo) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        call.ring = None;
        if let Some(invite) = call.invite.take() {
            self.operation_over(key, &invite.operation, result);
        }
    }

    /// Somebody hangs up; false where the call is no group call of that person.
    pub(crate) fn leaves_group(&mut self, key: u64, far: Far) -> bool {
        let group = self.calls.get(&key).and_then(|call| call.group.as_ref());
        let person = group.and_then(|group| group.people.iter().find(|person| person.far == far));
        let Some(id) = person.map(|person| person.id.clone()) else {
            return false;
        };
        self.take_out(key, &id, "Left")
    }

    /// Takes somebody off a group call; false where nobody has this id.
    pub(crate) fn take_out(&mut self, key: u64, id: &str, why: &str) -> bool {
        let group = self.calls.get_mut(&key).and_then(|call| call.group.as_mut());
        let Some((group, at)) = group.and_then(|group| {
            let at = group.people.iter().position(|person| person.id == id)?;
            Some((group, at))
        }) else {
            return false;
        };
        let person = group.people.remove(at);
        if group.left.len() < MAX_PEOPLE {
            group.left.push(person.party(self.now));
        }
        let left = group.people.len();
        self.person_is_free(key, person.far);
        self.tell_roster(key, id, Some((person, why)));
        if left <= 1 {
            self.end_call(key, ALONE);
        }
        true
    }

    pub(crate) fn person_is_free(&mut self, key: u64, far: Far) {
        match far {
            Far::User(user) => self.user_leaves(user),
            Far::Customer(customer) => {
                let line = self.customers.get(customer).map(|now| now.line);
                if line == Some(Line::Bot(key)) {
                    self.set_line(customer, Line::Idle);
                }
            }
            Far::Mailbox(_) | Far::Nobody => {}
        }
    }

    /// Mutes or unmutes the bot; tells the roster of a group call.
    pub(crate) fn mute_self(&mut self, key: u64, muted: bool) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.muted = muted;
            let own = call.participant.clone();
            self.tell_roster(key, &own, None);
        }
    }

    /// Mutes somebody; false where nobody has this id.
    pub(crate) fn mute(&mut self, key: u64, id: &str) -> bool {
        let group = self.calls.get_mut(&key).and_then(|call| call.group.as_mut());
        let person = group.and_then(|group| group.people.iter_mut().find(|person| person.id == id));
        let Some(person) = person else {
            return false;
        };
        person.muted = true;
        self.tell_roster(key, id, None);
        true
    }

    /// Tells the roster: whole, or what changed where only changes are wanted.
    fn tell_roster(&mut self, key: u64, changed: &str, left: Option<(Person, &str)>) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        let Some(group) = call.group.as_mut() else {
            return;
        };
        group.sequence += 1;
        let (delta, sequence) = (group.delta, group.sequence);
        let mut people = self.participants(key);
        if delta {
            people.retain(|person| person["id"] == changed);
            if let Some((person, why)) = left {
                let mut gone = participant(&person.id, &person.identity, person.muted, sequence);
                gone["removedState"] =
                    json!({"@odata.type": "#microsoft.graph.removedState", "reason": why});
                people.push(gone);
            }
        }
        let text = if delta { "roster changed" } else { "roster" };
        self.notify(key, "updated", "/participants", &Value::Array(people), text);
    }

    /// Everybody on a call as `microsoft.graph.participant`, the bot first.
    pub(crate) fn participants(&self, key: u64) -> Vec<Value> {
        let Some(call) = self.calls.get(&key) else {
            return Vec::new();
        };
        let sequence = call.group.as_ref().map_or(0, |group| group.sequence);
        let own = participant(&call.participant, &self.own_identity(call), call.muted, sequence);
        let others: Vec<_> = match &call.group {
            Some(group) => {
                let one = |person: &Person| {
                    participant(&person.id, &person.identity, person.muted, sequence)
                };
                group.people.iter().map(one).collect()
            }
            None if call.active() => {
                let id = object_id("participant", &call.id);
                vec![participant(&id, &call.party, false, sequence)]
            }
            None => Vec::new(),
        };
        std::iter::once(own).chain(others).collect()
    }

    pub(super) fn own_identity(&self, call: &Call) -> Value {
        let app = self.setup.apps.get(call.app).map(|app| app.id.as_str());
        json!({
            "@odata.type": "#microsoft.graph.identitySet",
            "application": {"@odata.type": "#microsoft.graph.identity", "id": app},
        })
    }
}

fn participant(id: &str, identity: &Value, muted: bool, sequence: i64) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.participant",
        "id": id,
        "info": {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": identity,
            "region": null,
            "languageId": null,
        },
        "mediaStreams": [{
            "@odata.type": "#microsoft.graph.mediaStream",
            "mediaType": "audio",
            "sourceId": "1",
            "direction": "sendReceive",
            "serverMuted": false,
        }],
        "isMuted": muted,
        "isInLobby": false,
        "rosterSequenceNumber": sequence,
    })
}
