//! A scripted Graph behind the transport seam, and a switchboard on top of it in virtual time.

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use teams_cc_core::{AppId, E164, Seed, TeamsUser, contact::Prompt};
use teams_cc_graph::{
    Client, Config, Error, RetryPolicy, SystemClock,
    auth::{AccessToken, TokenProvider, TokenRequest},
    call::{
        Calls, CallsConfig,
        control::{
            Answered, ApplicationInstance, Arrival, CallHandle, GroupCall, IncomingCalls,
            MediaActive, Switchboard, Target,
        },
    },
    model::CommsNotifications,
};

pub(crate) const TENANT: &str = "aa67bd4c-8475-432d-bd41-39f255720e0a";
const APP: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
pub(crate) const INSTANCE: &str = "1d9fd1c4-7c53-4b29-8f46-0c9e6fd1a2b3";
/// The call that comes in.
pub(crate) const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";
pub(crate) const AGENT: &str = "29362bd4-cd58-4ed0-a206-0e4a33dbb0b6";
/// The app's own token.
pub(crate) const TOKEN: &str = "token-of-the-app";

/// The id of the nth call that is created.
pub(crate) fn created(nth: usize) -> String {
    format!("2e1a0b00-b3c5-4b0f-99b3-{nth:012}")
}

/// One scripted answer: status, body, and how long it takes.
#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    body: Bytes,
    takes: Duration,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        Self { status, body, takes: Duration::ZERO }
    }

    pub(crate) fn bytes(body: impl Into<Bytes>) -> Self {
        Self { status: 200, body: body.into(), takes: Duration::ZERO }
    }

    pub(crate) fn after(mut self, takes: Duration) -> Self {
        self.takes = takes;
        self
    }
}

/// One request: method and verb, the whole URI, the token, the body.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) what: String,
    pub(crate) uri: String,
    pub(crate) token: String,
    pub(crate) body: Value,
}

/// What the scripted Graph was asked, and what it answers by the end of the path.
#[derive(Clone, Default)]
pub(crate) struct Graph(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    asked: Vec<Asked>,
    answers: BTreeMap<&'static str, VecDeque<Answer>>,
    created: usize,
}

impl Graph {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().expect("no panic while locked")
    }

    /// Answers requests to `verb` like these, the last one from then on.
    pub(crate) fn answers(&self, verb: &'static str, answers: impl IntoIterator<Item = Answer>) {
        self.script().answers.insert(verb, answers.into_iter().collect());
    }

    pub(crate) fn answer(&self, verb: &'static str, status: u16, body: &Value) {
        self.answers(verb, [Answer::json(status, body)]);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script().asked.clone()
    }

    /// The last request of this kind.
    pub(crate) fn last(&self, what: &str) -> Asked {
        let asked = self.asked();
        asked.into_iter().rfind(|asked| asked.what == what).expect("asked")
    }

    pub(crate) fn count(&self, what: &str) -> usize {
        self.script().asked.iter().filter(|asked| asked.what == what).count()
    }

    /// How often this call was hung up.
    pub(crate) fn hung_up(&self, call: &str) -> usize {
        let ends = |asked: &&Asked| asked.what == "DELETE call" && asked.uri.ends_with(call);
        self.script().asked.iter().filter(ends).count()
    }

    async fn serve(self, request: Request<Bytes>) -> Result<Response<Bytes>, Infallible> {
        let path = request.uri().path().to_owned();
        let parts: Vec<&str> = path.split('/').collect();
        let verb = match (request.method().as_str(), parts.as_slice()) {
            ("GET" | "DELETE", [.., "calls", _]) => "call",
            ("GET" | "DELETE", [.., "participants", _]) => "participant",
            ("GET", [.., "operations", _]) => "operation",
            (_, [.., last]) => last,
            _ => "",
        };
        let token = request.headers().get(AUTHORIZATION).and_then(|token| token.to_str().ok());
        let asked = Asked {
            what: format!("{} {verb}", request.method()),
            uri: request.uri().to_string(),
            token: token.unwrap_or_default().to_owned(),
            body: serde_json::from_slice(request.body()).unwrap_or_default(),
        };
        let answer = {
            let mut script = self.script();
            script.asked.push(asked);
            let key = if request.method() == "DELETE" { "delete" } else { verb };
            let scripted = script.answers.get_mut(key).and_then(|answers| {
                if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
            });
            scripted.unwrap_or_else(|| match (request.method().as_str(), verb) {
                ("POST", "calls") => {
                    script.created += 1;
                    let id = created(script.created);
                    Answer::json(201, &json!({ "id": id, "state": "establishing" }))
                }
                ("DELETE", _) => Answer::json(204, &Value::Null),
                ("POST", "answer" | "reject" | "redirect" | "transfer") => {
                    Answer::json(202, &Value::Null)
                }
                ("POST", "keepAlive") => Answer::json(200, &Value::Null),
                ("POST", _) => Answer::json(200, &json!({ "id": "op", "status": "running" })),
                (_, "participants") => Answer::json(200, &json!({ "value": [] })),
                // What is asked about is alive, and nothing more is known.
                _ => Answer::json(200, &json!({})),
            })
        };
        tokio::time::sleep(answer.takes).await;
        let mut response = Response::new(answer.body);
        *response.status_mut() = StatusCode::from_u16(answer.status).expect("a status");
        Ok(response)
    }
}

