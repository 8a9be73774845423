//! People sign in: authorization code with PKCE, device code, on behalf of, refresh (Learn,
//! *identity platform*). Nobody has to be there: who is hinted at, or the tenant's first user,
//! signs in at once, and enters a device code by the second time it is asked about.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use teams_cc_core::{AppId, TenantId, UserId};

use super::{
    origin,
    problem::json_response,
    token::{Form, LIFE_SECONDS, Refusal, tenant_named},
};
use crate::{keys::SigningKey, world::World};

/// The most codes and grants kept of each kind; the one first by name is forgotten for another.
const MAX_KEPT: usize = 4096;
/// How long an authorization code and a device code live, in seconds.
const CODE_LIFE: i64 = 600;
const DEVICE_LIFE: i64 = 900;
/// The least time between two questions about a device code, in seconds.
const INTERVAL: i64 = 1;

/// What people's sign-ins have left behind.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    codes: BTreeMap<String, Code>,
    devices: BTreeMap<String, Device>,
    refresh: BTreeMap<String, Person>,
}

#[derive(Clone, Debug)]
struct Person {
    tenant: TenantId,
    user: UserId,
    name: String,
    app: AppId,
    scope: String,
}

#[derive(Debug)]
struct Code {
    person: Person,
    redirect_uri: String,
    challenge: String,
    nonce: String,
    expires: i64,
}

#[derive(Debug)]
struct Device {
    person: Person,
    expires: i64,
    asked: u32,
}

fn keep<T>(kept: &mut BTreeMap<String, T>, name: String, value: T) {
    if kept.len() >= MAX_KEPT {
        kept.pop_first();
    }
    kept.insert(name, value);
}

/// Who signs in to a tenant: the user hinted at by handle or id, or else the first.
fn person(world: &World, tenant: &TenantId, form: &Form) -> Result<Person, Refusal> {
    let hint = form.field("login_hint");
    let hint = hint.split('@').next().unwrap_or_default();
    let mut users = world.setup.users.iter().filter(|user| user.tenant == *tenant);
    let user = if hint.is_empty() {
        users.next()
    } else {
        users.find(|user| *user.handle == *hint || user.id.as_str() == hint)
    };
    let told = "The user does not exist in the tenant.";
    let user = user.ok_or_else(|| Refusal::new("invalid_grant", 50_034, told))?;
    let app = world.setup.apps.iter().find(|app| *app.id.as_str() == *form.field("client_id"));
    let told = "The application was not found in the directory.";
    let app = app.ok_or_else(|| Refusal::new("unauthorized_client", 700_016, told))?;
    Ok(Person {
        tenant: tenant.clone(),
        user: user.id.clone(),
        name: user.handle.to_string(),
        app: app.id.clone(),
        scope: form.field("scope").to_owned(),
    })
}

