//! Rich notifications taken in on one core, beside the bare private operation of RSA.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::{hmac, iv::FixedLength, rand};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use teams_cc_core::Clock;
use teams_cc_graph::SystemClock;
use teams_cc_graph::model::Presence;
use teams_cc_graph::webhook::content::{
    CHANGE_TRACKING, ChangeTokens, ChangeTokensConfig, ContentKey, KeyRing, Opener,
};
use teams_cc_graph::webhook::{
    ChangeDelivery, Delivery, Intake, IntakeConfig, KeySource, SinkFull,
};
use teams_cc_graph::wire::Sensitive;
use tokio::runtime::Runtime;

use crate::intake::{APP, Bench, TENANT};
use crate::report::Report;
use crate::rounds::{interleave_parts, median};

/// Parts of a round.
const PARTS: usize = 10;
/// Notifications of one part: a part takes some fifteen milliseconds.
const POSTS: usize = 50;
/// Contents that differ; a part takes the next of them, so that none is opened twice in a row.
const CONTENTS: usize = 2000;
const SECRET: &str = "the secret of the subscription";

const BARE: &str = "bare RSA-OAEP decryption";
const RICH: &str = "rich intake";

/// What came of the posts, for the task that opens them.
type Taken = Arc<Mutex<Vec<ChangeDelivery>>>;

struct Ready {
    runtime: Runtime,
    intake: Intake,
    taken: Taken,
    opener: Opener,
    private: OaepPrivateDecryptingKey,
    wrapped: Vec<Vec<u8>>,
    bodies: Vec<Bytes>,
    next: AtomicUsize,
}

impl Ready {
    fn new() -> Self {
        let clock = Arc::new(SystemClock::new());
        let mut bench = Bench::new(clock.wall().unix_seconds());
        let made = ContentKey::generate("k", clock.wall(), Duration::from_secs(86_400));
        let made = made.expect("a key");
        let lines = made.private_key.reveal().lines().filter(|line| !line.starts_with('-'));
        let der = STANDARD.decode(lines.collect::<String>()).expect("PEM");
        let private = PrivateDecryptingKey::from_pkcs8(&der).expect("PKCS #8");
        let public = OaepPublicEncryptingKey::new(private.public_key()).expect("its public key");
        let thumbprint = made.key.thumbprint();
        let token = bench.token_with(|claims| {
            claims["iss"] = format!("https://sts.windows.net/{TENANT}/").into();
            claims["appid"] = CHANGE_TRACKING.into();
        });
        let (mut wrapped, mut bodies) = (Vec::new(), Vec::new());
        for nth in 0..CONTENTS {
            let (key, content) = seal(&public, nth, &thumbprint);
            wrapped.push(key);
            let body = json!({ "validationTokens": [token], "value": [{
                "subscriptionId": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", "clientState": SECRET,
                "subscriptionExpirationDateTime": "2026-11-23T09:30:00Z", "changeType": "updated",
                "tenantId": TENANT, "resource": format!("communications/presences('{}')", user(nth)),
                "resourceData": { "@odata.type": "#Microsoft.Graph.presence",
                    "@odata.id": format!("communications/presences('{}')", user(nth)),
                    "id": user(nth) },
                "encryptedContent": content,
            }] });
            bodies.push(Bytes::from(body.to_string()));
        }
        let tenants = || [TENANT.parse().expect("an id")];
        let app = || APP.parse().expect("an id");
        let taken = Taken::default();
        let sink = Arc::clone(&taken);
        let calls = Arc::new(|_: Delivery| Err(SinkFull));
        let keys = || KeySource::new(bench.keys());
        let intake = Intake::new(IntakeConfig::new(app(), tenants()), keys(), clock.clone(), calls)
            .subscriptions(
                Arc::new(|_: &str| Some(Sensitive::new(SECRET))),
                Arc::new(move |delivery| {
                    sink.lock().expect("one thread").push(delivery);
                    Ok(())
                }),
            );
        let tokens =
            ChangeTokens::new(ChangeTokensConfig::new(app(), tenants()), keys(), clock.clone());
        let opener = Opener::new(tokens, KeyRing::new(made.key), clock);
        let private = OaepPrivateDecryptingKey::new(private).expect("a key for OAEP");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let next = AtomicUsize::new(0);
        Self { runtime, intake, taken, opener, private, wrapped, bodies, next }
    }

