//! Answers that are more than a JSON body.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::client::Client;
use crate::error::{Error, ErrorKind};

/// A file: bytes and what they are. Debug shows its size alone.
///
/// It is held whole, up to the client's `max_response_bytes`; a larger one is the error
/// [`ErrorKind::ResponseTooLarge`]. The `stream` of the same request gives it in parts instead, as a
/// [`Download`](crate::Download).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// What the bytes are, such as `text/vtt`; `None` where the service does not say.
    pub content_type: Option<String>,
    /// The bytes.
    pub bytes: Bytes,
}

/// An answer with the place it names in its `Location` header.
///
/// Debug shows that there is a place and not which: its address may name a thread or a number.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Located<T> {
    /// The body of the answer.
    pub value: T,
    /// Where the resource or the operation is, as the service wrote it.
    pub location: Option<String>,
}

impl Content {
    /// The bytes as text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] where they are not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        str::from_utf8(&self.bytes).map_err(|error| Error::with_source(ErrorKind::Decode, error))
    }

    pub(crate) fn of(response: http::Response<Bytes>) -> Self {
        let content_type = header(&response, &CONTENT_TYPE);
        Self { content_type, bytes: response.into_body() }
    }
}

impl<T> Located<T> {
    pub(crate) fn of(
        response: &http::Response<Bytes>,
        read: impl FnOnce(&http::Response<Bytes>) -> Result<T, Error>,
    ) -> Result<Self, Error> {
        let location = header(response, &LOCATION);
        Ok(Self { value: read(response)?, location })
    }
}

/// One object, answered as it is or as a list of one.
pub(crate) fn only<T: DeserializeOwned>(response: &http::Response<Bytes>) -> Result<T, Error> {
    if may_be_list(response.body()) {
        only_of(Client::read(response)?)
    } else {
        Client::read(response)
    }
}

/// Whether the body may have a property `value`, at whatever depth.
///
/// Without one, which is the rule, the object is read straight from the body. JSON may also spell
/// the name with escapes.
fn may_be_list(body: &[u8]) -> bool {
    memchr::memchr(b'\\', body).is_some() || memchr::memmem::find(body, b"\"value\"").is_some()
}

fn only_of<T: DeserializeOwned>(mut answer: Value) -> Result<T, Error> {
    if let Some(Value::Array(items)) = answer.get_mut("value") {
        answer = items.pop().unwrap_or_else(|| Value::Object(Map::default()));
    }
    serde_json::from_value(answer).map_err(|error| Error::with_source(ErrorKind::Decode, error))
}

fn header(response: &http::Response<Bytes>, name: &http::HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Located<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_ref().map(|_| format_args!("[redacted]"));
        f.debug_struct("Located").field("value", &self.value).field("location", &location).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Presence;

    #[test]
    fn a_file_is_text_only_where_it_is_utf8() {
        let response = |bytes: &'static [u8]| {
            let builder = http::Response::builder().header("content-type", "text/vtt");
            Content::of(builder.body(Bytes::from_static(bytes)).unwrap())
        };
        let content = response(b"WEBVTT");
        assert_eq!(content.content_type.as_deref(), Some("text/vtt"));
        assert_eq!(content.text().unwrap(), "WEBVTT");
        assert!(!format!("{content:?}").contains("WEBVTT"));
        assert!(response(b"\xff").text().is_err());
    }

    #[test]
    fn one_object_may_come_as_a_list() {
        for (answer, wanted) in [
            (r#"{"id": "a"}"#, Some("a")),
            (r#"{"value": [{"id": "a"}]}"#, Some("a")),
            (r#"{"v\u0061lue": [{"id": "a"}]}"#, Some("a")),
            (r#"{"value": []}"#, None),
            (r#"{"id": "a", "activity": "\"value\""}"#, Some("a")),
            ("{}", None),
            ("", None),
        ] {
            let presence: Presence = only(&http::Response::new(answer.into())).unwrap();
            assert_eq!(presence.id.text(), wanted, "{answer}");
        }
        for answer in [r#"{"value": ["a"]}"#, "[", "\u{1}"] {
            assert!(only::<Presence>(&http::Response::new(answer.into())).is_err(), "{answer}");
        }
    }

    #[test]
    fn a_location_is_taken_with_and_without_a_body() {
        let response = http::Response::builder().header("location", "/chats('1')/operations('2')");
        let response = response.body(Bytes::new()).unwrap();
        let located = Located::of(&response, |_| Ok(1)).unwrap();
        assert_eq!(located.location.as_deref(), Some("/chats('1')/operations('2')"));
        assert!(!format!("{located:?}").contains("chats"));
        let bare = http::Response::new(Bytes::new());
        assert_eq!(Located::of(&bare, |_| Ok(())).unwrap().location, None);
    }
}
