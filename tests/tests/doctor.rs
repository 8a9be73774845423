//! The doctor of a tenant: a healthy one has nothing wrong, a sick one is told what to do.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use teams_cc::{
    Platform,
    doctor::{Check, Doctor, Finding, Need, SOON, Severity},
    platform::GraphAccess,
};
use teams_cc_core::{Clock, Instant, Secret, TenantId, Timestamp};
use teams_cc_graph::{
    Client, Cloud, Transport,
    auth::{AppCredential, AssertionFile, ClientCertificate},
    webhook::{ChangeDelivery, Delivery, Intake, IntakeConfig, KeySource},
    wire::Sensitive,
};
use teams_cc_sim::{
    Override, Setup, Sim,
    keys::{CLIENT_CERTIFICATE, CLIENT_KEY},
    run,
    world::{App, SECRET, User},
};
use tower::util::BoxCloneSyncService;

const CALLBACK: &str = "https://bot.contoso.test/callbacks";
const NOTIFY: &str = "https://bot.contoso.test/notify";

/// A world with ada in it, and its bot.
fn world(app: impl FnOnce(App) -> App) -> (Sim, GraphAccess) {
    let mut setup = Setup::contoso(7);
    let tenant = setup.tenants[0].clone();
    setup.apps[0] = app(setup.apps[0].clone());
    let sim = Sim::new(setup.user(User::new("ada", &tenant))).expect("a sound world");
    let access = sim.graph().expect("a bot");
    (sim, access)
}

fn client(sim: &Sim, access: &GraphAccess) -> Client {
    Client::builder()
        .tenant(access.tenant.clone())
        .client_credential(access.app.clone(), access.credential.clone())
        .transport(access.transport.clone())
        .clock(sim.clock())
        .build()
        .expect("a client")
}

/// An endpoint that answers every post so.
fn endpoint(answer: impl Fn(&str) -> (u16, String) + Clone + Send + Sync + 'static) -> Transport {
    let serve = tower::service_fn(move |request: http::Request<Bytes>| {
        let (status, body) = answer(request.uri().query().unwrap_or_default());
        let mut response = http::Response::new(Bytes::from(body));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        async move { Ok::<_, Infallible>(response) }
    });
    BoxCloneSyncService::new(tower::ServiceExt::map_err(serve, Into::into))
}

/// The project's own intake, with subscriptions.
fn intake(sim: &Sim, access: &GraphAccess) -> Transport {
    let intake = Intake::new(
        IntakeConfig::new(access.app.clone(), [access.tenant.clone()]),
        KeySource::new(access.transport.clone()),
        sim.clock(),
        Arc::new(|_: Delivery| Ok(())),
    )
    .subscriptions(Arc::new(|_: &str| None::<Sensitive>), Arc::new(|_: ChangeDelivery| Ok(())));
    let intake = Arc::new(intake);
    let serve = tower::service_fn(move |request: http::Request<Bytes>| {
        let intake = Arc::clone(&intake);
        async move { Ok::<_, Infallible>(intake.handle(request).await) }
    });
    BoxCloneSyncService::new(tower::ServiceExt::map_err(serve, Into::into))
}

fn days(now: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_unix_seconds(now.unix_seconds() + days * 86_400)
}

fn faults(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Fault).collect()
}

fn user() -> teams_cc_core::UserId {
    let setup = Setup::contoso(7);
    User::new("ada", &setup.tenants[0]).address().id
}

/// Pain 4. Pain 51.
#[test]
fn a_healthy_tenant_has_nothing_wrong_with_it() {
    run(async {
        let (sim, access) = world(|app| app);
        let now = sim.clock().wall();
        let doctor = Doctor::new(sim.clock())
            .contact_center("bot", &access)
            .expect("a client")
            .presence("bot", client(&sim, &access), user())
            .callback(CALLBACK, intake(&sim, &access))
            .notifications(NOTIFY, intake(&sim, &access))
            .certificate("client", days(now, 300));
        let findings = doctor.run().await;
        for finding in &findings {
            assert_eq!((finding.severity, &finding.remedy), (Severity::Fine, &None), "{finding}");
        }
        let checks: Vec<_> = findings.iter().map(|finding| finding.check).collect();
        let permissions = [Check::Permission; 4];
        let rest = [Check::Presence, Check::Callback, Check::Notifications, Check::Certificate];
        assert_eq!(checks, [&[Check::SignIn][..], &permissions, &rest].concat());
    })
    .expect("a runtime");
}

