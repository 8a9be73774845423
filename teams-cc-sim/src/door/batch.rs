//! `$batch`: up to twenty requests in one, answered one by one.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{answer, problem::json_response};
use crate::world::World;

/// The most requests in one batch (Learn: 20).
const MAX_REQUESTS: usize = 20;

/// `POST /$batch`. The requests run in order; one waits for none that comes after it.
pub(super) fn respond(world: &mut World, request: &http::Request<Bytes>) -> Response<Bytes> {
    let body: Value = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
    let Some(steps) = body["requests"].as_array().filter(|steps| steps.len() <= MAX_REQUESTS)
    else {
        let error = json!({"error": {
            "code": "BadRequest",
            "message": "A batch holds up to 20 requests.",
        }});
        return json_response(StatusCode::BAD_REQUEST, &error);
    };
    let mut statuses: BTreeMap<String, u16> = BTreeMap::new();
    let mut responses = Vec::with_capacity(steps.len());
    for step in steps {
        let id = step["id"].as_str().unwrap_or_default().to_owned();
        let before = step["dependsOn"].as_array().map_or(&[][..], Vec::as_slice);
        let failed = before.iter().any(|before| {
            let status = before.as_str().and_then(|before| statuses.get(before));
            status.is_none_or(|status| *status >= 400)
        });
        let (status, headers, body) =
            if failed { (424, Map::new(), failed_before()) } else { one(world, request, step) };
        statuses.insert(id.clone(), status);
        responses.push(json!({"id": id, "status": status, "headers": headers, "body": body}));
    }
    json_response(StatusCode::OK, &json!({"responses": responses}))
}

fn failed_before() -> Value {
    json!({"error": {"code": "FailedDependency", "message": "A request before it failed."}})
}

/// Answers one request of the batch as if it had come alone, with the token of the batch.
fn one(
    world: &mut World,
    batch: &http::Request<Bytes>,
    step: &Value,
) -> (u16, Map<String, Value>, Value) {
    let path = step["url"].as_str().unwrap_or_default().trim_start_matches('/');
    let version = batch.uri().path().split('/').nth(1).unwrap_or("v1.0");
    let uri = format!("{}/{version}/{path}", answer::origin(batch));
    let mut request =
        http::Request::builder().method(step["method"].as_str().unwrap_or_default()).uri(uri);
    if let Some(token) = batch.headers().get(header::AUTHORIZATION) {
        request = request.header(header::AUTHORIZATION, token);
    }
    for (name, value) in step["headers"].as_object().into_iter().flatten() {
        if let Some(value) = value.as_str() {
            request = request.header(name, value);
        }
    }
    let body = if step["body"].is_null() { Bytes::new() } else { step["body"].to_string().into() };
    // A batch in a batch is refused, as nothing could end it.
    let request = request.body(body).ok().filter(|_| !path.starts_with('$'));
    let Some(request) = request else {
        let error = json!({"error": {"code": "BadRequest", "message": "The step is malformed."}});
        return (400, Map::new(), error);
    };
    let response = answer::respond(world, &request);
    let headers = response.headers().iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), Value::from(value.to_str().ok()?)))
    });
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (response.status().as_u16(), headers.collect(), body)
}
