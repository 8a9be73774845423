//! What is the same for every request.

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use teams_cc_core::{TenantId, Timestamp};

use super::draft::Draft;
use crate::client::Client;
use crate::cloud::Cloud;
use crate::error::Error;
use crate::permission::Permission;
use crate::wire::Field;

/// A request of the API as data. It says what it is called and what repeating it does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Endpoint {
    /// The operation's name in the documentation.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with its variables in braces.
    pub path: &'static str,
    /// What repeating the request does.
    pub repeat: Repeat,
    /// Whether it acts on one call, so that 404 means that the call is over.
    pub on_call: bool,
    /// Permissions that allow it, least privileged first; one suffices.
    pub permissions: &'static [Permission],
    /// Permissions needed besides: one of each group.
    pub besides: &'static [&'static [Permission]],
    /// The media type it asks for.
    pub accept: &'static str,
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
    fn client_context(&self) -> Field<String> {
        Field::Missing
    }

    /// The time by the wall, where there is a clock.
    #[doc(hidden)]
    fn wall(&self) -> Option<Timestamp> {
        None
    }

    /// Where resources are that bodies link to.
    #[doc(hidden)]
    fn service_root(&self) -> String {
        format!("{}/v1.0", Cloud::Global.graph())
    }
}

/// What awaits requests: it has a client to send them by.
pub(crate) trait Sends: Via {
    /// The client that sends.
    fn client(&self) -> &Client;
}

impl Via for () {}

impl Via for Client {
    fn tenant(&self) -> Option<&TenantId> {
        Client::tenant(self)
    }

    fn client_context(&self) -> Field<String> {
        self.new_id().into()
    }

    fn wall(&self) -> Option<Timestamp> {
        Some(Client::wall(self))
    }

    fn service_root(&self) -> String {
        Client::service_root(self)
    }
}

impl Sends for Client {
    fn client(&self) -> &Client {
        self
    }
}

pub(crate) mod sealed {
    #[expect(unnameable_types, reason = "a sealed trait is not to be named")]
    pub trait Sealed {}
    impl Sealed for () {}
    impl Sealed for crate::client::Client {}
}

impl Endpoint {
    /// Whether it acts on one call record, so that 404 means that there is none, not yet or not
    /// any more.
    pub(crate) fn is_on_call_record(&self) -> bool {
        self.path.starts_with("/communications/callRecords/{")
    }

