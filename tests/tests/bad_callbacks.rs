//! Callbacks nobody of Microsoft sent, or that come for calls that are not there.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header::AUTHORIZATION};
use teams_cc::{
    Contact, ContactCenter, Error, Platform,
    core::{Clock, Instant, contact::ContactEvent},
    graph::jwt::JwtError,
    platform::{Callback, GraphAccess, Observation, TrunkAccess},
};
use teams_cc_sim::{
    Sim, run,
    world::{Setup, Tenant},
};
use teams_cc_stories::{Bot, PROMPTS, Stage, Watched, locked, small, wait};
use tokio::sync::{mpsc, oneshot};

/// How many callbacks may wait; none do for long.
const QUEUE: usize = 64;

/// A simulator whose callbacks pass through our hands.
#[derive(Clone)]
struct Tapped {
    inner: Watched,
    door: Arc<Mutex<Option<mpsc::Sender<Callback>>>>,
    heard: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl Tapped {
    fn new(inner: Watched) -> Self {
        Self { inner, door: Arc::default(), heard: Arc::default() }
    }

    /// Posts a request to the callback address; the status of the answer.
    async fn post(&self, request: Request<Bytes>) -> StatusCode {
        let door = locked(&self.door).clone().expect("the platform was handed out");
        let (reply, answer) = oneshot::channel();
        door.send(Callback { request, reply }).await.expect("somebody takes callbacks");
        answer.await.expect("every request is answered").status()
    }

    /// The first callback so far whose body holds this.
    fn heard(&self, what: &str) -> Request<Bytes> {
        let heard = locked(&self.heard);
        let found =
            heard.iter().find(|request| String::from_utf8_lossy(request.body()).contains(what));
        found.unwrap_or_else(|| panic!("nothing was said of {what}")).clone()
    }
}

impl Platform for Tapped {
    fn label(&self) -> String {
        self.inner.label()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.inner.clock()
    }

    fn seed(&self) -> u64 {
        self.inner.seed()
    }

    fn graph(&self) -> Option<GraphAccess> {
        let mut access = self.inner.graph()?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        let mut callbacks = std::mem::replace(&mut access.callbacks, receiver);
        *locked(&self.door) = Some(sender.clone());
        let heard = Arc::clone(&self.heard);
        tokio::spawn(async move {
            while let Some(callback) = callbacks.recv().await {
                locked(&heard).push(callback.request.clone());
                if sender.send(callback).await.is_err() {
                    return;
                }
            }
        });
        Some(access)
    }

    fn trunk(&self) -> Option<TrunkAccess> {
        self.inner.trunk()
    }

