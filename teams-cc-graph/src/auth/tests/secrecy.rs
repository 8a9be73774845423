//! No secret in any log line, Debug or error.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use teams_cc_core::secret::Secret;
use teams_cc_core::seed::Seed;
use tracing::instrument::WithSubscriber as _;

use super::endpoint::*;
use crate::auth::{
    AssertionFile, ClientCredentials, MemoryRefreshTokens, SignedInUser, TokenCache, TokenProvider,
};
use crate::config::SystemClock;

/// What every secret of this test holds.
const MARK: &str = "hush";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs every flow, failures that echo what was sent among them; all that was shown of it.
async fn shown() -> String {
    let endpoint = Endpoint::default();
    let secret = Secret::from("hush-secret+1");
    let app = endpoint.app(crate::auth::AppCredential::secret(secret));
    let mut shown = String::new();
    let mut show = |thing: &dyn std::fmt::Debug| writeln!(shown, "{thing:?} {thing:#?}").unwrap();
    show(&app);
    show(&AssertionFile::new("path"));
    let credentials = Arc::new(ClientCredentials::new(app.clone()));
    show(&credentials);
    let cache = TokenCache::new(credentials, Arc::new(SystemClock::new()), Seed::new(1));
    endpoint.then(
        401,
        json!({
            "error": "invalid_client",
            "error_description": "you sent hush-secret+1, or hush-secret%2B1",
            "error_codes": [7_000_215],
        }),
    );
    let error = cache.token(&wanted()).await.unwrap_err();
    show(&error);
    show(&error.to_string());
    show(&error.diagnosis());
    endpoint.then(200, json!({ "access_token": 7, "refresh_token": "hush-refresh" }));
    let code = app.on_behalf_of(Secret::from("hush-caller"));
    show(&code);
    show(&code.token(&wanted()).await.unwrap_err());
    let page = app.authorize(&wanted(), "https://partner.example/in");
    show(&page);
    let pending = page.begin().unwrap();
    show(&pending);
    show(&pending.save());
    let saved: serde_json::Value = serde_json::from_str(pending.save().reveal()).unwrap();
    let (state, nonce) = (saved["state"].as_str().unwrap(), saved["nonce"].as_str().unwrap());
    let mut grant = granted_with("hush-access", "hush-refresh");
    grant["id_token"] = id_token(json!({ "nonce": nonce, "preferred_username": MARK })).into();
    endpoint.then(200, grant);
    let answer = format!("code=hush-code&state={state}");
    let person = app.redeem(pending, &answer).await.unwrap();
    show(&person);
    let store = Arc::new(MemoryRefreshTokens::default());
    let user = SignedInUser::begin(app.clone(), &person, Arc::clone(&store) as _).await.unwrap();
    show(&user);
    show(&store);
    endpoint.then(
        400,
        json!({
            "error": "invalid_grant",
            "error_description": "hush-refresh is dead",
            "error_codes": [700_082],
            "claims": "hush-claims",
        }),
    );
    let error = user.token(&wanted()).await.unwrap_err();
    show(&error);
    show(&error.to_string());
    endpoint.then(
        200,
        json!({
            "device_code": "hush-device", "user_code": "hush-user", "expires_in": 9, "interval": 5,
            "verification_uri": "https://microsoft.com/devicelogin", "message": "hush-user",
        }),
    );
    let code = app.device_code(&wanted()).await.unwrap();
    show(&code);
    endpoint.then(
        400,
        json!({
            "error": "bad_verification_code", "error_description": "hush-device", "error_codes": [],
        }),
    );
    show(&code.wait().await.unwrap_err());
    for private in ["state", "nonce", "verifier", "url"] {
        let text = saved[private].as_str().unwrap();
        assert!(!text.is_empty() && !shown.contains(text), "{private}");
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_any_log_line_debug_or_error() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let shown = shown().with_subscriber(subscriber).await;
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("the sign-in endpoint refused"), "{logged}");
    assert!(shown.contains("AADSTS7000215"), "{shown}");
    for text in [&shown, &logged] {
        let found = text.lines().find(|line| line.to_lowercase().contains(MARK));
        assert_eq!(found, None);
    }
}
