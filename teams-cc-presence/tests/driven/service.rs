//! Graph's side of presence, with the program's own endpoint beside it.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Value, json};
use teams_cc_core::{Clock, Instant, Secret, Timestamp, UserId};
use teams_cc_graph::{
    Client, Config, RetryPolicy, SystemClock,
    model::{ChangeNotification, LifecycleEventType},
    subscription::{Keeper, KeeperEvents},
    webhook::SubscriptionEvent,
};

pub(crate) const BOT: &str = "https://bot.example/changes";

/// A request as the service saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) by: String,
    /// Method and path.
    pub(crate) what: String,
    pub(crate) body: Value,
}

/// What Graph has and did.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) states: BTreeMap<String, String>,
    /// By id: who made it, and what it is.
    pub(crate) subscriptions: BTreeMap<String, (String, Value)>,
    made: usize,
    pub(crate) log: Vec<Asked>,
    /// So many subscriptions cannot be made, one after the other.
    pub(crate) unmade: usize,
    /// Accounts that may subscribe to nothing.
    pub(crate) refused: BTreeSet<&'static str>,
    /// The program's endpoint is not reached by its own address.
    pub(crate) endpoint_is_away: bool,
    /// What every request but for tokens is answered by, and its `Retry-After`.
    pub(crate) weather: Option<(u16, Option<&'static str>)>,
    /// Sessions that are set, by user.
    pub(crate) sessions: BTreeMap<String, Instant>,
    /// Requests that are out.
    pub(crate) out: usize,
    pub(crate) latency: Duration,
}

#[derive(Clone)]
pub(crate) struct Service {
    book: Arc<Mutex<Book>>,
    pub(crate) clock: Arc<SystemClock>,
}

/// Lowers the count of requests that are out, also when the request is dropped.
struct Out(Service);

impl Drop for Out {
    fn drop(&mut self) {
        self.0.book().out -= 1;
    }
}

impl Service {
    pub(crate) fn new() -> Self {
        let latency = Duration::from_millis(20);
        let book = Book { latency, ..Book::default() };
        Self { book: Arc::new(Mutex::new(book)), clock: Arc::new(SystemClock::new()) }
    }

    pub(crate) fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    /// A client of this name, which repeats nothing by itself.
    pub(crate) fn client(&self, name: &str) -> Client {
        let service = self.clone();
        let mut config = Config::default();
        config.retry = RetryPolicy::never();
        Client::builder()
            .tenant("tenant-1".parse().unwrap())
            .client_secret(name.parse().unwrap(), Secret::from("secret"))
            .clock(self.clock.clone())
            .config(config)
            .transport(tower::service_fn(move |request| service.clone().serve(request)))
            .build()
            .unwrap()
    }

    pub(crate) fn keeper(&self, accounts: &[&str]) -> (Keeper, KeeperEvents) {
        let builder = Keeper::builder().clock(self.clock.clone());
        let named = |builder: teams_cc_graph::subscription::KeeperBuilder, name: &&str| {
            builder.account(name, self.client(name))
        };
        accounts.iter().fold(builder, named).start()
    }

    pub(crate) fn set(&self, user: &UserId, state: &str) {
        self.book().states.insert(user.to_string(), state.to_owned());
    }

    /// What a subscription tells of a user, where one names the user.
    pub(crate) fn change(&self, user: &UserId) -> Option<SubscriptionEvent> {
        let book = self.book();
        let quoted = format!("'{user}'");
        let (id, _) = book
            .subscriptions
            .iter()
            .find(|(_, (_, one))| one["resource"].as_str().unwrap().contains(&quoted))?;
        let notification: ChangeNotification = serde_json::from_value(json!({
            "subscriptionId": id, "changeType": "updated",
            "resource": format!("communications/presences('{user}')"),
        }))
        .unwrap();
        Some(SubscriptionEvent::Changed(Box::new(notification)))
    }

    /// What the service tells of a subscription itself.
    pub(crate) fn lifecycle(id: &str, event: LifecycleEventType) -> SubscriptionEvent {
        let notification: ChangeNotification =
            serde_json::from_value(json!({ "subscriptionId": id })).unwrap();
        SubscriptionEvent::Lifecycle(event, Box::new(notification))
    }

    /// Requests whose method and path begin so: when, and by whom.
    pub(crate) fn asked(&self, start: &str) -> Vec<Asked> {
        self.book().log.iter().filter(|one| one.what.starts_with(start)).cloned().collect()
    }

