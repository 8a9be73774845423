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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use teams_cc_core::Timestamp;

    use crate::error::Error;
    use crate::request::{adhoc_calls, online_meetings};

    /// Every request with a window, with the times that are given.
    fn with_window(
        from: Option<Timestamp>,
        before: Option<Timestamp>,
    ) -> Vec<(&'static str, Result<http::Request<Bytes>, Error>)> {
        macro_rules! of {
            ($($request:ty: $path:literal),* $(,)?) => {
                vec![$({
                    let mut request = <$request>::new("u1");
                    if let Some(from) = from {
                        request = request.created_from(from);
                    }
                    if let Some(before) = before {
                        request = request.created_before(before);
                    }
                    ($path, request.into_request())
                }),*]
            };
        }
        of![
            adhoc_calls::GetAllRecordings<()>: "adhocCalls/getAllRecordings(userId='u1'{})",
            adhoc_calls::GetAllTranscripts<()>: "adhocCalls/getAllTranscripts(userId='u1'{})",
            online_meetings::GetAllRecordings<()>:
                "onlineMeetings/getAllRecordings(meetingOrganizerUserId='u1'{})",
            online_meetings::GetAllTranscripts<()>:
                "onlineMeetings/getAllTranscripts(meetingOrganizerUserId='u1'{})",
            online_meetings::GetAllRecordingsDelta<()>:
                "onlineMeetings/getAllRecordings(meetingOrganizerUserId='u1'{})/delta",
            online_meetings::GetAllTranscriptsDelta<()>:
                "onlineMeetings/getAllTranscripts(meetingOrganizerUserId='u1'{})/delta",
        ]
    }

    #[test]
    fn every_window_has_its_start_and_its_end_in_the_address() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let (start, end) = (time("2026-11-01T01:00:00.7+01:00"), time("2026-12-01T08:30:00Z"));
        let start_text = ",startDateTime=2026-11-01T00%3A00%3A00Z";
        let end_text = ",endDateTime=2026-12-01T08%3A30%3A00Z";
        for (from, before, times) in [
            (Some(start), Some(end), format!("{start_text}{end_text}")),
            (Some(start), None, start_text.to_owned()),
            (None, Some(end), end_text.to_owned()),
            (None, None, String::new()),
        ] {
            let requests = with_window(from, before);
            assert_eq!(requests.len(), 6);
            for (path, request) in requests {
                let wanted = format!("/users/u1/{}", path.replace("{}", &times));
                assert_eq!(request.unwrap().uri().to_string(), wanted);
            }
        }
    }
}