/// Pain 3. Pain 51b.
#[test]
fn what_nobody_consented_to_is_named_with_the_page_to_consent_on() {
    run(async {
        let (sim, access) = world(|app| app.roles(&["Calls.Initiate.All"]));
        let doctor = Doctor::new(sim.clock())
            .contact_center("bot", &access)
            .expect("a client")
            .presence("bot", client(&sim, &access), user());
        let findings = doctor.run().await;
        let faults = faults(&findings);
        let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 4, "{told:#?}");
        let page = format!("https://login.microsoftonline.com/{}/v2.0/adminconsent", access.tenant);
        for (finding, lacks) in faults.iter().zip([
            "Calls.JoinGroupCall.All",
            "Calls.AccessMedia.All",
            "Presence.Read.All or Presence.ReadWrite.All",
        ]) {
            assert_eq!(finding.check, Check::Permission);
            assert!(finding.says.contains(lacks), "{finding}");
            assert!(finding.remedy.as_ref().is_some_and(|text| text.contains(&page)), "{finding}");
        }
        assert_eq!((faults[3].check, &*faults[3].subject), (Check::Presence, "bot"));
        assert!(faults[3].remedy.is_some());
    })
    .expect("a runtime");
}

type Bend = fn(&mut GraphAccess);

#[test]
fn a_sign_in_that_fails_is_told_with_its_remedy_and_never_with_its_secret() {
    let bends: [(Bend, &str); 4] = [
        (
            |access| access.credential = AppCredential::secret(Secret::from("hush")),
            "use the secret's value",
        ),
        (|access| access.tenant = "fabrikam".parse().expect("an id"), "check the tenant id"),
        (|access| access.app = "no-such-app".parse().expect("an id"), "client id"),
        (|access| access.transport = unreachable(), "check the way to Microsoft"),
    ];
    for (bend, remedy) in bends {
        run(async {
            let (sim, mut access) = world(|app| app);
            bend(&mut access);
            let doctor = Doctor::new(sim.clock()).contact_center("bot", &access).expect("a client");
            let findings = doctor.run().await;
            let [finding] = &*findings else { panic!("{findings:#?}") };
            assert_eq!((finding.check, finding.severity), (Check::SignIn, Severity::Fault));
            let told = format!("{finding} {finding:?} {doctor:?}");
            assert!(told.contains(remedy), "{told}");
            assert!(!told.contains("hush") && !told.contains(SECRET), "{told}");
        })
        .expect("a runtime");
    }
}

/// A clock after the end of every certificate there is.
struct AfterAll(Arc<dyn Clock>);

impl Clock for AfterAll {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn wall(&self) -> Timestamp {
        days(self.0.wall(), 36_525)
    }
}

/// Nothing was sent, so nobody is to look into the tenant's log.
#[test]
fn what_is_found_before_anything_is_sent_is_mended_here() {
    run(async {
        let (sim, mut access) = world(|app| app);
        access.transport = endpoint(|_| panic!("nothing is sent"));
        let pair = ClientCertificate::from_pem(CLIENT_CERTIFICATE, &Secret::from(CLIENT_KEY));
        let file = AssertionFile::new("/nowhere/assertion");
        let file = AppCredential::federated(Arc::new(file), Cloud::Global).expect("an audience");
        for (credential, clock, says, remedy) in [
            (
                AppCredential::certificate(pair.expect("a pair")),
                Arc::new(AfterAll(sim.clock())) as Arc<dyn Clock>,
                "the client certificate expired at 2120-01-01",
                "register a new one and sign with it",
            ),
            (file, sim.clock(), "No such file", "check its file, its store or its source"),
        ] {
            access.credential = credential;
            let doctor = Doctor::new(clock).contact_center("bot", &access).expect("a client");
            let [finding] = &*doctor.run().await else { panic!("one finding") };
            assert_eq!((finding.check, finding.severity), (Check::SignIn, Severity::Fault));
            assert!(finding.says.contains(says), "{finding}");
            assert_eq!(finding.remedy.as_deref(), Some(remedy));
        }
    })
    .expect("a runtime");
}

