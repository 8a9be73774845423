use bytes::Bytes;

use super::{CALL_ID, PARTICIPANT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::{Prompt, StartHoldMusicBody, StartHoldMusicOperation};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/participants/{participant}/startHoldMusic`: put somebody on hold.
///
/// [Learn](https://learn.microsoft.com/graph/api/participant-startholdmusic)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// Group calls and meetings; one participant on hold at a time. The participant hears the music
/// alone and is not heard. Music of one's own is a WAV file of 16 kHz, one channel and 16-bit
/// samples under an HTTPS URI, and is played over and over.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a URI that is not HTTPS.
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the participant or the
/// call is gone; the state of the call tells which.
///
/// # Retries
///
/// It would start the music twice: retried on 429 alone. Dropping the future may leave the
/// participant on hold; [`StopHoldMusic`](super::StopHoldMusic) takes it back.
///
/// ```
/// use teams_cc_graph::model::Prompt;
/// use teams_cc_graph::request::communications::calls::participants::StartHoldMusic;
///
/// let request = StartHoldMusic::new("call-1", "participant-1")
///     .custom_prompt(Prompt::wav("https://cdn.example.com/hold.wav"))
///     .into_request()?;
/// let wanted = "/communications/calls/call-1/participants/participant-1/startHoldMusic";
/// assert_eq!(request.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "startHoldMusic")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct StartHoldMusic<C = Client> {
    via: C,
    call: String,
    participant: String,
    body: StartHoldMusicBody,
}

graph_request! {
    StartHoldMusic => StartHoldMusicOperation,
    "startHoldMusic" POST "/communications/calls/{id}/participants/{participant}/startHoldMusic",
    repeat: Twice, on_call: false,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

client_context!(StartHoldMusic);

impl StartHoldMusic<()> {
    /// The request without a client.
    pub fn new(call: &str, participant: &str) -> Self {
        Self::with((), call, participant)
    }
}

impl<C: Via> StartHoldMusic<C> {
    pub(crate) fn with(via: C, call: &str, participant: &str) -> Self {
        let body = StartHoldMusicBody::new().client_context(via.client_context());
        Self { via, call: call.to_owned(), participant: participant.to_owned(), body }
    }

    /// Set what plays. Default: the service's music.
    pub fn custom_prompt(mut self, prompt: Prompt) -> Self {
        self.body.custom_prompt = prompt.into();
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        if let Some(prompt) = self.body.custom_prompt.get() {
            check::prompts(std::slice::from_ref(prompt))?;
        }
        check::client_context(&self.body.client_context)?;
        let segments = [(CALL_ID, &*self.call), (PARTICIPANT_ID, &*self.participant)];
        Self::ENDPOINT.json(&segments, &self.body)
    }
}
