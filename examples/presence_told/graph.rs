//! Graph's side in small: subscriptions, their validation, and contents that are sealed for them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use aws_lc_rs::{
    cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey},
    digest, hmac,
    iv::FixedLength,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use teams_cc_core::{Clock, Secret, UserId};
use teams_cc_graph::{
    BoxError, Client, Transport,
    webhook::{Intake, content::CHANGE_TRACKING},
};
use tower::util::BoxCloneSyncService;
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

pub(crate) const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";
pub(crate) const APP: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
pub(crate) const ENDPOINT: &str = "https://bot.example/changes";

/// A Graph with a program's endpoint beside it. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Graph(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    /// Signs the tokens that vouch for posts.
    key: KeyPair,
    endpoint: OnceLock<Arc<Intake>>,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    states: BTreeMap<String, &'static str>,
    /// By id: who made it, and what it is.
    subscriptions: BTreeMap<String, (String, Value)>,
    made: usize,
    reads: usize,
}

impl Graph {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let (endpoint, book) = (OnceLock::new(), Mutex::default());
        Self(Arc::new(Inner { clock, key, endpoint, book }))
    }

    /// What answers at [`ENDPOINT`] from now on.
    pub(crate) fn reaches(&self, intake: Arc<Intake>) {
        let _ = self.0.endpoint.set(intake);
    }

    /// A client of the app, or of an account.
    pub(crate) fn client(&self, name: &str) -> Client {
        let client = Client::builder()
            .tenant(TENANT.parse().expect("an id"))
            .client_secret(name.parse().expect("an id"), Secret::from("secret"))
            .transport(self.transport())
            .clock(Arc::clone(&self.0.clock));
        client.build().expect("a client")
    }

    fn transport(&self) -> Transport {
        let graph = self.clone();
        BoxCloneSyncService::new(tower::service_fn(move |request| {
            let graph = graph.clone();
            async move { Ok::<_, BoxError>(graph.serve(request).await) }
        }))
    }

    /// Somebody's presence, before anybody asks.
    pub(crate) fn set(&self, user: &UserId, state: &'static str) {
        self.book().states.insert(user.to_string(), state);
    }

    /// Somebody's presence changes, and whoever subscribed is told; with what status they answer.
    pub(crate) async fn change(&self, user: &UserId, state: &'static str) -> Vec<u16> {
        self.set(user, state);
        let mut answers = Vec::new();
        for post in self.posts(user, state) {
            answers.push(self.tell(&post).await);
        }
        answers
    }

    /// What the subscribers to somebody are to be told now; it may be told later.
    pub(crate) fn posts(&self, user: &UserId, state: &str) -> Vec<Value> {
        let name = format!("'{user}'");
        let of = |one: &Value| one["resource"].as_str().is_some_and(|text| text.contains(&name));
        let book = self.book();
        let told = book.subscriptions.iter().filter(|(_, (_, one))| of(one));
        told.map(|(id, (_, one))| self.sealed(id, one, user, state)).collect()
    }

    /// Posts to the program's endpoint; with what status it answers.
    pub(crate) async fn tell(&self, post: &Value) -> u16 {
        self.post("", post.to_string()).await.status().as_u16()
    }

    /// Who subscribed, and by the name of which certificate.
    pub(crate) fn subscribed(&self) -> Vec<(String, String)> {
        let name = |one: &Value| one["encryptionCertificateId"].as_str().unwrap_or("").to_owned();
        self.book().subscriptions.values().map(|(by, one)| (by.clone(), name(one))).collect()
    }

    /// How often presence was read.
    pub(crate) fn reads(&self) -> usize {
        self.book().reads
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (uri, method) = (request.uri().clone(), request.method().as_str().to_owned());
        let path = uri.path().trim_start_matches("/v1.0");
        if uri.host() == Some("bot.example") {
            return self.post(uri.query().unwrap_or_default(), request.into_body()).await;
        }
        if path.ends_with("/openid-configuration") {
            return answer(200, &json!({ "jwks_uri": "https://login.microsoftonline.com/keys" }));
        }
        if path == "/keys" {
            return answer(200, &self.keys());
        }
        if path.ends_with("/oauth2/v2.0/token") {
            let form = String::from_utf8_lossy(request.body()).into_owned();
            let by = form.split('&').find_map(|pair| pair.strip_prefix("client_id="));
            return answer(200, &json!({ "access_token": by, "expires_in": 3599 }));
        }
        let by = request.headers()["authorization"].to_str().unwrap_or_default();
        let by = by.trim_start_matches("Bearer ").to_owned();
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        if (&*method, path) == ("POST", "/subscriptions") {
            let asked = "validationToken=Validation%3A+is+it+there";
            let told = self.post(asked, Bytes::new()).await;
            if told.body() != "Validation: is it there" {
                return answer(400, &json!({ "error": { "code": "ValidationError" } }));
            }
        }
        self.answered(&method, path, &by, body)
    }

    fn answered(&self, method: &str, path: &str, by: &str, body: Value) -> Response<Bytes> {
        let mut book = self.book();
        let id = path.strip_prefix("/subscriptions/").unwrap_or_default();
        match (method, path) {
            ("POST", "/communications/getPresencesByUserId") => {
                book.reads += 1;
                let ids = body["ids"].as_array().cloned().unwrap_or_default();
                let known = ids.iter().filter_map(|id| {
                    let state = book.states.get(id.as_str()?)?;
                    Some(json!({ "id": id, "availability": state, "activity": state }))
                });
                answer(200, &json!({ "value": known.collect::<Vec<_>>() }))
            }
            ("POST", "/subscriptions") => {
                book.made += 1;
                let (id, mut made) = (format!("s{}", book.made), body);
                made["id"] = json!(id);
                book.subscriptions.insert(id, (by.to_owned(), made.clone()));
                answer(201, &made)
            }
            ("GET", "/subscriptions") => {
                let own = book.subscriptions.values().filter(|one| one.0 == by);
                answer(200, &json!({ "value": own.map(|one| &one.1).collect::<Vec<_>>() }))
            }
            ("PATCH", _) => match book.subscriptions.get_mut(id) {
                Some((_, one)) => {
                    for (name, value) in body.as_object().into_iter().flatten() {
                        one[name] = value.clone();
                    }
                    answer(200, one)
                }
                None => answer(404, &json!({ "error": { "code": "ResourceNotFound" } })),
            },
            ("DELETE", _) if book.subscriptions.remove(id).is_some() => answer(204, &Value::Null),
            _ => answer(404, &json!({ "error": { "code": "ResourceNotFound" } })),
        }
    }

    async fn post(&self, query: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        let Some(intake) = self.0.endpoint.get() else { return answer(502, &Value::Null) };
        let request = Request::post(format!("{ENDPOINT}?{query}")).body(body.into());
        intake.handle(request.expect("a request")).await
    }

    fn keys(&self) -> Value {
        // The lengths of the DER form of 2048 bits are known.
        let der = self.0.key.public_key().as_ref();
        let encode = |part: Option<&[u8]>| URL_SAFE_NO_PAD.encode(part.unwrap_or_default());
        let (n, e) = (encode(der.get(9..265)), encode(der.get(267..)));
        json!({ "keys": [{ "kty": "RSA", "use": "sig", "kid": "k1", "n": n, "e": e }] })
    }

    /// A token of Graph's change tracking, which vouches for a post.
    fn token(&self) -> String {
        let now = self.0.clock.wall().unix_seconds();
        let claims = json!({
            "iss": format!("https://sts.windows.net/{TENANT}/"), "aud": APP, "tid": TENANT,
            "appid": CHANGE_TRACKING, "nbf": now - 10, "exp": now + 3600,
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "RS256", "kid": "k1" })), part(&claims));
        let mut signature = vec![0; self.0.key.public_modulus_len()];
        let random = SystemRandom::new();
        let done = self.0.key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature);
        done.expect("a signature");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A presence, encrypted for the certificate that a subscription names.
    fn sealed(&self, id: &str, subscription: &Value, user: &UserId, state: &str) -> Value {
        let text = |name: &str| subscription[name].as_str().unwrap_or_default();
        let certificate = STANDARD.decode(text("encryptionCertificate")).expect("base64");
        let (_, read) = X509Certificate::from_der(&certificate).expect("a certificate");
        let public = PublicEncryptingKey::from_der(read.public_key().raw).expect("RSA");
        let public = OaepPublicEncryptingKey::new(public).expect("RSA");
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).expect("randomness");
        let mut room = vec![0; public.ciphertext_size()];
        let wrapped = public.encrypt(&OAEP_SHA1_MGF1SHA1, &key, &mut room, None);
        let resource = format!("communications/presences('{user}')");
        let plain = json!({ "id": user.as_str(), "availability": state, "activity": state });
        let data = encrypt(&key, plain.to_string().into_bytes());
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &data);
        let print = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate);
        let print =
            print.as_ref().iter().fold(String::new(), |text, octet| text + &format!("{octet:02X}"));
        json!({
            "value": [{
                "subscriptionId": id, "clientState": text("clientState"), "changeType": "updated",
                "tenantId": TENANT, "resource": resource,
                "encryptedContent": {
                    "data": STANDARD.encode(&data),
                    "dataKey": STANDARD.encode(wrapped.expect("a key fits")),
                    "dataSignature": STANDARD.encode(signature),
                    "encryptionCertificateId": text("encryptionCertificateId"),
                    "encryptionCertificateThumbprint": print,
                },
            }],
            "validationTokens": [self.token()],
        })
    }
}

/// AES-256 in CBC mode, padded by PKCS #7.
fn encrypt(key: &[u8; 32], mut data: Vec<u8>) -> Vec<u8> {
    let padding = 16 - data.len() % 16;
    data.extend(std::iter::repeat_n(u8::try_from(padding).expect("a block"), padding));
    let iv: [u8; 16] = *key.first_chunk().expect("32 octets");
    let key = UnboundCipherKey::new(&AES_256, key).and_then(EncryptingKey::cbc).expect("a key");
    key.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(&iv)))
        .expect("whole blocks");
    data
}

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    Response::builder().status(status).body(body).expect("a response")
}
