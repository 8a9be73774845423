//! What can go wrong, and whether to try again.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

pub use self::invalid::{ConfigError, InvalidRequest};
pub use self::overload::Overload;
pub use self::sign_in::{Remedy, SignInError};

use crate::auth::Granted;
use crate::diagnose::{Diagnosis, diagnose, diagnose_sign_in};
use crate::model::GraphError;
use crate::permission::Permission;

mod invalid;
mod overload;
mod sign_in;

/// The error of every operation of this crate.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request breaks a documented limit and was not sent; mend it.
    Invalid(InvalidRequest),
    /// The service asks to slow down, and no retry is left. Wait, then repeat.
    Throttled {
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
        /// The answer of the service.
        response: Box<ServiceError>,
    },
    /// Too many requests wait in this client, or one would wait too long; nothing was sent. Send
    /// fewer, or repeat later.
    Overloaded(Overload),
    /// The app may not do this; [`Error::diagnosis`] says what an administrator has to grant.
    Permission(Box<ServiceError>),
    /// The call is over: clean up, do not retry.
    CallEnded(Box<ServiceError>),
    /// There is no such call record: it is not written yet, or older than 30 days.
    NoCallRecord(Box<ServiceError>),
    /// The service refused or failed; retry if [`Error::is_retryable`].
    Service(Box<ServiceError>),
    /// No token could be had; [`Error::diagnosis`] says why.
    SignIn(Box<SignInError>),
    /// What the client signs in with could not be read or kept; look at the source of the error.
    Credential,
    /// The service could not be reached, or the connection broke; retry what is idempotent.
    Connection,
    /// The time allowed ran out; whether the service acted is not known.
    Timeout,
    /// The response is larger than the configured bound.
    ResponseTooLarge {
        /// The bound in bytes.
        limit: usize,
    },
    /// The response is not what the schema says; report it.
    Decode,
    /// A page has a next link that must not be followed; what was read before stays good.
    Page(crate::page::PageError),
    /// A request of a batch that has no answer of its own; the error says why.
    Batch(crate::batch::BatchError),
    /// The client is not configured well; mend the configuration.
    Config(ConfigError),
}

/// A response that reports an error, whole.
#[derive(Debug)]
#[non_exhaustive]
pub struct ServiceError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The error envelope; empty where the body held none.
    pub error: GraphError,
    /// The service's id of the request, to quote in a ticket.
    pub request_id: Option<String>,
    /// The id this client gave the request.
    pub client_request_id: Option<String>,
    /// The permissions that allow the request, one of which suffices; none for raw requests.
    pub permissions: &'static [Permission],
    /// Permissions that the request needs besides: one of each group.
    pub besides: &'static [&'static [Permission]],
    /// What the token that was refused says it grants; none where it does not say.
    pub granted: Option<Arc<Granted>>,
    /// Where its tenant's administrator gives consent.
    pub(crate) authority: Arc<str>,
}

impl Error {
    /// An error of a kind.
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error of a kind with its cause.
    pub(crate) fn with_source(
        kind: ErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { kind, source: Some(source.into()) }
    }

    /// An error of a transport: whatever a custom transport reports is a connection error.
    #[must_use]
    pub fn connection(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::with_source(ErrorKind::Connection, source)
    }

    /// A refusal to give a token, for custom token providers.
    #[must_use]
    pub fn sign_in(error: SignInError) -> Self {
        Self::new(ErrorKind::SignIn(Box::new(error)))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The kind and the cause.
    #[must_use]
    pub fn into_parts(self) -> (ErrorKind, Option<Box<dyn StdError + Send + Sync>>) {
        (self.kind, self.source)
    }

    /// Whether the same request may succeed later; whether repeating is harmless is another matter.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match &self.kind {
            ErrorKind::Throttled { .. }
            | ErrorKind::Overloaded(_)
            | ErrorKind::Connection
            | ErrorKind::Credential
            | ErrorKind::Timeout => true,
            ErrorKind::Service(response) => is_retryable_status(response.status),
            ErrorKind::SignIn(error) => error.is_retryable(),
            _ => false,
        }
    }

    /// Whether the service asked to slow down.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        matches!(self.kind, ErrorKind::Throttled { .. })
    }

    /// Whether a permission, a consent or a licence is missing.
    #[must_use]
    pub fn is_permission(&self) -> bool {
        matches!(self.kind, ErrorKind::Permission(_))
    }

    /// Whether the call is over.
    #[must_use]
    pub fn is_call_ended(&self) -> bool {
        matches!(self.kind, ErrorKind::CallEnded(_))
    }

    /// Whether a call record is not there, not yet or not any more.
    #[must_use]
    pub fn is_no_call_record(&self) -> bool {
        matches!(self.kind, ErrorKind::NoCallRecord(_))
    }

    /// The HTTP status, where a service answered.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.kind {
            ErrorKind::SignIn(error) => error.status,
            _ => self.response().map(|response| response.status),
        }
    }

    /// The service's id of the request, to quote in a ticket.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match &self.kind {
            ErrorKind::SignIn(error) => error.correlation_id.as_deref(),
            _ => self.response()?.request_id.as_deref(),
        }
    }

    /// The answer of the service, where one came.
    #[must_use]
    pub fn response(&self) -> Option<&ServiceError> {
        match &self.kind {
            ErrorKind::Throttled { response, .. }
            | ErrorKind::Permission(response)
            | ErrorKind::CallEnded(response)
            | ErrorKind::NoCallRecord(response)
            | ErrorKind::Service(response) => Some(response),
            _ => None,
        }
    }

    /// What is missing and how to mend it, where the codes tell.
    #[must_use]
    pub fn diagnosis(&self) -> Option<Diagnosis> {
        match &self.kind {
            ErrorKind::SignIn(error) => diagnose_sign_in(error),
            _ => diagnose(self.response()?),
        }
    }
}

