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

/// A request that lists directory objects; it has the fields `via`, `eventual`, `query` and `top`.
macro_rules! directory_list {
    ($name:ident) => {
        impl $name<()> {
            /// The request without a client.
            pub fn new() -> Self {
                Self::with(())
            }
        }

        impl Default for $name<()> {
            fn default() -> Self {
                Self::new()
            }
        }

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

            /// Set how many items a page holds (`$top`), at most 999. Default: the service's choice.
            pub fn top(mut self, items: u32) -> Self {
                self.top = Some(items);
                self.query = self.query.top(items);
                self
            }

            pub(crate) fn with(via: C) -> Self {
                Self { via, eventual: false, query: $crate::request::Query::new(), top: None }
            }

            /// The request as HTTP.
            ///
            /// # Errors
            ///
            /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
            pub fn into_request(self) -> Result<http::Request<bytes::Bytes>, $crate::Error> {
                $crate::request::check::top(self.top, 999)?;
                let draft = Self::ENDPOINT.draft(&[])?.query(&self.query);
                $crate::request::eventual::draft(draft, self.eventual)?.bare()
            }
        }
    };
}