#[test]
fn a_service_that_fails_is_not_blamed_on_the_tenant() {
    for (status, remedy) in [
        (503, "look again later; if it stays, quote request r-7 to Microsoft"),
        (429, "it asks too much"),
        (400, "look the code up in the request's documentation; if it stays, quote request r-7"),
    ] {
        run(async {
            let (sim, access) = world(|app| app);
            let sim = sim.with_override(Override::new(move |request| {
                let presence = request.uri().path().ends_with("/getPresencesByUserId");
                presence.then(|| {
                    let body = r#"{"error":{"code":"UnknownError","message":"no"}}"#;
                    let answer = http::Response::builder().status(status);
                    answer.header("request-id", "r-7").body(Bytes::from(body)).expect("a response")
                })
            }));
            let mut access = access;
            access.transport = sim.graph().expect("a bot").transport;
            let client = client(&sim, &access);
            let doctor = Doctor::new(sim.clock()).presence("bot", client, user());
            let [finding] = &*doctor.run().await else { panic!("one finding") };
            let told = finding.to_string();
            assert!(told.contains(remedy) && !told.contains("sign-in log"), "{told}");
        })
        .expect("a runtime");
    }
}

fn unreachable() -> Transport {
    let serve = |_: http::Request<Bytes>| async {
        Err::<http::Response<Bytes>, _>(std::io::Error::other("no route"))
    };
    BoxCloneSyncService::new(tower::ServiceExt::map_err(tower::service_fn(serve), Into::into))
}

/// Pain 53.
#[test]
fn an_endpoint_that_graph_would_not_accept_is_told_what_it_does_wrong() {
    run(async {
        let (sim, access) = world(|app| app);
        let undecoded = |query: &str| {
            (200, query.strip_prefix("validationToken=").unwrap_or_default().to_owned())
        };
        let stranger = |_: &str| (202, String::new());
        for (url, transport, words) in [
            (NOTIFY, endpoint(undecoded), "alone, decoded, as plain text"),
            (NOTIFY, endpoint(|_| (404, String::new())), "status 404"),
            (NOTIFY, unreachable(), "cannot be reached"),
            ("/notify", unreachable(), "no absolute URL"),
        ] {
            let [finding] = &*Doctor::new(sim.clock()).notifications(url, transport).run().await
            else {
                panic!("one finding")
            };
            assert_eq!((finding.check, finding.severity), (Check::Notifications, Severity::Fault));
            assert!(finding.to_string().contains(words), "{finding}");
            assert!(finding.remedy.is_some(), "{finding}");
        }
        for (transport, words) in [
            (endpoint(stranger), "let every post pass through the intake"),
            (endpoint(|_| (404, String::new())), "status 404"),
            (unreachable(), "cannot be reached"),
        ] {
            let [finding] = &*Doctor::new(sim.clock()).callback(CALLBACK, transport).run().await
            else {
                panic!("one finding")
            };
            assert_eq!((finding.check, finding.severity), (Check::Callback, Severity::Fault));
            assert!(finding.to_string().contains(words), "{finding}");
        }
        // An intake that takes no subscriptions refuses their validation.
        let bare = Intake::new(
            IntakeConfig::new(access.app.clone(), [access.tenant.clone()]),
            KeySource::new(access.transport.clone()),
            sim.clock(),
            Arc::new(|_: Delivery| Ok(())),
        );
        let request = http::Request::post("/notify?validationToken=x").body(Bytes::new());
        assert_eq!(bare.handle(request.expect("a request")).await.status(), 401);
    })
    .expect("a runtime");
}

