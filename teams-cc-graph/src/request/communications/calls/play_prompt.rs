use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{PlayPromptBody, PlayPromptOperation, Prompt};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/playPrompt`: play WAV files one after the other.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-playprompt)
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
/// Service-hosted media that is active; at most 20 prompts; WAV files of 16 kHz, one channel and
/// 16-bit samples ([`check_wav`](crate::prompt::check_wav)) under HTTPS URIs; a client context of
/// at most 256 characters. Prompts of several requests are queued in order.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// It would play twice: retried on 429 alone. Dropping the future does not stop the prompt;
/// [`CancelMediaProcessing`](super::CancelMediaProcessing) does.
///
/// ```
/// use teams_cc_graph::model::Prompt;
/// use teams_cc_graph::request::communications::calls::PlayPrompt;
///
/// let welcome = Prompt::wav("https://cdn.example.com/welcome.wav");
/// let request = PlayPrompt::new("call-1", [welcome]).client_context("welcome").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/playPrompt");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "playPrompt")]
#[doc(alias = "8508")]
#[doc(alias = "8536")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct PlayPrompt<C = Client> {
    via: C,
    call: String,
    body: PlayPromptBody,
}

graph_request! {
    PlayPrompt => PlayPromptOperation,
    "playPrompt" POST "/communications/calls/{id}/playPrompt",
    repeat: Twice, on_call: true,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

client_context!(PlayPrompt);

impl PlayPrompt<()> {
    /// The request without a client.
    pub fn new(call: &str, prompts: impl IntoIterator<Item = Prompt>) -> Self {
        Self::with((), call, prompts)
    }
}

impl<C: Via> PlayPrompt<C> {
    pub(crate) fn with(via: C, call: &str, prompts: impl IntoIterator<Item = Prompt>) -> Self {
        let mut body = PlayPromptBody::new(prompts.into_iter().collect::<Vec<_>>());
        body.client_context = via.client_context();
        Self { via, call: call.to_owned(), body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::prompts(self.body.prompts.items())?;
        check::client_context(&self.body.client_context)?;
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &self.body)
    }
}
