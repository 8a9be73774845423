//! A bot without any runtime: drives a world by hand and keeps what it was told.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Value, json};
use teams_cc_core::{Instant, TenantId, contact::Tone};
use teams_cc_sim::world::{
    Answering, CALLBACK, Customer, Input, Output, PromptFile, SECRET, SERVICE_NUMBER, Setup,
    Tenant, User, World,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn tone(key: char) -> Tone {
    Tone::new(key).expect("a key")
}

/// A customer who calls, and users who answer, decline, are not to be disturbed and ignore.
pub(crate) fn setup() -> Setup {
    let tenant = Tenant::new("contoso.test");
    Setup::contoso(42)
        .prompt(PromptFile::new("https://bot.contoso.test/hello.wav", SECOND * 4))
        .prompt(PromptFile::new("https://bot.contoso.test/wrong.mp3", SECOND).unplayable())
        .customer(
            Customer::new("c1", "+14255550177")
                .dials(SECOND, SERVICE_NUMBER)
                .presses(tone('2'), 1, SECOND)
                .patience(SECOND * 300)
                .talks(SECOND * 30),
        )
        .user(
            User::new("ada", &tenant)
                .answering([Answering::after(SECOND * 3).confirms(tone('1'), SECOND)]),
        )
        .user(User::new("bo", &tenant).answering([Answering::declines(SECOND * 2)]))
        .user(User::new("cy", &tenant).presence("DoNotDisturb"))
        .user(User::new("di", &tenant).answering([Answering::Ignores]).without_voicemail())
}

pub(crate) struct Bench {
    pub world: World,
    pub now: Instant,
    pub token: String,
    /// Each notification's first item, in order of arrival.
    pub inbox: Vec<Value>,
    /// Where the addresses of subscriptions were tried.
    pub validated: Vec<String>,
    /// The bearer tokens of the notifications.
    pub tokens: Vec<String>,
    /// What notifications are answered with.
    pub answer: Option<u16>,
}

impl Bench {
    pub(crate) fn new(setup: Setup) -> Self {
        let mut bench = Self {
            world: World::new(setup).expect("the setup is sound"),
            now: Instant::ZERO,
            token: String::new(),
            inbox: Vec::new(),
            validated: Vec::new(),
            tokens: Vec::new(),
            answer: Some(202),
        };
        bench.sign_in();
        bench
    }

    pub(crate) fn sign_in(&mut self) {
        let (tenant, app) = (self.tenant(), self.world.setup().apps[0].id.to_string());
        let (status, body) = self.token(tenant.as_str(), &app, SECRET);
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().expect("a token").clone_into(&mut self.token);
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.world.setup().tenants[0].id.clone()
    }

    pub(crate) fn token(&mut self, tenant: &str, app: &str, secret: &str) -> (u16, Value) {
        let form = format!(
            "grant_type=client_credentials&client_id={app}&client_secret={secret}\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        let uri = format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token");
        let request = Request::post(uri).body(Bytes::from(form)).expect("a request");
        read(&self.world.handle(self.now, &request).response)
    }

    pub(crate) fn ask(&mut self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://graph.microsoft.com/v1.0{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("client-request-id", "11111111-2222-4333-8444-555555555555")
            .body(body.map_or_else(Bytes::new, |body| body.to_string().into()))
            .expect("a request");
        read(&self.world.handle(self.now, &request).response)
    }

    pub(crate) fn post(&mut self, path: &str, body: Value) -> (u16, Value) {
        self.ask(Method::POST, path, Some(body))
    }

    /// Lets time pass until `at`, answering every notification on the way.
    pub(crate) fn run_until(&mut self, at: Instant) {
        loop {
            self.world.handle_input(self.now, Input::Tick).expect("time passes");
            match self.world.poll_output() {
                Output::Callback(callback) => {
                    let body = callback.request.body();
                    if body.is_empty() {
                        self.validated.push(callback.request.uri().to_string());
                    } else {
                        let body: Value = serde_json::from_slice(body).expect("JSON");
                        self.inbox.push(body["value"][0].clone());
                    }
                    if let Some(token) = callback.request.headers().get("authorization") {
                        let token = token.to_str().expect("text");
                        self.tokens.push(token.trim_start_matches("Bearer ").to_owned());
                    }
                    let id = callback.id;
                    let status = self.answer;
                    self.world
                        .handle_input(self.now, Input::CallbackAnswered { id, status })
                        .expect("the notification is on its way");
                }
                Output::Timeout(Some(next)) if next <= at => self.now = self.now.max(next),
                Output::Timeout(_) => break,
                _ => {}
            }
        }
        self.now = at;
    }

    pub(crate) fn run_for(&mut self, duration: Duration) {
        self.run_until(self.now + duration);
    }

    pub(crate) fn run_for_millis(&mut self, millis: u64) {
        self.run_for(Duration::from_millis(millis));
    }

    /// Runs until a notification fits, at most a minute; gives its `resourceData`.
    pub(crate) fn wait_for(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let from = self.inbox.len();
        for _ in 0..1200 {
            self.run_for_millis(50);
            if let Some(item) = self.inbox[from..].iter().find(|item| fits(item)) {
                return item["resourceData"].clone();
            }
        }
        panic!("no notification: {what}\n{}", self.world.log().ladder());
    }

    pub(crate) fn wait_for_state(&mut self, id: &str, state: &str) -> Value {
        self.wait_for(state, |item| {
            item["resourceData"]["state"] == state && item["resourceData"]["id"] == id
        })
    }

    /// The incoming call's id.
    pub(crate) fn incoming(&mut self) -> String {
        let call = self.wait_for("incoming", |item| item["changeType"] == "created");
        call["id"].as_str().expect("an id").to_owned()
    }

    /// Answers and waits until media flows.
    pub(crate) fn answered(&mut self) -> String {
        let id = self.incoming();
        let (status, _) = self.post(&format!("/communications/calls/{id}/answer"), answer());
        assert_eq!(status, 202);
        self.wait_for_state(&id, "established");
        id
    }

    /// Calls a user; the id comes back.
    pub(crate) fn call_user(&mut self, user: usize) -> String {
        let user = self.world.setup().users[user].id.to_string();
        let (status, body) = self.post("/communications/calls", call_to(&user));
        assert_eq!(status, 201, "{body}");
        body["id"].as_str().expect("an id").to_owned()
    }
}

pub(crate) fn read(response: &Response<Bytes>) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_slice(response.body()).unwrap_or(Value::Null))
}

pub(crate) fn answer() -> Value {
    json!({
        "callbackUri": CALLBACK,
        "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
        "acceptedModalities": ["audio"],
    })
}

pub(crate) fn call_to(user: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.call",
        "callbackUri": CALLBACK,
        "targets": [{
            "@odata.type": "#microsoft.graph.invitationParticipantInfo",
            "identity": {
                "@odata.type": "#microsoft.graph.identitySet",
                "user": {"@odata.type": "#microsoft.graph.identity", "id": user},
            },
        }],
        "requestedModalities": ["audio"],
        "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
    })
}

pub(crate) fn prompt(uri: &str) -> Value {
    json!({
        "clientContext": "ctx-1",
        "prompts": [{
            "@odata.type": "#microsoft.graph.mediaPrompt",
            "mediaInfo": {"@odata.type": "#microsoft.graph.mediaInfo", "uri": uri},
        }],
    })
}
