//! Who calls an API: tokens of both versions, for a person, from a tenant.

use serde_json::{Value, json};
use teams_cc_core::TenantId;
use teams_cc_core::secret::Secret;

use super::endpoint::*;
use crate::auth::{Caller, Callers};
use crate::error::{Error, ErrorKind};
use crate::jwt::JwtError;

const TEAMS: &str = "1fec8e78-bce4-4aaf-ab1b-5451cc387264";
const URI: &str = "api://tab.partner.example/8a34a46b-3d17-4adc-8dce-dc4e7d572698";

/// A token of version 2.0 of the test's person, for the API.
fn token(own: Value) -> Secret {
    let mut claims = json!({ "scp": "access_as_user profile", "azp": TEAMS, "ver": "2.0" });
    if let (Some(claims), Value::Object(own)) = (claims.as_object_mut(), own) {
        claims.extend(own);
    }
    Secret::from(id_token(claims))
}

/// The same of version 1.0.
fn first(own: Value) -> Secret {
    let mut claims = json!({
        "iss": format!("https://sts.windows.net/{TENANT}/"),
        "aud": format!("api://{CLIENT}"),
        "azp": null,
        "appid": TEAMS,
        "ver": "1.0",
    });
    if let (Some(claims), Value::Object(own)) = (claims.as_object_mut(), own) {
        claims.extend(own);
    }
    token(claims)
}

async fn prove(callers: &Callers, token: &Secret) -> Result<Caller, Error> {
    let tenant = TenantId::new(TENANT).unwrap();
    callers.prove(token, Some(&tenant), "access_as_user").await
}

fn why(error: &Error) -> JwtError {
    let ErrorKind::SignIn(refusal) = error.kind() else { panic!("{error}") };
    assert_eq!(refusal.error, "invalid_token");
    *std::error::Error::source(error).unwrap().downcast_ref::<JwtError>().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_person_who_calls_is_known_by_tokens_of_both_versions() {
    let callers = Endpoint::default().secret_app().callers().audience(URI);
    for token in [token(json!({})), first(json!({})), first(json!({ "aud": URI }))] {
        let caller = prove(&callers, &token).await.unwrap();
        assert_eq!((caller.tenant.as_str(), caller.user.as_str()), (TENANT, USER));
        assert_eq!(caller.app.unwrap().as_str(), TEAMS);
        assert_eq!(
            caller.scopes.iter().map(|one| &**one).collect::<Vec<_>>(),
            ["access_as_user", "profile"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_persons_or_for_somebody_else_lets_nobody_in() {
    let callers = Endpoint::default().secret_app().callers();
    let other = "00000000-0000-0000-0000-000000000001";
    let now = crate::config::SystemClock::new();
    let past = teams_cc_core::Clock::wall(&now).unix_seconds() - 400;
    for (token, error) in [
        // An app's own token holds roles and no scope; an id token holds neither.
        (token(json!({ "scp": null, "roles": ["access_as_user"] })), JwtError::MissingScope),
        (token(json!({ "scp": "access_as_users" })), JwtError::MissingScope),
        (Secret::from(id_token(json!({}))), JwtError::MissingScope),
        (token(json!({ "aud": other })), JwtError::WrongAudience),
        (first(json!({ "aud": URI })), JwtError::WrongAudience),
        (token(json!({ "aud": "https://graph.microsoft.com" })), JwtError::WrongAudience),
        (token(json!({ "iss": format!("{AUTHORITY}/{other}/v2.0") })), JwtError::WrongIssuer),
        (
            first(json!({ "iss": format!("https://sts.windows.net/{other}/") })),
            JwtError::WrongIssuer,
        ),
        (
            token(json!({ "tid": other, "iss": format!("{AUTHORITY}/{other}/v2.0") })),
            JwtError::WrongTenant,
        ),
        (token(json!({ "exp": past })), JwtError::Expired),
        (token(json!({ "oid": null })), JwtError::BadClaims),
    ] {
        let told = prove(&callers, &token).await.unwrap_err();
        assert_eq!(why(&told), error);
        assert!(!format!("{told} {told:?}").contains(token.reveal()));
    }
    let forged = token(json!({}));
    let forged = forged.reveal();
    let forged = Secret::from(format!("{}AAAA", &forged[..forged.len() - 4]));
    assert_eq!(why(&prove(&callers, &forged).await.unwrap_err()), JwtError::BadSignature);
    // Whoever serves every tenant sees which one it is.
    let guest = token(json!({ "tid": other, "iss": format!("{AUTHORITY}/{other}/v2.0") }));
    let caller = callers.prove(&guest, None, "access_as_user").await.unwrap();
    assert_eq!(caller.tenant.as_str(), other);
}
