//! A token endpoint that answers what it was told to, and records what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Value, json};
use teams_cc_core::secret::Secret;
use teams_cc_core::{Clock, TenantId};
use tower::util::BoxCloneSyncService;

use super::super::{AppCredential, AppRegistration, TokenRequest};
use crate::client::{BoxError, Transport};
use crate::config::SystemClock;

pub(super) const AUTHORITY: &str = "https://login.microsoftonline.com";
pub(super) const TENANT: &str = "7b0e9a52-24a5-4a53-9f47-5d9e0b3f2c11";
pub(super) const CLIENT: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
pub(super) const USER: &str = "98da8a1a-1b87-452c-a713-65d3f10b5555";
pub(super) const SCOPE: &str = "https://graph.microsoft.com/.default";
pub(super) const SECRET: &str = "s3cret+of/the~app";

/// Who is asked, and what was asked.
#[derive(Clone, Default)]
pub(super) struct Endpoint(Arc<State>);

#[derive(Default)]
struct State {
    answers: Mutex<VecDeque<(u16, Value, Option<u64>)>>,
    asked: Mutex<Vec<(String, BTreeMap<String, String>)>>,
}

impl Endpoint {
    pub(super) fn answering<const N: usize>(answers: [(u16, Value); N]) -> Self {
        let endpoint = Self::default();
        for (status, body) in answers {
            endpoint.then(status, body);
        }
        endpoint
    }

    pub(super) fn then(&self, status: u16, body: Value) {
        self.0.answers.lock().unwrap().push_back((status, body, None));
    }

    pub(super) fn then_wait(&self, status: u16, body: Value, retry_after: u64) {
        self.0.answers.lock().unwrap().push_back((status, body, Some(retry_after)));
    }

    /// The path and the fields of each request.
    pub(super) fn asked(&self) -> Vec<(String, BTreeMap<String, String>)> {
        self.0.asked.lock().unwrap().clone()
    }

    /// The fields of the last request.
    pub(super) fn last(&self) -> BTreeMap<String, String> {
        self.asked().last().expect("a request").1.clone()
    }

    pub(super) fn transport(&self) -> Transport {
        let endpoint = self.clone();
        BoxCloneSyncService::new(tower::service_fn(move |request| {
            let answer = endpoint.answer(&request);
            async move { Ok::<_, BoxError>(answer) }
        }))
    }

    fn answer(&self, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        let path = request.uri().path();
        let body = match path {
            "/common/v2.0/.well-known/openid-configuration" => {
                json!({ "jwks_uri": format!("{AUTHORITY}/keys") })
            }
            "/keys" => published_keys(),
            _ => {
                let fields = url::form_urlencoded::parse(request.body()).into_owned().collect();
                self.0.asked.lock().unwrap().push((path.to_owned(), fields));
                let answer = self.0.answers.lock().unwrap().pop_front();
                let (status, body, wait) = answer.expect("an answer to every request");
                let mut response = http::Response::builder().status(status);
                if let Some(wait) = wait {
                    response = response.header("retry-after", wait);
                }
                return response.body(body.to_string().into()).unwrap();
            }
        };
        http::Response::new(body.to_string().into())
    }

    /// The app with this credential.
    pub(super) fn app(&self, credential: AppCredential) -> AppRegistration {
        self.app_at(credential, Arc::new(SystemClock::new()))
    }

    pub(super) fn app_at(
        &self,
        credential: AppCredential,
        clock: Arc<dyn Clock>,
    ) -> AppRegistration {
        let client = CLIENT.parse().unwrap();
        AppRegistration::new(AUTHORITY, client, credential, self.transport(), clock).unwrap()
    }

    /// The app with its secret.
    pub(super) fn secret_app(&self) -> AppRegistration {
        self.app(AppCredential::secret(Secret::from(SECRET)))
    }
}

pub(super) fn wanted() -> TokenRequest {
    TokenRequest::new(TenantId::new(TENANT).unwrap(), SCOPE)
}

pub(super) fn granted(token: &str) -> Value {
    json!({ "token_type": "Bearer", "access_token": token, "expires_in": 3600 })
}

pub(super) fn granted_with(token: &str, refresh: &str) -> Value {
    let mut grant = granted(token);
    grant["refresh_token"] = refresh.into();
    grant
}

pub(super) fn refused(error: &str, code: i64) -> Value {
    let codes = if code == 0 { json!([]) } else { json!([code]) };
    json!({ "error": error, "error_description": format!("AADSTS{code}: no."), "error_codes": codes })
}

pub(super) const HOUR: Duration = Duration::from_hours(1);

fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap())
}

/// The key that signs id tokens, as its publisher writes it. The lengths of the DER form are known.
fn published_keys() -> Value {
    let der = key().public_key().as_ref();
    let (n, e) = (&der[9..9 + 256], &der[9 + 256 + 2..]);
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({ "keys": [{ "kty": "RSA", "use": "sig", "kid": "k1", "n": encode(n), "e": encode(e) }] })
}

/// An id token of the test's person, with some claims of its own.
pub(super) fn id_token(own: Value) -> String {
    let now = SystemClock::new().wall().unix_seconds();
    let mut claims = json!({
        "iss": format!("{AUTHORITY}/{TENANT}/v2.0"),
        "aud": CLIENT,
        "tid": TENANT,
        "oid": USER,
        "sub": "pairwise",
        "preferred_username": "ada@contoso.example",
        "nbf": now - 10,
        "exp": now + 3600,
    });
    if let (Some(claims), Value::Object(own)) = (claims.as_object_mut(), own) {
        claims.extend(own);
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "RS256", "kid": "k1" })), part(&claims));
    let mut signature = vec![0; key().public_modulus_len()];
    key().sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