/// `GET /{tenant}/oauth2/v2.0/authorize`: the redirect that a browser would follow.
pub(crate) fn authorize(
    world: &mut World,
    tenant: &str,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let form = Form::read(request.uri().query().unwrap_or_default().as_bytes());
    let redirect_uri = form.field("redirect_uri").to_owned();
    let Ok(mut address) = url::Url::parse(&redirect_uri) else {
        let told = "The request has no absolute redirect_uri.";
        return Refusal::new("invalid_request", 900_144, told).response(world, request);
    };
    let begun = || {
        let unknown = || Refusal::unknown_tenant("invalid_request");
        let tenant = tenant_named(world, tenant).ok_or_else(unknown)?.id.clone();
        if form.field("response_type") != "code" {
            let told = "The response_type is not supported here.";
            return Err(Refusal::new("unsupported_response_type", 700_054, told));
        }
        let method = form.field("code_challenge_method");
        if !form.field("code_challenge").is_empty() && method != "S256" {
            let told = "The code_challenge_method is not S256.";
            return Err(Refusal::new("invalid_request", 501_491, told));
        }
        person(world, &tenant, &form)
    };
    let begun = begun();
    match begun {
        Ok(person) => {
            let code = format!("0.{}", world.dice.uuid());
            let expires = world.wall().unix_seconds() + CODE_LIFE;
            let kept = Code {
                person,
                redirect_uri,
                challenge: form.field("code_challenge").to_owned(),
                nonce: form.field("nonce").to_owned(),
                expires,
            };
            address.query_pairs_mut().append_pair("code", &code);
            keep(&mut world.sign_ins.codes, code, kept);
        }
        Err(refusal) => {
            let told = refusal.told();
            address.query_pairs_mut().append_pair("error", refusal.error());
            address.query_pairs_mut().append_pair("error_description", &told);
        }
    }
    if !form.field("state").is_empty() {
        address.query_pairs_mut().append_pair("state", form.field("state"));
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(address) = header::HeaderValue::from_str(address.as_str()) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}

/// `POST /{tenant}/oauth2/v2.0/devicecode`.
pub(crate) fn device(world: &mut World, tenant: &str, request: &Request<Bytes>) -> Response<Bytes> {
    let form = Form::read(request.body());
    let tenant = tenant_named(world, tenant).map(|tenant| tenant.id.clone());
    let tenant = tenant.ok_or_else(|| Refusal::unknown_tenant("invalid_request"));
    let person = match tenant.and_then(|tenant| person(world, &tenant, &form)) {
        Ok(person) => person,
        Err(refusal) => return refusal.response(world, request),
    };
    let (secret, shown) = (world.dice.uuid(), world.dice.token());
    let shown: String = shown.chars().take(9).collect::<String>().to_ascii_uppercase();
    let page = format!("{}/common/oauth2/deviceauth", origin(request));
    let expires = world.wall().unix_seconds() + DEVICE_LIFE;
    keep(&mut world.sign_ins.devices, secret.clone(), Device { person, expires, asked: 0 });
    json_response(
        StatusCode::OK,
        &json!({
            "device_code": secret,
            "user_code": shown,
            "verification_uri": page,
            "expires_in": DEVICE_LIFE,
            "interval": INTERVAL,
            "message": format!("To sign in, open {page} and enter the code {shown}."),
        }),
    )
}

/// The grants of people at the token endpoint.
pub(super) fn grant(
    world: &mut World,
    tenant: &TenantId,
    app: &AppId,
    form: &Form,
    issuer: &str,
) -> Result<Value, Refusal> {
    let now = world.wall().unix_seconds();
    let dead = |number, told| Refusal::new("invalid_grant", number, told);
    let mut nonce = String::new();
    let mut person = match form.field("grant_type") {
        "authorization_code" => {
            // A code is good once, whatever comes of it.
            let code = world.sign_ins.codes.remove(form.field("code"));
            let code = code.ok_or_else(|| dead(54_005, "The code was redeemed or never given."))?;
            if code.expires <= now {
                return Err(dead(70_008, "The code has expired."));
            }
            if code.redirect_uri != form.field("redirect_uri") {
                return Err(dead(500_112, "The redirect_uri is not that of the code."));
            }
            let hash = Sha256::digest(form.field("code_verifier").as_bytes());
            let verified = URL_SAFE_NO_PAD.encode(hash) == code.challenge;
            let without = code.challenge.is_empty() && form.field("code_verifier").is_empty();
            if !verified && !without {
                return Err(dead(50_148, "The code_verifier does not match the code_challenge."));
            }
            nonce = code.nonce;
            code.person
        }
        "refresh_token" => {
            let kept = world.sign_ins.refresh.get(form.field("refresh_token"));
            kept.cloned().ok_or_else(|| dead(700_082, "The refresh token has expired."))?
        }
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
            asked(world, form.field("device_code"), now)?
        }
        _ => caller(world, tenant, app, form)?,
    };
    if person.app != *app || person.tenant != *tenant {
        return Err(dead(70_000, "The grant was given to another app or in another tenant."));
    }
    if !form.field("scope").is_empty() {
        form.field("scope").clone_into(&mut person.scope);
    }
    Ok(answer(world, person, &nonce, issuer))
}

fn asked(world: &mut World, code: &str, now: i64) -> Result<Person, Refusal> {
    let Some(device) = world.sign_ins.devices.get_mut(code) else {
        let told = "The device code is not known.";
        return Err(Refusal::new("bad_verification_code", 70_019, told));
    };
    device.asked += 1;
    if device.expires <= now {
        return Err(Refusal::new("expired_token", 70_020, "The device code has expired."));
    }
    if device.asked == 1 {
        let told = "The user has not entered the code yet.";
        return Err(Refusal::new("authorization_pending", 70_016, told));
    }
    let device = world.sign_ins.devices.remove(code).map(|device| device.person);
    device.ok_or_else(|| Refusal::new("bad_verification_code", 70_019, "The code is not known."))
}

