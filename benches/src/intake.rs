//! Notifications taken in on one core, beside bare RS256 verification.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use teams_cc_core::Clock;
use teams_cc_graph::webhook::{
    Delivery, Intake, IntakeConfig, KeySource, NotificationSink, SinkFull,
};
use teams_cc_graph::{SystemClock, Transport};
use tokio::runtime::Runtime;
use tower::util::BoxCloneSyncService;

use crate::report::Report;
use crate::rounds::{interleave_parts, median};

pub(crate) const TENANT: &str = "aa67bd4c-8475-432d-bd41-39f255720e0a";
pub(crate) const APP: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
const ISSUER: &str = "https://api.botframework.com";
const BODY: &str = include_str!("../bodies/established.json");

/// Parts of a round.
const PARTS: usize = 10;
/// Tokens of one part that all differ.
const TOKENS: usize = 200;
/// Requests made ahead at a time: made all at once, they would lie cold in memory when their turn
/// comes, which those from a socket do not.
const AHEAD: usize = 50;
/// Notifications of one part whose tokens repeat.
const REPEATS: usize = 2000;
/// Tokens that are in use at once where they repeat.
const IN_USE: usize = 8;

const BARE: &str = "bare RS256 verification";
const FRESH: &str = "intake, every token new";
const REPEATED: &str = "intake, tokens repeat";

/// Counts what it is given.
#[derive(Default)]
struct Taken(AtomicUsize);

impl NotificationSink for Taken {
    fn deliver(&self, delivery: Delivery) -> Result<(), SinkFull> {
        drop(delivery);
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

pub(crate) struct Bench {
    key: KeyPair,
    n: Vec<u8>,
    e: Vec<u8>,
    now: i64,
    made: usize,
}

impl Bench {
    pub(crate) fn new(now: i64) -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let der = key.public_key().as_ref();
        // RFC 8017 §A.1.1: two headers of four bytes, a sign byte, 256 bytes, a header of two bytes.
        let (n, e) = (der[9..265].to_vec(), der[267..].to_vec());
        Self { key, n, e, now, made: 0 }
    }

    /// Tokens as the calling service writes them, each with another id.
    fn tokens(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.token_with(|_| {})).collect()
    }

    /// One token more, with other claims.
    pub(crate) fn token_with(&mut self, change: impl FnOnce(&mut Value)) -> String {
        let header = json!({ "alg": "RS256", "kid": "k0", "x5t": "k0", "typ": "JWT" });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        self.made += 1;
        let mut claims = json!({
            "iss": ISSUER, "aud": APP, "tid": TENANT, "nbf": self.now - 60,
            "exp": self.now + 3600, "jti": format!("token-{}", self.made),
        });
        change(&mut claims);
        let signed = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .expect("a signature");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub(crate) fn keys(&self) -> Transport {
        let jwks = json!({ "keys": [{ "kty": "RSA", "use": "sig", "kid": "k0",
            "n": URL_SAFE_NO_PAD.encode(&self.n), "e": URL_SAFE_NO_PAD.encode(&self.e) }] });
        let serve = tower::service_fn(move |request: Request<Bytes>| {
            let body = if request.uri().path().ends_with("jwks") {
                jwks.clone()
            } else {
                json!({ "issuer": ISSUER, "jwks_uri": "https://keys.example.com/jwks" })
            };
            async move { Ok::<_, Infallible>(Response::new(Bytes::from(body.to_string()))) }
        });
        BoxCloneSyncService::new(tower::ServiceExt::map_err(serve, Into::into))
    }

    /// Verifications a second: the signature alone, by a key that is parsed already.
    fn bare(&self, tokens: &[String]) -> f64 {
        let der = self.key.public_key();
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).expect("a key");
        let mut spent = Duration::ZERO;
        for tokens in tokens.chunks(AHEAD) {
            let parts: Vec<_> = tokens
                .iter()
                .map(|token| {
                    let (signed, signature) = token.rsplit_once('.').expect("three parts");
                    (signed.to_owned(), URL_SAFE_NO_PAD.decode(signature).expect("base64url"))
                })
                .collect();
            let started = Instant::now();
            for (signed, signature) in &parts {
                public.verify_sig(signed.as_bytes(), signature).expect("our own signature");
            }
            spent += started.elapsed();
        }
        tokens.len() as f64 / spent.as_secs_f64()
    }
}

