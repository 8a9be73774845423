//! Requests that the service did not look at (RFC 9113 §8.7).

use std::error::Error;

use h2::Reason;

/// The most times a request is sent again because the service did not look at it.
pub(crate) const MAX_RESENDS: usize = 2;

/// Whether an error says so: the service refused the stream, or closed the connection in peace
/// before it came to it. Sending the request again does no harm then, whatever it asks for.
pub(crate) fn is_unprocessed(error: &(dyn Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.filter_map(|error| error.downcast_ref::<h2::Error>()).any(|error| {
        error.is_remote()
            && (error.is_go_away() && error.reason() == Some(Reason::NO_ERROR)
                || error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM))
    })
}
