use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ChangeScreenSharingRoleBody, ScreenSharingRole};
use crate::request::Via;

/// `POST /communications/calls/{id}/changeScreenSharingRole`: share the screen, or watch.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-changescreensharingrole)
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
/// Group calls and meetings with application-hosted media. A roster notification follows.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still change the role.
///
/// ```
/// use teams_cc_graph::model::ScreenSharingRole;
/// use teams_cc_graph::request::communications::calls::ChangeScreenSharingRole;
///
/// let request =
///     ChangeScreenSharingRole::new("call-1", ScreenSharingRole::Viewer).into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/changeScreenSharingRole");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "changeScreenSharingRole")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ChangeScreenSharingRole<C = Client> {
    via: C,
    call: String,
    role: ScreenSharingRole,
}

graph_request! {
    ChangeScreenSharingRole => (),
    "changeScreenSharingRole" POST "/communications/calls/{id}/changeScreenSharingRole",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_ACCESS_MEDIA]
}

impl ChangeScreenSharingRole<()> {
    /// The request without a client.
    pub fn new(call: &str, role: ScreenSharingRole) -> Self {
        Self::with((), call, role)
    }
}

impl<C: Via> ChangeScreenSharingRole<C> {
    pub(crate) fn with(via: C, call: &str, role: ScreenSharingRole) -> Self {
        Self { via, call: call.to_owned(), role }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let body = ChangeScreenSharingRoleBody::new(self.role);
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &body)
    }
}