    /// The same `POST` with other permissions.
    pub(crate) const fn post_with(
        &self,
        permissions: &'static [Permission],
        besides: &'static [&'static [Permission]],
    ) -> Self {
        Self {
            name: self.name,
            method: Method::POST,
            path: self.path,
            repeat: self.repeat,
            on_call: self.on_call,
            permissions,
            besides,
            accept: self.accept,
        }
    }

    /// Begin the request; `segments` fill the braces of the path in order.
    pub(crate) fn draft(&'static self, segments: &[(&'static str, &str)]) -> Result<Draft, Error> {
        Ok(Draft::new(self, segments)?)
    }

    /// The request without a body; `segments` fill the braces of the path in order.
    pub(crate) fn bare(
        &'static self,
        segments: &[(&'static str, &str)],
    ) -> Result<http::Request<Bytes>, Error> {
        self.draft(segments)?.bare()
    }

    /// The request with a JSON body; `segments` fill the braces of the path in order.
    pub(crate) fn json(
        &'static self,
        segments: &[(&'static str, &str)],
        body: &impl Serialize,
    ) -> Result<http::Request<Bytes>, Error> {
        self.draft(segments)?.json(body)
    }
}

/// The constants and the future that every request has.
///
/// - `Name => Answer`: a JSON answer of that type (`(Collection<Call>)` in parentheses); `()` for
///   none; `Content` for a file; `[Located Chat]` or `[Located ()]` for an answer whose `Location`
///   counts; `[Only Presence]` for one object that some services answer as a list of one. Any 2xx
///   is success, with or without a body.
/// - `Name via Delegated => …`: a request of another client than [`Client`].
/// - `repeat`: what repeating does. `on_call`: whether 404 means that the call is over.
/// - `permissions: […]` names constants of `permission`, or `application: ["…"], delegated: ["…"],
///   resource_specific: ["…"]` names the permissions themselves, least privileged first.
/// - `besides: GROUPS` after those names a constant: groups of which one each is needed as well.
macro_rules! graph_request {
    ($name:ident => $($rest:tt)*) => {
        graph_request! { $name via ($crate::client::Client) => $($rest)* }
    };
    (
        $name:ident via $via:tt => $response:tt,
        $operation:literal $method:ident $path:expr,
        repeat: $repeat:ident, on_call: $on_call:literal,
        permissions: [$($permission:ident),* $(,)?] $(,)?
    ) => {
        graph_request! {
            @all $name, $via, $response, $operation, $method, $path, $repeat, $on_call,
            [$($crate::permission::$permission),*], &[]
        }
    };
    (
        $name:ident via $via:tt => $response:tt,
        $operation:literal $method:ident $path:expr,
        repeat: $repeat:ident, on_call: $on_call:literal
        $(, application: [$($application:literal),* $(,)?])?
        $(, delegated: [$($delegated:literal),* $(,)?])?
        $(, resource_specific: [$($specific:literal),* $(,)?])?
        $(, besides: $besides:ident)?
        $(,)?
    ) => {
        graph_request! {
            @all $name, $via, $response, $operation, $method, $path, $repeat, $on_call,
            [
                $($($crate::permission::Permission::application($application),)*)?
                $($($crate::permission::Permission::delegated($delegated),)*)?
                $($($crate::permission::Permission::resource_specific($specific),)*)?
            ],
            graph_request!(@besides $($besides)?)
        }
    };
    (
        @all $name:ident, $via:tt, $response:tt, $operation:literal, $method:ident, $path:expr,
        $repeat:ident, $on_call:literal, [$($permission:expr),* $(,)?], $besides:expr
    ) => {
        impl $name<graph_request!(@type $via)> {
            /// Permissions that allow this request, least privileged first; one suffices.
            pub const REQUIRED_PERMISSIONS: &'static [$crate::permission::Permission] =
                Self::ENDPOINT.permissions;

            /// Permissions that every such request needs besides: one of each group.
            pub const ALSO_REQUIRED: &'static [&'static [$crate::permission::Permission]] =
                Self::ENDPOINT.besides;
        }

        impl<C> $name<C> {
            const ENDPOINT: &'static $crate::request::Endpoint = &$crate::request::Endpoint {
                name: $operation,
                method: ::http::Method::$method,
                path: $path,
                repeat: $crate::request::Repeat::$repeat,
                on_call: $on_call,
                permissions: &[$($permission),*],
                besides: $besides,
                accept: graph_request!(@accept $response),
            };
        }

        impl ::std::future::IntoFuture for $name<graph_request!(@type $via)> {
            type Output = Result<graph_request!(@type $response), $crate::error::Error>;
            type IntoFuture = $crate::request::ResponseFuture<graph_request!(@type $response)>;

            fn into_future(self) -> Self::IntoFuture {
                let client = $crate::request::endpoint::Sends::client(&self.via).clone();
                let mut request = self.into_request();
                $crate::request::ResponseFuture::new(async move {
                    // Sent from where it is: taken out, it would have its room twice.
                    let response = match request {
                        Ok(ref mut request) => client.send(request).await?,
                        Err(error) => return Err(error),
                    };
                    graph_request!(@read response, $response)
                })
            }
        }

        impl<C: $crate::request::Via> $crate::request::endpoint::sealed::Sealed for $name<C> {}

        impl<C: $crate::request::Via> $crate::request::TypedRequest for $name<C> {
            type Answer = graph_request!(@type $response);
            type Sender = graph_request!(@type $via);

            fn tenant(&self) -> Option<&::teams_cc_core::TenantId> {
                $crate::request::Via::tenant(&self.via)
            }

            fn into_http(self) -> Result<::http::Request<::bytes::Bytes>, $crate::error::Error> {
                self.into_request()
            }

            fn read(
                response: ::http::Response<::bytes::Bytes>,
            ) -> Result<Self::Answer, $crate::error::Error> {
                graph_request!(@read response, $response)
            }
        }
    };
    (@besides) => { &[] };
    (@besides $besides:ident) => { $besides };
    (@type ()) => { () };
    (@type Content) => { $crate::request::Content };
    (@type [Located $response:tt]) => {
        $crate::request::Located<graph_request!(@type $response)>
    };
    (@type [Only $response:tt]) => { graph_request!(@type $response) };
    (@type ($response:ty)) => { $response };
    (@type $response:ident) => { $response };
    (@accept Content) => { "*/*" };
    (@accept $response:tt) => { "application/json" };
    (@read $answer:ident, ()) => {{
        drop($answer);
        Ok(())
    }};
    (@read $answer:ident, Content) => { Ok($crate::request::Content::of($answer)) };
    (@read $answer:ident, [Located ()]) => {
        $crate::request::Located::of(&$answer, |_| Ok(()))
    };
    (@read $answer:ident, [Located $response:tt]) => {
        $crate::request::Located::of(
            &$answer,
            $crate::client::Client::read::<graph_request!(@type $response)>,
        )
    };
    (@read $answer:ident, [Only $response:tt]) => {
        $crate::request::answer::only(&$answer)
    };
    (@read $answer:ident, $response:tt) => { $crate::client::Client::read(&$answer) };
}

/// The client context of a request whose `body` carries one.
macro_rules! client_context {
    ($name:ident) => {
        impl<C: $crate::request::Via> $name<C> {
            /// Set the text that joins the operation to this request, at most 256 characters.
            /// Default: a fresh id of the client.
            pub fn client_context(mut self, context: impl Into<String>) -> Self {
                self.body.client_context = context.into().into();
                self
            }
        }
    };
}
