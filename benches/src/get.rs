//! One GET through the whole pipeline, beside bare reqwest and graph-rs-sdk.

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::stream::{self, StreamExt};
use graph_rs_sdk::GraphClientConfiguration;
use serde_json::Value;
use teams_cc_graph::auth::{AccessToken, TokenCache, TokenProvider, TokenRequest};
use teams_cc_graph::limit::Limits;
use teams_cc_graph::{Client, Config, Error, SystemClock};

use crate::machine;
use crate::report::Report;
use crate::rounds::{interleave, interleave_parts, median};
use crate::serve::Server;

const USER: &str = "fa8bf3dc-eca7-46b7-bad1-db199b62afc3";
/// As long as tokens are.
const TOKEN_LENGTH: usize = 1800;
const IN_A_ROW: usize = 400;
const IN_FLIGHT: usize = 64;
/// Requests of one part of a round.
const CROWD: usize = 3000;
/// Parts of a round: over half a second for each, so that no moment of the machine decides it.
const PARTS: usize = 10;

const BARE: &str = "reqwest, body as bytes";
const VALUE: &str = "reqwest, body as Value";
const OURS: &str = "teams-cc-graph, typed";
const PEER: &str = "graph-rs-sdk, Value";
const PIPELINE: &str = "teams-cc-graph, body as bytes";

/// The contestants, by the place of their figures.
const NAMES: [&str; 5] = [BARE, VALUE, OURS, PEER, PIPELINE];

struct Fixed(String);

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new(self.0.clone(), Duration::from_secs(3600)))
    }
}

type Sent = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Clients {
    origin: String,
    token: String,
    bare: reqwest::Client,
    ours: Client,
    peer: graph_rs_sdk::GraphClient,
}

impl Clients {
    fn new(origin: &str) -> Self {
        let token = "x".repeat(TOKEN_LENGTH);
        let clock = Arc::new(SystemClock::new());
        let provider = Arc::new(Fixed(token.clone()));
        let cache = TokenCache::new(provider, clock, teams_cc_core::Seed::new(1));
        let mut config = Config::default();
        // Every limit is kept, at rates that a loopback cannot reach.
        config.limits = Limits::documented().times(NonZeroU32::new(1_000_000).expect("not 0"));
        let ours = Client::builder()
            .tenant("11111111-1111-4111-8111-111111111111".parse().expect("an id"))
            .token_provider(Arc::new(cache))
            .endpoint(format!("{origin}/v1.0"))
            .config(config)
            .build()
            .expect("a client");
        let settings = GraphClientConfiguration::new().access_token(&token).https_only(false);
        let mut peer = graph_rs_sdk::GraphClient::from(settings);
        peer.use_test_endpoint(&format!("{origin}/v1.0").parse().expect("a url"));
        Self { origin: origin.to_owned(), token, bare: reqwest::Client::new(), ours, peer }
    }

    /// A request that is made, sent and read in one task: all of its work is where it is awaited.
    fn send(self: &Arc<Self>, who: &str) -> Sent {
        let clients = Arc::clone(self);
        match who {
            BARE | VALUE => {
                let decode = who == VALUE;
                Box::pin(async move {
                    let url = format!("{}/v1.0/users/{USER}/presence", clients.origin);
                    let request = clients.bare.get(url).bearer_auth(&clients.token);
                    let response = request.send().await.expect("an answer");
                    let body = response.bytes().await.expect("a body");
                    if decode {
                        let value: Value = serde_json::from_slice(&body).expect("JSON");
                        assert!(value["id"].is_string());
                    } else {
                        assert!(!body.is_empty());
                    }
                })
            }
            OURS => Box::pin(async move {
                let presence = clients.ours.user(USER).presence().await.expect("an answer");
                assert!(presence.id.text().is_some());
            }),
            PIPELINE => Box::pin(async move {
                let request = clients.ours.user(USER).presence().into_request();
                let sent = clients.ours.execute(request.expect("a request")).await;
                assert!(!sent.expect("an answer").body().is_empty());
            }),
            _ => Box::pin(async move {
                let request = clients.peer.user(USER).presence().get_presence();
                let response = request.send().await.expect("an answer");
                let value: Value = response.json().await.expect("a body");
                assert!(value["id"].is_string());
            }),
        }
    }

