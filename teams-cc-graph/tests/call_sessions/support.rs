//! A scripted Graph behind the transport seam, and calls on top of it in virtual time.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use teams_cc_core::{
    Seed,
    contact::{EndCause, LegEvent},
};
use teams_cc_graph::{
    Client, Config, Error, RetryPolicy, SystemClock,
    auth::{AccessToken, TokenProvider, TokenRequest},
    call::{CallEvent, CallEvents, Calls, CallsConfig, IncomingCall},
    model::CommsNotifications,
};

pub(crate) const TENANT: &str = "aa67bd4c-8475-432d-bd41-39f255720e0a";
pub(crate) const APP: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
pub(crate) const INSTANCE: &str = "1d9fd1c4-7c53-4b29-8f46-0c9e6fd1a2b3";
pub(crate) const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";
pub(crate) const OTHER: &str = "2e1a0b00-b3c5-4b0f-99b3-c133bc1e6116";

/// One scripted answer: status, body, and how long it takes.
#[derive(Clone)]
pub(crate) struct Answer(u16, Value, Duration);

/// What the scripted Graph was asked, and what it answers by the end of the path.
#[derive(Clone, Default)]
pub(crate) struct Graph(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    asked: Vec<(String, Value)>,
    answers: BTreeMap<&'static str, Answer>,
    created: u32,
}

impl Graph {
    /// Answer requests to `verb` like this from now on.
    pub(crate) fn answer(&self, verb: &'static str, status: u16, body: Value) {
        self.slow_answer(verb, status, body, Duration::ZERO);
    }

    pub(crate) fn slow_answer(
        &self,
        verb: &'static str,
        status: u16,
        body: Value,
        takes: Duration,
    ) {
        self.0
            .lock()
            .expect("no panic while locked")
            .answers
            .insert(verb, Answer(status, body, takes));
    }

    /// What was asked, as `POST answer` and the body; calls are created by `POST calls`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0
            .lock()
            .expect("no panic while locked")
            .asked
            .iter()
            .map(|(what, _)| what.clone())
            .collect()
    }

    pub(crate) fn body(&self, what: &str) -> Value {
        self.bodies(what).pop().expect("asked")
    }

    /// The bodies of everything asked so, in order.
    pub(crate) fn bodies(&self, what: &str) -> Vec<Value> {
        let script = self.0.lock().expect("no panic while locked");
        let asked = script.asked.iter().filter(|(asked, _)| asked == what);
        asked.map(|(_, body)| body.clone()).collect()
    }

    pub(crate) fn count(&self, what: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == what).count()
    }

    async fn serve(self, request: Request<Bytes>) -> Result<Response<Bytes>, Infallible> {
        let path = request.uri().path().to_owned();
        let mut segments = path.rsplit('/');
        let last = segments.next().unwrap_or_default();
        let verb = match (request.method().as_str(), segments.next()) {
            ("DELETE", _) => "delete",
            ("GET", Some("calls")) => "get",
            ("GET", Some("operations")) => "operation",
            _ => last,
        };
        let body = serde_json::from_slice(request.body()).unwrap_or_default();
        let answer = {
            let mut script = self.0.lock().expect("no panic while locked");
            script.asked.push((format!("{} {verb}", request.method()), body));
            if verb == "calls" {
                script.created += 1;
            }
            script.answers.get(verb).cloned()
        };
        let Answer(status, body, takes) = answer.unwrap_or_else(|| {
            let (status, body) = match verb {
                "calls" => (201, json!({ "id": CALL, "state": "establishing" })),
                "playPrompt" | "subscribeToTone" | "cancelMediaProcessing" => {
                    (200, json!({ "id": "op-of-graph", "status": "running" }))
                }
                "delete" => (204, Value::Null),
                "keepAlive" | "get" | "operation" | "participants" => (200, Value::Null),
                _ => (202, Value::Null),
            };
            Answer(status, body, Duration::ZERO)
        });
        tokio::time::sleep(takes).await;
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        Ok(response)
    }
}

struct FixedToken;

#[async_trait]
impl TokenProvider for FixedToken {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("secret-token", Duration::from_hours(1)))
    }
}

pub(crate) struct Setup {
    pub(crate) graph: Graph,
    pub(crate) calls: Calls,
    pub(crate) events: CallEvents,
}

pub(crate) fn config() -> CallsConfig {
    CallsConfig::new(
        TENANT.parse().expect("an id"),
        APP.parse().expect("an id"),
        "https://bot.contoso.com/callback".parse().expect("a url"),
    )
    .application_instance(INSTANCE.parse().expect("an id"))
    .seed(Seed::new(42))
}

pub(crate) fn setup() -> Setup {
    setup_with(config())
}