    fn observe(&self, now: Instant, observation: &Observation<'_>) {
        self.inner.observe(now, observation);
    }
}

async fn serve(contact: Contact) -> Result<(), Error> {
    contact.prompt("hello.wav").await?;
    let taken = contact.route("sales").await?;
    contact.connect(taken).await.map(drop)
}

async fn open(stage: &Stage, tapped: &Tapped) -> ContactCenter {
    ContactCenter::builder(tapped.clone())
        .prompts(PROMPTS)
        .store(Arc::clone(&stage.store) as _)
        .queue("sales", teams_cc::core::routing::policy::skill("en"))
        .agents(stage.agents())
        .on_contact(serve)
        .start()
        .await
        .expect("the platform is whole")
}

fn token(request: &Request<Bytes>) -> String {
    let value = request.headers()[AUTHORIZATION].to_str().expect("text");
    value.strip_prefix("Bearer ").expect("a bearer token").to_owned()
}

fn with_token(request: &Request<Bytes>, token: Option<&str>) -> Request<Bytes> {
    let mut request = request.clone();
    request.headers_mut().remove(AUTHORIZATION);
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().expect("a header");
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    request
}

/// Another tenant with the same app, and what it posts there.
async fn of_another_tenant() -> Request<Bytes> {
    let fabrikam = Tenant::new("fabrikam.test");
    let mut setup: Setup = small(42);
    setup.tenants = vec![fabrikam.clone()];
    for account in &mut setup.accounts {
        account.tenant = fabrikam.id.clone();
    }
    for user in &mut setup.users {
        user.tenant = fabrikam.id.clone();
    }
    setup.trunks = vec![(setup.trunk.clone(), fabrikam.domain.clone())];
    let stage = Stage::new(setup);
    let tapped = Tapped::new(stage.watched.clone());
    let center = open(&stage, &tapped).await;
    wait(Duration::from_secs(2)).await;
    drop(center);
    tapped.heard("incoming")
}

#[test]
fn callbacks_with_a_wrong_token_are_refused_and_disturb_nobody() {
    run(async {
        let foreign = of_another_tenant().await;
        let stage = Stage::new(small(42));
        let tapped = Tapped::new(stage.watched.clone());
        let center = open(&stage, &tapped).await;
        wait(Duration::from_secs(2)).await;
        let real = tapped.heard("incoming");
        let good = token(&real);
        let mut forged = good.clone();
        let last = forged.pop().expect("a token is long");
        forged.push(if last == 'A' { 'B' } else { 'A' });
        let (head, rest) = good.split_once('.').expect("three parts");
        let (claims, signature) = rest.split_once('.').expect("three parts");
        // {"alg":"none"}
        let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
        let swapped = format!("{head}.{}.{signature}", token(&foreign).split('.').nth(1).unwrap());
        let wrong = [
            ("no token", None),
            ("no signature", Some(unsigned.as_str())),
            ("another signature", Some(forged.as_str())),
            ("other claims", Some(swapped.as_str())),
            ("half a token", Some(&good[..good.len() / 2])),
            ("no JWT at all", Some("secret")),
        ];
        for (told, token) in wrong {
            let status = tapped.post(with_token(&real, token)).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{told}");
        }
        let status = tapped.post(with_token(&real, Some(&token(&foreign)))).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "a token of another tenant");
        assert_eq!(tapped.post(foreign).await, StatusCode::UNAUTHORIZED);
        finish(&stage, center).await;
    })
    .expect("a runtime");
}

/// The one customer is served as if nothing had happened.
async fn finish(stage: &Stage, center: ContactCenter) {
    let mut closing = stage.close(center).await;
    // One task of our own carries the callbacks.
    closing.tasks = closing.tasks.saturating_sub(1);
    closing.assert_nothing("bad callbacks");
    let report = closing.report;
    assert_eq!((report.contacts, report.answered), (1, 1), "{report}\n{}", closing.ladder);
}

#[test]
fn callbacks_that_are_none_are_told_why() {
    run(async {
        let stage = Stage::new(small(42));
        let tapped = Tapped::new(stage.watched.clone());
        let center = open(&stage, &tapped).await;
        wait(Duration::from_secs(2)).await;
        let real = tapped.heard("incoming");
        let mut get = real.clone();
        *get.method_mut() = Method::GET;
        assert_eq!(tapped.post(get).await, StatusCode::METHOD_NOT_ALLOWED);
        for body in ["", "{", "[]", "\"x\"", "\u{feff}<xml/>"] {
            let mut broken = real.clone();
            *broken.body_mut() = Bytes::copy_from_slice(body.as_bytes());
            assert_eq!(tapped.post(broken).await, StatusCode::BAD_REQUEST, "{body:?}");
        }
        let mut vast = real.clone();
        *vast.body_mut() = Bytes::from(vec![b' '; 1 << 20]);
        assert_eq!(tapped.post(vast).await, StatusCode::PAYLOAD_TOO_LARGE);
        finish(&stage, center).await;
    })
    .expect("a runtime");
}

