use bytes::Bytes;

use super::{CHAT_ID, NewMember};
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /chats/{id}/members`: add a user to a group chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-post-members)
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
/// Group and meeting chats alone. The answer has no body; its `Location` names the member.
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
/// use teams_cc_graph::request::chats::AddMember;
/// use teams_cc_graph::request::chats::NewMember;
///
/// let member = NewMember::new("agent-2").whole_history();
/// let request = AddMember::new("19:1@thread.v2", member).into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/members");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "add member to a chat")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AddMember<C = Client> {
    via: C,
    chat: Sensitive,
    new: NewMember,
}

graph_request! {
    AddMember => [Located ()],
    "addMember" POST "/chats/{id}/members",
    repeat: Harmless, on_call: false,
    application: ["ChatMember.ReadWrite.All", "Chat.ReadWrite.All"],
    delegated: ["ChatMember.ReadWrite", "Chat.ReadWrite"],
    resource_specific: ["Chat.Manage.Chat"]
}

impl AddMember<()> {
    /// The request without a client.
    pub fn new(chat: &str, member: impl Into<NewMember>) -> Self {
        Self::with((), chat, member)
    }
}

impl<C: Via> AddMember<C> {
    pub(crate) fn with(via: C, chat: &str, member: impl Into<NewMember>) -> Self {
        Self { via, chat: chat.into(), new: member.into() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT
            .json(&[(CHAT_ID, self.chat.reveal())], &self.new.bind(&self.via.service_root()))
    }
}
