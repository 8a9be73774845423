//! One request in, one response out: by path alone, without a socket.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::Value;

use super::{
    batch, clip, graph, metadata, persons,
    problem::{Problem, plain},
    token,
};
use crate::{log::Column, world::World};

/// The largest request body accepted, in bytes; a larger one is answered with 413.
pub(crate) const MAX_BODY_BYTES: usize = 256 * 1024;

/// The app id of Microsoft Graph, the same in every tenant.
const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
/// Graph's JSON has parameters; a client that wants the bare type fails at the real one.
const CONTENT_TYPE: &str = "application/json;odata.metadata=minimal;odata.streaming=true;\
                            IEEE754Compatible=false;charset=utf-8";

/// The answer of one request handler: status and body, and where a new thing lies.
pub(crate) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    location: Option<String>,
    /// What the ladder shows, after the verb.
    what: String,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode, what: impl Into<String>) -> Self {
        Self { status, body: None, location: None, what: what.into() }
    }

    pub(crate) fn json(status: StatusCode, body: Value, what: impl Into<String>) -> Self {
        Self { body: Some(body), ..Self::empty(status, what) }
    }

    /// The same with another status.
    pub(crate) fn with(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Adds a property to the body.
    pub(crate) fn set(&mut self, name: &str, value: &Value) {
        if let Some(body) = &mut self.body {
            body[name] = value.clone();
        }
    }

    pub(crate) fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }
}

/// Answers any request to Microsoft.
pub(crate) fn respond(world: &mut World, request: &http::Request<Bytes>) -> Response<Bytes> {
    if request.body().len() > MAX_BODY_BYTES {
        return plain(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let path = request.uri().path().trim_end_matches('/');
    let decoded: Vec<String> = path.split('/').skip(1).map(decoded).collect();
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    match (request.method(), segments.as_slice()) {
        (&Method::POST, [tenant, "oauth2", "v2.0", "token"]) => {
            token::issue(world, tenant, request)
        }
        (&Method::GET, [tenant, "oauth2", "v2.0", "authorize"]) => {
            persons::authorize(world, tenant, request)
        }
        (&Method::POST, [tenant, "oauth2", "v2.0", "devicecode"]) => {
            persons::device(world, tenant, request)
        }
        (&Method::GET, ["common", "v2.0", ".well-known", "openid-configuration"]) => {
            metadata::common(request)
        }
        (&Method::GET, [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
            metadata::tenant(world, tenant, request)
        }
        (&Method::GET, ["common", "discovery", "instance"]) => metadata::instance(request),
        (&Method::GET, ["v1", ".well-known", "OpenIdConfiguration"]) => metadata::calling(request),
        (&Method::GET, ["v1", "keys"] | [_, "discovery", "v2.0", "keys"]) => metadata::keys(),
        (&Method::GET, ["clips", id]) => clip::fetch(world, id, request),
        (&Method::POST, ["v1.0" | "beta", "$batch"]) => batch::respond(world, request),
        (_, ["v1.0" | "beta", rest @ ..]) => graph::respond(world, request, rest),
        _ => plain(StatusCode::NOT_FOUND),
    }
}

/// A segment of a path without its percent signs (RFC 3986 §2.1); a wrong one stays as it is.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|code| u8::from_str_radix(str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| segment.to_owned())
}

/// Scheme and authority of the request, so that addresses in answers lead back here.
pub(super) fn origin(request: &http::Request<Bytes>) -> String {
    let scheme = request.uri().scheme_str().unwrap_or("https");
    let host = request
        .uri()
        .authority()
        .map(http::uri::Authority::as_str)
        .or_else(|| request.headers().get("host").and_then(|host| host.to_str().ok()))
        .unwrap_or("graph.microsoft.com");
    format!("{scheme}://{host}")
}

/// Writes a request and its status into the log.
///
/// The line stands before what the request brought about since `mark`.
pub(super) fn logged(
    world: &mut World,
    mark: usize,
    verb: &Method,
    what: &str,
    status: StatusCode,
    code: Option<&str>,
) {
    let code = code.map(|code| format!(" {code}")).unwrap_or_default();
    world.log.push_at(
        mark,
        world.now,
        Column::Center,
        Column::Teams,
        format!("{verb} {what}: {}{code}", status.as_u16()),
    );
}

/// Turns what a handler says into a response.
pub(super) fn finish(
    world: &mut World,
    mark: usize,
    request: &http::Request<Bytes>,
    answer: Result<Answer, Problem>,
) -> Response<Bytes> {
    let request_id = world.dice.uuid();
    let (status, body, location) = match answer {
        Ok(answer) => {
            logged(world, mark, request.method(), &answer.what, answer.status, None);
            (answer.status, answer.body, answer.location)
        }
        Err(problem) => {
            logged(
                world,
                mark,
                request.method(),
                &problem.what,
                problem.status,
                Some(&problem.code),
            );
            let body = problem.body(request, &request_id, world.wall());
            (problem.status, Some(body), None)
        }
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(value) = request_id.parse() {
        headers.insert("request-id", value);
    }
    if let Some(value) = request.headers().get("client-request-id") {
        headers.insert("client-request-id", value.clone());
    }
    if let Some(Ok(value)) = location.map(|location| location.parse()) {
        headers.insert(http::header::LOCATION, value);
    }
    if status == StatusCode::UNAUTHORIZED {
        // RFC 9110 §11.6.1 wants a challenge; Graph names itself in it.
        let challenge = format!(
            "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", \
             client_id=\"{GRAPH_APP}\"",
            origin(request)
        );
        if let Ok(value) = challenge.parse() {
            headers.insert(http::header::WWW_AUTHENTICATE, value);
        }
    }
    if let Some(body) = body {
        headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(CONTENT_TYPE));
        *response.body_mut() = Bytes::from(body.to_string());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn percent_signs_are_read_and_wrong_ones_left() {
        for (segment, wanted) in [
            ("ada%40contoso.test", "ada@contoso.test"),
            ("plain", "plain"),
            ("%E2%82%AC+", "€+"),
            ("100%", "100%"),
            ("%4", "%4"),
            ("%zz%2f", "%zz/"),
            ("%ff", "%ff"),
        ] {
            assert_eq!(decoded(segment), wanted);
        }
    }
}