struct FixedToken;

#[async_trait]
impl TokenProvider for FixedToken {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new(TOKEN, Duration::from_hours(1)))
    }
}

/// A switchboard, the Graph behind it, and the calls that came in.
pub(crate) struct Stage {
    pub(crate) graph: Graph,
    pub(crate) client: Client,
    pub(crate) board: Switchboard,
    pub(crate) incoming: IncomingCalls,
}

pub(crate) fn stage() -> Stage {
    stage_with(|config| config.application_instance(INSTANCE.parse().expect("an id")))
}

pub(crate) fn stage_with(configure: impl FnOnce(CallsConfig) -> CallsConfig) -> Stage {
    let graph = Graph::default();
    let served = graph.clone();
    let mut client_config = Config::default();
    client_config.retry = RetryPolicy::never();
    let clock = Arc::new(SystemClock::new());
    let tenant = TENANT.parse().expect("an id");
    let client = Client::builder()
        .tenant(TENANT.parse().expect("an id"))
        .token_provider(Arc::new(FixedToken))
        .transport(tower::service_fn(move |request| served.clone().serve(request)))
        .config(client_config)
        .clock(clock.clone())
        .seed(Seed::new(7))
        .build()
        .expect("a client");
    let callback = "https://bot.contoso.com/callback".parse().expect("a url");
    let config = CallsConfig::new(tenant, APP.parse().expect("an id"), callback);
    let (calls, events) = Calls::new(client.clone(), configure(config), clock);
    let (board, incoming) = Switchboard::new(calls, events);
    Stage { graph, client, board, incoming }
}

pub(crate) fn batch(items: impl IntoIterator<Item = Value>) -> CommsNotifications {
    let items: Vec<Value> = items.into_iter().collect();
    let body = json!({ "@odata.type": "#microsoft.graph.commsNotifications", "value": items });
    serde_json::from_value(body).expect("notifications")
}

pub(crate) fn changed(call: &str, change: &str, mut data: Value) -> Value {
    data["@odata.type"] = json!("#microsoft.graph.call");
    json!({ "@odata.type": "#microsoft.graph.commsNotification", "changeType": change,
            "resourceUrl": format!("/communications/calls/{call}"), "resourceData": data })
}

pub(crate) fn state(call: &str, state: &str) -> Value {
    changed(call, "updated", json!({ "state": state }))
}

/// Connected, with media that flows.
pub(crate) fn active(call: &str) -> Value {
    let media = json!({ "audio": "active" });
    changed(call, "updated", json!({ "state": "established", "mediaState": media }))
}

/// Connected, with media that does not flow yet.
pub(crate) fn silent(call: &str) -> Value {
    let media = json!({ "audio": "inactive" });
    changed(call, "updated", json!({ "state": "established", "mediaState": media }))
}

pub(crate) fn failed(call: &str, code: i32, subcode: i32) -> Value {
    let result = json!({ "code": code, "subcode": subcode });
    changed(call, "updated", json!({ "state": "established", "resultInfo": result }))
}

