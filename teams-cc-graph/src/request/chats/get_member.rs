use bytes::Bytes;

use super::{CHAT_ID, MEMBER_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::ConversationMember;
use crate::request::Via;
use crate::wire::Sensitive;

/// `GET /chats/{id}/members/{membership-id}`: one member of a chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-get-members)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `ChatMember.Read.All` | `Chat.ReadBasic.All`, `ChatMember.ReadWrite.All`, `Chat.Read.All`, `Chat.ReadWrite.All` |
/// | Delegated | `Chat.ReadBasic` | `ChatMember.Read`, `ChatMember.ReadWrite`, `Chat.Read`, `Chat.ReadWrite` |
/// | Inside the chat or team | `ChatMember.Read.Chat` | – |
///
/// # Limits
///
/// The membership id is to be taken as the service gave it.
///
/// # Errors
///
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing; 404
/// is [`ErrorKind::Service`](crate::ErrorKind::Service).
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::chats::GetMember;
///
/// let request = GetMember::new("19:1@thread.v2", "MCMjMQ==").into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/members/MCMjMQ%3D%3D");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get conversationMember")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetMember<C = Client> {
    via: C,
    chat: Sensitive,
    member: Sensitive,
}

graph_request! {
    GetMember => ConversationMember,
    "getMember" GET "/chats/{id}/members/{membership-id}",
    repeat: Harmless, on_call: false,
    application: [
        "ChatMember.Read.All", "Chat.ReadBasic.All", "ChatMember.ReadWrite.All", "Chat.Read.All",
        "Chat.ReadWrite.All"
    ],
    delegated: [
        "Chat.ReadBasic", "ChatMember.Read", "ChatMember.ReadWrite", "Chat.Read",
        "Chat.ReadWrite"
    ],
    resource_specific: ["ChatMember.Read.Chat"]
}

impl GetMember<()> {
    /// The request without a client.
    pub fn new(chat: &str, member: &str) -> Self {
        Self::with((), chat, member)
    }
}

impl<C: Via> GetMember<C> {
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
