//! What is known of a request before its body is read.

use http::{header::CONTENT_LENGTH, request::Parts};
use teams_cc_core::{Instant, TenantId};

/// A request whose body may be read; see [`Intake::admit`](super::Intake::admit).
#[derive(Debug)]
pub struct Admitted {
    pub(super) received: Instant,
    pub(super) speaker: Speaker,
}

/// Who speaks.
#[derive(Debug)]
pub(super) enum Speaker {
    /// The calling service, for this tenant.
    Service(TenantId),
    /// Anybody: secrets in the body prove what is told of subscriptions.
    Anybody,
}

impl Admitted {
    /// Whether a token proved who speaks. Otherwise anybody may, until the body is read: bound how
    /// many such bodies are read at once.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        matches!(self.speaker, Speaker::Service(_))
    }
}

/// How long the body says it is.
pub(super) fn announced_length(head: &Parts) -> Option<usize> {
    head.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
