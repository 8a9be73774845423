use bytes::Bytes;

use super::{CHAT_ID, MEMBER_ID};
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;
use crate::wire::Sensitive;

/// `DELETE /chats/{id}/members/{membership-id}`: take a member out of a group chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-delete-members)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `ChatMember.ReadWrite.All` | `Chat.ReadWrite.All` |
/// | Delegated | `ChatMember.ReadWrite` | `Chat.ReadWrite` |
/// | Inside the chat or team | `Chat.Manage.Chat` | – |
///
/// # Limits
///
/// Group chats alone. The membership id is to be taken as the service gave it.
///
/// # Errors
///
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing; 404
/// is [`ErrorKind::Service`](crate::ErrorKind::Service).
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::chats::RemoveMember;
///
/// let request = RemoveMember::new("19:1@thread.v2", "MCMjMQ==").into_request()?;
/// assert_eq!(request.method(), "DELETE");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "remove member from a chat")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct RemoveMember<C = Client> {
    via: C,
    chat: Sensitive,
    member: Sensitive,
}

graph_request! {
    RemoveMember => (),
    "removeMember" DELETE "/chats/{id}/members/{membership-id}",
    repeat: Harmless, on_call: false,
    application: ["ChatMember.ReadWrite.All", "Chat.ReadWrite.All"],
    delegated: ["ChatMember.ReadWrite", "Chat.ReadWrite"],
    resource_specific: ["Chat.Manage.Chat"]
}

impl RemoveMember<()> {
    /// The request without a client.
    pub fn new(chat: &str, member: &str) -> Self {
        Self::with((), chat, member)
    }
}

impl<C: Via> RemoveMember<C> {
    pub(crate) fn with(via: C, chat: &str, member: &str) -> Self {
        Self { via, chat: chat.into(), member: member.into() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(CHAT_ID, self.chat.reveal()), (MEMBER_ID, self.member.reveal())])
    }
}
