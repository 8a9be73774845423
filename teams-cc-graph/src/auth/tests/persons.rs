//! People: authorization code, device code, on behalf of, refresh.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use serde_json::{Value, json};
use teams_cc_core::secret::Secret;
use teams_cc_core::{TenantId, UserId};
use tokio::time::{Duration, Instant};

use super::endpoint::*;
use crate::auth::{
    Account, AppCredential, MemoryRefreshTokens, PendingSignIn, RefreshTokenStore, SignedInUser,
    TokenProvider, TokenRequest,
};
use crate::client::BoxError;
use crate::error::{ConfigError, Error, ErrorKind, InvalidRequest, Remedy, SignInError};
use crate::jwt::JwtError;

const REDIRECT: &str = "https://partner.example/signed-in";

fn query(pending: &PendingSignIn, name: &str) -> Option<String> {
    let url = url::Url::parse(pending.url()).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn refusal(error: &Error) -> &SignInError {
    match error.kind() {
        ErrorKind::SignIn(refusal) => refusal,
        _ => panic!("{error}"),
    }
}

/// A grant with an id token of these claims.
fn signed_in(claims: Value) -> Value {
    let mut grant = granted_with("t1", "r1");
    grant["id_token"] = id_token(claims).into();
    grant["scope"] = "Presence.Read.All".into();
    grant
}

#[tokio::test(start_paused = true)]
async fn a_code_is_redeemed_with_its_verifier_and_the_id_token_is_proven() {
    let endpoint = Endpoint::default();
    let app = endpoint.secret_app().continuous_access_evaluation();
    let page = app.authorize(&wanted(), REDIRECT).login_hint("ada@contoso.example").prompt("login");
    let pending = page.begin().unwrap();
    assert!(pending.url().starts_with(&format!("{AUTHORITY}/{TENANT}/oauth2/v2.0/authorize?")));
    let scope = format!("{SCOPE} openid profile offline_access");
    for (name, value) in [
        ("client_id", CLIENT),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", &scope),
        ("code_challenge_method", "S256"),
        ("login_hint", "ada@contoso.example"),
        ("prompt", "login"),
        ("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#),
    ] {
        assert_eq!(query(&pending, name).as_deref(), Some(value), "{name}");
    }
    // It may be kept in between.
    let pending = PendingSignIn::restore(&pending.save()).unwrap();
    let nonce = query(&pending, "nonce").unwrap();
    let challenge = query(&pending, "code_challenge").unwrap();
    endpoint.then(200, signed_in(json!({ "nonce": nonce })));
    let answer = format!("code=c0de%2F1&state={}&session_state=x", pending.state().reveal());
    let state = PendingSignIn::state_of(&answer).unwrap();
    assert_eq!(state.reveal(), pending.state().reveal());
    assert!(PendingSignIn::state_of("code=c").is_none());
    let person = app.redeem(pending, &answer).await.unwrap();
    let id = person.id_token.as_ref().unwrap();
    assert_eq!((id.tenant.as_str(), id.user.as_str(), &*id.subject), (TENANT, USER, "pairwise"));
    assert_eq!(id.username.as_ref().unwrap().reveal(), "ada@contoso.example");
    assert_eq!(person.refresh_token.as_ref().unwrap().reveal(), "r1");
    assert_eq!(person.scopes, ["Presence.Read.All"]);
    let fields = endpoint.last();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "c0de/1"),
        ("redirect_uri", REDIRECT),
        ("client_secret", SECRET),
        ("scope", &scope),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    let verifier = Secret::from(fields["code_verifier"].as_str());
    assert_eq!(crate::auth::pkce::challenge(&verifier), challenge);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_another_sign_in_redeems_nothing() {
    let endpoint = Endpoint::default();
    let app = endpoint.app(AppCredential::public());
    for (answer, error, remedy) in [
        ("code=c&state=other", "state_mismatch", Remedy::Interact),
        ("code=c", "state_mismatch", Remedy::Interact),
        ("error=access_denied&state=forged", "state_mismatch", Remedy::Interact),
        ("state={}", "invalid_response", Remedy::Configuration),
        (
            "error=access_denied&error_description=AADSTS65004%3A+x&state={}",
            "access_denied",
            Remedy::Consent,
        ),
        (
            "error=interaction_required&error_description=x&state={}",
            "interaction_required",
            Remedy::Interact,
        ),
        ("error=temporarily_unavailable&state={}", "temporarily_unavailable", Remedy::Retry),
    ] {
        let pending = app.authorize(&wanted(), REDIRECT).begin().unwrap();
        let answer = answer.replace("{}", pending.state().reveal());
        let told = app.redeem(pending, &answer).await.unwrap_err();
        assert_eq!((refusal(&told).error.as_str(), refusal(&told).remedy()), (error, remedy));
    }
    assert!(endpoint.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_id_token_that_is_not_proven_signs_nobody_in() {
    let other = "00000000-0000-0000-0000-000000000001";
    for (claims, wrong) in [
        (json!({ "nonce": "another" }), JwtError::WrongNonce),
        (json!({ "nonce": null }), JwtError::WrongNonce),
        (json!({ "aud": other }), JwtError::WrongAudience),
        (
            json!({ "iss": format!("https://login.microsoftonline.us/{TENANT}/v2.0") }),
            JwtError::WrongIssuer,
        ),
        (json!({ "iss": format!("{AUTHORITY}/{other}/v2.0") }), JwtError::WrongIssuer),
        (
            json!({ "iss": format!("{AUTHORITY}/{other}/v2.0"), "tid": other }),
            JwtError::WrongTenant,
        ),
        (json!({ "exp": 1 }), JwtError::Expired),
        (json!({ "nbf": 4_000_000_000_i64, "exp": 4_000_000_001_i64 }), JwtError::NotYetValid),
        (json!({ "oid": null }), JwtError::BadClaims),
        (json!({ "tid": null }), JwtError::BadClaims),
    ] {
        let endpoint = Endpoint::default();
        let app = endpoint.app(AppCredential::public());
        let pending = app.authorize(&wanted(), REDIRECT).begin().unwrap();
        let mut all = json!({ "nonce": query(&pending, "nonce").unwrap() });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        endpoint.then(200, signed_in(all));
        let answer = format!("code=c&state={}", pending.state().reveal());
        let told = app.redeem(pending, &answer).await.unwrap_err();
        let source = std::error::Error::source(&told).unwrap();
        assert_eq!(source.downcast_ref::<JwtError>(), Some(&wrong), "{claims}");
        assert!(told.to_string().contains("check this machine's clock"), "{told}");
    }
    // And without one the answer is not bound to the browser.
    let endpoint = Endpoint::answering([(200, granted("t1"))]);
    let app = endpoint.app(AppCredential::public());
    let pending = app.authorize(&wanted(), REDIRECT).begin().unwrap();
    let answer = format!("code=c&state={}", pending.state().reveal());
    assert_eq!(refusal(&app.redeem(pending, &answer).await.unwrap_err()).error, "invalid_id_token");
}

fn device() -> Value {
    json!({
        "device_code": "dev1ce", "user_code": "ABCD-EFGH", "expires_in": "900", "interval": 5,
        "verification_uri": "https://microsoft.com/devicelogin", "message": "Type ABCD-EFGH",
    })
}

#[tokio::test(start_paused = true)]
async fn a_device_code_is_waited_for_as_fast_as_allowed() {
    let endpoint = Endpoint::answering([
        (200, device()),
        (400, refused("authorization_pending", 70_016)),
        (400, refused("slow_down", 0)),
        (503, json!("down")),
        (200, signed_in(json!({}))),
    ]);
    let app = endpoint.app(AppCredential::public());
    let code = app.device_code(&wanted()).await.unwrap();
    assert_eq!(code.user_code().reveal(), "ABCD-EFGH");
    assert_eq!(code.message().reveal(), "Type ABCD-EFGH");
    assert_eq!(code.expires_in(), Duration::from_mins(15));
    let began = Instant::now();
    let person = code.wait().await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 5 + 5 + 10 + 20);
    assert_eq!(person.id_token.unwrap().user.as_str(), USER);
    let asked = endpoint.asked();
    assert_eq!(asked[0].0, format!("/{TENANT}/oauth2/v2.0/devicecode"));
    assert_eq!(asked.len(), 5);
    let last = endpoint.last();
    assert_eq!(last["grant_type"], "urn:ietf:params:oauth:grant-type:device_code");
    assert_eq!((&*last["device_code"], &*last["client_id"]), ("dev1ce", CLIENT));
}

#[tokio::test(start_paused = true)]
async fn a_device_code_ends_when_declined_or_too_late_and_when_dropped() {
    for (error, words) in [
        ("authorization_declined", "the user declined"),
        ("expired_token", "begin again"),
        ("bad_verification_code", "begin again"),
        ("invalid_grant", "sign in again"),
    ] {
        let endpoint = Endpoint::answering([(200, device()), (400, refused(error, 0))]);
        let code = endpoint.app(AppCredential::public()).device_code(&wanted()).await.unwrap();
        let told = code.wait().await.unwrap_err();
        assert_eq!(refusal(&told).error, error);
        assert!(told.to_string().contains(words), "{told}");
    }
    let mut brief = device();
    brief["expires_in"] = 12.into();
    let pending = || refused("authorization_pending", 0);
    let endpoint = Endpoint::answering([(200, brief), (400, pending()), (400, pending())]);
    let code = endpoint.app(AppCredential::public()).device_code(&wanted()).await.unwrap();
    assert_eq!(refusal(&code.wait().await.unwrap_err()).error, "expired_token");
    let endpoint = Endpoint::answering([(200, device()), (400, pending())]);
    let code = endpoint.app(AppCredential::public()).device_code(&wanted()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(7), code.wait()).await.unwrap_err();
    tokio::time::sleep(HOUR).await;
    assert_eq!(endpoint.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_api_acts_for_its_caller_and_hands_back_what_the_caller_has_to_do() {
    let endpoint = Endpoint::answering([(200, granted_with("t1", "r1"))]);
    let api = endpoint.secret_app().on_behalf_of(Secret::from("token.of.caller"));
    assert_eq!(api.token(&wanted()).await.unwrap().secret().reveal(), "t1");
    let fields = endpoint.last();
    for (name, value) in [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("requested_token_use", "on_behalf_of"),
        ("assertion", "token.of.caller"),
        ("client_secret", SECRET),
    ] {
        assert_eq!(fields[name], value);
    }
    let asks = r#"{"access_token":{"polids":{"essential":true,"values":["p"]}}}"#;
    let mut body = refused("interaction_required", 50_079);
    body["claims"] = asks.into();
    endpoint.then(400, body);
    let told = api.token(&wanted()).await.unwrap_err();
    assert_eq!(refusal(&told).remedy(), Remedy::Interact);
    assert_eq!(refusal(&told).claims.as_ref().unwrap().reveal(), asks);
    let public = endpoint.app(AppCredential::public()).on_behalf_of(Secret::from("t"));
    let told = public.token(&wanted()).await.unwrap_err();
    assert!(matches!(told.kind(), ErrorKind::Config(ConfigError::PublicClient)));
}

/// A store that can be told to fail.
#[derive(Default)]
struct Store {
    tokens: MemoryRefreshTokens,
    fails: AtomicBool,
}

#[async_trait]
impl RefreshTokenStore for Store {
    async fn load(&self, account: &Account) -> Result<Option<Secret>, BoxError> {
        self.tokens.load(account).await
    }

    async fn save(&self, account: &Account, token: &Secret) -> Result<(), BoxError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err("the store is away".into());
        }
        // Long enough for others to come in between.
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.tokens.save(account, token).await
    }

    async fn dead(&self, account: &Account, token: &Secret) -> Result<(), BoxError> {
        self.tokens.dead(account, token).await
    }
}

fn account() -> Account {
    let (tenant, user) = (TenantId::new(TENANT).unwrap(), UserId::new(USER).unwrap());
    Account::new(tenant, user, CLIENT.parse().unwrap())
}

async fn person(endpoint: &Endpoint) -> (Arc<Store>, SignedInUser) {
    let store = Arc::new(Store::default());
    store.save(&account(), &Secret::from("r1")).await.unwrap();
    let keeps: Arc<dyn RefreshTokenStore> = Arc::clone(&store) as _;
    (store, SignedInUser::resume(endpoint.secret_app(), account(), keeps))
}

async fn kept(store: &Store) -> Option<String> {
    store.load(&account()).await.unwrap().map(|token| token.reveal().to_owned())
}

#[tokio::test(start_paused = true)]
async fn every_use_rotates_the_refresh_token_one_at_a_time() {
    let endpoint = Endpoint::default();
    for nth in 2..6 {
        endpoint.then(200, granted_with(&format!("t{nth}"), &format!("r{nth}")));
    }
    let (store, user) = person(&endpoint).await;
    let mut callers = Vec::new();
    for nth in 0..4 {
        let (user, tenant) = (user.clone(), TenantId::new(TENANT).unwrap());
        let wanted = TokenRequest::new(tenant, format!("scope-{nth}"));
        callers.push(tokio::spawn(async move { user.token(&wanted).await }));
    }
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    let spent: Vec<String> =
        endpoint.asked().iter().map(|(_, fields)| fields["refresh_token"].clone()).collect();
    assert_eq!(spent, ["r1", "r2", "r3", "r4"]);
    assert_eq!(kept(&store).await.as_deref(), Some("r5"));
    let scope = &endpoint.asked()[0].1["scope"];
    assert!(scope.ends_with(" openid profile offline_access"), "{scope}");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_not_used_before_its_refresh_token_is_saved() {
    let endpoint = Endpoint::answering([(200, granted_with("t2", "r2"))]);
    let (store, user) = person(&endpoint).await;
    store.fails.store(true, Ordering::SeqCst);
    let error = user.token(&wanted()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Credential) && error.is_retryable(), "{error}");
    store.fails.store(false, Ordering::SeqCst);
    endpoint.then(200, granted_with("t3", "r3"));
    assert_eq!(user.token(&wanted()).await.unwrap().secret().reveal(), "t3");
    assert_eq!(endpoint.last()["refresh_token"], "r2");
    assert_eq!(kept(&store).await.as_deref(), Some("r3"));
}

#[tokio::test(start_paused = true)]
async fn an_exchange_that_began_is_saved_whoever_leaves() {
    let endpoint = Endpoint::answering([(200, granted_with("t2", "r2"))]);
    let (store, user) = person(&endpoint).await;
    tokio::time::timeout(Duration::from_millis(10), user.token(&wanted())).await.unwrap_err();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(kept(&store).await.as_deref(), Some("r2"));
}

#[tokio::test(start_paused = true)]
async fn a_dead_grant_is_told_as_such_and_asked_with_once() {
    let endpoint = Endpoint::answering([(400, refused("invalid_grant", 700_082))]);
    let (store, user) = person(&endpoint).await;
    for _ in 0..3 {
        let told = user.token(&wanted()).await.unwrap_err();
        assert_eq!(refusal(&told).remedy(), Remedy::SignInAgain);
        assert_eq!(refusal(&told).codes, [700_082]);
    }
    assert_eq!(endpoint.asked().len(), 1);
    assert_eq!(kept(&store).await, None);
    // The person signs in again, perhaps at another process.
    store.save(&account(), &Secret::from("r9")).await.unwrap();
    endpoint.then(200, granted_with("t9", "r10"));
    assert_eq!(user.token(&wanted()).await.unwrap().secret().reveal(), "t9");
}

#[tokio::test(start_paused = true)]
async fn a_missing_consent_or_a_policy_does_not_kill_the_grant() {
    for (error, code, remedy) in [
        ("invalid_grant", 65_001, Remedy::Consent),
        ("interaction_required", 50_076, Remedy::Interact),
        ("invalid_grant", 53_003, Remedy::Policy),
        ("invalid_client", 7_000_222, Remedy::Operator),
    ] {
        let endpoint = Endpoint::answering([(400, refused(error, code))]);
        let (store, user) = person(&endpoint).await;
        assert_eq!(refusal(&user.token(&wanted()).await.unwrap_err()).remedy(), remedy);
        assert_eq!(kept(&store).await.as_deref(), Some("r1"));
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_just_signed_in_is_kept_and_only_in_the_own_tenant() {
    let endpoint = Endpoint::answering([(200, device()), (200, signed_in(json!({})))]);
    let app = endpoint.secret_app();
    let person = app.device_code(&wanted()).await.unwrap().wait().await.unwrap();
    let store = Arc::new(Store::default());
    let keeps: Arc<dyn RefreshTokenStore> = Arc::clone(&store) as _;
    let user = SignedInUser::begin(app.clone(), &person, Arc::clone(&keeps)).await.unwrap();
    assert_eq!(user.account(), &account());
    assert_eq!(kept(&store).await.as_deref(), Some("r1"));
    let other = TenantId::new("00000000-0000-0000-0000-000000000001").unwrap();
    let error = user.token(&TokenRequest::new(other, SCOPE)).await.unwrap_err();
    let kind = error.kind();
    assert!(matches!(kind, ErrorKind::Invalid(InvalidRequest::TokenOfAnotherTenant { .. })));
    let mut nothing = person.clone();
    nothing.refresh_token = None;
    let told = SignedInUser::begin(app, &nothing, keeps).await.unwrap_err();
    assert_eq!(refusal(&told).error, "invalid_response");
}

#[tokio::test(start_paused = true)]
async fn the_store_in_memory_has_a_bound() {
    let store = MemoryRefreshTokens::default();
    let one = |nth: usize| {
        let user = UserId::new(format!("user-{nth}")).unwrap();
        Account::new(TenantId::new(TENANT).unwrap(), user, CLIENT.parse().unwrap())
    };
    for nth in 0..crate::auth::MAX_REFRESH_TOKENS {
        store.save(&one(nth), &Secret::from("r")).await.unwrap();
    }
    assert!(store.save(&one(crate::auth::MAX_REFRESH_TOKENS), &Secret::from("r")).await.is_err());
    store.save(&one(0), &Secret::from("r2")).await.unwrap();
}
