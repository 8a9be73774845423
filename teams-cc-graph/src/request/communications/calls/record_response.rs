use std::time::Duration;

use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::model::{Prompt, RecordOperation, RecordResponseBody, Tone};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/recordResponse`: record a short spoken answer.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-record)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.AccessMedia.All` | – |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Service-hosted media that is active; at most one prompt before the clip; silences and the clip
/// of 1 to 120 s each; a client context of at most 256 characters. It is queued behind prompts in
/// order.
///
/// The notification of the operation names where the clip is, and a token of its own that fetches
/// it; the client's token must not go there. The clip is gone soon after the call, and must not be
/// kept.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over. The operation may
/// end with 400/8508 (cancelled), or with 200/8515 at the longest clip.
///
/// # Retries
///
/// It would record twice: retried on 429 alone. Dropping the future does not stop the recording;
/// [`CancelMediaProcessing`](super::CancelMediaProcessing) does.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_graph::model::{Prompt, Tone};
/// use teams_cc_graph::request::communications::calls::RecordResponse;
///
/// let request = RecordResponse::new("call-1")
///     .prompt(Prompt::wav("https://cdn.example.com/your-name.wav"))
///     .max_record_duration(Duration::from_secs(10))
///     .stop_tones([Tone::Pound])
///     .into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/recordResponse");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "recordResponse")]
#[doc(alias = "record")]
#[doc(alias = "8508")]
#[doc(alias = "8515")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct RecordResponse<C = Client> {
    via: C,
    call: String,
    body: RecordResponseBody,
    initial_silence: Option<Duration>,
    max_silence: Option<Duration>,
    max_duration: Option<Duration>,
    stop_tones: Vec<Tone>,
}

graph_request! {
    RecordResponse => RecordOperation,
    "recordResponse" POST "/communications/calls/{id}/recordResponse",
    repeat: Twice, on_call: true,
    permissions: [CALLS_ACCESS_MEDIA]
}

client_context!(RecordResponse);

impl RecordResponse<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> RecordResponse<C> {
    pub(crate) fn with(via: C, call: &str) -> Self {
        let body = RecordResponseBody::new().client_context(via.client_context());
        Self {
            via,
            call: call.to_owned(),
            body,
            initial_silence: None,
            max_silence: None,
            max_duration: None,
            stop_tones: Vec::new(),
        }
    }

    /// Set what plays first. Default: nothing.
    pub fn prompt(mut self, prompt: Prompt) -> Self {
        self.body.prompts = vec![prompt].into();
        self
    }

    /// Let a key end the prompt. Default: the prompt plays to its end.
    pub fn barge_in_allowed(mut self, allowed: bool) -> Self {
        self.body.barge_in_allowed = allowed.into();
        self
    }

    /// Set how long the caller may be silent at first, in whole seconds. Default: 5 s.
    pub fn initial_silence_timeout(mut self, timeout: Duration) -> Self {
        self.initial_silence = Some(timeout);
        self
    }

    /// Set the silence that ends the clip, in whole seconds. Default: 5 s.
    pub fn max_silence_timeout(mut self, timeout: Duration) -> Self {
        self.max_silence = Some(timeout);
        self
    }

    /// Set how long the clip may be, in whole seconds. Default: 5 s.
    pub fn max_record_duration(mut self, duration: Duration) -> Self {
        self.max_duration = Some(duration);
        self
    }

    /// Set whether a beep comes before the clip. Default: it does.
    pub fn play_beep(mut self, beep: bool) -> Self {
        self.body.play_beep = beep.into();
        self
    }

    /// Set the keys that end the clip. Default: none.
    pub fn stop_tones(mut self, tones: impl IntoIterator<Item = Tone>) -> Self {
        self.stop_tones = tones.into_iter().collect();
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let mut body = self.body;
        if !body.prompts.items().is_empty() {
            check::prompts(body.prompts.items())?;
        }
        check::client_context(&body.client_context)?;
        let seconds = |what, time: Option<Duration>| {
            time.map(|time| check::seconds(what, time, check::RECORD_SECONDS)).transpose()
        };
        let some = |seconds: Option<i32>| seconds.map_or_else(Default::default, Into::into);
        body.initial_silence_timeout_in_seconds =
            some(seconds("initialSilenceTimeoutInSeconds", self.initial_silence)?);
        body.max_silence_timeout_in_seconds =
            some(seconds("maxSilenceTimeoutInSeconds", self.max_silence)?);
        body.max_record_duration_in_seconds =
            some(seconds("maxRecordDurationInSeconds", self.max_duration)?);
        if !self.stop_tones.is_empty() {
            body.stop_tones = keys(&self.stop_tones)?.into();
        }
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &body)
    }
}

/// Keys as the service wants them here: `#`, not `pound`.
fn keys(tones: &[Tone]) -> Result<Vec<String>, InvalidRequest> {
    let key = |tone: &Tone| tone.key().map(String::from);
    let keys: Option<Vec<_>> = tones.iter().map(key).collect();
    keys.ok_or(InvalidRequest::Malformed { what: "stopTones", wanted: "a list of keys" })
}
