//! Errors as Graph tells them: `{"error": {code, message, innerError}}`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use teams_cc_core::Timestamp;

/// A refused request.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) message: String,
    /// What the ladder shows, after the verb.
    pub(crate) what: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), what: String::new() }
    }

    /// Names the request for the ladder, unless that was done already.
    pub(crate) fn during(mut self, what: &str) -> Self {
        if self.what.is_empty() {
            what.clone_into(&mut self.what);
        }
        self
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// The body lacks a property that the schema requires.
    pub(crate) fn missing(property: &str) -> Self {
        Self::bad_request(format!("The request lacks the property '{property}'."))
    }

    pub(crate) fn unauthenticated(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    /// 7503: the bot is not known to the calling service.
    pub(crate) fn not_registered() -> Self {
        Self::new(StatusCode::FORBIDDEN, "7503", "Application is not registered in our store.")
    }

    /// 7504: the token lacks a permission.
    pub(crate) fn no_permission() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "7504",
            "Insufficient enterprise tenant permissions, cannot access this API.",
        )
    }

    /// 7505: the tenant of the token is not the tenant of the call.
    pub(crate) fn other_tenant() -> Self {
        Self::new(StatusCode::FORBIDDEN, "7505", "Request authorization tenant mismatch.")
    }

    /// 8506: only an app that a recording policy brought in may say that it records.
    pub(crate) fn no_policy() -> Self {
        Self::new(StatusCode::FORBIDDEN, "8506", "Not allowed for a call without recording policy.")
    }

    /// A permission outside calling is missing.
    pub(crate) fn forbidden(permission: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            format!("The token lacks the permission {permission}."),
        )
    }

    pub(crate) fn call_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "8523", "Call not found.")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFound", "There is no such resource.")
    }

    /// A request that the simulator does not know. 404 would say that a call is over.
    pub(crate) fn not_simulated() -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            "The simulator does not know this request: answer it with an override.",
        )
    }

    pub(crate) fn body(
        &self,
        request: &http::Request<Bytes>,
        request_id: &str,
        now: Timestamp,
    ) -> Value {
        let client = request
            .headers()
            .get("client-request-id")
            .and_then(|value| value.to_str().ok())
            .unwrap_or(request_id);
        let date: String = now.to_string().chars().take(19).collect();
        json!({
            "error": {
                "code": self.code,
                "message": self.message,
                "innerError": {
                    "date": date,
                    "request-id": request_id,
                    "client-request-id": client,
                },
            },
        })
    }
}

/// A response without a body.
pub(crate) fn plain(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// A JSON response.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = plain(status);
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    *response.body_mut() = Bytes::from(body.to_string());
    response
}
