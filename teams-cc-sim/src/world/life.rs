//! The life of a bot's call: from ringing to the notification that it is over.

use std::{collections::VecDeque, time::Duration};

use serde_json::{Value, json};
use teams_cc_core::{Instant, contact::Tone};

use super::{
    World,
    call::{
        ANSWER_DEADLINE, Call, CallState, Far, KEEP_ALIVE_DEADLINE, MAX_CALLS, ResultInfo,
        normal_id, tone_name,
    },
    engine::Line,
    ring::{Callee, Purpose},
    schedule::Action,
};
use crate::log::Column;

/// How long a mailbox records before it hangs up.
const MAILBOX: Duration = Duration::from_mins(1);

/// A call about to be made, in either direction.
pub(crate) struct NewCall {
    pub(crate) tenant: usize,
    pub(crate) app: usize,
    pub(crate) account: Option<usize>,
    pub(crate) incoming: bool,
    pub(crate) callback: String,
    pub(crate) far: Far,
    pub(crate) party: Value,
}

impl World {
    /// Makes a call; `None` where there are too many.
    pub(crate) fn open_call(&mut self, new: NewCall) -> Option<u64> {
        if self.calls.len() >= MAX_CALLS {
            return None;
        }
        self.last_call += 1;
        let key = self.last_call;
        let call = Call {
            id: self.dice.uuid(),
            chain: self.dice.uuid(),
            scenario: self.dice.uuid(),
            begins: self.now,
            answered: None,
            participant: self.dice.uuid(),
            tenant: new.tenant,
            app: new.app,
            account: new.account,
            incoming: new.incoming,
            state: if new.incoming { CallState::Incoming } else { CallState::Establishing },
            callback: new.callback,
            far: new.far,
            party: new.party,
            ring: None,
            confirm: None,
            tones: false,
            tone_sequence: 0,
            operations: VecDeque::new(),
            ended: VecDeque::new(),
            muted: false,
            group: None,
            invite: None,
            played: 0,
            keep_alive: 0,
            transfer: None,
            last_notice: Instant::ZERO,
        };
        self.call_ids.insert(normal_id(&call.id), key);
        self.calls.insert(key, call);
        Some(key)
    }

    /// A customer's call reaches the service number of a resource account.
    pub(crate) fn incoming(&mut self, customer: usize, account: usize) -> Option<u64> {
        let owner = self.setup.accounts.get(account)?;
        let app = self.setup.apps.iter().position(|app| app.id == owner.app)?;
        let tenant = self.setup.tenants.iter().position(|t| t.id == owner.tenant)?;
        let callback = self.setup.apps.get(app)?.callback.to_string();
        let number = self.setup.customers.get(customer)?.number.clone();
        let party = phone_identity(number.reveal());
        let target = json!({
            "@odata.type": "#microsoft.graph.invitationParticipantInfo",
            "identity": {
                "@odata.type": "#microsoft.graph.identitySet",
                "applicationInstance": {
                    "@odata.type": "#microsoft.graph.identity",
                    "id": owner.id.as_str(),
                    "identityProvider": "AAD",
                },
            },
        });
        let tenant_id = owner.tenant.clone();
        let key = self.open_call(NewCall {
            tenant,
            app,
            account: Some(account),
            incoming: true,
            callback,
            far: Far::Customer(customer),
            party: party.clone(),
        })?;
        let call = self.calls.get(&key)?;
        let mut data = Self::partial(call);
        data.insert(
            "source".into(),
            json!({
                "@odata.type": "#microsoft.graph.participantInfo",
                "identity": party,
                "region": null,
                "languageId": null,
            }),
        );
        data.insert("targets".into(), json!([target]));
        data.insert("callbackUri".into(), json!(call.callback));
        data.insert("requestedModalities".into(), json!(["audio"]));
        data.insert("tenantId".into(), json!(tenant_id.as_str()));
        data.insert("myParticipantId".into(), json!(call.participant));
        let text = format!("incoming from {number}");
        self.notify(key, "created", "", &Value::Object(data), &text);
        self.schedule.plan(self.now + ANSWER_DEADLINE, Action::AnswerDeadline(key));
        Some(key)
    }

