/// Why a request of a batch has no answer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// A request it waited for failed, so it was not carried out (424).
    #[error("a request it waited for failed: mend that one, then send both again")]
    FailedDependency,
    /// The service answered the batch and not this request; what became of it is not known.
    #[error("the service answered other requests and not this one: find out what became of it")]
    NotAnswered,
    /// The service answered this request more than once; which answer holds is not known.
    #[error("the service answered it more than once: find out which answer holds")]
    AnsweredTwice,
    /// The ticket was given by another batch, or its answer was taken already.
    #[error("the ticket is of another batch: take its answer from that one's answers")]
    ForeignTicket,
}
