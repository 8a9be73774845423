//! The [call resource](https://learn.microsoft.com/graph/api/resources/call).

use super::{Call, CallState};

impl Call {
    /// Whether the call is over.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.state.get() == Some(&CallState::Terminated)
    }
}
