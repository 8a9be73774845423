//! The [error envelope](https://learn.microsoft.com/graph/errors) of every Graph response.

use std::fmt;

use serde_json::Value;

use crate::wire::{Incoming, Outgoing, Sensitive, Slot, Taken, Wire};

resource! {
    /// The body of a response that reports an error.
    pub struct GraphErrorBody("") {
        /// The error.
        error: GraphError = "error",
    }
}

resource! {
    /// What the service says went wrong.
    ///
    /// The message is the service's own text and may quote what was sent, numbers and names too:
    /// Debug hides it, `reveal` shows it to operators.
    pub struct GraphError("") {
        /// The code, stable enough to act on; some services send a number.
        code: ErrorCode = "code",
        /// A text for people.
        message: Sensitive = "message",
        /// The part of the request that is at fault.
        target: String = "target",
        /// More errors of the same request.
        details: Vec<GraphError> = "details",
        /// The ids to quote in a ticket, and a narrower code. Both `innerError` and `innererror`
        /// are read.
        inner: Box<InnerError> = "innerError",
    }
}

resource! {
    /// The narrower error, nested as deep as the service wants.
    pub struct InnerError("") {
        /// A narrower code.
        code: ErrorCode = "code",
        /// A text for people.
        message: Sensitive = "message",
        /// When it happened.
        date: String = "date",
        /// The service's id of the request.
        request_id: String = "request-id",
        /// The same, as some services spell it.
        request_id_joined: String = "requestId",
        /// The client's id of the request.
        client_request_id: String = "client-request-id",
        /// A still narrower error.
        inner: Box<InnerError> = "innerError",
    }
}

/// An error code; numbers (`7503`) are read as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(Box<str>);

impl ErrorCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ErrorCode {
    fn from(code: &str) -> Self {
        Self(code.into())
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Slot for ErrorCode {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        const EXPECTED: &str = "a text";
        match incoming.scalar(EXPECTED)? {
            Incoming::Text(text) => {
                *self = text.into();
                Ok(None)
            }
            Incoming::Number(number) => {
                *self = Self(number.to_string().into());
                Ok(Some(Value::Number(number)))
            }
            flag => Err(flag.refused(EXPECTED)),
        }
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::text(&self.0)
    }
}

impl Wire for ErrorCode {
    fn blank() -> Self {
        Self::default()
    }
}

impl GraphError {
    /// The codes from the widest to the narrowest.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        let inner = std::iter::successors(self.inner.get(), |inner| inner.inner.get());
        self.code
            .get()
            .into_iter()
            .chain(inner.filter_map(|inner| inner.code.get()))
            .map(ErrorCode::as_str)
    }

    /// The service's id of the request, wherever it stands.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        std::iter::successors(self.inner.get(), |inner| inner.inner.get())
            .find_map(|inner| inner.request_id.text().or_else(|| inner.request_id_joined.text()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn debug_shows_codes_and_no_message() {
        let body = json!({"code": "Forbidden", "message": "+12065550100 is not in the tenant",
            "innerError": {"code": "7503", "message": "+12065550100", "request-id": "r1"}});
        let error: GraphError = serde_json::from_value(body).unwrap();
        let shown = format!("{error:?}");
        assert!(shown.contains("7503") && !shown.contains("2065550100"), "{shown}");
    }

    #[test]
    fn both_spellings_of_the_inner_error_and_of_the_request_id_are_read() {
        for body in [
            json!({"error": {"code": "Forbidden", "innerError": {"code": "7503", "request-id": "r1"}}}),
            json!({"error": {"code": "Forbidden", "innererror": {"code": 7503, "requestId": "r1"}}}),
        ] {
            let read: GraphErrorBody = serde_json::from_value(body.clone()).unwrap();
            let error = read.error.get().unwrap();
            assert_eq!(error.request_id(), Some("r1"));
            assert_eq!(error.codes().collect::<Vec<_>>(), ["Forbidden", "7503"]);
            assert_eq!(serde_json::to_value(&read).unwrap(), body);
        }
    }
}
