//! A request on its way to being HTTP.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use super::endpoint::Endpoint;
use super::query::{Query, push_encoded};
use crate::error::{Error, ErrorKind, InvalidRequest};

/// A request with its path; query options, headers and a body may follow.
///
/// The path template of an [`Endpoint`] holds variables in braces, filled in order. One may be a
/// whole segment (`/users/{id}`), a parameter of a function as it is (`(from={from})`, for dates and
/// numbers) or a quoted one (`(id='{id}')`, for texts, whose quotes are doubled).
#[must_use = "a draft is nothing before it has a body or is said to have none"]
pub(crate) struct Draft {
    endpoint: &'static Endpoint,
    uri: String,
    headers: HeaderMap,
}

/// A parameter of a function in a path, with its name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameter<'a> {
    /// A text: in quotes, with those inside doubled.
    Text(&'static str, &'a str),
    /// A date or a number: as it is.
    Plain(&'static str, &'a str),
}

/// `Prefer`, by which a client asks for another form of the answer (RFC 7240).
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");

impl Draft {
    pub(super) fn new(
        endpoint: &'static Endpoint,
        segments: &[(&'static str, &str)],
    ) -> Result<Self, InvalidRequest> {
        // Exactly as long as it becomes, where no character has to be encoded and nothing follows.
        let values: usize = segments.iter().map(|(_, value)| value.len()).sum();
        let mut uri = String::with_capacity(fixed_len(endpoint.path) + values);
        let mut values = segments.iter();
        let mut rest = endpoint.path;
        while let Some((before, after)) = split_at_byte(rest, b'{') {
            uri.push_str(before);
            let (_, after) = split_at_byte(after, b'}').unwrap_or((after, ""));
            let value = values.next().copied();
            let (what, value) = value.ok_or(InvalidRequest::PathSegment { what: "segment" })?;
            push_value(&mut uri, what, value)?;
            rest = after;
        }
        uri.push_str(rest);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(endpoint.accept));
        Ok(Self { endpoint, uri, headers })
    }

    /// Add the parameters of a function, of which some may be left out.
    pub(crate) fn parameters(mut self, parameters: &[Parameter<'_>]) -> Self {
        for (nth, parameter) in parameters.iter().enumerate() {
            self.uri.push(if nth == 0 { '(' } else { ',' });
            match parameter {
                Parameter::Text(name, text) => {
                    self.uri.push_str(name);
                    self.uri.push_str("='");
                    push_encoded(&mut self.uri, &text.replace('\'', "''"), &[]);
                    self.uri.push('\'');
                }
                Parameter::Plain(name, value) => {
                    self.uri.push_str(name);
                    self.uri.push('=');
                    push_encoded(&mut self.uri, value, &[]);
                }
            }
        }
        self.uri.push_str(if parameters.is_empty() { "()" } else { ")" });
        self
    }

    /// Add to the path what follows the parameters of a function.
    pub(crate) fn then(mut self, rest: &'static str) -> Self {
        self.uri.push_str(rest);
        self
    }

    /// Add query options.
    pub(crate) fn query(mut self, query: &Query) -> Self {
        if !query.is_empty() {
            self.uri.push(if self.uri.contains('?') { '&' } else { '?' });
            self.uri.push_str(&query.to_text());
        }
        self
    }

    /// Set a header.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Result<Self, InvalidRequest> {
        let value = HeaderValue::try_from(value).map_err(|_| InvalidRequest::Header)?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Ask for another form of the answer; several preferences add up.
    pub(crate) fn prefer(mut self, preference: &str) -> Result<Self, InvalidRequest> {
        let value = HeaderValue::try_from(preference).map_err(|_| InvalidRequest::Header)?;
        self.headers.append(PREFER, value);
        Ok(self)
    }

    /// The request without a body.
    pub(crate) fn bare(self) -> Result<http::Request<Bytes>, Error> {
        self.finish(Bytes::new())
    }

    /// The request with a JSON body.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<http::Request<Bytes>, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Error::with_source(ErrorKind::Decode, error))?;
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        self.finish(body.into())
    }

    /// The request with a body of another type, such as `application/zip`.
    pub(crate) fn body(
        mut self,
        content_type: &'static str,
        body: Bytes,
    ) -> Result<http::Request<Bytes>, Error> {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.finish(body)
    }

    fn finish(self, body: Bytes) -> Result<http::Request<Bytes>, Error> {
        let mut request = http::Request::new(body);
        *request.method_mut() = self.endpoint.method.clone();
        *request.uri_mut() =
            self.uri.try_into().map_err(|_| InvalidRequest::PathSegment { what: "path" })?;
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(self.endpoint);
        Ok(request)
    }
}

/// The parts of a text before and after the first of a byte of ASCII.
fn split_at_byte(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(byte, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// How long a path template is without its variables.
fn fixed_len(template: &str) -> usize {
    let mut rest = template;
    let mut length = 0;
    while let Some((before, after)) = split_at_byte(rest, b'{') {
        length += before.len();
        (_, rest) = split_at_byte(after, b'}').unwrap_or((after, ""));
    }
    length + rest.len()
}

/// Append the value of one variable, so encoded that it cannot leave its place.
fn push_value(uri: &mut String, what: &'static str, value: &str) -> Result<(), InvalidRequest> {
    let quoted = uri.ends_with('\'');
    if (value.is_empty() && !quoted) || value == "." || value == ".." {
        return Err(InvalidRequest::PathSegment { what });
    }
    if quoted {
        push_encoded(uri, &value.replace('\'', "''"), &[]);
    } else {
        push_encoded(uri, value, &[]);
    }
    Ok(())
}

/// The type of most bodies.
pub(super) const JSON: &str = "application/json";

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::request::Repeat;

    macro_rules! endpoint {
        ($path:literal) => {
            &Endpoint {
                name: "test",
                method: Method::GET,
                path: $path,
                repeat: Repeat::Harmless,
                on_call: false,
                permissions: &[],
                besides: &[],
                accept: JSON,
            }
        };
    }

    static USER: &Endpoint = endpoint!("/users/{id}");
    static PSTN: &Endpoint =
        endpoint!("/communications/callRecords/getPstnCalls(fromDateTime={from},toDateTime={to})");
    static QUOTED: &Endpoint = endpoint!("/users/{id}/onlineMeetings/find(name='{name}')");

    #[test]
    fn an_id_cannot_leave_its_path_segment() {
        for (id, wanted) in [
            ("57dab8b1-894c", Some("/users/57dab8b1-894c")),
            ("a/../b?x#y", Some("/users/a%2F..%2Fb%3Fx%23y")),
            ("é", Some("/users/%C3%A9")),
            ("19:a@thread.v2", Some("/users/19%3Aa%40thread.v2")),
            ("..", None),
            (".", None),
            ("", None),
        ] {
            let draft = Draft::new(USER, &[("user id", id)]);
            assert_eq!(draft.ok().map(|draft| draft.uri).as_deref(), wanted, "{id}");
        }
    }

    /// Trap 31.
    #[test]
    fn dates_of_a_function_stand_unquoted_and_texts_quoted() {
        for (from, to, wanted) in [
            ("2019-11-01", "2019-12-01", "fromDateTime=2019-11-01,toDateTime=2019-12-01"),
            (
                "2019-11-01T00:00:00+01:00",
                "2019-12-01T00:00:00Z",
                "fromDateTime=2019-11-01T00%3A00%3A00%2B01%3A00,toDateTime=2019-12-01T00%3A00%3A00Z",
            ),
            ("1)/users(", "2", "fromDateTime=1%29%2Fusers%28,toDateTime=2"),
        ] {
            let request = Draft::new(PSTN, &[("from", from), ("to", to)]).unwrap().bare().unwrap();
            let wanted = format!("/communications/callRecords/getPstnCalls({wanted})");
            assert_eq!(request.uri().to_string(), wanted);
        }
        for (name, wanted) in [("O'Neil", "O%27%27Neil"), ("", ""), ("a b", "a%20b")] {
            let draft = Draft::new(QUOTED, &[("user id", "u"), ("name", name)]).unwrap();
            assert_eq!(draft.uri, format!("/users/u/onlineMeetings/find(name='{wanted}')"));
        }
    }

    #[test]
    fn query_headers_and_bodies_stand_where_they_belong() {
        let draft = || Draft::new(USER, &[("user id", "u")]).unwrap();
        let request = draft()
            .query(&Query::new().select(["id"]))
            .query(&Query::new())
            .query(&Query::new().top(1))
            .prefer("include-unknown-enum-members")
            .and_then(|draft| draft.prefer("odata.maxpagesize=5"))
            .and_then(|draft| draft.header(HeaderName::from_static("consistencylevel"), "eventual"))
            .unwrap()
            .bare()
            .unwrap();
        assert_eq!(request.uri(), "/users/u?$select=id&$top=1");
        assert_eq!(request.headers()["accept"], "application/json");
        assert_eq!(request.headers()["consistencylevel"], "eventual");
        let preferences: Vec<_> = request.headers().get_all(PREFER).iter().collect();
        assert_eq!(preferences, ["include-unknown-enum-members", "odata.maxpagesize=5"]);
        assert!(!request.headers().contains_key("content-type"));

        let request = draft().body("application/zip", Bytes::from_static(b"PK")).unwrap();
        assert_eq!(request.headers()["content-type"], "application/zip");
        let request = draft().json(&serde_json::json!({})).unwrap();
        assert_eq!(request.headers()["content-type"], "application/json");
        assert_eq!(&request.body()[..], b"{}");
        assert!(draft().prefer("a\nb").is_err());
        assert!(draft().header(PREFER, "a\u{7f}").is_err());
    }
}
