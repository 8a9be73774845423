//! What is wrong before anything is sent.

use teams_cc_core::TenantId;

use crate::cloud::Cloud;
use crate::prompt::PromptError;

/// A request that breaks a documented limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// More items than the service takes.
    #[error("{what} holds {count} items but the service takes at most {limit}: send fewer")]
    TooMany {
        /// The collection.
        what: &'static str,
        /// How many it holds.
        count: usize,
        /// How many the service takes.
        limit: usize,
    },
    /// A collection that needs an item has none.
    #[error("{what} is empty: give at least one item")]
    Empty {
        /// The collection.
        what: &'static str,
    },
    /// A text longer than the service takes.
    #[error("{what} has {length} characters but the service takes at most {limit}: shorten it")]
    TooLong {
        /// The property.
        what: &'static str,
        /// Its length.
        length: usize,
        /// The longest the service takes.
        limit: usize,
    },
    /// A phone number to call that is not E.164.
    #[error(
        "the number to call is not E.164: write it with + and country code; emergency and short \
         numbers go over a Direct Routing trunk"
    )]
    NotE164,
    /// A call to a phone without a resource account as its source.
    #[error(
        "a call to a phone needs a resource account as its source: set source_application_instance"
    )]
    NoApplicationInstance,
    /// The body names another tenant than the client signs in to.
    #[error("the call belongs to another tenant than the token: use Client::for_tenant")]
    TenantMismatch,
    /// The token provider gave a token of another tenant, with which the service would refuse.
    #[error(
        "the token belongs to tenant {token} but the request to tenant {wanted}: let the token \
         provider sign in to the tenant it is asked for, never to a shared authority"
    )]
    TokenOfAnotherTenant {
        /// The tenant of the token.
        token: Box<str>,
        /// The tenant of the request.
        wanted: TenantId,
    },
    /// What the request is for does not exist in this cloud.
    #[error("{what} does not exist in the {cloud} cloud: use another way there")]
    NotInCloud {
        /// What is lacking, as its path names it.
        what: &'static str,
        /// The cloud.
        cloud: Cloud,
    },
    /// An id that cannot stand in a path.
    #[error("{what} cannot stand in a path: use the id the service gave")]
    PathSegment {
        /// Which id.
        what: &'static str,
    },
    /// A header whose value cannot stand in HTTP.
    #[error("a header of the request holds characters that HTTP does not allow")]
    Header,
    /// A figure outside the documented range.
    #[error("{what} is {value} but must be from {least} to {most}")]
    OutOfRange {
        /// The property.
        what: &'static str,
        /// Its value.
        value: i64,
        /// The least the service takes.
        least: i64,
        /// The most the service takes.
        most: i64,
    },
    /// A text that does not have the form the service asks for.
    #[error("{what} is not {wanted}")]
    Malformed {
        /// The property.
        what: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// A URI that must be absolute HTTPS and is not.
    #[error("{what} must be an absolute https URI, such as https://bot.example.com/callback")]
    NotHttps {
        /// The property.
        what: &'static str,
    },
    /// A URI whose host may be a machine behind the app's own walls.
    #[error("{what} has no public host name: nothing is sent there")]
    NotPublic {
        /// The property.
        what: &'static str,
    },
    /// A required property that is not set.
    #[error("{what} is missing: set it before sending")]
    Missing {
        /// The property.
        what: &'static str,
    },
    /// A URI of another origin than the client's, which must not see the token.
    #[error("the request goes to another origin than the client's: its token stays here")]
    ForeignOrigin,
    /// A subscription the service would not make or renew.
    #[error(transparent)]
    Subscription(#[from] crate::request::subscriptions::SubscriptionError),
    /// A prompt the service would not play.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// A call that must not be placed, or not now.
    #[error(transparent)]
    Dial(#[from] crate::call::DialError),
}

/// A configuration that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No credential and no token provider.
    #[error("the client has no credential: give it a credential of the app or a token provider")]
    NoCredential,
    /// An app's own tokens where those of a signed-in user are needed.
    #[error("the client signs in as the app itself: give it a token provider that signs a user in")]
    AppOnly,
    /// No tenant to sign in to.
    #[error("the client has no tenant: set one, or use Client::for_tenant")]
    NoTenant,
    /// A tenant that names no single directory.
    #[error("client credentials need the tenant's own id: common and organizations do not do")]
    SharedTenant,
    /// An app without a credential where it has to prove itself.
    #[error(
        "the app is a public client, but this sign-in needs its secret, certificate or assertion"
    )]
    PublicClient,
    /// A cloud whose identity service takes no tokens of other issuers, as far as is documented.
    #[error("no audience of federated credentials is documented for the {cloud} cloud")]
    NoFederation {
        /// The cloud.
        cloud: Cloud,
    },
    /// A client certificate that cannot sign.
    #[cfg(feature = "client-certificate")]
    #[error(transparent)]
    Certificate(#[from] crate::auth::CertificateError),
    /// An endpoint that is not an absolute HTTP(S) URI.
    #[error("the {what} is not an absolute http or https URI")]
    Endpoint {
        /// Which endpoint.
        what: &'static str,
    },
    /// The TLS or HTTP backend could not be set up.
    #[error("the HTTP transport could not be set up")]
    Transport,
}
