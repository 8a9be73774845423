use std::time::Duration;

use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::model::{SendDtmfTonesBody, SendDtmfTonesOperation, Tone};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/sendDtmfTones`: press keys.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-senddtmftones)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.Initiate.All` | `Calls.AccessMedia.All` |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// At least one tone, each a known one; the worldwide cloud alone; a client context of at most 256
/// characters. The answer says only that the order was taken: the notification of the operation
/// says whether all tones went out.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// It would press the keys twice: retried on 429 alone. Dropping the future does not stop the
/// tones.
///
/// ```
/// use teams_cc_graph::model::Tone;
/// use teams_cc_graph::request::communications::calls::SendDtmfTones;
///
/// let extension = "204#".chars().filter_map(Tone::of_key);
/// let request = SendDtmfTones::new("call-1", extension).into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/sendDtmfTones");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "sendDtmfTones")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SendDtmfTones<C = Client> {
    via: C,
    call: String,
    body: SendDtmfTonesBody,
    delay: Option<Duration>,
}

graph_request! {
    SendDtmfTones => SendDtmfTonesOperation,
    "sendDtmfTones" POST "/communications/calls/{id}/sendDtmfTones",
    repeat: Twice, on_call: true,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

client_context!(SendDtmfTones);

impl SendDtmfTones<()> {
    /// The request without a client.
    pub fn new(call: &str, tones: impl IntoIterator<Item = Tone>) -> Self {
        Self::with((), call, tones)
    }
}

impl<C: Via> SendDtmfTones<C> {
    pub(crate) fn with(via: C, call: &str, tones: impl IntoIterator<Item = Tone>) -> Self {
        let body = SendDtmfTonesBody::new(tones.into_iter().collect::<Vec<_>>())
            .client_context(via.client_context());
        Self { via, call: call.to_owned(), body, delay: None }
    }

    /// Set the pause between tones, in whole milliseconds. Default: the service's choice.
    pub fn delay_between_tones(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let mut body = self.body;
        let tones = body.tones.items();
        if tones.is_empty() {
            return Err(InvalidRequest::Empty { what: "tones" }.into());
        }
        if tones.iter().any(|tone| matches!(tone, Tone::Other(_))) {
            let wanted = "a list of known tones";
            return Err(InvalidRequest::Malformed { what: "tones", wanted }.into());
        }
        check::client_context(&body.client_context)?;
        if let Some(delay) = self.delay {
            body.delay_between_tones_ms = check::milliseconds("delayBetweenTonesMs", delay)?.into();
        }
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &body)
    }
}
