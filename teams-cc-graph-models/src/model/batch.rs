//! Envelopes of [JSON batching](https://learn.microsoft.com/graph/json-batching).

use std::fmt;

use serde_json::Value;

use crate::wire::{Incoming, Object, Outgoing, Sensitive, Slot, Taken, Wire};

resource! {
    /// Several requests in one.
    pub struct BatchRequestContent("") {
        /// The requests, at most 20.
        requests: Vec<BatchRequestStep> = "requests",
    }
}

resource! {
    /// One request of a batch. Debug shows neither its URL nor its body.
    pub struct BatchRequestStep("") {
        /// The name its answer repeats.
        id: String = "id",
        /// The HTTP method.
        method: String = "method",
        /// The path below the version, with its query.
        url: Sensitive = "url",
        /// The headers, by name.
        headers: Object = "headers",
        /// The body: JSON, or base64 of anything else.
        body: BatchBody = "body",
        /// The requests that must succeed first.
        depends_on: Vec<String> = "dependsOn",
    }
}

resource! {
    /// The answers to a batch, in no particular order.
    pub struct BatchResponseContent("") {
        /// The answers.
        responses: Vec<BatchResponseStep> = "responses",
    }
}

resource! {
    /// The answer to one request of a batch. Debug does not show its body.
    pub struct BatchResponseStep("") {
        /// The name of the request.
        id: String = "id",
        /// The HTTP status.
        status: i32 = "status",
        /// The headers, by name.
        headers: Object = "headers",
        /// The body: JSON, or base64 of anything else.
        body: BatchBody = "body",
    }
}

/// A body inside a batch: any JSON. Debug does not show it.
#[derive(Clone, Default, PartialEq)]
pub struct BatchBody(Value);

impl BatchBody {
    /// The JSON.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The JSON, owned.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl From<Value> for BatchBody {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl Slot for BatchBody {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        Slot::take(&mut self.0, incoming)
    }

    fn give(&self) -> Outgoing<'_> {
        self.0.give()
    }
}

impl Wire for BatchBody {
    fn blank() -> Self {
        Self::default()
    }
}

impl fmt::Debug for BatchBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