pub(crate) fn terminated(call: &str, code: i32, subcode: i32) -> Value {
    let result = json!({ "code": code, "subcode": subcode });
    changed(call, "deleted", json!({ "state": "terminated", "resultInfo": result }))
}

pub(crate) fn tone(call: &str, sequence: i64, name: &str) -> Value {
    let info = json!({ "sequenceId": sequence, "tone": name });
    changed(call, "updated", json!({ "state": "established", "toneInfo": info }))
}

/// A call to the resource account.
pub(crate) fn incoming() -> Value {
    incoming_to(&json!({ "applicationInstance": { "id": INSTANCE } }), Value::Null)
}

pub(crate) fn incoming_to(target: &Value, context: Value) -> Value {
    let mut data = json!({
        "state": "incoming", "direction": "incoming", "tenantId": TENANT,
        "source": { "identity": { "phone": { "id": "+14255550100" } } },
        "targets": [{ "identity": target }],
    });
    if !context.is_null() {
        data["incomingContext"] = context;
    }
    changed(CALL, "created", data)
}

/// A call that a recording policy brought.
pub(crate) fn policy_call() -> Value {
    let context = json!({ "observedParticipantId": "p1", "sourceParticipantId": "p2" });
    incoming_to(&json!({ "application": { "id": APP } }), context)
}

pub(crate) fn prompt(name: &str) -> Prompt {
    Prompt::new(format!("https://cdn.example.com/{name}.wav")).expect("an address")
}

pub(crate) fn agent() -> Target {
    let user = TeamsUser::new(AGENT.parse().expect("an id"));
    Target::user(&user.tenant(TENANT.parse().expect("an id")))
}

pub(crate) fn phone() -> Target {
    let id: AppId = INSTANCE.parse().expect("an id");
    Target::phone(&E164::new("+14255550123").expect("a number"), &ApplicationInstance::new(id))
}

impl Stage {
    pub(crate) fn notify(&self, items: impl IntoIterator<Item = Value>) {
        self.board.calls().notify(batch(items)).expect("room");
    }

    /// Tells that the operation of the last such request ended.
    pub(crate) fn ends(&self, call: &str, what: &str, status: &str, code: i32, subcode: i32) {
        self.ends_with(
            call,
            what,
            json!({
                "status": status, "resultInfo": { "code": code, "subcode": subcode },
            }),
        );
    }

    pub(crate) fn ends_with(&self, call: &str, what: &str, mut data: Value) {
        let kind = match what {
            "recordResponse" => "recordOperation",
            "invite" => "inviteParticipantsOperation",
            _ => "commsOperation",
        };
        data["@odata.type"] = json!(format!("#microsoft.graph.{kind}"));
        data["clientContext"] =
            self.graph.last(&format!("POST {what}")).body["clientContext"].clone();
        self.notify([json!({
            "changeType": "deleted", "resourceData": data,
            "resourceUrl": format!("/communications/calls/{call}/operations/x"),
        })]);
    }

    pub(crate) async fn arrival_of(&mut self, notification: Value) -> Arrival {
        self.notify([notification]);
        let minute = Duration::from_mins(1);
        let arrived = tokio::time::timeout(minute, self.incoming.next()).await;
        arrived.expect("in time").expect("a call")
    }

    pub(crate) async fn arrival(&mut self) -> Arrival {
        self.arrival_of(incoming()).await
    }

    /// A call that came in, was answered and is connected.
    pub(crate) async fn answered(&mut self) -> CallHandle<Answered> {
        let call = self.arrival().await.call.answer().await.expect("answered");
        self.notify([active(CALL)]);
        call
    }

    pub(crate) async fn connected(&mut self) -> CallHandle<MediaActive> {
        self.answered().await.media_active().await.expect("media")
    }

    /// A group call that the bot has joined; its id is [`created`] of the next number.
    pub(crate) async fn group(&self) -> (GroupCall<Answered>, String) {
        let group = self.board.dial_group(&[agent()]).await.expect("placed");
        let id = group.call().leg().call_id().as_str().to_owned();
        self.notify([active(&id)]);
        (group.joined().await.expect("joined"), id)
    }

    /// Lets every task run that can.
    pub(crate) async fn settle(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }
}