pub(crate) fn setup_with(config: CallsConfig) -> Setup {
    setup_on(Graph::default(), config)
}

/// One more process on the same Graph.
pub(crate) fn setup_on(graph: Graph, config: CallsConfig) -> Setup {
    let served = graph.clone();
    let seed = config.seed.derive("client");
    let mut client_config = Config::default();
    client_config.retry = RetryPolicy::never();
    let clock = Arc::new(SystemClock::new());
    let client = Client::builder()
        .token_provider(Arc::new(FixedToken))
        .transport(tower::service_fn(move |request| served.clone().serve(request)))
        .config(client_config)
        .clock(clock.clone())
        .seed(seed)
        .build()
        .expect("a client");
    let (calls, events) = Calls::new(client, config, clock);
    Setup { graph, calls, events }
}

pub(crate) fn batch(items: impl IntoIterator<Item = Value>) -> CommsNotifications {
    let items: Vec<Value> = items.into_iter().collect();
    let body = json!({ "@odata.type": "#microsoft.graph.commsNotifications", "value": items });
    serde_json::from_value(body).expect("notifications")
}

pub(crate) fn changed(call: &str, change: &str, data: Value) -> Value {
    let mut data = data;
    data["@odata.type"] = json!("#microsoft.graph.call");
    json!({ "@odata.type": "#microsoft.graph.commsNotification", "changeType": change,
            "resourceUrl": format!("/communications/calls/{call}"), "resourceData": data })
}

pub(crate) fn state(call: &str, state: &str) -> Value {
    changed(call, "updated", json!({ "state": state }))
}

pub(crate) fn terminated(call: &str, code: i32, subcode: i32) -> Value {
    let result = json!({ "code": code, "subcode": subcode });
    changed(call, "deleted", json!({ "state": "terminated", "resultInfo": result }))
}

pub(crate) fn incoming(call: &str) -> Value {
    changed(
        call,
        "created",
        json!({
            "state": "incoming", "direction": "incoming", "tenantId": TENANT,
            "source": { "identity": { "phone": { "id": "+14255550100" } } },
            "targets": [{ "identity": { "applicationInstance": { "id": INSTANCE } } }],
        }),
    )
}

pub(crate) fn tone(call: &str, sequence: i64, name: &str) -> Value {
    let info = json!({ "sequenceId": sequence, "tone": name });
    changed(call, "updated", json!({ "state": "established", "toneInfo": info }))
}

pub(crate) fn operation(call: &str, id: &str, data: &Value) -> Value {
    json!({ "changeType": "deleted", "resourceData": data,
            "resourceUrl": format!("/communications/calls/{call}/operations/{id}") })
}

impl Setup {
    pub(crate) fn notify(&self, items: impl IntoIterator<Item = Value>) {
        self.calls.notify(batch(items)).expect("room");
    }

    /// The next event, or none for a virtual minute.
    pub(crate) async fn next(&mut self) -> Option<CallEvent> {
        tokio::time::timeout(Duration::from_mins(1), self.events.next()).await.ok().flatten()
    }

    pub(crate) async fn leg_event(&mut self) -> LegEvent {
        match self.next().await {
            Some(CallEvent::Leg { event, .. }) => event,
            other => panic!("no leg event: {other:?}"),
        }
    }

    pub(crate) async fn ended(&mut self) -> EndCause {
        match self.leg_event().await {
            LegEvent::Ended(cause) => cause,
            other => panic!("not ended: {other:?}"),
        }
    }

    pub(crate) async fn incoming(&mut self) -> IncomingCall {
        self.incoming_as(CALL).await
    }

    pub(crate) async fn incoming_as(&mut self, call: &str) -> IncomingCall {
        self.notify([incoming(call)]);
        match self.next().await {
            Some(CallEvent::Incoming(call)) => call,
            other => panic!("no incoming call: {other:?}"),
        }
    }

    /// An incoming call that is answered and connected.
    pub(crate) async fn connected(&mut self) -> IncomingCall {
        use teams_cc_core::contact::{Leg, LegCommand};
        let call = self.incoming().await;
        call.leg.execute(LegCommand::Answer).await.expect("answered");
        self.notify([state(CALL, "established")]);
        assert_eq!(self.leg_event().await, LegEvent::Answered);
        assert_eq!(self.leg_event().await, LegEvent::MediaActive);
        call
    }

    /// Lets every task run that can.
    pub(crate) async fn settle(&self) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    /// Nothing may be left of ended calls.
    pub(crate) async fn assert_nothing_left(&self) {
        self.settle().await;
        let counts = self.calls.counts();
        assert_eq!(
            (counts.sessions, counts.dialing, counts.tasks, counts.held),
            (0, 0, 0, 0),
            "{counts:?}"
        );
    }
}