    /// The median of requests one after the other, in microseconds.
    async fn latency(self: &Arc<Self>, who: &str) -> f64 {
        let mut times = Vec::with_capacity(IN_A_ROW);
        for _ in 0..IN_A_ROW {
            let started = Instant::now();
            self.send(who).await;
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
        median(&times)
    }

    /// Requests a second with so many under way.
    async fn rate(self: &Arc<Self>, who: &'static str, requests: usize) -> f64 {
        let started = Instant::now();
        stream::iter(0..requests)
            .map(|_| tokio::spawn(self.send(who)))
            .buffer_unordered(IN_FLIGHT)
            .for_each(|sent| async { sent.expect("no panic") })
            .await;
        requests as f64 / started.elapsed().as_secs_f64()
    }
}

/// One contestant alone, for a profiler: `one WHO REQUESTS [crowd]`, the contestants counted from 0;
/// on one thread, so that instructions can be counted, unless it is to be a `crowd` of them.
pub(crate) fn alone(who: &str, requests: usize, crowd: bool) {
    let who = who.parse::<usize>().ok().and_then(|nth| NAMES.get(nth)).copied().unwrap_or(OURS);
    let server = Server::start();
    let mut runtime = if crowd {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = runtime.enable_all().build().expect("a runtime");
    let clients = Arc::new(Clients::new(&server.origin));
    runtime.block_on(clients.rate(who, IN_FLIGHT));
    let (before, started) = (machine::cpu_time(), Instant::now());
    runtime.block_on(clients.rate(who, requests));
    let (requests, spent) = (requests as f64, machine::cpu_time().saturating_sub(before));
    println!(
        "{who}: {:.0} requests/s, {:.2} µs of processor each",
        requests / started.elapsed().as_secs_f64(),
        spent.as_secs_f64() * 1e6 / requests
    );
}

pub(crate) fn run() -> Report {
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let clients = Arc::new(Clients::new(&server.origin));
    let latency = interleave(&NAMES, |who| runtime.block_on(clients.latency(who)));
    let rates = interleave_parts(&NAMES, PARTS, |who| runtime.block_on(clients.rate(who, CROWD)));
    let mut report = Report::new("get");
    report.note(format!(
        "one GET of a presence over loopback HTTP/1.1; the server is a process of its own; tokens \
         of {TOKEN_LENGTH} octets; {IN_A_ROW} requests in a row, {PARTS} times {CROWD} with {IN_FLIGHT} under way"
    ));
    let ratio =
        |series: &[crate::rounds::Series], a: usize, b: usize| median(&series[a].over(&series[b]));
    // Each form of ours is held against the reqwest that does the same work: the pipeline alone
    // against bytes that nobody reads, the typed answer against one that is decoded as well.
    report.note(
        "bounded where both sides do the same work: bytes beside bytes, a decoded body beside a \
         decoded body",
    );
    report.note(format!(
        "shown, not bounded, for the typed side alone decodes: typed over reqwest's bytes: latency \
         {:.3}, requests/s {:.3}",
        ratio(&latency, 2, 0),
        ratio(&rates, 2, 0)
    ));
    for (what, ours, bare) in [("body as bytes", 4, 0), ("body decoded", 2, 1)] {
        let latency = ratio(&latency, ours, bare);
        report.at_most(format!("median latency over bare reqwest's, {what}"), latency, 1.10);
        let rate = ratio(&rates, ours, bare);
        report.at_least(format!("requests/s over bare reqwest's, {what}"), rate, 0.90);
    }
    report.at_most("median latency over graph-rs-sdk's", ratio(&latency, 2, 3), 1.0);
    report.at_least("requests/s over graph-rs-sdk's", ratio(&rates, 2, 3), 1.0);
    report.table("latency of one request", "µs", latency);
    report.table(format!("requests with {IN_FLIGHT} under way"), "1/s", rates);
    report
}
