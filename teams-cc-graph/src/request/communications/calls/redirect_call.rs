use std::time::Duration;

use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{InvitationParticipantInfo, RedirectBody};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/redirect`: send an incoming call on to others.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-redirect)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.Initiate.All` | – |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Only before the call is answered or rejected, and within 15 s of its notification (5 s for
/// policy recording). At most 25 targets, who ring at once; a ring time from 15 to 90 s. A phone
/// must be E.164, and the call one to the number of a resource account or to its id.
///
/// The app's own call ends: a notification says `terminated`, and nothing tells who answered.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// It would ring the targets twice: retried on 429 alone. Dropping the future may still redirect
/// the call.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_graph::model::InvitationParticipantInfo;
/// use teams_cc_graph::request::communications::calls::RedirectCall;
///
/// let agent = InvitationParticipantInfo::of_user(&"98da8a1a".parse()?);
/// let request =
///     RedirectCall::new("call-1", [agent]).timeout(Duration::from_secs(30)).into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/redirect");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "redirect")]
#[doc(alias = "forward")]
#[doc(alias = "simulring")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct RedirectCall<C = Client> {
    via: C,
    call: String,
    body: RedirectBody,
    timeout: Option<Duration>,
}

graph_request! {
    RedirectCall => (),
    "redirect" POST "/communications/calls/{id}/redirect",
    repeat: Twice, on_call: true,
    permissions: [CALLS_INITIATE]
}

impl RedirectCall<()> {
    /// The request without a client.
    pub fn new(call: &str, targets: impl IntoIterator<Item = InvitationParticipantInfo>) -> Self {
        Self::with((), call, targets)
    }
}

impl<C: Via> RedirectCall<C> {
    pub(crate) fn with(
        via: C,
        call: &str,
        targets: impl IntoIterator<Item = InvitationParticipantInfo>,
    ) -> Self {
        let body = RedirectBody::new(targets.into_iter().collect::<Vec<_>>());
        Self { via, call: call.to_owned(), body, timeout: None }
    }

    /// Set how long the targets ring, in whole seconds. Default: 55 s for one target, 60 s for
    /// several.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Set where notifications of this call go. Default: where its first one went.
    pub fn callback_uri(mut self, uri: impl Into<String>) -> Self {
        self.body.callback_uri = uri.into().into();
        self
    }

    /// Do not follow the targets' own forwarding, such as to a mailbox (documented, not in the
    /// schema).
    pub fn disable_forwarding(mut self) -> Self {
        self.body.routing_policies = vec!["disableForwarding".to_owned()].into();
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let mut body = self.body;
        check::count("targets", body.targets.items().len(), check::MAX_REDIRECT_TARGETS)?;
        for target in body.targets.items() {
            check::target(target)?;
        }
        if let Some(timeout) = self.timeout {
            body.timeout = check::seconds("timeout", timeout, check::RING_SECONDS)?.into();
        }
        if let Some(uri) = body.callback_uri.text() {
            check::https("callbackUri", uri)?;
        }
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &body)
    }
}
