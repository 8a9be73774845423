use bytes::Bytes;

use super::{NewMember, check_topic};
use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::model::{Chat, ChatType, TeamsAppInstallation};
use crate::request::{Via, bind, check};
use crate::wire::Sensitive;

/// `POST /chats`: begin a chat, or find the one there is between two.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-post)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Chat.Create` | `Teamwork.Migrate.All` |
/// | Delegated | `Chat.Create` | `Chat.ReadWrite` |
///
/// # Limits
///
/// One to one: exactly two members, no title; an existing chat of the two is answered. A group: at
/// least two members, a title of at most 250 characters without a colon. Every member is named, the
/// signed-in user too. With apps to install the service answers 202, and the `Location` names the
/// operation.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// A group chat would begin twice: retried on 429 alone. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::model::ChatType;
/// use teams_cc_graph::request::chats::CreateChat;
///
/// let chat = CreateChat::new(ChatType::Group).member("agent-1").member("agent-2");
/// let request = chat.topic("Order 4711").into_request()?;
/// assert_eq!(request.uri(), "/chats");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "create chat")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CreateChat<C = Client> {
    via: C,
    chat_type: ChatType,
    members: Vec<NewMember>,
    apps: Vec<String>,
    topic: Option<Sensitive>,
}

graph_request! {
    CreateChat => [Located Chat],
    "createChat" POST "/chats",
    repeat: Twice, on_call: false,
    application: ["Chat.Create", "Teamwork.Migrate.All"],
    delegated: ["Chat.Create", "Chat.ReadWrite"]
}

impl CreateChat<()> {
    /// The request without a client.
    pub fn new(chat_type: ChatType) -> Self {
        Self::with((), chat_type)
    }
}

impl<C: Via> CreateChat<C> {
    pub(crate) fn with(via: C, chat_type: ChatType) -> Self {
        Self { via, chat_type, members: Vec::new(), apps: Vec::new(), topic: None }
    }

    /// Add a member.
    pub fn member(mut self, member: impl Into<NewMember>) -> Self {
        self.members.push(member.into());
        self
    }

    /// Set the title of a group chat. Default: none.
    pub fn topic(mut self, topic: impl Into<Sensitive>) -> Self {
        self.topic = Some(topic.into());
        self
    }

    /// Install an app of the catalog right away. Default: none.
    pub fn installed_app(mut self, teams_app: impl Into<String>) -> Self {
        self.apps.push(teams_app.into());
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let members = self.members.len();
        match self.chat_type {
            ChatType::OneOnOne => {
                check::count("members", members, 2)?;
                if members < 2 {
                    return Err(InvalidRequest::Missing { what: "the second member" }.into());
                }
                if self.topic.is_some() {
                    let what = "the topic of a chat of two";
                    return Err(InvalidRequest::Malformed { what, wanted: "to be set" }.into());
                }
            }
            ChatType::Group if members < 2 => {
                return Err(InvalidRequest::Missing { what: "the second member" }.into());
            }
            _ => {}
        }
        check_topic(self.topic.as_ref())?;
        let root = self.via.service_root();
        let members = self.members.into_iter().map(|member| member.bind(&root));
        let mut body = Chat::new().chat_type(self.chat_type).members(members.collect::<Vec<_>>());
        if let Some(topic) = self.topic {
            body = body.topic(topic);
        }
        if !self.apps.is_empty() {
            let apps = self
                .apps
                .iter()
                .map(|app| TeamsAppInstallation::new().teams_app_bind(bind::teams_app(&root, app)));
            body = body.installed_apps(apps.collect::<Vec<_>>());
        }
        Self::ENDPOINT.json(&[], &body)
    }
}
