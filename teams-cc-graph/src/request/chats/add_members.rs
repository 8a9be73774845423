use bytes::Bytes;

use super::{CHAT_ID, MAX_BULK_MEMBERS, NewMember};
use crate::client::Client;
use crate::error::Error;
use crate::model::{AadUserConversationMemberResult, Collection, ConversationMembersBody};
use crate::request::{Via, check};
use crate::wire::Sensitive;

/// `POST /chats/{id}/members/add`: add several users to a group chat at once.
///
/// [Learn](https://learn.microsoft.com/graph/api/conversationmember-add)
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
/// At most 200 members. The answer says of each whether it was added: look at every `error`.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::chats::AddMembers;
///
/// let request = AddMembers::new("19:1@thread.v2", ["agent-1", "agent-2"]).into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/members/add");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "add")]
#[doc(alias = "add members in bulk")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AddMembers<C = Client> {
    via: C,
    chat: Sensitive,
    new: Vec<NewMember>,
}

graph_request! {
    AddMembers => (Collection<AadUserConversationMemberResult>),
    "add" POST "/chats/{id}/members/add",
    repeat: Harmless, on_call: false,
    application: ["ChatMember.ReadWrite.All", "Chat.ReadWrite.All"],
    delegated: ["ChatMember.ReadWrite", "Chat.ReadWrite"],
    resource_specific: ["Chat.Manage.Chat"]
}

impl AddMembers<()> {
    /// The request without a client.
    pub fn new(chat: &str, members: impl IntoIterator<Item = impl Into<NewMember>>) -> Self {
        Self::with((), chat, members)
    }
}

impl<C: Via> AddMembers<C> {
    pub(crate) fn with(
        via: C,
        chat: &str,
        members: impl IntoIterator<Item = impl Into<NewMember>>,
    ) -> Self {
        Self { via, chat: chat.into(), new: members.into_iter().map(Into::into).collect() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::count("members", self.new.len(), MAX_BULK_MEMBERS)?;
        let root = self.via.service_root();
        let members = self.new.into_iter().map(|member| member.bind(&root)).collect::<Vec<_>>();
        Self::ENDPOINT
            .json(&[(CHAT_ID, self.chat.reveal())], &ConversationMembersBody::new().values(members))
    }
}