    /// The bot answered: the call is established a little later.
    pub(crate) fn answer(&mut self, key: u64, callback: Option<String>) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.state = CallState::Establishing;
            if let Some(callback) = callback {
                call.callback = callback;
            }
        }
        self.announce(key, "establishing");
        let after = self.dice.millis(120..=400);
        self.schedule.plan(self.now + after, Action::Establish(key));
    }

    /// The bot's own call starts to ring.
    pub(crate) fn dial(&mut self, key: u64, callee: Callee) {
        self.announce(key, "establishing");
        let ring = self.ring(callee, Purpose::Call(key));
        if let Some(call) = self.calls.get_mut(&key) {
            call.ring = Some(ring);
        }
    }

    pub(crate) fn call_answered(&mut self, key: u64, far: Far, confirm: Option<(Tone, Duration)>) {
        let Some(call) = self.calls.get_mut(&key) else {
            if let Far::User(user) = far {
                self.user_leaves(user);
            }
            return;
        };
        call.far = far;
        call.ring = None;
        call.confirm = confirm;
        match far {
            Far::Customer(customer) => {
                self.set_line(customer, Line::Bot(key));
                let patience = self.setup.customers.get(customer).map(|person| person.patience);
                let patience = self.dice.near(patience.unwrap_or_default());
                self.plan_leaving(customer, patience);
            }
            Far::Mailbox(_) => {
                self.schedule.plan(self.now + MAILBOX, Action::MailboxFull(key));
            }
            Far::User(_) | Far::Nobody => {}
        }
        self.establish(key);
    }

    pub(crate) fn establish(&mut self, key: u64) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        if call.state != CallState::Establishing {
            return;
        }
        call.state = CallState::Established;
        call.answered = Some(self.now);
        self.plan_keep_alive(key);
        self.announce(key, "established");
    }

    /// Announces the state of a call.
    pub(crate) fn announce(&mut self, key: u64, text: &str) {
        let Some(call) = self.calls.get(&key) else {
            return;
        };
        let mut data = Self::partial(call);
        if call.state == CallState::Established {
            data.insert("mediaState".into(), media_state("active"));
        }
        self.notify(key, "updated", "", &Value::Object(data), text);
    }

    pub(crate) fn plan_keep_alive(&mut self, key: u64) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        call.keep_alive += 1;
        let epoch = call.keep_alive;
        self.schedule
            .plan(self.now + KEEP_ALIVE_DEADLINE, Action::KeepAliveDeadline { call: key, epoch });
    }

    pub(crate) fn keep_alive_deadline(&mut self, key: u64, epoch: u32) {
        if self.calls.get(&key).is_some_and(|call| call.keep_alive == epoch) {
            self.end_call(key, ResultInfo::new(408, 8537, "Keep-alive timeout."));
        }
    }

    pub(crate) fn answer_deadline(&mut self, key: u64) {
        if self.calls.get(&key).is_some_and(|call| call.state == CallState::Incoming) {
            self.log.push(
                self.now,
                Column::Teams,
                Column::Customer,
                format!("takes call {key} away: not answered within 15 s"),
            );
            self.end_call(key, ResultInfo::new(408, 1106, "The call was not accepted in time."));
        }
    }

    pub(crate) fn mailbox_full(&mut self, key: u64) {
        if self.calls.get(&key).is_some_and(|call| matches!(call.far, Far::Mailbox(_))) {
            self.log.push(self.now, Column::Teams, Column::Teams, "the mailbox hangs up");
            self.end_call(
                key,
                ResultInfo::new(200, 4521, "The call was ended by the other participant."),
            );
        }
    }

    /// A rejected call is over without a word about its state.
    pub(crate) fn reject(&mut self, key: u64) {
        if let Some(call) = self.calls.get(&key) {
            let data = json!({
                "@odata.type": "#microsoft.graph.call",
                "@odata.id": call.resource(),
                "id": call.id,
            });
            self.notify(key, "deleted", "", &data, "is over: rejected");
        }
        self.forget(key);
    }

    /// Ends a call and says so; everybody on it is free afterwards.
    pub(crate) fn end_call(&mut self, key: u64, result: ResultInfo) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.state = CallState::Terminated;
            let mut data = Self::partial(call);
            data.insert("resultInfo".into(), result.json());
            let text = format!("is over: {}/{}", result.code, result.subcode);
            self.notify(key, "deleted", "", &Value::Object(data), &text);
        }
        self.forget(key);
    }

    /// Ends a call whose place another one took.
    pub(crate) fn end_transferred(&mut self, key: u64) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.state = CallState::Terminated;
            let mut data = Self::partial(call);
            data.insert("terminationReason".into(), json!("AppTransferred"));
            let text = "is over: AppTransferred";
            self.notify(key, "deleted", "", &Value::Object(data), text);
        }
        self.forget(key);
    }

    /// The bot hangs up.
    pub(crate) fn hang_up(&mut self, key: u64) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.state = CallState::Terminating;
        }
        self.announce(key, "terminating");
        self.end_call(key, ResultInfo::new(200, 7000, "The call was ended by the bot."));
    }

    /// Takes a call out of the world; later requests for it get 404.
    fn forget(&mut self, key: u64) {
        let Some(call) = self.calls.remove(&key) else {
            return;
        };
        self.call_ids.remove(&normal_id(&call.id));
        self.archive(&call);
        if let Some(ring) = call.ring {
            self.stop_ringing(ring);
        }
        self.clips.retain(|_, clip| clip.call != key);
        if let Some(group) = call.group {
            for (ring, _) in group.rings {
                self.stop_ringing(ring);
            }
            for person in group.people {
                self.person_is_free(key, person.far);
            }
        }
        match call.far {
            Far::Customer(customer) => {
                let line = self.customers.get(customer).map(|now| now.line);
                if line == Some(Line::Bot(key)) {
                    self.set_line(customer, Line::Idle);
                }
            }
            Far::User(user) => self.user_leaves(user),
            Far::Mailbox(_) | Far::Nobody => {}
        }
    }

    /// Takes the far end out of a call without freeing it, because it goes on elsewhere.
    pub(crate) fn take_far(&mut self, key: u64) -> Option<Far> {
        let call = self.calls.get_mut(&key)?;
        Some(std::mem::replace(&mut call.far, Far::Nobody))
    }

    /// The far end of a call presses a key.
    pub(crate) fn far_presses(&mut self, key: u64, who: Column, tone: Tone) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        if !call.active() {
            return;
        }
        let heard = call.tones;
        call.tone_sequence += 1;
        let mut data = Self::partial(call);
        data.insert(
            "toneInfo".into(),
            json!({
                "@odata.type": "#microsoft.graph.toneInfo",
                "sequenceId": call.tone_sequence,
                "tone": tone_name(tone),
            }),
        );
        let text = if heard {
            format!("presses a key in call {key}")
        } else {
            format!("presses a key in call {key}, unheard")
        };
        self.log.push(self.now, who, Column::Teams, text);
        if heard {
            self.notify(key, "updated", "", &Value::Object(data), "tone");
        }
        self.stop_recording(key, tone);
    }

    pub(crate) fn presence_changes(&mut self, user: usize, change: usize) {
        let Some((_, state)) =
            self.setup.users.get(user).and_then(|user| user.presence_changes.get(change)).cloned()
        else {
            return;
        };
        let name = self.user_name(user);
        self.log.push(
            self.now,
            Column::Agent,
            Column::Teams,
            format!("{name} is {}", state.availability),
        );
        if let Some(now) = self.users.get_mut(user) {
            now.presence = state;
        }
    }
}

/// The `identitySet` of a phone.
pub(crate) fn phone_identity(number: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.identitySet",
        "phone": {"@odata.type": "#microsoft.graph.identity", "id": number},
    })
}

fn media_state(audio: &str) -> Value {
    json!({"@odata.type": "#microsoft.graph.callMediaState", "audio": audio})
}
