use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::model::{RecordingStatus, UpdateRecordingStatusBody, UpdateRecordingStatusOperation};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/updateRecordingStatus`: tell Teams whether the app records.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-updaterecordingstatus)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.JoinGroupCall.All` | `Calls.AccessMedia.All` |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Policy-based recording alone. No media may be kept before this has succeeded with `recording`.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over. Calls that no
/// recording policy brought are refused with 8506.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still change the status.
///
/// ```
/// use teams_cc_graph::model::RecordingStatus;
/// use teams_cc_graph::request::communications::calls::UpdateRecordingStatus;
///
/// let request =
///     UpdateRecordingStatus::new("call-1", RecordingStatus::Recording).into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/updateRecordingStatus");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "updateRecordingStatus")]
#[doc(alias = "8506")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpdateRecordingStatus<C = Client> {
    via: C,
    call: String,
    body: UpdateRecordingStatusBody,
}

graph_request! {
    UpdateRecordingStatus => UpdateRecordingStatusOperation,
    "updateRecordingStatus" POST "/communications/calls/{id}/updateRecordingStatus",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_JOIN_GROUP, CALLS_ACCESS_MEDIA]
}

client_context!(UpdateRecordingStatus);

impl UpdateRecordingStatus<()> {
    /// The request without a client.
    pub fn new(call: &str, status: RecordingStatus) -> Self {
        Self::with((), call, status)
    }
}

impl<C: Via> UpdateRecordingStatus<C> {
    pub(crate) fn with(via: C, call: &str, status: RecordingStatus) -> Self {
        let body = UpdateRecordingStatusBody::new(status).client_context(via.client_context());
        Self { via, call: call.to_owned(), body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a status the service does not take.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        use RecordingStatus::{Failed, NotRecording, Recording};
        if !matches!(self.body.status.get(), Some(NotRecording | Recording | Failed)) {
            let wanted = "notRecording, recording or failed";
            return Err(InvalidRequest::Malformed { what: "status", wanted }.into());
        }
        check::client_context(&self.body.client_context)?;
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &self.body)
    }
}
