//! One request of a batch, and what the wire says of it.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_URL_SAFE;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::limit::Class;
use crate::model::{BatchBody, BatchRequestStep, BatchResponseStep};
use crate::request::{Endpoint, Repeat};
use crate::wire::Object;

/// One request of a batch.
pub(super) struct Item {
    pub(super) method: http::Method,
    pub(super) url: Box<str>,
    headers: Map<String, Value>,
    body: Option<Value>,
    /// The earlier requests it waits for.
    pub(super) after: Vec<usize>,
    pub(super) endpoint: Option<&'static Endpoint>,
    pub(super) repeat: Repeat,
}

impl Item {
    pub(super) fn new(
        client: &Client,
        request: &http::Request<Bytes>,
        after: Vec<usize>,
    ) -> Result<Self, Error> {
        let endpoint = request.extensions().get::<&'static Endpoint>().copied();
        let repeat = match endpoint {
            Some(endpoint) => endpoint.repeat,
            None if request.method().is_idempotent() => Repeat::Harmless,
            None => Repeat::Twice,
        };
        Ok(Self {
            method: request.method().clone(),
            url: client.relative(request.uri())?.into(),
            headers: headers_of(request.headers()),
            body: body_of(request)?,
            after,
            endpoint,
            repeat,
        })
    }

    /// What the service counts it as.
    pub(super) fn class(&self) -> Class<'_> {
        let (path, query) = self.url.split_once('?').unzip();
        Class::of(&self.method, path.unwrap_or(&self.url), query)
    }

    /// As the wire has it, waiting for those of `waits` alone.
    pub(super) fn step(&self, index: usize, waits: impl Fn(usize) -> bool) -> BatchRequestStep {
        let after = self.after.iter().copied().filter(|earlier| waits(*earlier));
        let after: Vec<_> = after.map(name).collect();
        let mut step =
            BatchRequestStep::new().id(name(index)).method(self.method.as_str()).url(&*self.url);
        if !self.headers.is_empty() {
            step = step.headers(Object::from(self.headers.clone()));
        }
        if let Some(body) = &self.body {
            step = step.body(BatchBody::from(body.clone()));
        }
        if !after.is_empty() {
            step = step.depends_on(after);
        }
        step
    }
}

/// The name of a request on the wire: its number, counted from 1.
pub(super) fn name(index: usize) -> String {
    index.saturating_add(1).to_string()
}

/// The request of a name; `None` for one that was never given.
pub(super) fn index(name: &str) -> Option<usize> {
    let index = name.trim().parse::<usize>().ok()?.checked_sub(1)?;
    (self::name(index) == name.trim()).then_some(index)
}

/// The answer to one request as HTTP; `None` where its status is none.
pub(super) fn response(step: BatchResponseStep) -> Option<http::Response<Bytes>> {
    let status = u16::try_from(*step.status.get()?).ok()?;
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in step.headers.into_option().map(Object::into_map).unwrap_or_default() {
        let name = HeaderName::try_from(name);
        let value = value.as_str().map(HeaderValue::try_from);
        if let (Ok(name), Some(Ok(value))) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    let body = step.body.into_option().map(BatchBody::into_value);
    *response.body_mut() = bytes_of(body, response.headers());
    Some(response)
}

/// Headers by name; the token and the host are the batch's own.
fn headers_of(headers: &HeaderMap) -> Map<String, Value> {
    let mut map = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let values: Vec<_> = values.collect();
        let usual = *name == ACCEPT && values == ["application/json"];
        if *name != AUTHORIZATION && *name != HOST && !usual {
            map.insert(name.as_str().to_owned(), Value::from(values.join(", ")));
        }
    }
    map
}

/// JSON as it is, anything else as base64url (OData JSON Format 4.01 §19.1).
fn body_of(request: &http::Request<Bytes>) -> Result<Option<Value>, Error> {
    if request.body().is_empty() {
        return Ok(None);
    }
    if is_json(request.headers()) {
        let body = serde_json::from_slice(request.body());
        return body.map(Some).map_err(|error| Error::with_source(ErrorKind::Decode, error));
    }
    Ok(Some(Value::from(BASE64_URL_SAFE.encode(request.body()))))
}

fn bytes_of(body: Option<Value>, headers: &HeaderMap) -> Bytes {
    match body {
        None | Some(Value::Null) => Bytes::new(),
        Some(Value::String(text)) if !is_json(headers) => {
            // The service writes base64 where OData says base64url: both are read.
            let plain = text.replace('-', "+").replace('_', "/");
            LENIENT.decode(plain).map_or_else(|_| Bytes::from(text), Bytes::from)
        }
        Some(body) => serde_json::to_vec(&body).unwrap_or_default().into(),
    }
}

/// Whether a body is JSON, as it is where nothing else is said.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || kind.ends_with("+json")
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