#[test]
fn notifications_for_unknown_and_ended_calls_change_nothing() {
    run(async {
        let stage = Stage::new(small(42));
        let tapped = Tapped::new(stage.watched.clone());
        let center = open(&stage, &tapped).await;
        wait(Duration::from_secs(3)).await;
        let real = tapped.heard("\"established\"");
        let text = String::from_utf8(real.body().to_vec()).expect("json");
        let value: serde_json::Value = serde_json::from_str(&text).expect("json");
        let id = value["value"][0]["resourceData"]["id"].as_str().expect("a call id").to_owned();
        let stranger = "00000000-0000-4000-8000-000000000000";
        for state in ["establishing", "established", "terminated", "transferring", "incoming"] {
            let body =
                text.replace(&id, stranger).replace("\"established\"", &format!("\"{state}\""));
            assert!(!body.contains(&id));
            let mut unknown = real.clone();
            *unknown.body_mut() = Bytes::from(body);
            let status = tapped.post(unknown).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{state} of an unknown call");
        }
        stage.quiet().await;
        assert_eq!(center.report().open, 0, "{}", stage.sim.ladder());
        let before = stage.watched.seen();
        let incoming = tapped.heard("incoming");
        for late in [incoming, real] {
            // Its token would have expired by now; a fresh one says the same.
            let status = tapped.post(late).await;
            assert!(status == StatusCode::ACCEPTED || status == StatusCode::UNAUTHORIZED);
        }
        wait(Duration::from_secs(1)).await;
        assert_eq!(stage.watched.seen(), before, "an ended call was reopened");
        let ends = before.iter().filter(|(_, seen)| {
            matches!(seen, teams_cc_stories::Seen::Contact(_, ContactEvent::Ended(_)))
        });
        assert_eq!(ends.count(), 1);
        finish(&stage, center).await;
    })
    .expect("a runtime");
}

#[test]
fn an_intake_counts_what_it_refused_by_reason() {
    run(async {
        let foreign = of_another_tenant().await;
        let sim = Sim::new(small(42)).expect("a sound world");
        let mut bot = Bot::open(&sim).await;
        let _leg = bot.incoming().await;
        let bare = with_token(&foreign, None);
        assert_eq!(bot.intake.handle(bare).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(bot.intake.handle(foreign).await.status(), StatusCode::UNAUTHORIZED);
        let refused = bot.intake.counts().refused;
        assert_eq!(refused.get(&JwtError::Missing), Some(&1), "{refused:?}");
        assert_eq!(refused.get(&JwtError::WrongTenant), Some(&1), "{refused:?}");
        assert!(JwtError::WrongTenant.to_string().contains("tenant"));
    })
    .expect("a runtime");
}

/// `{"alg":"RS256","kid":"nobody","typ":"JWT"}` in base64url.
const UNKNOWN_KEY: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6Im5vYm9keSIsInR5cCI6IkpXVCJ9";

#[test]
fn a_callback_that_names_an_unknown_key_holds_nobody_up() {
    run(async {
        let stage = Stage::new(small(42));
        let tapped = Tapped::new(stage.watched.clone());
        let center = open(&stage, &tapped).await;
        // Long enough for the keys to be read again where somebody names an unknown one.
        wait(Duration::from_mins(1)).await;
        let real = tapped.heard("incoming");
        let good = token(&real);
        let rest = good.split_once('.').expect("a token has parts").1;
        let forged = with_token(&real, Some(&format!("{UNKNOWN_KEY}.{rest}")));
        let nameless = with_token(&real, None);

        let clock = stage.watched.clock();
        let posted = clock.now();
        let (unknown, none) =
            tokio::join!(async { (tapped.post(forged).await, clock.now() - posted) }, async {
                (tapped.post(nameless).await, clock.now() - posted)
            },);
        assert_eq!((unknown.0, none.0), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
        assert!(unknown.1 > Duration::ZERO, "the keys are read again, which takes a while");
        assert_eq!(none.1, Duration::ZERO, "and nobody waits for that");
        drop(center);
    })
    .expect("a runtime");
}
