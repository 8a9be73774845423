//! A client that acts for a signed-in user.

use teams_cc_core::{TenantId, Timestamp};

use super::Client;
use crate::error::{ConfigError, Error};
use crate::request::Via;
use crate::request::endpoint::{Sends, sealed};
use crate::wire::Field;

/// A client whose tokens belong to a signed-in user.
///
/// Some requests exist only for one: `/me`, sending a chat message, publishing an app. An app by
/// itself cannot make them, so they take this type. Requests that both may make go through
/// [`client`](Self::client), and then act for the user too.
///
/// ```
/// # use std::{sync::Arc, time::Duration};
/// # use teams_cc_graph::auth::{AccessToken, TokenProvider, TokenRequest};
/// use teams_cc_graph::{ActsFor, Client};
/// # struct SignedIn;
/// # #[async_trait::async_trait]
/// # impl TokenProvider for SignedIn {
/// #     async fn token(&self, _: &TokenRequest) -> Result<AccessToken, teams_cc_graph::Error> {
/// #         Ok(AccessToken::new("token", Duration::from_secs(3600)))
/// #     }
/// # }
///
/// let client = Client::builder().tenant("tenant-1".parse()?).token_provider(Arc::new(SignedIn));
/// let agent = client.build()?.delegated(ActsFor::SignedInUser)?;
/// let request = agent.chat("19:1@thread.v2").send("Your customer is on the line");
/// assert_eq!(request.into_request()?.method(), "POST");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Delegated {
    client: Client,
}

/// Says for whom the token provider of a client gives tokens.
///
/// A token is opaque to its client, so nothing but this statement can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is a statement, made by writing it")]
pub enum ActsFor {
    /// Every token the provider gives belongs to a signed-in user.
    SignedInUser,
}

impl Client {
    /// The same client, with the statement that its tokens belong to a signed-in user.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AppOnly`] where the client signs in with the app's own secret: such tokens
    /// belong to no user.
    pub fn delegated(&self, statement: ActsFor) -> Result<Delegated, Error> {
        let ActsFor::SignedInUser = statement;
        if self.inner().app_only {
            return Err(ConfigError::AppOnly.into());
        }
        Ok(Delegated { client: self.clone() })
    }

    /// Where resources are that bodies link to: the cloud's own, whatever stands in front of it.
    pub(crate) fn service_root(&self) -> String {
        format!("{}/v1.0", self.inner().cloud.graph())
    }
}

impl Delegated {
    /// The client, for requests that an app may make as well; they act for the user too.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}

impl sealed::Sealed for Delegated {}

impl Via for Delegated {
    fn tenant(&self) -> Option<&TenantId> {
        Via::tenant(&self.client)
    }

    fn client_context(&self) -> Field<String> {
        Via::client_context(&self.client)
    }

    fn wall(&self) -> Option<Timestamp> {
        Via::wall(&self.client)
    }

    fn service_root(&self) -> String {
        self.client.service_root()
    }
}

impl Sends for Delegated {
    fn client(&self) -> &Client {
        &self.client
    }
}
