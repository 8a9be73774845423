//! Why something ended: [resultInfo](https://learn.microsoft.com/graph/api/resources/resultinfo).

resource! {
    /// Why a call or an operation is in its state.
    pub struct ResultInfo("microsoft.graph.resultInfo") {
        /// Class of the result: 2xx and, for transfers, 0 mean success.
        code: i32 = "code",
        /// The exact reason; the list is open and goes beyond 500000.
        subcode: i32 = "subcode",
        /// A text for people.
        message: String = "message",
    }
}

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
