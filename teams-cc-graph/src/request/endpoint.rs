//! What is the same for every request.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use serde::Serialize;
use teams_cc_core::TenantId;

use crate::client::Client;
use crate::error::{Error, ErrorKind, InvalidRequest};
use crate::permission::Permission;

/// A request of the API as data. It says what it is called and what repeating it does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Endpoint {
    /// The operation's name in the documentation.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with its variable segments in braces.
    pub path: &'static str,
    /// What repeating the request does.
    pub repeat: Repeat,
    /// Whether it acts on one call, so that 404 means that the call is over.
    pub on_call: bool,
    /// Permissions that allow it, least privileged first; one suffices.
    pub permissions: &'static [Permission],
}

/// What repeating a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repeat {
    /// No harm: it is retried whenever an error may pass.
    Harmless,
    /// It would happen twice: it is retried on 429 alone, which says that nothing happened.
    Twice,
}

/// What a request goes through: a [`Client`], or nothing for one that is only built.
pub trait Via: sealed::Sealed {
    /// The tenant whose token the request carries.
    #[doc(hidden)]
    fn tenant(&self) -> Option<&TenantId> {
        None
    }

    /// A fresh text to join an operation to its request.
    #[doc(hidden)]
    fn client_context(&self) -> Option<String> {
        None
    }
}

impl Via for () {}

impl Via for Client {
    fn tenant(&self) -> Option<&TenantId> {
        Client::tenant(self)
    }

    fn client_context(&self) -> Option<String> {
        Some(self.new_id())
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "a sealed trait is not to be named")]
    pub trait Sealed {}
    impl Sealed for () {}
    impl Sealed for crate::client::Client {}
}

impl Endpoint {
    /// The request without a body; `segments` fill the braces of the path in order.
    pub(crate) fn bare(
        &'static self,
        segments: &[(&'static str, &str)],
    ) -> Result<http::Request<Bytes>, Error> {
        self.build(segments, Bytes::new())
    }

    /// The request with a JSON body; `segments` fill the braces of the path in order.
    pub(crate) fn json(
        &'static self,
        segments: &[(&'static str, &str)],
        body: &impl Serialize,
    ) -> Result<http::Request<Bytes>, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Error::with_source(ErrorKind::Decode, error))?;
        self.build(segments, body.into())
    }

    fn build(
        &'static self,
        segments: &[(&'static str, &str)],
        body: Bytes,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut path = String::with_capacity(self.path.len() + 64);
        let mut values = segments.iter();
        for part in self.path.split('/').skip(1) {
            path.push('/');
            if part.starts_with('{') {
                let (what, value) = values
                    .next()
                    .copied()
                    .ok_or(InvalidRequest::PathSegment { what: "segment" })?;
                push_segment(&mut path, what, value)?;
            } else {
                path.push_str(part);
            }
        }
        let mut request = http::Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() =
            path.parse().map_err(|_| InvalidRequest::PathSegment { what: "path" })?;
        let json = HeaderValue::from_static("application/json");
        if !request.body().is_empty() {
            request.headers_mut().insert(CONTENT_TYPE, json.clone());
        }
        request.headers_mut().insert(ACCEPT, json);
        request.extensions_mut().insert(self);
        Ok(request)
    }
}

/// Append one path segment, percent-encoded (RFC 3986 §2.3 leaves these characters alone).
fn push_segment(path: &mut String, what: &'static str, value: &str) -> Result<(), InvalidRequest> {
    if value.is_empty() || value == "." || value == ".." {
        return Err(InvalidRequest::PathSegment { what });
    }
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push('%');
            for nibble in [byte >> 4, byte & 0x0F] {
                let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                path.push(digit.to_ascii_uppercase());
            }
        }
    }
    Ok(())
}

/// The constants and the future that every request has.
macro_rules! graph_request {
    (
        $name:ident => $response:tt,
        $operation:literal $method:ident $path:literal,
        repeat: $repeat:ident, on_call: $on_call:literal,
        permissions: [$($permission:ident),*]
    ) => {
        impl $name<$crate::client::Client> {
            /// Permissions that allow this request, least privileged first; one suffices.
            pub const REQUIRED_PERMISSIONS: &'static [$crate::permission::Permission] =
                Self::ENDPOINT.permissions;
        }

        impl<C> $name<C> {
            const ENDPOINT: &'static $crate::request::Endpoint = &$crate::request::Endpoint {
                name: $operation,
                method: ::http::Method::$method,
                path: $path,
                repeat: $crate::request::Repeat::$repeat,
                on_call: $on_call,
                permissions: &[$($crate::permission::$permission),*],
            };
        }

        impl ::std::future::IntoFuture for $name<$crate::client::Client> {
            type Output = Result<graph_request!(@type $response), $crate::error::Error>;
            type IntoFuture = $crate::request::ResponseFuture<graph_request!(@type $response)>;

            fn into_future(self) -> Self::IntoFuture {
                let client = self.via.clone();
                let request = self.into_request();
                $crate::request::ResponseFuture::new(async move {
                    graph_request!(@run client, request?, $response)
                })
            }
        }
    };
    (@type ()) => { () };
    (@type ($response:ty)) => { $response };
    (@type $response:ident) => { $response };
    (@run $client:ident, $request:expr, ()) => { $client.execute($request).await.map(drop) };
    (@run $client:ident, $request:expr, $response:tt) => { $client.request($request).await };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_path_segment() {
        for (id, wanted) in [
            ("57dab8b1-894c", Some("/57dab8b1-894c")),
            ("a/../b?x#y", Some("/a%2F..%2Fb%3Fx%23y")),
            ("é", Some("/%C3%A9")),
            ("..", None),
            ("", None),
        ] {
            let mut path = String::from("/");
            let result = push_segment(&mut path, "call id", id);
            assert_eq!(result.ok().map(|()| path).as_deref(), wanted, "{id}");
        }
    }
}
