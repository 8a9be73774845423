//! Advanced queries on directory objects, which need the [eventual form](https://learn.microsoft.com/graph/aad-advanced-queries) of the directory.

use http::HeaderName;

use super::draft::Draft;
use crate::error::InvalidRequest;

/// By which a client accepts a form of the directory that is a little behind the truth.
const CONSISTENCY_LEVEL: HeaderName = HeaderName::from_static("consistencylevel");

/// Accept the eventual form of the directory, or do not.
pub(crate) fn draft(draft: Draft, eventual: bool) -> Result<Draft, InvalidRequest> {
    if eventual { draft.header(CONSISTENCY_LEVEL, "eventual") } else { Ok(draft) }
}

/// The setters of a request on directory objects; it has the fields `query` and `eventual`.
macro_rules! eventual_query {
    ($name:ident) => {
        impl<C: $crate::request::Via> $name<C> {
            /// Set what to search for, such as `"displayName:wa"` with its double quotes. Default:
            /// nothing. It accepts the eventual form of the directory.
            pub fn search(mut self, expression: impl Into<String>) -> Self {
                self.query = self.query.search(expression);
                self.eventual()
            }

            /// Ask how many there are in all. Default: not asked. It accepts the eventual form of
            /// the directory.
            pub fn count(mut self) -> Self {
                self.query = self.query.count();
                self.eventual()
            }

            /// Accept the eventual form of the directory, a little behind the truth. Default: not.
            ///
            /// Conditions such as `endsWith` and `ne` need it, with [`count`](Self::count).
            pub fn eventual(mut self) -> Self {
                self.eventual = true;
                self
            }
        }
    };
}