impl ErrorKind {
    /// One word for it, for traces and metrics; a status where the service answered.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Throttled { .. } => "429",
            Self::Overloaded(_) => "overloaded",
            Self::Permission(_) => "403",
            Self::CallEnded(_) | Self::NoCallRecord(_) => "404",
            Self::Page(_) => "page",
            Self::Batch(_) => "batch",
            Self::Service(_) => "service",
            Self::SignIn(_) => "sign_in",
            Self::Credential => "credential",
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::ResponseTooLarge { .. } => "response_too_large",
            Self::Decode => "decode",
            Self::Config(_) => "config",
        }
    }
}

/// Whether a status is passing: 429, 503, 504, 509 and the other server errors.
pub(crate) fn is_retryable_status(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
        || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::Invalid(error) => write!(f, "the request was not sent: {error}"),
            ErrorKind::Throttled { retry_after: Some(wait), .. } => {
                write!(f, "the service asks to slow down for {} s", wait.as_secs_f32())
            }
            ErrorKind::Throttled { .. } => f.write_str("the service asks to slow down"),
            ErrorKind::Overloaded(overload) => write!(f, "the request was not sent: {overload}"),
            ErrorKind::Permission(response) => {
                write!(f, "the app may not do this: {response}")?;
                match diagnose(response) {
                    Some(diagnosis) => write!(f, "; {diagnosis}"),
                    None => Ok(()),
                }
            }
            ErrorKind::CallEnded(_) => f.write_str("the call has ended"),
            ErrorKind::NoCallRecord(_) => f.write_str(
                "there is no such call record: it is not written yet, or older than 30 days",
            ),
            ErrorKind::Service(response) => write!(f, "the service refused: {response}"),
            ErrorKind::SignIn(error) => {
                write!(f, "signing in failed: {}", error.error)?;
                for code in &error.codes {
                    write!(f, " AADSTS{code}")?;
                }
                match diagnose_sign_in(error) {
                    Some(diagnosis) => write!(f, "; {diagnosis}"),
                    None => Ok(()),
                }
            }
            ErrorKind::Credential => f.write_str(
                "the credential could not be read or kept: check its file, its store or its source",
            ),
            ErrorKind::Connection => f.write_str("the service could not be reached"),
            ErrorKind::Timeout => f.write_str("the service did not answer in time"),
            ErrorKind::ResponseTooLarge { limit } => {
                write!(
                    f,
                    "the response is larger than {limit} bytes: raise Config::max_response_bytes, or \
                     stream a file and raise Download::at_most"
                )
            }
            ErrorKind::Decode => f.write_str("the response is not what the schema says"),
            ErrorKind::Page(error) => write!(f, "the next page was not asked for: {error}"),
            ErrorKind::Batch(error) => write!(f, "the batch has no answer to it: {error}"),
            ErrorKind::Config(error) => write!(f, "the client cannot be built: {error}"),
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status.as_u16())?;
        for code in self.error.codes() {
            write!(f, " {code}")?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request-id {id})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<InvalidRequest> for Error {
    fn from(error: InvalidRequest) -> Self {
        Self::new(ErrorKind::Invalid(error))
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::new(ErrorKind::Config(error))
    }
}

impl From<crate::batch::BatchError> for Error {
    fn from(error: crate::batch::BatchError) -> Self {
        Self::new(ErrorKind::Batch(error))
    }
}
