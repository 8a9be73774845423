//! The sign-in service: the token endpoint, and client credentials (Learn, *identity platform*).

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::{assertion::prove, logged, origin, persons, problem::json_response};
use crate::{
    keys::SigningKey,
    world::{App, Tenant, World},
};

/// How long an access token lives; Entra draws 60 to 90 minutes, here it is always 3599 s.
pub(super) const LIFE_SECONDS: i64 = 3599;
/// The only scope that app permissions are asked with, after the resource.
const DEFAULT_SCOPE: &str = "/.default";

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) fn issue(world: &mut World, tenant: &str, request: &Request<Bytes>) -> Response<Bytes> {
    let form = Form::read(request.body());
    let (response, code) = match grant(world, tenant, &form, &origin(request)) {
        Ok(body) => (json_response(StatusCode::OK, &body), None),
        Err(refusal) => {
            let code = format!("AADSTS{}", refusal.number);
            (refusal.response(world, request), Some(code))
        }
    };
    logged(world, world.log.mark(), &Method::POST, "token", response.status(), code.as_deref());
    response
}

fn grant(world: &mut World, name: &str, form: &Form, origin: &str) -> Result<Value, Refusal> {
    let tenant = tenant_named(world, name);
    let tenant = tenant.ok_or_else(|| Refusal::unknown_tenant("invalid_request"))?.clone();
    let grant_type = form.field("grant_type");
    let by_person = [
        "authorization_code",
        "refresh_token",
        "device_code",
        "urn:ietf:params:oauth:grant-type:device_code",
    ];
    let on_behalf = grant_type == "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let by_app = grant_type == "client_credentials";
    if !by_app && !on_behalf && !by_person.contains(&grant_type) {
        return Err(Refusal::new(
            "unsupported_grant_type",
            70_003,
            "The grant type is not supported here.",
        ));
    }
    let asked = form.field("client_id");
    let app = world.setup.apps.iter().find(|app| app.id.as_str().eq_ignore_ascii_case(asked));
    let Some(app) = app.cloned() else {
        return Err(Refusal::new(
            "unauthorized_client",
            700_016,
            "The application was not found in the directory: check the client id and tenant.",
        ));
    };
    let endpoint =
        [name, tenant.id.as_str()].map(|tenant| format!("{origin}/{tenant}/oauth2/v2.0/token"));
    // People may sign in without it, as in an app that is registered as a public client too.
    if !prove(world, &app, form, &endpoint)? && (by_app || on_behalf) {
        return Err(Refusal::new(
            "invalid_client",
            7_000_218,
            "The request holds no client_secret and no client_assertion.",
        ));
    }
    if by_app {
        return by_itself(world, &tenant, &app, form);
    }
    persons::grant(world, &tenant.id, &app.id, form, &format!("{origin}/{}/v2.0", tenant.id))
}

fn by_itself(world: &World, tenant: &Tenant, app: &App, form: &Form) -> Result<Value, Refusal> {
    let Some(resource) = form.field("scope").strip_suffix(DEFAULT_SCOPE) else {
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

/// The fields of a form or a query.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn read(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// The field of this name; empty where there is none.
    pub(super) fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }
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
    pub(super) fn new(error: &'static str, number: u32, description: &'static str) -> Self {
        Self { error, number, description }
    }

    /// OAuth's word differs: `invalid_tenant` for metadata, `invalid_request` for a token.
    pub(super) fn unknown_tenant(error: &'static str) -> Self {
        Self::new(error, 90_002, "The tenant was not found: check the tenant id or domain.")
    }

    /// OAuth's word.
    pub(super) fn error(&self) -> &'static str {
        self.error
    }

    /// The number and the text, as a redirect brings them.
    pub(super) fn told(&self) -> String {
        format!("AADSTS{}: {}", self.number, self.description)
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
