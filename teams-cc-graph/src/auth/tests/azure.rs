//! Credentials of Azure's SDK.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use teams_cc_core::Clock as _;

use super::endpoint::*;
use crate::auth::{AppCredential, AzureCredential, ClientCredentials, TokenProvider as _};
use crate::cloud::Cloud;
use crate::config::SystemClock;
use crate::error::ErrorKind;

/// A managed identity that gives tokens for twenty minutes, or none.
#[derive(Debug, Default)]
struct Identity {
    asked: Mutex<Vec<String>>,
    away: bool,
}

#[async_trait::async_trait]
impl TokenCredential for Identity {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.asked.lock().unwrap().push(scopes.join(" "));
        if self.away {
            let kind = azure_core::error::ErrorKind::Credential;
            return Err(azure_core::Error::with_message(kind, "no identity is assigned here"));
        }
        let end = SystemClock::new().wall().unix_seconds() + 1200;
        Ok(AccessToken::new("hush-identity", OffsetDateTime::from_unix_timestamp(end).unwrap()))
    }
}

fn source(identity: &Arc<Identity>) -> AzureCredential {
    AzureCredential::new(Arc::clone(identity) as _, Arc::new(SystemClock::new()))
}

#[tokio::test(start_paused = true)]
async fn a_managed_identity_vouches_for_the_app_in_any_tenant() {
    for (cloud, scope) in [
        (Cloud::Global, "api://AzureADTokenExchange/.default"),
        (Cloud::UsGovernment, "api://AzureADTokenExchangeUSGov/.default"),
    ] {
        let identity = Arc::new(Identity::default());
        let endpoint = Endpoint::answering([(200, granted("t1"))]);
        let app =
            endpoint.app(AppCredential::federated(Arc::new(source(&identity)), cloud).unwrap());
        let token = ClientCredentials::new(app).token(&wanted()).await.unwrap();
        assert_eq!(token.secret().reveal(), "t1");
        assert_eq!(*identity.asked.lock().unwrap(), [scope]);
        let fields = endpoint.last();
        assert_eq!(fields["client_assertion"], "hush-identity");
        assert_eq!((&*fields["client_id"], fields.get("client_secret")), (CLIENT, None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_managed_identity_signs_in_as_itself_for_as_long_as_its_token_lives() {
    let identity = Arc::new(Identity::default());
    let provider = source(&identity);
    let token = provider.token(&wanted()).await.unwrap();
    assert_eq!(*identity.asked.lock().unwrap(), [SCOPE]);
    let lives = token.expires_in();
    assert!((Duration::from_secs(1190)..=Duration::from_mins(20)).contains(&lives), "{lives:?}");
    assert!(!format!("{provider:?} {token:?}").contains("hush"));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_gives_nothing_is_told_with_its_own_words() {
    let identity = Arc::new(Identity { away: true, ..Identity::default() });
    let endpoint = Endpoint::default();
    let credential = AppCredential::federated(Arc::new(source(&identity)), Cloud::Global).unwrap();
    let app = ClientCredentials::new(endpoint.app(credential));
    for told in [
        app.token(&wanted()).await.unwrap_err(),
        source(&identity).token(&wanted()).await.unwrap_err(),
    ] {
        assert!(matches!(told.kind(), ErrorKind::Credential), "{told:?}");
        let source = std::error::Error::source(&told).unwrap().to_string();
        assert!(source.contains("no identity is assigned here"), "{source}");
    }
    assert!(endpoint.asked().is_empty());
}
