//! The app by itself: secret, federated assertion, retries.

use std::io::Write as _;
use std::sync::Arc;

use serde_json::json;
use teams_cc_core::TenantId;
use tokio::time::Instant;

use super::endpoint::*;
use crate::auth::{AppCredential, AssertionFile, ClientCredentials, TokenProvider, TokenRequest};
use crate::cloud::Cloud;
use crate::error::{ConfigError, ErrorKind, Remedy};

#[tokio::test(start_paused = true)]
async fn a_secret_is_sent_with_the_scope_and_nothing_else() {
    let endpoint = Endpoint::answering([(200, granted("t1"))]);
    let token = ClientCredentials::new(endpoint.secret_app()).token(&wanted()).await.unwrap();
    assert_eq!((token.secret().reveal(), token.expires_in()), ("t1", HOUR));
    let asked = endpoint.asked();
    assert_eq!(asked[0].0, format!("/{TENANT}/oauth2/v2.0/token"));
    let fields = [
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("grant_type", "client_credentials"),
        ("scope", SCOPE),
    ];
    assert_eq!(asked[0].1, fields.map(|(name, value)| (name.into(), value.into())).into());
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_is_asked_again_and_a_lasting_one_is_not() {
    let endpoint = Endpoint::answering([
        (503, json!("down")),
        (400, refused("temporarily_unavailable", 90_033)),
        (200, granted("t1")),
    ]);
    let app = ClientCredentials::new(endpoint.secret_app());
    app.token(&wanted()).await.unwrap();
    assert_eq!(endpoint.asked().len(), 3);
    endpoint.then(401, refused("invalid_client", 7_000_215));
    let error = app.token(&wanted()).await.unwrap_err();
    assert_eq!(endpoint.asked().len(), 4);
    assert!(error.to_string().contains("the client secret is wrong"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_endpoint_is_given_the_time_it_asks_for() {
    let endpoint = Endpoint::default();
    endpoint.then_wait(429, refused("temporarily_unavailable", 90_055), 7);
    endpoint.then(200, granted("t1"));
    let app = ClientCredentials::new(endpoint.secret_app());
    let began = Instant::now();
    app.token(&wanted()).await.unwrap();
    assert!(began.elapsed().as_secs() >= 7);
    endpoint.then_wait(429, refused("temporarily_unavailable", 90_055), 600);
    let error = app.token(&wanted()).await.unwrap_err();
    assert_eq!(endpoint.asked().len(), 3);
    let ErrorKind::SignIn(refusal) = error.kind() else { panic!("{error}") };
    assert_eq!(refusal.retry_after.unwrap().as_secs(), 600);
}

/// Pain 1.
#[tokio::test(start_paused = true)]
async fn an_app_by_itself_needs_a_tenant_and_a_credential() {
    let endpoint = Endpoint::default();
    let app = ClientCredentials::new(endpoint.secret_app());
    for shared in ["common", "organizations", "consumers"] {
        let wanted = TokenRequest::new(TenantId::new(shared).unwrap(), SCOPE);
        let error = app.token(&wanted).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Config(ConfigError::SharedTenant)));
    }
    let public = ClientCredentials::new(endpoint.app(AppCredential::public()));
    let error = public.token(&wanted()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Config(ConfigError::PublicClient)));
    assert!(endpoint.asked().is_empty());
}

#[tokio::test]
async fn a_federated_assertion_is_read_anew_for_every_token() {
    let path = std::env::temp_dir().join(format!("teams-cc-assertion-{}", std::process::id()));
    let write = |text: &str| std::fs::File::create(&path).unwrap().write_all(text.as_bytes());
    let file = Arc::new(AssertionFile::new(&path));
    let credential = AppCredential::federated(file, Cloud::Global).unwrap();
    let endpoint = Endpoint::answering([(200, granted("t1")), (200, granted("t2"))]);
    let app = ClientCredentials::new(endpoint.app(credential));
    for text in ["first.of.file\n", "second.of.file"] {
        write(text).unwrap();
        app.token(&wanted()).await.unwrap();
        let fields = endpoint.last();
        assert_eq!(fields["client_assertion"], text.trim());
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        assert_eq!(fields["client_assertion_type"], kind);
        assert!(!fields.contains_key("client_secret"));
    }
    for broken in [String::new(), "x".repeat(crate::auth::MAX_ASSERTION_BYTES + 1)] {
        write(&broken).unwrap();
        let error = app.token(&wanted()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Credential), "{error}");
    }
    std::fs::remove_file(&path).unwrap();
    let error = app.token(&wanted()).await.unwrap_err();
    assert!(error.to_string().contains("check its file"), "{error}");
}

#[test]
fn each_cloud_has_its_own_audience_of_federation_or_none() {
    let source = || Arc::new(AssertionFile::new("token"));
    for cloud in Cloud::all() {
        let documented = matches!(
            cloud,
            Cloud::Global | Cloud::UsGovernment | Cloud::UsGovernmentDod | Cloud::China
        );
        assert_eq!(AppCredential::federated(source(), *cloud).is_ok(), documented, "{cloud}");
    }
}

/// Wrong secret, expired certificate, missing consent, policy and clock among them; the keys of
/// issuers that roll over are in `webhook_intake/people.rs`.
#[tokio::test(start_paused = true)]
async fn each_refusal_names_its_remedy() {
    for (status, error, code, remedy, words) in [
        (401, "invalid_client", 7_000_215, Remedy::Operator, "use the secret's value"),
        (401, "invalid_client", 7_000_222, Remedy::Operator, "create a new client secret"),
        (401, "invalid_client", 1_000_502, Remedy::Operator, "register a new certificate"),
        (401, "invalid_client", 700_027, Remedy::Operator, "register the certificate"),
        (401, "invalid_client", 700_024, Remedy::Operator, "set this machine's clock"),
        (400, "invalid_grant", 65_001, Remedy::Consent, "give admin consent"),
        (400, "invalid_grant", 53_003, Remedy::Policy, "conditional access"),
        (400, "unauthorized_client", 700_016, Remedy::Configuration, "mend the client id"),
        (400, "invalid_request", 90_038, Remedy::Configuration, "tenant's own cloud"),
        (400, "invalid_client", 0, Remedy::Operator, "check the secret, certificate or federated"),
        (400, "invalid_grant", 0, Remedy::SignInAgain, "sign in again"),
    ] {
        let endpoint = Endpoint::answering([(status, refused(error, code))]);
        let app = ClientCredentials::new(endpoint.secret_app());
        let told = app.token(&wanted()).await.unwrap_err();
        let ErrorKind::SignIn(refusal) = told.kind() else { panic!("{told}") };
        assert_eq!(refusal.remedy(), remedy, "{told}");
        assert!(told.to_string().contains(words), "{told}");
        assert!(!told.is_retryable());
    }
}
