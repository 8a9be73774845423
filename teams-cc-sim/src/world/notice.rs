//! Notifications: what Microsoft posts to the contact center (`commsNotifications`).

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use teams_cc_core::Instant;

use super::{Callback, World, call::Call, engine::unknown, output::CallbackId, schedule::Action};
use crate::{error::Error, keys::SigningKey, log::Column};

/// The most notifications on their way; a further one is lost and the log says so.
pub(crate) const MAX_NOTICES: usize = 10_000;
/// How often a notification is sent before it is given up (assumed).
const ATTEMPTS: u32 = 4;
/// The wait after the first failed attempt; it doubles (assumed).
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long a token lives after it was signed: 300 s, as observed in 2022.
const TOKEN_LIFE_SECONDS: i64 = 300;

/// What is posted.
#[derive(Clone)]
pub(super) enum Post {
    /// News of a call, proven by a token.
    Call { app: usize, tenant: usize, chain: String, scenario: String },
    /// News of a subscription, proven by its client state.
    Change,
    /// The address of a new subscription is tried.
    Validation(String),
}

/// A notification on its way. It has no Debug form: numbers are in it.
#[derive(Clone)]
pub(crate) struct Notice {
    post: Post,
    url: String,
    body: Value,
    text: String,
    attempts: u32,
}

impl World {
    /// Announces a change of a call. `data` is the `resourceData`; `suffix` extends the path.
    pub(crate) fn notify(
        &mut self,
        key: u64,
        change: &str,
        suffix: &str,
        data: &Value,
        text: &str,
    ) {
        if self.setup.faults.lose_terminated && change == "deleted" && suffix.is_empty() {
            return;
        }
        if self.setup.faults.lose_operations && suffix.starts_with("/operations/") {
            return;
        }
        let Some(call) = self.calls.get(&key) else {
            return;
        };
        let resource = format!("{}{suffix}", call.resource());
        let mut item = json!({
            "@odata.type": "#microsoft.graph.commsNotification",
            "changeType": change,
            "resource": resource.replace("/communications/", "/app/"),
            "resourceUrl": resource,
            "resourceData": data,
        });
        if self.setup.faults.pascal_case {
            pascal(&mut item);
        }
        let notice = Notice {
            post: Post::Call {
                app: call.app,
                tenant: call.tenant,
                chain: call.chain.clone(),
                scenario: call.scenario.clone(),
            },
            url: call.callback.clone(),
            body: json!({"@odata.type": "#microsoft.graph.commsNotifications", "value": [item]}),
            text: format!("call {key} {text}"),
            attempts: 0,
        };
        let repeated = self
            .setup
            .faults
            .repeat_every
            .is_some_and(|n| self.last_notice.is_multiple_of(u64::from(n.max(1))));
        let delay = self.dice.millis(15..=60);
        let due = self.now + delay;
        let due = self.calls.get_mut(&key).map_or(due, |call| {
            call.last_notice = call.last_notice.max(due) + Duration::from_millis(1);
            call.last_notice
        });
        if repeated {
            self.post(notice.clone(), due + Duration::from_millis(5));
        }
        self.post(notice, due);
    }

    /// Posts what carries no token.
    pub(super) fn post_plain(&mut self, post: Post, url: String, body: Value, text: String) {
        let delay = self.dice.millis(15..=60);
        self.post(Notice { post, url, body, text, attempts: 0 }, self.now + delay);
    }

    fn post(&mut self, notice: Notice, due: Instant) {
        if self.notices.len() >= MAX_NOTICES {
            self.log.push(
                self.now,
                Column::Teams,
                Column::Teams,
                "loses a notification: too many on their way",
            );
            return;
        }
        self.last_notice += 1;
        let id = CallbackId(self.last_notice);
        self.notices.insert(id, notice);
        self.schedule.plan(due, Action::Deliver(id));
    }

    pub(crate) fn deliver(&mut self, id: CallbackId) {
        let Some(mut notice) = self.notices.remove(&id) else {
            return;
        };
        notice.attempts += 1;
        let again = if notice.attempts > 1 { ", again" } else { "" };
        self.log.push(self.now, Column::Teams, Column::Center, format!("{}{again}", notice.text));
        let Ok(request) = self.request(&notice) else {
            self.log.push(
                self.now,
                Column::Teams,
                Column::Teams,
                "cannot post to this callback address",
            );
            return;
        };
        self.notices.insert(id, notice);
        self.send_callback(Callback { id, request });
    }