/// An intake whose keys are read, on one thread.
struct Ready {
    runtime: Runtime,
    intake: Intake,
    taken: Arc<Taken>,
    body: Bytes,
}

impl Ready {
    fn new(bench: &Bench, clock: Arc<SystemClock>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let taken = Arc::new(Taken::default());
        let config =
            IntakeConfig::new(APP.parse().expect("an id"), [TENANT.parse().expect("an id")]);
        let sink = Arc::clone(&taken);
        let intake = Intake::new(config, KeySource::new(bench.keys()), clock, sink);
        runtime.block_on(intake.warm_up()).expect("keys");
        let body = serde_json::from_str::<Value>(BODY).expect("a body of this crate");
        Self { runtime, intake, taken, body: Bytes::from(body.to_string()) }
    }

    /// Notifications a second, with these tokens in turn.
    fn rate(&self, tokens: &[String], count: usize) -> f64 {
        let before = self.taken.0.load(Ordering::Relaxed);
        let mut spent = Duration::ZERO;
        let mut tokens = tokens.iter().cycle().take(count).peekable();
        while tokens.peek().is_some() {
            let ahead = tokens.by_ref().take(AHEAD);
            let requests: Vec<_> = ahead.map(|token| post(token, &self.body)).collect();
            let started = Instant::now();
            self.runtime.block_on(async {
                for request in requests {
                    assert_eq!(self.intake.handle(request).await.status(), 202);
                }
            });
            spent += started.elapsed();
        }
        assert_eq!(self.taken.0.load(Ordering::Relaxed) - before, count);
        count as f64 / spent.as_secs_f64()
    }
}

/// New tokens alone, for a profiler.
pub(crate) fn alone(count: usize) {
    let clock = Arc::new(SystemClock::new());
    let mut bench = Bench::new(clock.wall().unix_seconds());
    let ready = Ready::new(&bench, clock);
    // More than are remembered: each is new again when its turn comes.
    let tokens = bench.tokens(count.min(5000));
    println!("{FRESH}: {:.0} 1/s", ready.rate(&tokens, count));
}

fn post(token: &str, body: &Bytes) -> Request<Bytes> {
    Request::post("/callback")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(body.clone())
        .expect("a request")
}

pub(crate) fn run() -> Report {
    let clock = Arc::new(SystemClock::new());
    let mut bench = Bench::new(clock.wall().unix_seconds());
    let ready = Ready::new(&bench, clock);
    let repeated = bench.tokens(IN_USE);
    // Made for a whole round, in front of it: signing is not what happens between the parts.
    let mut stock = Vec::new();
    let series = interleave_parts(&[BARE, FRESH, REPEATED], PARTS, |who| {
        if who == REPEATED {
            return ready.rate(&repeated, REPEATS);
        }
        if stock.is_empty() {
            stock = bench.tokens(2 * PARTS * TOKENS);
        }
        // Nobody has seen these before.
        let tokens = stock.split_off(stock.len() - TOKENS);
        if who == BARE { bench.bare(&tokens) } else { ready.rate(&tokens, TOKENS) }
    });
    let mut report = Report::new("intake");
    report.note(format!(
        "one thread; RS256 of 2048 bits; a body of {} octets; verify, decode, hand on, answer 202",
        ready.body.len()
    ));
    let over = median(&series[1].over(&series[0]));
    report.at_least("every token new, over bare verification", over, 0.8);
    report.at_least("notifications/s where tokens repeat", series[2].median(), 30_000.0);
    report.table("notifications on one core", "1/s", series);
    report
}
