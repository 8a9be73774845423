//! Every sign-in of the Graph crate, against the simulator's sign-in service.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use teams_cc::platform::Platform;
use teams_cc_core::{AppId, Secret, TenantId};
use teams_cc_graph::{
    ActsFor, Client, ErrorKind, Remedy, Transport,
    auth::{
        AppCredential, AppRegistration, ClientCertificate, ClientCredentials, MemoryRefreshTokens,
        PendingSignIn, RefreshTokenStore, SignedInUser, TokenProvider, TokenRequest,
    },
};
use teams_cc_sim::{
    Setup, Sim,
    keys::{CLIENT_CERTIFICATE, CLIENT_KEY},
    run,
    world::{SECRET, User},
};
use tower::ServiceExt as _;

const AUTHORITY: &str = "https://login.microsoftonline.com";
const GRAPH: &str = "https://graph.microsoft.com/.default";
const REDIRECT: &str = "https://partner.example/signed-in";

/// The simulator, the app in it, and the tenant.
struct Stage {
    sim: Sim,
    transport: Transport,
    app: AppId,
    tenant: TenantId,
}

impl Stage {
    fn new() -> Self {
        let setup = Setup::contoso(7);
        let tenant = setup.tenants[0].clone();
        let setup = setup.user(User::new("ada", &tenant)).user(User::new("bert", &tenant));
        let sim = Sim::new(setup).expect("a sound world");
        let access = sim.graph().expect("an app");
        let (app, transport) = (access.app.clone(), access.transport.clone());
        Self { sim, transport, app, tenant: tenant.id }
    }

    fn app(&self, credential: AppCredential) -> AppRegistration {
        let (transport, clock) = (self.transport.clone(), self.sim.clock());
        AppRegistration::new(AUTHORITY, self.app.clone(), credential, transport, clock)
            .expect("the authority is a URI")
    }

    fn wanted(&self, scope: &str) -> TokenRequest {
        TokenRequest::new(self.tenant.clone(), scope)
    }

    /// What a browser does: follows the page to its redirect, and brings the query back.
    async fn browse(&self, pending: &PendingSignIn) -> String {
        let request = http::Request::get(pending.url()).body(Bytes::new()).expect("a request");
        let answer = self.transport.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), 302);
        let location = answer.headers()["location"].to_str().expect("text");
        let (address, query) = location.split_once('?').expect("a query");
        assert_eq!(address, REDIRECT);
        query.to_owned()
    }
}

fn certificate() -> ClientCertificate {
    ClientCertificate::from_pem(CLIENT_CERTIFICATE, &Secret::from(CLIENT_KEY)).expect("a pair")
}

fn secret() -> AppCredential {
    AppCredential::secret(Secret::from(SECRET))
}

#[test]
fn an_app_signs_in_by_secret_and_by_certificate_in_both_algorithms() {
    run(async {
        let stage = Stage::new();
        for credential in [
            secret(),
            AppCredential::certificate(certificate()),
            AppCredential::certificate(certificate().legacy_signature()),
        ] {
            let app = ClientCredentials::new(stage.app(credential));
            let token = app.token(&stage.wanted(GRAPH)).await.expect("a token");
            assert!(token.granted().expect("a JWT").holds("Calls.Initiate.All"));
        }
        for (credential, code) in [(AppCredential::secret(Secret::from("wrong")), 7_000_215)] {
            let app = ClientCredentials::new(stage.app(credential));
            let error = app.token(&stage.wanted(GRAPH)).await.expect_err("it is wrong");
            let ErrorKind::SignIn(refusal) = error.kind() else { panic!("{error}") };
            assert_eq!(
                (refusal.codes.as_slice(), refusal.remedy()),
                (&[code][..], Remedy::Operator)
            );
        }
    })
    .expect("a runtime");
}

