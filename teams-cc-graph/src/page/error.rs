//! Why a next link is not followed.

/// A next link that must not be followed, or not any more.
///
/// It never shows the link, which may hold ids and tokens; [`Pages::next_link`](super::Pages) does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// It points to another origin than the client's, which must not see the token.
    #[error("the next link goes to another origin: the token stays here")]
    ForeignOrigin,
    /// It holds a fragment, which no server sees.
    #[error("the next link holds a fragment, which cannot be fetched: ask for a shorter range")]
    Fragment,
    /// It is no absolute URI.
    #[error("the next link is no absolute uri: report it")]
    Malformed,
    /// It was followed before: the service sends the reader in circles.
    #[error("the next link was followed before: ask for a shorter range, or report it")]
    Loop,
    /// There are more pages than the reader allows.
    #[error("there are more than {limit} pages: raise max_pages, or go on from next_link")]
    TooMany {
        /// How many are allowed.
        limit: usize,
    },
}