    fn request(&mut self, notice: &Notice) -> Result<http::Request<Bytes>, http::Error> {
        let request = http::Request::post(&notice.url);
        let request = match &notice.post {
            Post::Call { app, tenant, chain, scenario } => {
                let message = self.dice.uuid();
                let second = self.setup.faults.rolled_key;
                let key = if second { SigningKey::Second } else { SigningKey::First };
                let token = self.keys.sign(key, &self.callback_claims(*app, *tenant));
                request
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json; charset=utf-8")
                    .header("scenario-id", scenario)
                    .header("x-microsoft-skype-chain-id", chain)
                    .header("x-microsoft-skype-message-id", message)
                    .header("user-agent", "Microsoft-Skype/3.0,(Calling/1.0)")
            }
            Post::Change => request.header("content-type", "application/json; charset=utf-8"),
            Post::Validation(_) => {
                return request
                    .header("content-type", "text/plain; charset=utf-8")
                    .body(Bytes::new());
            }
        };
        request.body(Bytes::from(notice.body.to_string()))
    }

    pub(crate) fn callback_answered(
        &mut self,
        id: CallbackId,
        status: Option<u16>,
    ) -> Result<(), Error> {
        let notice = self.notices.remove(&id).ok_or_else(unknown)?;
        match status {
            Some(200..=299) => {}
            Some(status @ 300..=499) => {
                if let Post::Validation(id) = &notice.post {
                    self.not_validated(id);
                }
                self.log.push(
                    self.now,
                    Column::Center,
                    Column::Teams,
                    format!("refuses a notification with {status}"),
                );
            }
            _ if notice.attempts >= ATTEMPTS => {
                if let Post::Validation(id) = &notice.post {
                    self.not_validated(id);
                }
                self.log.push(self.now, Column::Teams, Column::Teams, "gives up a notification");
            }
            _ => {
                let wait = RETRY_AFTER * 2_u32.saturating_pow(notice.attempts.saturating_sub(1));
                self.notices.insert(id, notice);
                self.schedule.plan(self.now + wait, Action::Deliver(id));
            }
        }
        Ok(())
    }

    fn callback_claims(&self, app: usize, tenant: usize) -> Value {
        let now = self.wall().unix_seconds();
        let app = self.setup.apps.get(app);
        let tenant = self.setup.tenants.get(tenant);
        json!({
            "iss": "https://api.botframework.com",
            "aud": app.map(|app| app.id.as_str()),
            "tid": tenant.map(|tenant| tenant.id.as_str()),
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_LIFE_SECONDS,
        })
    }

    /// The `call` of a notification: partial, as the real ones are.
    pub(crate) fn partial(call: &Call) -> Map<String, Value> {
        let mut data = Map::new();
        data.insert("@odata.type".into(), json!("#microsoft.graph.call"));
        data.insert("@odata.id".into(), json!(call.resource()));
        data.insert("state".into(), json!(call.state.wire()));
        data.insert("direction".into(), json!(call.direction()));
        data.insert("callChainId".into(), json!(call.chain));
        data.insert("id".into(), json!(call.id));
        data
    }
}

/// Spells enum values in Pascal case, as notifications have done since about 2023.
fn pascal(value: &mut Value) {
    const ENUMS: [&str; 5] = ["changeType", "state", "status", "direction", "audio"];
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match value {
                    Value::String(text) if ENUMS.contains(&key.as_str()) => {
                        if let Some(first) = text.get_mut(..1) {
                            first.make_ascii_uppercase();
                        }
                    }
                    other => pascal(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(pascal),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pascal_case_touches_enum_values_alone() {
        let mut item = json!({
            "changeType": "updated",
            "resourceUrl": "/communications/calls/abc",
            "resourceData": {"state": "established", "id": "abc", "toneInfo": {"tone": "tone1"}},
        });
        pascal(&mut item);
        assert_eq!(item["changeType"], "Updated");
        assert_eq!(item["resourceData"]["state"], "Established");
        assert_eq!(item["resourceData"]["id"], "abc");
        assert_eq!(item["resourceUrl"], "/communications/calls/abc");
    }
}
