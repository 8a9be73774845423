//! What msal 1.39.0 sends in each flow, and what is sent here. The names of fields alone, without a
//! peer; `cargo xtask peers sign-ins` captures msal itself and compares every value.

use std::collections::BTreeSet;

use serde_json::json;
use teams_cc_core::secret::Secret;

use super::endpoint::*;
use crate::auth::{Account, AppCredential, ClientCredentials, MemoryRefreshTokens};
use crate::auth::{RefreshTokenStore as _, SignedInUser, TokenProvider as _};

/// Fields of msal's that are not sent here, and why.
///
/// - `client_info` asks for the person's id beside the tokens; here the proven id token tells it;
/// - `code` repeats `device_code` for services older than RFC 8628.
///
/// Its headers `x-client-*` and `x-ms-lib-capability` are telemetry of its own. Its assertions hold
/// no `nbf`, which the documentation lists, hold the certificate (`x5c`), which only apps of
/// Microsoft's own are known by, and pad the thumbprint, which RFC 7515 §2 does not.
const ONLY_THERE: [&str; 2] = ["client_info", "code of a device"];

/// Flow by flow.
const MSAL: [(&str, &[&str]); 6] = [
    (
        "client_credentials",
        &["claims", "client_id", "client_info", "client_secret", "grant_type", "scope"],
    ),
    (
        "authorization_code",
        &[
            "client_id",
            "client_info",
            "client_secret",
            "code",
            "code_verifier",
            "grant_type",
            "redirect_uri",
            "scope",
        ],
    ),
    (
        "refresh_token",
        &["client_id", "client_info", "client_secret", "grant_type", "refresh_token", "scope"],
    ),
    ("devicecode", &["client_id", "scope"]),
    ("device_code", &["client_id", "client_info", "code of a device", "device_code", "grant_type"]),
    (
        "on_behalf_of",
        &[
            "assertion",
            "client_id",
            "client_info",
            "client_secret",
            "grant_type",
            "requested_token_use",
            "scope",
        ],
    ),
];

#[tokio::test(start_paused = true)]
async fn each_flow_sends_what_msal_sends_but_for_what_is_explained() {
    let endpoint = Endpoint::default();
    let app = endpoint.secret_app();
    let mut sent: Vec<BTreeSet<String>> = Vec::new();
    let mut note = |endpoint: &Endpoint| sent.push(endpoint.last().into_keys().collect());
    endpoint.then(200, granted("t"));
    let capable = ClientCredentials::new(app.clone().continuous_access_evaluation());
    capable.token(&wanted()).await.unwrap();
    note(&endpoint);
    let pending = app.authorize(&wanted(), "https://partner.example/in").begin().unwrap();
    let url = url::Url::parse(pending.url()).unwrap();
    let asked: BTreeSet<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let page = [
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "redirect_uri",
        // Said in words; it is what msal leaves to the default.
        "response_mode",
        "response_type",
        "scope",
        "state",
    ];
    assert_eq!(asked, page.map(str::to_owned).into());
    let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
    let mut grant = granted_with("t", "r");
    grant["id_token"] = id_token(json!({ "nonce": nonce })).into();
    endpoint.then(200, grant);
    let answer = format!("code=c&state={}", pending.state().reveal());
    let person = app.redeem(pending, &answer).await.unwrap().id_token.unwrap();
    note(&endpoint);
    let store = std::sync::Arc::new(MemoryRefreshTokens::default());
    let account = Account::new(person.tenant, person.user, app.client_id().clone());
    store.save(&account, &Secret::from("r")).await.unwrap();
    endpoint.then(200, granted("t"));
    SignedInUser::resume(app.clone(), account, store).token(&wanted()).await.unwrap();
    note(&endpoint);
    let device = endpoint.app(AppCredential::public());
    endpoint.then(
        200,
        json!({
            "device_code": "d", "user_code": "u", "expires_in": 9, "verification_uri": "https://x/",
        }),
    );
    let code = device.device_code(&wanted()).await.unwrap();
    note(&endpoint);
    endpoint.then(200, granted("t"));
    code.wait().await.unwrap();
    note(&endpoint);
    endpoint.then(200, granted("t"));
    app.on_behalf_of(Secret::from("caller")).token(&wanted()).await.unwrap();
    note(&endpoint);
    for ((flow, msal), ours) in MSAL.iter().zip(&sent) {
        let wanted = msal.iter().filter(|field| !ONLY_THERE.contains(field));
        assert_eq!(*ours, wanted.map(|field| (*field).to_owned()).collect(), "{flow}");
    }
    assert_eq!(sent.len(), MSAL.len());
}
