//! The sign-in service: client credentials, metadata and keys (Learn, *identity platform*).

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{
    logged,
    problem::{json_response, plain},
};
use crate::{
    keys::{JWKS, SigningKey},
    world::World,
};

/// How long an access token lives; Entra draws 60 to 90 minutes, here it is always 3599 s.
const LIFE_SECONDS: i64 = 3599;
/// The only scope that app permissions are asked with, after the resource.
const DEFAULT_SCOPE: &str = "/.default";

/// `POST /{tenant}/oauth2/v2.0/token`, grant `client_credentials`.
pub(crate) fn issue(world: &mut World, tenant: &str, body: &Bytes) -> Response<Bytes> {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| {
        form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    };
    let (response, code) = match grant(world, tenant, &field) {
        Ok(body) => (json_response(StatusCode::OK, &body), None),
        Err(refusal) => {
            let (status, body) = refusal.body(world);
            (json_response(status, &body), Some(format!("AADSTS{}", refusal.number)))
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
    let Some(tenant) = world.setup.tenants.iter().find(|t| {
        t.id.as_str().eq_ignore_ascii_case(tenant) || t.domain.eq_ignore_ascii_case(tenant)
    }) else {
        return Err(Refusal::new(
            "invalid_request",
            90_002,
            "The tenant was not found: check the tenant id or domain.",
        ));
    };
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

/// What the sign-in service refuses with.
struct Refusal {
    error: &'static str,
    number: u32,
    description: &'static str,
}

impl Refusal {
    fn new(error: &'static str, number: u32, description: &'static str) -> Self {
        Self { error, number, description }
    }

    fn body(&self, world: &mut World) -> (StatusCode, Value) {
        let (trace, correlation) = (world.dice.uuid(), world.dice.uuid());
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
        (status, body)
    }
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub(crate) fn entra_metadata(origin: &str, tenant: &str) -> Response<Bytes> {
    json_response(
        StatusCode::OK,
        &json!({
            "issuer": format!("{origin}/{tenant}/v2.0"),
            "authorization_endpoint": format!("{origin}/{tenant}/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{origin}/{tenant}/oauth2/v2.0/token"),
            "jwks_uri": format!("{origin}/{tenant}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "tenant_region_scope": "NA",
            "cloud_instance_name": "microsoftonline.com",
        }),
    )
}

/// `GET /v1/.well-known/OpenIdConfiguration`: who signs call notifications.
pub(crate) fn calling_metadata(origin: &str) -> Response<Bytes> {
    json_response(
        StatusCode::OK,
        &json!({
            "issuer": "https://api.botframework.com",
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": format!("{origin}/v1/keys"),
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }),
    )
}

/// The public keys; both are always published, as during a rollover.
pub(crate) fn keys() -> Response<Bytes> {
    let mut response = plain(StatusCode::OK);
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    *response.body_mut() = Bytes::from_static(JWKS.as_bytes());
    response
}
