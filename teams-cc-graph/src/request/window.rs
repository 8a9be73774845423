//! From when to when something was made.

use teams_cc_core::Timestamp;

use super::draft::{Draft, Parameter};

/// The optional times of `getAllRecordings` and `getAllTranscripts`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    pub(crate) from: Option<Timestamp>,
    pub(crate) before: Option<Timestamp>,
}

/// The times of a request with a `window`.
macro_rules! window_setters {
    ($name:ident) => {
        impl<C: $crate::request::Via> $name<C> {
            /// Ask for what was made then or later. Default: as far back as there is any.
            pub fn created_from(mut self, from: ::teams_cc_core::Timestamp) -> Self {
                self.window.from = Some(from);
                self
            }

            /// Ask for what was made earlier. Default: until now.
            pub fn created_before(mut self, before: ::teams_cc_core::Timestamp) -> Self {
                self.window.before = Some(before);
                self
            }
        }
    };
}

impl Window {
    /// Add the parameters: whose, under the name `owner`, and the times that are set.
    pub(crate) fn apply(self, draft: Draft, owner: &'static str, user: &str) -> Draft {
        let whole = |time: Timestamp| Timestamp::from_unix_seconds(time.unix_seconds()).to_string();
        let (from, before) = (self.from.map(whole), self.before.map(whole));
        let mut parameters = vec![Parameter::Text(owner, user)];
        parameters.extend(from.as_deref().map(|time| Parameter::Plain("startDateTime", time)));
        parameters.extend(before.as_deref().map(|time| Parameter::Plain("endDateTime", time)));
        draft.parameters(&parameters)
    }
}