    /// Private operations a second.
    fn bare(&self) -> f64 {
        let from = self.next.fetch_add(POSTS, Ordering::Relaxed);
        let mut room = vec![0; self.private.min_output_size()];
        let started = Instant::now();
        for wrapped in self.wrapped.iter().cycle().skip(from % CONTENTS).take(POSTS) {
            let plain = self.private.decrypt(&OAEP_SHA1_MGF1SHA1, wrapped, &mut room, None);
            assert_eq!(plain.expect("our own key").len(), 32);
        }
        POSTS as f64 / started.elapsed().as_secs_f64()
    }

    /// Notifications a second, from the post to the value.
    fn rich(&self) -> f64 {
        let from = self.next.fetch_add(POSTS, Ordering::Relaxed);
        let bodies = self.bodies.iter().cycle().skip(from % CONTENTS).take(POSTS);
        let posts: Vec<_> = bodies.map(post).collect();
        let started = Instant::now();
        self.runtime.block_on(async {
            for post in posts {
                assert_eq!(self.intake.handle(post).await.status(), 202);
                let delivery = self.taken.lock().expect("one thread").pop().expect("a delivery");
                let [event] = &*delivery.events else { panic!("one event") };
                let opened =
                    self.opener.open(event.notification(), &delivery.validation_tokens).await;
                let presence: Presence = opened.expect("our own content").decode().expect("JSON");
                assert!(presence.availability.get().is_some());
            }
        });
        POSTS as f64 / started.elapsed().as_secs_f64()
    }
}

fn user(nth: usize) -> String {
    format!("98da8a1a-1b87-452c-a713-{nth:012}")
}

fn post(body: &Bytes) -> Request<Bytes> {
    Request::post("/notify")
        .header("content-type", "application/json; charset=utf-8")
        .body(body.clone())
        .expect("a request")
}

/// A content as Graph seals it: its wrapped key, and the whole as JSON.
fn seal(public: &OaepPublicEncryptingKey, nth: usize, thumbprint: &str) -> (Vec<u8>, Value) {
    let plain = json!({
        "@odata.type": "#microsoft.graph.presence", "@odata.id": format!("users('{}')", user(nth)),
        "id": user(nth), "availability": "Busy", "activity": "InACall",
        "outOfOfficeSettings": { "isOutOfOffice": false, "message": null },
        "statusMessage": null, "sequenceNumber": format!("A{nth:016X}"), "workLocation": null,
    });
    let mut key = [0; 32];
    rand::fill(&mut key).expect("randomness");
    let mut room = vec![0; public.ciphertext_size()];
    let wrapped = public.encrypt(&OAEP_SHA1_MGF1SHA1, &key, &mut room, None).expect("a key");
    let mut data = plain.to_string().into_bytes();
    let padding = 16 - data.len() % 16;
    data.extend(std::iter::repeat_n(padding as u8, padding));
    let iv: [u8; 16] = *key.first_chunk().expect("32 octets");
    let cipher = EncryptingKey::cbc(UnboundCipherKey::new(&AES_256, &key).expect("a key"));
    cipher
        .and_then(|cipher| {
            cipher.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(iv)))
        })
        .expect("whole blocks");
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &data);
    let content = json!({
        "data": STANDARD.encode(&data), "dataKey": STANDARD.encode(&wrapped),
        "dataSignature": STANDARD.encode(signature), "encryptionCertificateId": "k",
        "encryptionCertificateThumbprint": thumbprint,
    });
    (wrapped.to_vec(), content)
}

/// Rich notifications alone, for a profiler.
pub(crate) fn alone(count: usize) {
    let ready = Ready::new();
    let rates: Vec<_> = (0..count.div_ceil(POSTS)).map(|_| ready.rich()).collect();
    println!("{RICH}: {:.0} 1/s", median(&rates));
}

pub(crate) fn run() -> Report {
    let ready = Ready::new();
    let series = interleave_parts(&[BARE, RICH], PARTS, |who| {
        if who == BARE { ready.bare() } else { ready.rich() }
    });
    let mut report = Report::new("rich");
    report.note(format!(
        "one thread; RSA of 2048 bits; a body of {} octets; take in, prove the token again, unwrap, \
         verify, decrypt, decode a presence",
        ready.bodies[0].len()
    ));
    let over = median(&series[1].over(&series[0]));
    report.at_least("rich intake, over the bare private operation", over, 0.85);
    report.table("rich notifications on one core", "1/s", series);
    report
}