#[test]
fn an_agent_signs_in_with_a_browser_and_stays_signed_in() {
    run(async {
        let stage = Stage::new();
        let app = stage.app(AppCredential::certificate(certificate()));
        let page = app.authorize(&stage.wanted(GRAPH), REDIRECT).login_hint("bert@contoso.test");
        let pending = page.begin().expect("randomness");
        let query = stage.browse(&pending).await;
        let person = app.redeem(pending, &query).await.expect("bert signs in");
        let bert = stage.sim.setup().users[1].id.clone();
        assert_eq!(person.id_token.as_ref().expect("who it is").user, bert);

        let store: Arc<dyn RefreshTokenStore> = Arc::new(MemoryRefreshTokens::default());
        let user = SignedInUser::begin(app, &person, Arc::clone(&store)).await.expect("saved");
        let first = store.load(user.account()).await.expect("the store").expect("a token");
        let token = user.token(&stage.wanted(GRAPH)).await.expect("a token");
        let granted = token.granted().expect("a JWT");
        assert_eq!(granted.tenant.as_deref(), Some(stage.tenant.as_str()));
        assert_eq!(granted.scopes, [".default"]);
        let second = store.load(user.account()).await.expect("the store").expect("a token");
        assert_ne!(first.reveal(), second.reveal());

        let client = Client::builder()
            .tenant(stage.tenant.clone())
            .signed_in_user(user)
            .transport(stage.transport.clone())
            .build()
            .expect("a client");
        assert!(client.delegated(ActsFor::SignedInUser).is_ok());
    })
    .expect("a runtime");
}

#[test]
fn a_code_is_good_once_and_for_its_own_browser_alone() {
    run(async {
        let stage = Stage::new();
        let app = stage.app(AppCredential::public());
        let begin = || app.authorize(&stage.wanted(GRAPH), REDIRECT).begin().expect("randomness");
        let (mine, other) = (begin(), begin());
        let query = stage.browse(&mine).await;
        let error = app.redeem(other, &query).await.expect_err("it is another browser's");
        assert!(error.to_string().contains("state_mismatch"), "{error}");
        let again = PendingSignIn::restore(&mine.save()).expect("it was saved");
        app.redeem(mine, &query).await.expect("it is this browser's");
        let error = app.redeem(again, &query).await.expect_err("it was redeemed");
        assert!(error.to_string().contains("AADSTS54005"), "{error}");
    })
    .expect("a runtime");
}

#[test]
fn a_service_account_signs_in_by_device_code() {
    run(async {
        let stage = Stage::new();
        let app = stage.app(AppCredential::public());
        let code = app.device_code(&stage.wanted(GRAPH)).await.expect("a code");
        assert!(code.verification_uri().starts_with(AUTHORITY));
        let waited = tokio::time::timeout(Duration::from_secs(5), code.wait());
        let person = waited.await.expect("in time").expect("ada signs in");
        let ada = stage.sim.setup().users[0].id.clone();
        assert_eq!(person.id_token.expect("who it is").user, ada);
        assert!(person.refresh_token.is_some());
    })
    .expect("a runtime");
}

#[test]
fn a_tab_acts_on_behalf_of_who_opened_it() {
    run(async {
        let stage = Stage::new();
        let tab = stage.app(AppCredential::public());
        let api = format!("api://{}/access_as_user", stage.app);
        let pending = tab.authorize(&stage.wanted(&api), REDIRECT).begin().expect("randomness");
        let query = stage.browse(&pending).await;
        let person = tab.redeem(pending, &query).await.expect("ada signs in");
        let caller = person.token.secret().clone();
        let app = stage.app(secret());
        let proven = app.callers().prove(&caller, Some(&stage.tenant), "access_as_user").await;
        let ada = stage.sim.setup().users[0].id.clone();
        assert_eq!(proven.expect("a person's, for this API").user, ada);
        let token = app.on_behalf_of(caller.clone()).token(&stage.wanted(GRAPH)).await;
        assert!(token.expect("a token for Graph").granted().is_some());
        let client = Client::builder()
            .tenant(stage.tenant.clone())
            .on_behalf_of(app.on_behalf_of(caller))
            .transport(stage.transport.clone())
            .clock(stage.sim.clock())
            .build()
            .expect("a client");
        assert!(client.delegated(ActsFor::SignedInUser).is_ok());
        client.sign_in().await.expect("it acts for who called");

        let forged = stage.app(secret()).on_behalf_of(Secret::from("e30.e30.e30"));
        let error = forged.token(&stage.wanted(GRAPH)).await.expect_err("nobody signed it");
        assert!(error.to_string().contains("AADSTS50013"), "{error}");
    })
    .expect("a runtime");
}
