use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{LogTeleconferenceDeviceQualityBody, TeleconferenceDeviceQuality};
use crate::request::Via;

/// `POST /communications/calls/logTeleconferenceDeviceQuality`: report what a room device measured.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-logteleconferencedevicequality)
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
/// It names its call in the body, and may come after the call. The service asks for a `User-Agent`;
/// the client sends one.
///
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// It would report twice: retried on 429 alone. Dropping the future may still report.
///
/// ```
/// use teams_cc_graph::model::TeleconferenceDeviceQuality;
/// use teams_cc_graph::request::communications::calls::LogTeleconferenceDeviceQuality;
///
/// let quality = TeleconferenceDeviceQuality::new(
///     "0622673d-9f69-49b3-9d4f-5ec64f42ecce",
///     "ea078406-b5d4-4d3c-b85e-90103dcec7f6",
///     "bd9ee398-4b9d-42c7-8b8d-4e8efad9435f",
///     "TestAgent",
///     "TestDescription",
///     vec![],
/// );
/// let request = LogTeleconferenceDeviceQuality::new(quality).into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/logTeleconferenceDeviceQuality");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "logTeleconferenceDeviceQuality")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct LogTeleconferenceDeviceQuality<C = Client> {
    via: C,
    quality: TeleconferenceDeviceQuality,
}

graph_request! {
    LogTeleconferenceDeviceQuality => (),
    "logTeleconferenceDeviceQuality" POST "/communications/calls/logTeleconferenceDeviceQuality",
    repeat: Twice, on_call: false,
    permissions: [CALLS_ACCESS_MEDIA]
}

impl LogTeleconferenceDeviceQuality<()> {
    /// The request without a client.
    pub fn new(quality: TeleconferenceDeviceQuality) -> Self {
        Self::with((), quality)
    }
}

impl<C: Via> LogTeleconferenceDeviceQuality<C> {
    pub(crate) fn with(via: C, quality: TeleconferenceDeviceQuality) -> Self {
        Self { via, quality }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// None: there is nothing in it to be wrong.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let body = LogTeleconferenceDeviceQualityBody::new(self.quality);
        Self::ENDPOINT.json(&[], &body)
    }
}
