//! The same flows as the script's, by this family's sign-in.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;
use teams_cc_core::{Secret, TenantId};
use teams_cc_graph::{
    SystemClock, Transport,
    auth::{
        Account, AppCredential, AppRegistration, ClientCertificate, ClientCredentials,
        MemoryRefreshTokens, RefreshTokenStore as _, SignedInUser, TokenProvider as _,
        TokenRequest,
    },
};
use tower::util::BoxCloneSyncService;
use url::{Url, form_urlencoded};

use super::{Identity, Sent};
use crate::command::Failure;

const AUTHORITY: &str = "https://login.microsoftonline.com";
const TENANT: &str = "7b0e9a52-24a5-4a53-9f47-5d9e0b3f2c11";
const CLIENT: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
const USER: &str = "98da8a1a-1b87-452c-a713-65d3f10b5555";
const SECRET: &str = "s3cret+of/the~app";
const REDIRECT: &str = "https://partner.example/signed-in";

/// Every request of every flow, by the names that the script gives them.
pub(super) fn sent(identity: &Identity) -> Result<Vec<Sent>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(flows(identity))
}

async fn flows(identity: &Identity) -> Result<Vec<Sent>, Failure> {
    let wire = Wire::default();
    let tenant = || TENANT.parse::<TenantId>();
    let app = TokenRequest::new(tenant()?, "https://graph.microsoft.com/.default");
    let person = TokenRequest::new(tenant()?, "https://graph.microsoft.com/Presence.Read.All");
    let secret = || AppCredential::secret(Secret::from(SECRET));
    let certificate = || {
        ClientCertificate::from_pem(&identity.certificate, &Secret::from(&*identity.private_key))
    };

    wire.name("client secret");
    ClientCredentials::new(wire.app(secret())?).token(&app).await?;
    wire.name("client secret, challenges handled");
    let capable = wire.app(secret())?.continuous_access_evaluation();
    ClientCredentials::new(capable).token(&app).await?;
    wire.name("certificate, PS256");
    let credential = AppCredential::certificate(certificate()?);
    ClientCredentials::new(wire.app(credential)?).token(&app).await?;
    wire.name("certificate, RS256");
    let credential = AppCredential::certificate(certificate()?.legacy_signature());
    ClientCredentials::new(wire.app(credential)?).token(&app).await?;

    let agent = wire.app(secret())?;
    let pending = agent.authorize(&person, REDIRECT).begin()?;
    wire.page(pending.url())?;
    wire.name("authorization code");
    let answer = format!("code=c0de&state={}", pending.state().reveal());
    // Its id token is proven in tests of its own; here nobody is signed in.
    drop(agent.redeem(pending, &answer).await);
    wire.name("refresh token");
    let store = Arc::new(MemoryRefreshTokens::default());
    let account = Account::new(tenant()?, USER.parse()?, CLIENT.parse()?);
    store.save(&account, &Secret::from("r3fresh")).await?;
    SignedInUser::resume(agent, account, store).token(&person).await?;

    wire.name("device code");
    let code = wire.app(AppCredential::public())?.device_code(&person).await?;
    wire.name("device code, asked about");
    drop(code.wait().await);
    wire.name("on behalf of");
    wire.app(secret())?.on_behalf_of(Secret::from("c4ller")).token(&person).await?;
    Ok(wire.sent())
}

/// Takes what is sent, and answers as Microsoft Entra does.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<(&'static str, Vec<Sent>)>>);

impl Wire {
    /// What the next requests are called.
    fn name(&self, name: &'static str) {
        self.with(|kept| kept.0 = name);
    }

    fn app(&self, credential: AppCredential) -> Result<AppRegistration, Failure> {
        let clock = Arc::new(SystemClock::new());
        Ok(AppRegistration::new(AUTHORITY, CLIENT.parse()?, credential, self.transport(), clock)?)
    }

    fn transport(&self) -> Transport {
        let wire = self.clone();
        BoxCloneSyncService::new(tower::service_fn(move |request: Request<Bytes>| {
            let response = wire.take(&request);
            async move { Ok(response) }
        }))
    }

    fn take(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let text =
            |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = request.headers().iter();
        self.keep(|request_name| Sent {
            request: request_name.to_owned(),
            method: request.method().to_string(),
            url: request.uri().to_string(),
            headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
            fields: form_urlencoded::parse(request.body()).into_owned().collect(),
        });
        let device = request.uri().path().ends_with("/devicecode");
        let body = if device {
            json!({
                "device_code": "d3vice", "user_code": "user", "expires_in": 900, "interval": 1,
                "verification_uri": "https://microsoft.com/devicelogin",
            })
        } else {
            json!({ "token_type": "Bearer", "access_token": "t", "expires_in": 3600 })
        };
        Response::new(body.to_string().into())
    }

    /// The page that a browser is sent to.
    fn page(&self, url: &str) -> Result<(), Failure> {
        let mut page = Url::parse(url)?;
        let fields = page.query_pairs().into_owned().collect();
        page.set_query(None);
        self.name("authorization page");
        self.keep(|name| Sent {
            request: name.to_owned(),
            method: "GET".to_owned(),
            url: page.to_string(),
            headers: [].into(),
            fields,
        });
        Ok(())
    }

    fn keep(&self, sent: impl FnOnce(&str) -> Sent) {
        self.with(|kept| {
            let sent = sent(kept.0);
            kept.1.push(sent);
        });
    }

    fn sent(&self) -> Vec<Sent> {
        self.with(|kept| std::mem::take(&mut kept.1))
    }

    fn with<T>(&self, act: impl FnOnce(&mut (&'static str, Vec<Sent>)) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