    async fn serve(self, request: Request<Bytes>) -> Result<Response<Bytes>, Infallible> {
        let uri = request.uri().clone();
        if uri.host() == Some("login.microsoftonline.com") {
            let form = String::from_utf8_lossy(request.body()).into_owned();
            let by = form.split('&').find_map(|pair| pair.strip_prefix("client_id="));
            return Ok(answer(200, &json!({ "access_token": by, "expires_in": 3599 })));
        }
        if uri.host() == Some("bot.example") {
            if self.book().endpoint_is_away {
                return Ok(answer(502, &Value::Null));
            }
            // The endpoint repeats the token it is tried with, as an intake does.
            let query = uri.query().unwrap().strip_prefix("validationToken=").unwrap();
            let token = percent(&query.replace('+', " "));
            return Ok(Response::new(token.into()));
        }
        let by = request.headers()["authorization"].to_str().unwrap();
        let by = by.strip_prefix("Bearer ").unwrap().to_owned();
        let path = uri.path().trim_start_matches("/v1.0").to_owned();
        let method = request.method().clone();
        let what = format!("{method} {path}");
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let at = self.clock.now();
        let latency = {
            let mut book = self.book();
            book.log.push(Asked { at, by: by.clone(), what, body: body.clone() });
            book.out += 1;
            book.latency
        };
        let _out = Out(self.clone());
        tokio::time::sleep(latency).await;
        let weather = self.book().weather;
        if let Some((status, wait)) = weather {
            let mut response = answer(status, &json!({ "error": { "code": "Weather" } }));
            if let Some(wait) = wait {
                response.headers_mut().insert("retry-after", wait.parse().unwrap());
            }
            return Ok(response);
        }
        Ok(self.answer(&method, &path, &by, body))
    }

    fn answer(&self, method: &Method, path: &str, by: &str, body: Value) -> Response<Bytes> {
        let now = self.clock.now();
        let mut book = self.book();
        let wall = self.clock.wall();
        book.subscriptions.retain(|_, (_, one)| ends(one) > wall);
        let id = path.strip_prefix("/subscriptions/").map(str::to_owned);
        match (method.as_str(), path) {
            ("POST", "/communications/getPresencesByUserId") => {
                let ids = body["ids"].as_array().unwrap();
                let known = |id: &Value| {
                    let state = book.states.get(id.as_str()?)?;
                    Some(json!({ "id": id, "availability": state, "activity": state }))
                };
                let value: Vec<Value> = ids.iter().filter_map(known).collect();
                answer(200, &json!({ "value": value }))
            }
            ("POST", "/subscriptions") if book.refused.contains(by) => {
                answer(403, &json!({ "error": { "code": "Forbidden" } }))
            }
            ("POST", "/subscriptions") if book.unmade > 0 => {
                book.unmade -= 1;
                answer(500, &json!({ "error": { "code": "ExtensionError" } }))
            }
            ("POST", "/subscriptions") if book.subscriptions.values().any(|one| one.0 == by) => {
                answer(409, &json!({ "error": { "code": "ExtensionError" } }))
            }
            ("POST", "/subscriptions") => {
                book.made += 1;
                let id = format!("s{}", book.made);
                let mut made = body;
                made["id"] = id.clone().into();
                let told = without_secret(&made);
                book.subscriptions.insert(id, (by.to_owned(), made));
                answer(201, &told)
            }
            ("GET", "/subscriptions") => {
                let own = book.subscriptions.values().filter(|one| one.0 == by);
                let all: Vec<Value> = own.map(|(_, one)| without_secret(one)).collect();
                answer(200, &json!({ "value": all }))
            }
            ("PATCH", _) => match book.subscriptions.get_mut(&id.unwrap()) {
                None => answer(404, &json!({ "error": { "code": "ResourceNotFound" } })),
                Some((_, one)) => {
                    one["expirationDateTime"] = body["expirationDateTime"].clone();
                    answer(200, &without_secret(one))
                }
            },
            ("DELETE", _) => match book.subscriptions.remove(&id.unwrap()) {
                None => answer(404, &json!({ "error": { "code": "ResourceNotFound" } })),
                Some(_) => answer(204, &Value::Null),
            },
            ("POST", path) if path.ends_with("/presence/setPresence") => {
                let user = path.split('/').nth(2).unwrap().to_owned();
                if user == "nobody" {
                    return answer(404, &json!({ "error": { "code": "NotFound" } }));
                }
                book.sessions.insert(user, now);
                answer(200, &Value::Null)
            }
            ("POST", path) if path.ends_with("/presence/clearPresence") => {
                let user = path.split('/').nth(2).unwrap();
                let there = book.sessions.remove(user).is_some();
                let gone = json!({ "error": { "code": "NotFound" } });
                answer(if there { 200 } else { 404 }, &gone)
            }
            ("POST", path) if path.ends_with("/presence/setStatusMessage") => {
                answer(200, &Value::Null)
            }
            other => panic!("{other:?}"),
        }
    }
}

fn percent(text: &str) -> String {
    let mut octets = Vec::new();
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        octets.push(if octet == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
        } else {
            octet
        });
    }
    String::from_utf8(octets).unwrap()
}

fn ends(subscription: &Value) -> Timestamp {
    subscription["expirationDateTime"].as_str().unwrap().parse().unwrap()
}

fn without_secret(subscription: &Value) -> Value {
    let mut told = subscription.clone();
    told.as_object_mut().unwrap().remove("clientState");
    told
}

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    Response::builder().status(status).body(body).unwrap()
}