/// Who called the API that now acts on their behalf.
fn caller(world: &World, tenant: &TenantId, app: &AppId, form: &Form) -> Result<Person, Refusal> {
    let dead = |number, told| Refusal::new("invalid_grant", number, told);
    if form.field("requested_token_use") != "on_behalf_of" {
        let told = "The requested_token_use is not on_behalf_of.";
        return Err(Refusal::new("invalid_request", 900_144, told));
    }
    let claims = world.keys.claims(form.field("assertion"));
    let claims = claims.ok_or_else(|| dead(50_013, "The assertion is not valid."))?;
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    if text("aud") != app.as_str() {
        return Err(dead(500_131, "The assertion is for another audience than the app."));
    }
    if claims["exp"].as_i64().is_none_or(|until| until <= world.wall().unix_seconds()) {
        return Err(dead(500_133, "The assertion is not within its time."));
    }
    if text("tid") != tenant.as_str() {
        return Err(dead(50_013, "The assertion is of another tenant."));
    }
    let user = world.setup.users.iter().find(|user| user.id.as_str() == text("oid"));
    let user = user.ok_or_else(|| dead(50_027, "The assertion is no user's."))?;
    Ok(Person {
        tenant: tenant.clone(),
        user: user.id.clone(),
        name: user.handle.to_string(),
        app: app.clone(),
        scope: String::new(),
    })
}

fn answer(world: &mut World, person: Person, nonce: &str, issuer: &str) -> Value {
    let now = world.wall().unix_seconds();
    let own = |scope: &&str| ["openid", "profile", "offline_access", "email"].contains(scope);
    let asked: Vec<&str> = person.scope.split_whitespace().collect();
    let (general, wanted): (Vec<&str>, Vec<&str>) = asked.into_iter().partition(own);
    let first = wanted.first().copied().unwrap_or("https://graph.microsoft.com/.default");
    let resource =
        first.rsplit_once('/').map_or("https://graph.microsoft.com", |(resource, _)| resource);
    // The audience of an API is its app's id.
    let audience = resource.strip_prefix("api://").unwrap_or(resource);
    let names: Vec<&str> = wanted.iter().filter_map(|scope| scope.rsplit('/').next()).collect();
    let mut access = json!({
        "aud": audience,
        "iss": format!("https://sts.windows.net/{}/", person.tenant),
        "iat": now,
        "nbf": now,
        "exp": now + LIFE_SECONDS,
        "appid": person.app.as_str(),
        "idtyp": "user",
        "oid": person.user.as_str(),
        "scp": names.join(" "),
        "tid": person.tenant.as_str(),
        "ver": "1.0",
    });
    // No two tokens are alike, though the day's second be the same.
    access["uti"] = world.dice.token().into();
    let mut body = json!({
        "token_type": "Bearer",
        "scope": wanted.join(" "),
        "expires_in": LIFE_SECONDS,
        "ext_expires_in": LIFE_SECONDS,
        "access_token": world.keys.sign(SigningKey::First, &access),
    });
    if general.contains(&"openid") {
        let mut id = json!({
            "aud": person.app.as_str(),
            "iss": issuer,
            "iat": now,
            "nbf": now,
            "exp": now + LIFE_SECONDS,
            "oid": person.user.as_str(),
            "preferred_username": person.name,
            "sub": format!("{}-{}", person.user, person.app),
            "tid": person.tenant.as_str(),
            "ver": "2.0",
        });
        if !nonce.is_empty() {
            id["nonce"] = nonce.into();
        }
        body["id_token"] = world.keys.sign(SigningKey::First, &id).into();
        let info = json!({ "uid": person.user.as_str(), "utid": person.tenant.as_str() });
        body["client_info"] = URL_SAFE_NO_PAD.encode(info.to_string()).into();
    }
    if general.contains(&"offline_access") {
        let token = format!("1.{}", world.dice.uuid());
        body["refresh_token"] = token.as_str().into();
        keep(&mut world.sign_ins.refresh, token, person);
    }
    body
}
