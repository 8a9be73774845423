//! A scripted service behind the transport seam, and one that speaks in raw octets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::Value;
use teams_cc_core::Seed;
use teams_cc_graph::auth::{AccessToken, TokenProvider, TokenRequest};
use teams_cc_graph::{BoxError, Client, ClientBuilder, Error};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub(crate) const TOKEN: &str = "token-of-the-app";

/// What is answered next; the last answer stays.
#[derive(Clone)]
pub(crate) struct Service(Arc<Mutex<Script>>);

struct Script {
    answers: VecDeque<Answer>,
    asked: Vec<Request<Bytes>>,
}

/// One answer, or none where the connection broke.
#[derive(Clone)]
pub(crate) struct Answer(Option<Response<Bytes>>);

impl Answer {
    pub(crate) fn status(&self) -> Option<StatusCode> {
        self.0.as_ref().map(Response::status)
    }
}

/// An answer of this status.
pub(crate) fn answer(status: u16, body: impl Into<Bytes>) -> Answer {
    Answer(Some(Response::builder().status(status).body(body.into()).unwrap()))
}

pub(crate) fn throttled() -> Answer {
    let response = Response::builder().status(429).header("retry-after", "0.25");
    Answer(Some(response.body(Bytes::new()).unwrap()))
}

/// No answer: the connection broke.
pub(crate) const BROKEN: Answer = Answer(None);

pub(crate) fn service(answers: impl IntoIterator<Item = Answer>) -> (Service, Client) {
    let script = Script { answers: answers.into_iter().collect(), asked: Vec::new() };
    let service = Service(Arc::new(Mutex::new(script)));
    let serving = service.clone();
    let client = builder().transport(tower::service_fn(move |request| {
        let answer = serving.take(request);
        async move { answer.ok_or_else(|| BoxError::from("the connection broke")) }
    }));
    (service, client.build().unwrap())
}

impl Service {
    fn take(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let mut script = self.0.lock().unwrap();
        script.asked.push(request);
        let last = script.answers.len() == 1;
        let next = if last { script.answers.front().cloned() } else { script.answers.pop_front() };
        next.and_then(|answer| answer.0)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().asked.len()
    }

    pub(crate) fn uri(&self) -> String {
        self.0.lock().unwrap().asked.last().unwrap().uri().to_string()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let script = self.0.lock().unwrap();
        let value = script.asked.last().unwrap().headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    }

    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(self.0.lock().unwrap().asked.last().unwrap().body()).unwrap()
    }
}

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new(TOKEN, Duration::from_hours(1)))
    }
}

fn builder() -> ClientBuilder {
    let tenant = "tenant-1".parse().unwrap();
    Client::builder().tenant(tenant).token_provider(Arc::new(Fixed)).seed(Seed::new(42))
}

/// A client of a server that answers every request with these octets and hangs up.
pub(crate) async fn raw(octets: impl Into<Bytes>) -> Client {
    raw_in_parts(octets, usize::MAX, Duration::ZERO).await
}

/// The same, some octets at a time, with a pause after each part.
pub(crate) async fn raw_in_parts(octets: impl Into<Bytes>, part: usize, pause: Duration) -> Client {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}/v1.0", listener.local_addr().unwrap());
    let octets: Bytes = octets.into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 16 * 1024];
            let _ = stream.read(&mut request).await;
            for part in octets.chunks(part) {
                if stream.write_all(part).await.is_err() {
                    break;
                }
                tokio::time::sleep(pause).await;
            }
            let _ = stream.shutdown().await;
        }
    });
    builder().endpoint(endpoint).build().unwrap()
}
