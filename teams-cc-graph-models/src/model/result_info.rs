//! Why something ended: [resultInfo](https://learn.microsoft.com/graph/api/resources/resultinfo).

use super::ResultInfo;

impl ResultInfo {
    /// A result by its two numbers.
    #[must_use]
    pub fn of(code: i32, subcode: i32) -> Self {
        Self::new().code(code).subcode(subcode)
    }

    /// Whether the result is a success: code 0, absent, or 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self.code.get(), None | Some(0 | 200..=299))
    }
}