/// An app without calls, which reads and shows presence, and an account that is told of it.
#[test]
fn an_app_of_presence_alone_and_its_account_are_looked_at() {
    run(async {
        let (sim, access) = world(|app| app.roles(&["Presence.Read.All"]));
        let app = client(&sim, &access);
        let look = |needs: Vec<Need>| {
            let app = app.clone();
            let doctor = Doctor::new(sim.clock()).app("presence", app, Cloud::Global, needs);
            async move { doctor.run().await }
        };
        let findings = look(vec![Need::presence()]).await;
        assert_eq!(faults(&findings), Vec::<&Finding>::new());
        let findings = look(vec![Need::shown_presence()]).await;
        let [finding] = &*faults(&findings) else { panic!("{findings:#?}") };
        assert!(finding.says.contains("it cannot show a presence"), "{finding}");
        assert!(finding.says.contains("Presence.ReadWrite.All"), "{finding}");
        // Nobody is told of presence but who signed in.
        let findings = look(vec![Need::subscribed_presence()]).await;
        let [finding] = &*faults(&findings) else { panic!("{findings:#?}") };
        assert!(finding.says.contains("no permission lets an app do so"), "{finding}");
    })
    .expect("a runtime");
}

#[test]
fn certificates_are_warned_of_a_month_ahead() {
    run(async {
        let sim = Sim::seed(1);
        let now = sim.clock().wall();
        let soon = i64::try_from(SOON.as_secs() / 86_400).expect("a month");
        for (left, severity) in [
            (-1, Severity::Fault),
            (0, Severity::Warning),
            (soon - 1, Severity::Warning),
            (soon, Severity::Fine),
        ] {
            let doctor = Doctor::new(sim.clock()).certificate("trunk", days(now, left));
            let [finding] = &*doctor.run().await else { panic!("one finding") };
            assert_eq!(finding.severity, severity, "{finding}");
            assert_eq!(finding.remedy.is_some(), severity != Severity::Fine, "{finding}");
        }
    })
    .expect("a runtime");
}

#[test]
fn what_no_app_may_do_is_not_asked_of_an_administrator() {
    run(async {
        let (sim, access) = world(|app| app);
        let send = teams_cc_graph::request::chats::SendMessage::REQUIRED_PERMISSIONS;
        let none_for_apps: Vec<_> = send
            .iter()
            .filter(|one| one.kind == teams_cc_graph::permission::PermissionKind::Application)
            .collect();
        assert!(none_for_apps.iter().all(|one| one.name.starts_with("Teamwork.Migrate")));
        let need = Need::new("make a meeting coffee", &[]);
        let doctor =
            Doctor::new(sim.clock()).app("bot", client(&sim, &access), Cloud::Global, [need]);
        let findings = doctor.run().await;
        let [finding] = &*faults(&findings) else { panic!("{findings:#?}") };
        assert!(finding.to_string().contains("no permission lets an app do so"), "{finding}");
    })
    .expect("a runtime");
}

#[test]
fn a_token_of_another_tenant_is_told() {
    struct Fixed;

    #[async_trait::async_trait]
    impl teams_cc_graph::auth::TokenProvider for Fixed {
        async fn token(
            &self,
            _: &teams_cc_graph::auth::TokenRequest,
        ) -> Result<teams_cc_graph::auth::AccessToken, teams_cc_graph::Error> {
            use base64::Engine as _;
            let claims = r#"{"tid":"00000000-0000-0000-0000-000000000001","appid":"a","roles":[]}"#;
            let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
            let life = std::time::Duration::from_hours(1);
            Ok(teams_cc_graph::auth::AccessToken::new(format!("e30.{claims}.x"), life))
        }
    }
    run(async {
        let sim = Sim::seed(1);
        let tenant: TenantId = "00000000-0000-0000-0000-000000000002".parse().expect("an id");
        let client = Client::builder()
            .tenant(tenant)
            .token_provider(Arc::new(Fixed))
            .transport(unreachable())
            .clock(sim.clock())
            .build()
            .expect("a client");
        let doctor = Doctor::new(sim.clock()).app("bot", client, Cloud::Global, []);
        let [finding] = &*doctor.run().await else { panic!("one finding") };
        assert_eq!((finding.check, finding.severity), (Check::SignIn, Severity::Fault));
        assert!(finding.says.contains("0001 instead of"), "{finding}");
    })
    .expect("a runtime");
}
