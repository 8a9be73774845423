//! Subscriptions to records of calls: make, read, renew, end.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use teams_cc_core::Timestamp;

use super::{Answer, graph::Asker, problem::Problem};
use crate::world::{Subscription, World};

/// What can be subscribed to here.
const RECORDS: &str = "communications/callRecords";
/// The longest life of a subscription to it (Learn: 4230 minutes).
const LONGEST: Duration = Duration::from_mins(4230);
/// The longest client state (Learn: 128 characters).
const MAX_CLIENT_STATE: usize = 128;

/// Everything below `/subscriptions`.
pub(super) fn respond(
    world: &mut World,
    asker: &Asker,
    (method, path): (&Method, &[&str]),
    body: &Value,
    graph: &str,
) -> Result<Answer, Problem> {
    if !asker.may("CallRecords.Read.All") {
        return Err(Problem::forbidden("CallRecords.Read.All"));
    }
    world.forget_expired();
    match (method, path) {
        (&Method::POST, []) => create(world, asker, body, graph),
        (&Method::GET, []) => {
            let own = world.subscriptions.iter().filter(|(_, one)| is_of(one, asker));
            let value: Vec<_> = own.map(|(id, one)| entity(world, id, one)).collect();
            Ok(Answer::json(StatusCode::OK, json!({"value": value}), "subscriptions"))
        }
        (_, [id, rest @ ..]) => {
            let found = world.subscriptions.get(*id).filter(|one| is_of(one, asker));
            let mut found = found.cloned().ok_or_else(Problem::not_found)?;
            let what = "subscriptions/…";
            match (method, rest) {
                (&Method::GET, []) => {
                    Ok(Answer::json(StatusCode::OK, entity(world, id, &found), what))
                }
                (&Method::DELETE, []) => {
                    world.subscriptions.remove(*id);
                    Ok(Answer::empty(StatusCode::NO_CONTENT, what))
                }
                (&Method::PATCH, []) => {
                    found.expires = expires(world, body)?;
                    if let Some(url) = body["notificationUrl"].as_str() {
                        found.url = address(url)?;
                    }
                    world.subscriptions.insert((*id).to_owned(), found.clone());
                    Ok(Answer::json(StatusCode::OK, entity(world, id, &found), what))
                }
                (&Method::POST, ["reauthorize"]) => {
                    Ok(Answer::empty(StatusCode::OK, "subscriptions/…/reauthorize"))
                }
                _ => Err(Problem::not_simulated()),
            }
        }
        _ => Err(Problem::not_simulated()),
    }
}

/// `POST /subscriptions`.
fn create(world: &mut World, asker: &Asker, body: &Value, graph: &str) -> Result<Answer, Problem> {
    let text = |name: &'static str| body[name].as_str().ok_or_else(|| Problem::missing(name));
    let resource = text("resource")?.trim_matches('/').to_owned();
    if !resource.eq_ignore_ascii_case(RECORDS) {
        return Err(Problem::not_simulated());
    }
    let changes = text("changeType")?.to_owned();
    if !changes.split(',').all(|one| matches!(one.trim(), "created" | "updated" | "deleted")) {
        return Err(Problem::bad_request("The changeType is unknown."));
    }
    let state = body["clientState"].as_str().map(str::to_owned);
    if state.as_ref().is_some_and(|state| state.chars().count() > MAX_CLIENT_STATE) {
        return Err(Problem::bad_request("The clientState is over 128 characters."));
    }
    let subscription = Subscription {
        app: asker.app,
        tenant: asker.tenant,
        resource,
        changes,
        url: address(text("notificationUrl")?)?,
        state,
        expires: expires(world, body)?,
    };
    let id = world.subscribe(subscription.clone()).ok_or_else(|| {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Too many subscriptions.")
    })?;
    let mut entity = entity(world, &id, &subscription);
    // The answer to who made it, and no other, repeats the secret.
    entity["clientState"] = json!(subscription.state);
    Ok(Answer::json(StatusCode::CREATED, entity, "subscriptions")
        .at(format!("{graph}/v1.0/subscriptions/{id}")))
}

fn is_of(subscription: &Subscription, asker: &Asker) -> bool {
    subscription.app == asker.app && subscription.tenant == asker.tenant
}

fn address(url: &str) -> Result<String, Problem> {
    let parsed = url::Url::parse(url).ok().filter(|url| {
        url.scheme() == "https" || matches!(url.host_str(), Some("127.0.0.1" | "localhost"))
    });
    let wrong = || Problem::bad_request("The notificationUrl is not an absolute HTTPS address.");
    parsed.map(|_| url.to_owned()).ok_or_else(wrong)
}

fn expires(world: &World, body: &Value) -> Result<Timestamp, Problem> {
    let text = body["expirationDateTime"].as_str();
    let text = text.ok_or_else(|| Problem::missing("expirationDateTime"))?;
    let now = world.wall();
    let expires: Option<Timestamp> = text.parse().ok();
    expires.filter(|at| *at > now && *at <= now + LONGEST).ok_or_else(|| {
        Problem::bad_request("The expirationDateTime is within the next 4230 minutes.")
    })
}

fn entity(world: &World, id: &str, subscription: &Subscription) -> Value {
    let app = world.setup.apps.get(subscription.app).map(|app| app.id.as_str());
    json!({
        "@odata.type": "#microsoft.graph.subscription",
        "id": id,
        "resource": subscription.resource,
        "applicationId": app,
        "changeType": subscription.changes,
        "clientState": null,
        "notificationUrl": subscription.url,
        "lifecycleNotificationUrl": null,
        "expirationDateTime": subscription.expires.to_string(),
        "creatorId": app,
        "includeResourceData": null,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": null,
        "encryptionCertificateId": null,
        "notificationQueryOptions": null,
    })
}
