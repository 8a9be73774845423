//! Whose meetings and calls a request is about.

use std::fmt;

use super::draft::Draft;
use super::endpoint::Endpoint;
use crate::error::Error;

/// Whose meetings or ad hoc calls a request is about; it decides the path.
///
/// A user's object id is one: `"98da…".into()`. Debug does not show which user.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Owner {
    /// A user's, by object id: `/users/{id}`, for an app with an application access policy.
    User(String),
    /// The signed-in user's: `/me`, for a delegated client.
    Me,
    /// The tenant's: `/communications`, where the schema has them too. Documented for finding a
    /// meeting by the number of its room system alone.
    Communications,
}

impl Owner {
    /// Begin a request; each kind of owner has its endpoint.
    pub(crate) fn draft(
        &self,
        [of_user, of_me, of_communications]: [&'static Endpoint; 3],
        segments: &[(&'static str, &str)],
    ) -> Result<Draft, Error> {
        match self {
            Self::User(id) => {
                let mut all = vec![("user id", id.as_str())];
                all.extend_from_slice(segments);
                of_user.draft(&all)
            }
            Self::Me => of_me.draft(segments),
            Self::Communications => of_communications.draft(segments),
        }
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User(_) => "User([redacted])",
            Self::Me => "Me",
            Self::Communications => "Communications",
        })
    }
}

impl From<String> for Owner {
    fn from(user: String) -> Self {
        Self::User(user)
    }
}

impl From<&str> for Owner {
    fn from(user: &str) -> Self {
        Self::User(user.to_owned())
    }
}

/// As `graph_request!`, for a request whose field `owner` is an [`Owner`] that begins its path.
///
/// It is awaited through a client and through a delegated one. What follows the owner in the path
/// is given in place of the path.
macro_rules! owned_request {
    (
        $name:ident => $response:tt,
        $operation:literal $method:ident $tail:literal,
        $($rest:tt)*
    ) => {
        graph_request! {
            $name => $response,
            $operation $method concat!("/users/{id}", $tail),
            $($rest)*
        }

        impl<C> $name<C> {
            /// Begin the request, under the path of its owner.
            fn draft(
                &self,
                segments: &[(&'static str, &str)],
            ) -> Result<$crate::request::draft::Draft, $crate::error::Error> {
                const OF_USER: &$crate::request::Endpoint = $name::<()>::ENDPOINT;
                const OF_ME: &$crate::request::Endpoint =
                    owned_request!(@of OF_USER, $method, concat!("/me", $tail));
                const OF_COMMUNICATIONS: &$crate::request::Endpoint =
                    owned_request!(@of OF_USER, $method, concat!("/communications", $tail));
                self.owner.draft([OF_USER, OF_ME, OF_COMMUNICATIONS], segments)
            }
        }

        impl ::std::future::IntoFuture for $name<$crate::client::Delegated> {
            type Output = Result<graph_request!(@type $response), $crate::error::Error>;
            type IntoFuture = $crate::request::ResponseFuture<graph_request!(@type $response)>;

            fn into_future(self) -> Self::IntoFuture {
                let client = self.via.client().clone();
                let mut request = self.into_request();
                $crate::request::ResponseFuture::new(async move {
                    let response = match request {
                        Ok(ref mut request) => client.send(request).await?,
                        Err(error) => return Err(error),
                    };
                    graph_request!(@read response, $response)
                })
            }
        }
    };
    (@of $like:ident, $method:ident, $path:expr) => {
        &$crate::request::Endpoint {
            name: $like.name,
            method: ::http::Method::$method,
            path: $path,
            repeat: $like.repeat,
            on_call: $like.on_call,
            permissions: $like.permissions,
            besides: $like.besides,
            accept: $like.accept,
        }
    };
}
