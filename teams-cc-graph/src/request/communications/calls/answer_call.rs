use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{
    AnswerBody, CallOptions, IncomingCallOptions, MediaConfig, MediaInfo, Modality,
    ServiceHostedMediaConfig,
};
use crate::permission::APP_HOSTED;
use crate::request::{Endpoint, Via, check};
use crate::wire::Field;

/// `POST /communications/calls/{id}/answer`: answer an incoming call.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-answer)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.JoinGroupCallAsGuest.All` | `Calls.JoinGroupCall.All` |
/// | Delegated | not supported | – |
///
/// Application-hosted media needs `Calls.AccessMedia.All` besides.
///
/// # Limits
///
/// The service gives up 15 s after the incoming notification, 5 s for policy recording.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the caller has hung up.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may leave the call answered.
///
/// ```
/// use teams_cc_graph::request::communications::calls::AnswerCall;
///
/// let request = AnswerCall::new("call-1", "https://bot.example.com/callback").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/answer");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "answer")]
#[doc(alias = "7504")]
#[doc(alias = "7505")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AnswerCall<C = Client> {
    via: C,
    call: String,
    body: AnswerBody,
}

graph_request! {
    AnswerCall => (),
    "answer" POST "/communications/calls/{id}/answer",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_JOIN_GROUP_AS_GUEST, CALLS_JOIN_GROUP]
}

/// The request where the app hosts the media.
const APP_HOSTED_ENDPOINT: &Endpoint =
    &AnswerCall::<()>::ENDPOINT.post_with(AnswerCall::<()>::ENDPOINT.permissions, APP_HOSTED);

impl AnswerCall<()> {
    /// The request without a client; notifications of the call go to `callback_uri`.
    pub fn new(call: &str, callback_uri: impl Into<String>) -> Self {
        Self::with((), call, callback_uri)
    }
}

impl<C: Via> AnswerCall<C> {
    pub(crate) fn with(via: C, call: &str, callback_uri: impl Into<String>) -> Self {
        let body = AnswerBody::new(callback_uri.into(), ServiceHostedMediaConfig::new())
            .accepted_modalities(vec![Modality::Audio]);
        Self { via, call: call.to_owned(), body }
    }

    /// Let the service fetch prompts ahead.
    pub fn pre_fetch(mut self, media: impl IntoIterator<Item = MediaInfo>) -> Self {
        let media = media.into_iter().collect::<Vec<_>>();
        self.body.media_config = ServiceHostedMediaConfig::new().pre_fetch_media(media).into();
        self
    }

    /// Set who hosts the media. Default: the service.
    pub fn media_config(mut self, media: impl Into<MediaConfig>) -> Self {
        self.body.media_config = Field::Value(media.into());
        self
    }

    /// Set the modalities. Default: audio.
    pub fn accepted_modalities(mut self, modalities: impl IntoIterator<Item = Modality>) -> Self {
        self.body.accepted_modalities = modalities.into_iter().collect::<Vec<_>>().into();
        self
    }

    /// Set how many calls a recording app takes on in this one.
    pub fn participant_capacity(mut self, capacity: i32) -> Self {
        self.body.participant_capacity = capacity.into();
        self
    }

    /// Set options of the call.
    pub fn call_options(mut self, options: IncomingCallOptions) -> Self {
        self.body.call_options = Field::Value(CallOptions::Incoming(options));
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a callback that is not HTTPS.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::https("callbackUri", self.body.callback_uri.text().unwrap_or_default())?;
        let endpoint = match self.body.media_config.get() {
            Some(MediaConfig::AppHosted(_)) => APP_HOSTED_ENDPOINT,
            _ => Self::ENDPOINT,
        };
        endpoint.json(&[(CALL_ID, &self.call)], &self.body)
    }
}
