//! What is written of calls that are over (`microsoft.graph.callRecords`).

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::{Instant, Timestamp};

use super::{World, call::Call, schedule::Action};
use crate::random::object_id;

/// The most records kept; the oldest goes.
const MAX_RECORDS: usize = 1000;
/// How long after a call its record can be read (assumed; the service takes some minutes).
const WRITTEN_AFTER: Duration = Duration::from_mins(1);
/// How long a record can be read (Learn: 30 days).
const READABLE: Duration = Duration::from_hours(24 * 30);

/// One call that is over. It has no Debug form: numbers are in it.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) id: String,
    tenant: usize,
    begins: Instant,
    ends: Instant,
    incoming: bool,
    group: bool,
    /// The bot, as `identitySet`.
    own: Value,
    parties: Vec<Party>,
}

/// Somebody besides the bot who was, or was to be, on a call.
#[derive(Clone)]
pub(crate) struct Party {
    pub(crate) identity: Value,
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    /// Whether nobody answered there.
    pub(crate) failed: bool,
}

impl World {
    /// Writes down a call that is over.
    pub(super) fn archive(&mut self, call: &Call) {
        let now = self.now;
        let (from, failed) = call.answered.map_or((call.begins, true), |at| (at, false));
        let parties = match &call.group {
            Some(group) => {
                let here = group.people.iter().map(|person| person.party(now));
                group.left.iter().cloned().chain(here).collect()
            }
            None if call.party.is_null() => Vec::new(),
            None => vec![Party { identity: call.party.clone(), from, to: now, failed }],
        };
        let own = match call.account.and_then(|account| self.setup.accounts.get(account)) {
            Some(account) => json!({
                "@odata.type": "#microsoft.graph.communicationsIdentitySet",
                "applicationInstance": {
                    "@odata.type": "#microsoft.graph.identity",
                    "id": account.id.as_str(),
                },
            }),
            None => self.own_identity(call),
        };
        if self.records.len() >= MAX_RECORDS {
            self.records.pop_front();
        }
        self.records.push_back(Record {
            id: call.chain.clone(),
            tenant: call.tenant,
            begins: call.begins,
            ends: now,
            incoming: call.incoming,
            group: call.group.is_some(),
            own,
            parties,
        });
        self.schedule.plan(now + WRITTEN_AFTER, Action::RecordWritten(call.chain.clone()));
    }

    /// The records that a tenant can read now, the oldest first.
    pub(crate) fn readable(&self, tenant: usize) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |record| {
            let age = self.now.since(record.ends);
            record.tenant == tenant && (WRITTEN_AFTER..READABLE).contains(&age)
        })
    }

    fn wall_of(&self, at: Instant) -> Timestamp {
        self.setup.start + at.since_epoch()
    }
}

impl Record {
    pub(crate) fn tenant(&self) -> usize {
        self.tenant
    }

    pub(crate) fn started(&self, world: &World) -> Timestamp {
        world.wall_of(self.begins)
    }

    /// The record without its relations.
    pub(crate) fn entity(&self, world: &World) -> Value {
        json!({
            "id": self.id,
            "version": 1,
            "type": if self.group { "groupCall" } else { "peerToPeer" },
            "modalities": ["audio"],
            "lastModifiedDateTime": world.wall_of(self.ends + WRITTEN_AFTER).to_string(),
            "startDateTime": self.started(world).to_string(),
            "endDateTime": world.wall_of(self.ends).to_string(),
            "joinWebUrl": null,
            "organizer_v2": self.organizer(),
        })
    }

    /// Who called.
    pub(crate) fn organizer(&self) -> Value {
        let caller = self.parties.first().filter(|_| self.incoming);
        participant(caller.map_or(&self.own, |party| &party.identity))
    }

    /// Everybody, the bot first.
    pub(crate) fn participants(&self) -> Vec<Value> {
        let others = self.parties.iter().map(|party| &party.identity);
        std::iter::once(&self.own).chain(others).map(participant).collect()
    }

    /// One session for each party, with its segment where that is asked for.
    pub(crate) fn sessions(&self, world: &World, segments: bool) -> Vec<Value> {
        let session = |(nth, party): (usize, &Party)| {
            let id = object_id("session", &format!("{}/{nth}", self.id));
            let (bot, other) = (service(&self.own), client(&party.identity));
            let (from, to) = if self.incoming { (other, bot) } else { (bot, other) };
            let failure = party.failed.then(|| {
                json!({
                    "@odata.type": "#microsoft.graph.callRecords.failureInfo",
                    "stage": "callSetup",
                    "reason": "The call was not answered.",
                })
            });
            let mut session = json!({
                "id": id,
                "modalities": ["audio"],
                "startDateTime": world.wall_of(party.from).to_string(),
                "endDateTime": world.wall_of(party.to).to_string(),
                "isTest": false,
                "failureInfo": failure,
                "caller": from,
                "callee": to,
            });
            if segments {
                let mut segment = session.clone();
                if let Some(segment) = segment.as_object_mut() {
                    segment.retain(|name, _| name != "modalities" && name != "isTest");
                    segment.insert("media".to_owned(), json!([]));
                }
                session["segments"] = json!([segment]);
            }
            session
        };
        self.parties.iter().enumerate().map(session).collect()
    }
}

/// The id of whoever an `identitySet` names.
fn id_of(identity: &Value) -> &str {
    let mut named = identity.as_object().into_iter().flatten();
    named.find_map(|(_, one)| one["id"].as_str()).unwrap_or_default()
}

fn participant(identity: &Value) -> Value {
    let mut identity = identity.clone();
    identity["@odata.type"] = json!("#microsoft.graph.communicationsIdentitySet");
    json!({"id": id_of(&identity), "identity": identity, "administrativeUnitInfos": []})
}

fn client(identity: &Value) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
        "userAgent": {
            "@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
            "headerValue": null,
            "applicationVersion": null,
            "platform": "unknown",
            "productFamily": "teams",
        },
        "identity": identity,
    })
}

fn service(own: &Value) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.callRecords.serviceEndpoint",
        "userAgent": {
            "@odata.type": "#microsoft.graph.callRecords.serviceUserAgent",
            "headerValue": null,
            "applicationVersion": null,
            "role": "customBot",
        },
        "identity": own,
    })
}
