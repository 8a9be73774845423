//! Graph's side of subscriptions, with the program's own endpoint beside it.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Value, json};
use teams_cc_core::{Clock, Secret, Timestamp};
use teams_cc_graph::{
    Client, SystemClock,
    webhook::{ChangeDelivery, Intake, IntakeConfig, KeySource},
};
use tower::util::BoxCloneSyncService;

pub(crate) const BOT: &str = "https://bot.example/changes";

/// What Graph has and did.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) subscriptions: BTreeMap<String, Value>,
    made: usize,
    /// Each request as method and path, in order.
    pub(crate) log: Vec<String>,
    /// Changes that came through the program's endpoint with the right secret.
    pub(crate) taken: usize,
    pub(crate) endpoint_is_down: bool,
    pub(crate) renewals_do_nothing: bool,
    pub(crate) one_per_user: bool,
}

#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) book: Arc<Mutex<Book>>,
    intake: Arc<Mutex<Option<Arc<Intake>>>>,
    pub(crate) clock: Arc<SystemClock>,
}

impl Service {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(SystemClock::new());
        Self { book: Arc::default(), intake: Arc::default(), clock }
    }

    pub(crate) fn client(&self) -> Client {
        let service = self.clone();
        Client::builder()
            .tenant("tenant-1".parse().unwrap())
            .client_secret("app-1".parse().unwrap(), Secret::from("secret"))
            .clock(self.clock.clone())
            .transport(tower::service_fn(move |request| service.clone().serve(request)))
            .build()
            .unwrap()
    }

    /// Puts the program's intake behind its address.
    pub(crate) fn listen(&self, secrets: teams_cc_graph::subscription::Secrets) {
        let book = Arc::clone(&self.book);
        let sink = move |delivery: ChangeDelivery| {
            book.lock().unwrap().taken += delivery.events.len();
            Ok(())
        };
        let nobody = tower::service_fn(|_| async { Ok(answer(404, &Value::Null)) });
        let nobody = BoxCloneSyncService::new(tower::ServiceExt::map_err(
            nobody,
            |error: Infallible| -> teams_cc_graph::BoxError { match error {} },
        ));
        let config = IntakeConfig::new("app-1".parse().unwrap(), []);
        let calls = Arc::new(|_| Ok(()));
        let intake = Intake::new(config, KeySource::new(nobody), self.clock.clone(), calls)
            .subscriptions(Arc::new(secrets), Arc::new(sink));
        *self.intake.lock().unwrap() = Some(Arc::new(intake));
    }

    /// Tells the program of a change, with the secret it gave.
    pub(crate) async fn notify(&self, id: &str) -> u16 {
        let state = self.book.lock().unwrap().subscriptions[id]["clientState"].clone();
        let body = json!({ "value": [{
            "subscriptionId": id, "clientState": state, "changeType": "updated",
        }] });
        self.post(BOT, body.to_string().into()).await.status().as_u16()
    }

    async fn post(&self, url: &str, body: Bytes) -> Response<Bytes> {
        let intake = self.intake.lock().unwrap().clone();
        match intake {
            Some(intake) if !self.book.lock().unwrap().endpoint_is_down => {
                intake.handle(Request::post(url).body(body).unwrap()).await
            }
            _ => answer(503, &Value::Null),
        }
    }

    async fn serve(self, request: Request<Bytes>) -> Result<Response<Bytes>, Infallible> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let uri = request.uri().clone();
        match uri.host().unwrap_or_default() {
            "login.microsoftonline.com" => {
                let token = json!({ "access_token": "token", "expires_in": 3599 });
                return Ok(answer(200, &token));
            }
            "bot.example" => return Ok(self.post(&uri.to_string(), request.into_body()).await),
            _ => {}
        }
        let path = uri.path().trim_start_matches("/v1.0").to_owned();
        let line = format!("{} {path}", request.method());
        self.book.lock().unwrap().log.push(line);
        let id = path.strip_prefix("/subscriptions/").map(str::to_owned);
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        if (request.method(), &id) == (&Method::POST, &None) {
            return Ok(self.create(body).await);
        }
        let mut book = self.book.lock().unwrap();
        let now = self.clock.wall();
        book.subscriptions.retain(|_, one| ends(one) > now);
        Ok(match (request.method().as_str(), id) {
            ("GET", None) => {
                let all: Vec<Value> = book.subscriptions.values().map(without_secret).collect();
                answer(200, &json!({ "value": all }))
            }
            ("PATCH", Some(id)) => {
                let still = book.renewals_do_nothing;
                match book.subscriptions.get_mut(&id) {
                    None => answer(404, &json!({ "error": { "code": "ResourceNotFound" } })),
                    Some(one) => {
                        if !still {
                            one["expirationDateTime"] = body["expirationDateTime"].clone();
                        }
                        answer(200, &without_secret(one))
                    }
                }
            }
            ("DELETE", Some(id)) => match book.subscriptions.remove(&id) {
                None => answer(404, &json!({ "error": { "code": "ResourceNotFound" } })),
                Some(_) => answer(204, &Value::Null),
            },
            other => panic!("{other:?}"),
        })
    }

    /// The service tries the endpoint before it answers.
    async fn create(&self, mut body: Value) -> Response<Bytes> {
        {
            let book = self.book.lock().unwrap();
            if book.one_per_user && !book.subscriptions.is_empty() {
                return answer(409, &json!({ "error": { "code": "ExtensionError" } }));
            }
        }
        let url = body["notificationUrl"].as_str().unwrap_or_default();
        let tried = self.post(&format!("{url}?validationToken=a+b%3A"), Bytes::new()).await;
        if tried.body() != "a b:" {
            return answer(400, &json!({ "error": { "code": "ValidationError" } }));
        }
        let mut book = self.book.lock().unwrap();
        book.made += 1;
        let id = format!("s{}", book.made);
        body["id"] = id.as_str().into();
        book.subscriptions.insert(id, body.clone());
        answer(201, &without_secret(&body))
    }
}

fn ends(one: &Value) -> Timestamp {
    one["expirationDateTime"].as_str().unwrap_or_default().parse().expect("a time")
}

/// Graph never tells the secret again.
fn without_secret(one: &Value) -> Value {
    let mut one = one.clone();
    one["clientState"] = Value::Null;
    one
}

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    Response::builder().status(status).body(body).unwrap()
}
