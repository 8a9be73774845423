//! An issuer with its own keys, and an intake that believes it.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use teams_cc_core::Clock;
use teams_cc_graph::{
    SystemClock, Transport,
    webhook::{Delivery, Intake, IntakeConfig, KeySource, NotificationSink, SinkFull},
};
use tower::util::BoxCloneSyncService;

pub(crate) const TENANT: &str = "aa67bd4c-8475-432d-bd41-39f255720e0a";
pub(crate) const APP: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
pub(crate) const ISSUER: &str = "https://api.botframework.com";

/// Two keys, made once: generating them is what costs time.
pub(crate) fn key(nth: usize) -> &'static KeyPair {
    static KEYS: OnceLock<[KeyPair; 2]> = OnceLock::new();
    let make = || KeyPair::generate(KeySize::Rsa2048).expect("a key");
    &KEYS.get_or_init(|| [make(), make()])[nth]
}

fn jwk(nth: usize) -> Value {
    let der = key(nth).public_key().as_ref();
    // RFC 8017 §A.1.1: two headers of four bytes, a sign byte, 256 bytes, a header of two bytes.
    let (n, e) = (&der[9..265], &der[267..]);
    json!({ "kty": "RSA", "use": "sig", "kid": format!("k{nth}"),
            "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e) })
}

/// Where the keys are published, and how often they were read.
#[derive(Clone)]
pub(crate) struct Issuer(Arc<Mutex<Published>>);

struct Published {
    keys: Vec<usize>,
    readings: usize,
    up: bool,
    takes: Duration,
    jwks_uri: &'static str,
}

impl Issuer {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Published {
            keys: vec![0],
            readings: 0,
            up: true,
            takes: Duration::from_millis(50),
            jwks_uri: "https://keys.example.com/jwks",
        })))
    }

    pub(crate) fn publish(&self, keys: &[usize]) {
        self.0.lock().expect("no panic while locked").keys = keys.to_vec();
    }

    pub(crate) fn up(&self, up: bool) {
        self.0.lock().expect("no panic while locked").up = up;
    }

    pub(crate) fn jwks_uri(&self, uri: &'static str) {
        self.0.lock().expect("no panic while locked").jwks_uri = uri;
    }

    /// How often the metadata was asked for.
    pub(crate) fn readings(&self) -> usize {
        self.0.lock().expect("no panic while locked").readings
    }

    async fn serve(self, request: Request<Bytes>) -> Result<Response<Bytes>, Infallible> {
        assert!(!request.headers().contains_key("authorization"), "keys are public");
        let (up, body, takes) = {
            let mut published = self.0.lock().expect("no panic while locked");
            let body = if request.uri().path().ends_with("jwks") {
                json!({ "keys": published.keys.iter().map(|nth| jwk(*nth)).collect::<Vec<_>>() })
            } else {
                published.readings += 1;
                json!({ "issuer": ISSUER, "jwks_uri": published.jwks_uri })
            };
            (published.up, body, published.takes)
        };
        tokio::time::sleep(takes).await;
        let mut response = Response::new(body.to_string().into());
        if !up {
            *response.status_mut() = StatusCode::BAD_GATEWAY;
        }
        Ok(response)
    }

    fn transport(&self) -> Transport {
        let issuer = self.clone();
        let serve = tower::service_fn(move |request| issuer.clone().serve(request));
        BoxCloneSyncService::new(tower::ServiceExt::map_err(serve, Into::into))
    }
}

/// Keeps what it is given.
#[derive(Default)]
pub(crate) struct Taken {
    deliveries: Mutex<Vec<Delivery>>,
    full: Mutex<bool>,
}

impl Taken {
    pub(crate) fn count(&self) -> usize {
        self.deliveries.lock().expect("no panic while locked").len()
    }

    pub(crate) fn last(&self) -> Delivery {
        self.deliveries.lock().expect("no panic while locked").last().cloned().expect("a delivery")
    }

    pub(crate) fn full(&self, full: bool) {
        *self.full.lock().expect("no panic while locked") = full;
    }
}

impl NotificationSink for Taken {
    fn deliver(&self, delivery: Delivery) -> Result<(), SinkFull> {
        if *self.full.lock().expect("no panic while locked") {
            return Err(SinkFull);
        }
        self.deliveries.lock().expect("no panic while locked").push(delivery);
        Ok(())
    }
}

pub(crate) struct Setup {
    pub(crate) issuer: Issuer,
    pub(crate) intake: Arc<Intake>,
    pub(crate) taken: Arc<Taken>,
    clock: Arc<SystemClock>,
}

pub(crate) fn setup() -> Setup {
    setup_with(|intake| intake)
}

/// An intake with more than the least.
pub(crate) fn setup_with(more: impl FnOnce(Intake) -> Intake) -> Setup {
    let issuer = Issuer::new();
    let taken = Arc::new(Taken::default());
    let clock = Arc::new(SystemClock::new());
    // Tenants are compared without regard to case.
    let tenants = [TENANT.to_uppercase().parse().expect("an id")];
    let config = IntakeConfig::new(APP.parse().expect("an id"), tenants).max_body_bytes(4096);
    let keys = KeySource::new(issuer.transport());
    let intake = Arc::new(more(Intake::new(config, keys, clock.clone(), taken.clone())));
    Setup { issuer, intake, taken, clock }
}

impl Setup {
    pub(crate) fn keys(&self) -> KeySource {
        KeySource::new(self.issuer.transport())
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub(crate) fn claims(&self) -> Value {
        let now = self.clock.wall().unix_seconds();
        json!({ "iss": ISSUER, "aud": APP, "tid": TENANT, "nbf": now, "exp": now + 300 })
    }

    pub(crate) fn token(&self) -> String {
        sign(&json!({ "alg": "RS256", "kid": "k0", "cty": "JWT" }), &self.claims(), 0)
    }

    pub(crate) fn token_of_key(&self, nth: usize) -> String {
        sign(&json!({ "alg": "RS256", "kid": format!("k{nth}") }), &self.claims(), nth)
    }

    pub(crate) fn token_until(&self, seconds: i64) -> String {
        let mut claims = self.claims();
        claims["exp"] = (self.clock.wall().unix_seconds() + seconds).into();
        sign(&json!({ "alg": "RS256", "kid": "k0" }), &claims, 0)
    }

    pub(crate) async fn post(&self, token: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        self.intake.handle(post(token, body)).await
    }

    pub(crate) async fn status(&self, token: &str) -> u16 {
        self.post(token, notification().to_string()).await.status().as_u16()
    }
}

pub(crate) fn post(token: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post("/callback")
        .header("authorization", format!("Bearer {token}"))
        .body(body.into())
        .expect("a request")
}

pub(crate) fn notification() -> Value {
    json!({ "@odata.type": "#microsoft.graph.commsNotifications", "value": [{
        "changeType": "updated", "resourceUrl": "/communications/calls/57dab8b1",
        "resourceData": { "@odata.type": "#microsoft.graph.call", "state": "established" }
    }] })
}

pub(crate) fn sign(header: &Value, claims: &Value, nth: usize) -> String {
    sign_texts(&header.to_string(), &claims.to_string(), nth)
}

/// A token of these texts as they are, whether they are JSON or not.
pub(crate) fn sign_texts(header: &str, claims: &str, nth: usize) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key(nth).public_modulus_len()];
    key(nth)
        .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .expect("a signature");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
