//! The sign-in service: client credentials (Learn, *identity platform*).

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::{logged, problem::json_response};
use crate::{
    keys::SigningKey,
    world::{Tenant, World},
};

/// How long an access token lives; Entra draws 60 to 90 minutes, here it is always 3599 s.
const LIFE_SECONDS: i64 = 3599;
/// The only scope that app permissions are asked with, after the resource.
const DEFAULT_SCOPE: &str = "/.default";

/// `POST /{tenant}/oauth2/v2.0/token`, grant `client_credentials`.
pub(crate) fn issue(world: &mut World, tenant: &str, request: &Request<Bytes>) -> Response<Bytes> {
    let form: Vec<(String, String)> =
        url::form_urlencoded::parse(request.body()).into_owned().collect();
    let field = |name: &str| {
        form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    };
    let (response, code) = match grant(world, tenant, &field) {
        Ok(body) => (json_response(StatusCode::OK, &body), None),
        Err(refusal) => {
            let code = format!("AADSTS{}", refusal.number);
            (refusal.response(world, request), Some(code))
        }
    };
    logged(world, world.log.mark(), &Method::POST, "token", response.status(), code.as_deref());
    response
}

fn grant<'a>(
    world: &World,
    tenant: &str,
    field: &dyn Fn(&str) -> &'a str,
) -> Result<Value, Refusal> {
    let tenant =
        tenant_named(world, tenant).ok_or_else(|| Refusal::unknown_tenant("invalid_request"))?;
    if field("grant_type") != "client_credentials" {
        return Err(Refusal::new(
            "unsupported_grant_type",
            70_003,
            "The grant type is not supported here.",
        ));
    }
    let Some(app) = world
        .setup
        .apps
        .iter()
        .find(|app| app.id.as_str().eq_ignore_ascii_case(field("client_id")))
    else {
        return Err(Refusal::new(
            "unauthorized_client",
            700_016,
            "The application was not found in the directory: check the client id and tenant.",
        ));
    };
    if *app.secret != *field("client_secret") {
        return Err(Refusal::new(
            "invalid_client",
            7_000_215,
            "The client secret is wrong: send the secret's value, not its id.",
        ));
    }
    let Some(resource) = field("scope").strip_suffix(DEFAULT_SCOPE) else {
        return Err(Refusal::new(
            "invalid_scope",
            1_002_012,
            "The scope of client credentials is the resource followed by /.default.",
        ));
    };
    let now = world.wall().unix_seconds();
    let claims = json!({
        "aud": resource,
        "iss": format!("https://sts.windows.net/{}/", tenant.id),
        "iat": now,
        "nbf": now,
        "exp": now + LIFE_SECONDS,
        "appid": app.id.as_str(),
        "idtyp": "app",
        "roles": app.roles,
        "tid": tenant.id.as_str(),
        "ver": "1.0",
    });
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": LIFE_SECONDS,
        "ext_expires_in": LIFE_SECONDS,
        "access_token": world.keys.sign(SigningKey::First, &claims),
    }))
}

/// The tenant of an id or of a verified domain.
pub(super) fn tenant_named<'a>(world: &'a World, name: &str) -> Option<&'a Tenant> {
    world.setup.tenants.iter().find(|tenant| {
        tenant.id.as_str().eq_ignore_ascii_case(name) || tenant.domain.eq_ignore_ascii_case(name)
    })
}

/// What the sign-in service refuses with.
pub(super) struct Refusal {
    error: &'static str,
    number: u32,
    description: &'static str,
}

impl Refusal {
    fn new(error: &'static str, number: u32, description: &'static str) -> Self {
        Self { error, number, description }
    }

    /// OAuth's word differs: `invalid_tenant` for metadata, `invalid_request` for a token.
    pub(super) fn unknown_tenant(error: &'static str) -> Self {
        Self::new(error, 90_002, "The tenant was not found: check the tenant id or domain.")
    }

    pub(super) fn response(&self, world: &mut World, request: &Request<Bytes>) -> Response<Bytes> {
        let (trace, drawn) = (world.dice.uuid(), world.dice.uuid());
        // Clients send the id they will look for in the logs of Entra, and expect it back.
        let sent = request.headers().get("client-request-id").and_then(|id| id.to_str().ok());
        let correlation = sent.unwrap_or(&drawn);
        let stamp: String = world.wall().to_string().chars().take(19).collect();
        let stamp = format!("{}Z", stamp.replace('T', " "));
        let status = if self.error == "invalid_client" {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::BAD_REQUEST
        };
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
                self.number, self.description
            ),
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
        });
        json_response(status, &body)
    }
}
