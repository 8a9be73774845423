use super::{
    AddInstalledApp, AddMember, AddMembers, CreateChat, GetChat, GetInstalledApp, GetMember,
    GetMessage, ImportMessage, ListInstalledApps, ListMembers, ListMessages, NewMember,
    RemoveInstalledApp, RemoveMember, SendActivityNotification, SendMessage, UpdateChat,
    UpgradeInstalledApp,
};
use crate::client::{Client, Delegated};
use crate::model::{ChatMessage, ChatType, TeamworkActivityTopic, TeamworkNotificationRecipient};
use crate::wire::{DateTimeOffset, Sensitive};

/// Requests on the collection of chats.
#[derive(Clone, Debug)]
pub struct Chats {
    client: Client,
}

/// Requests on one chat.
#[derive(Clone, Debug)]
pub struct OneChat {
    client: Client,
    id: Sensitive,
}

/// Requests on one chat that a signed-in user alone can make.
#[derive(Clone, Debug)]
pub struct DelegatedChat {
    client: Delegated,
    id: Sensitive,
}

impl Client {
    /// Requests on the collection of chats.
    #[must_use]
    pub fn chats(&self) -> Chats {
        Chats { client: self.clone() }
    }

    /// Requests on one chat, by the id of its thread.
    pub fn chat(&self, id: impl Into<Sensitive>) -> OneChat {
        OneChat { client: self.clone(), id: id.into() }
    }
}

impl Delegated {
    /// Requests on one chat that a signed-in user alone can make.
    pub fn chat(&self, id: impl Into<Sensitive>) -> DelegatedChat {
        DelegatedChat { client: self.clone(), id: id.into() }
    }
}

impl Chats {
    /// `POST /chats`: begin a chat, or find the one there is between two.
    pub fn create(&self, chat_type: ChatType) -> CreateChat {
        CreateChat::with(self.client.clone(), chat_type)
    }
}

impl OneChat {
    /// The id of the chat.
    #[must_use]
    pub fn id(&self) -> &Sensitive {
        &self.id
    }

    /// `GET /chats/{id}`: the chat, without its messages.
    pub fn get(&self) -> GetChat {
        GetChat::with(self.client.clone(), self.id.reveal())
    }

    /// `PATCH /chats/{id}`: give a group chat another title.
    pub fn rename(&self, topic: impl Into<Sensitive>) -> UpdateChat {
        UpdateChat::with(self.client.clone(), self.id.reveal(), topic)
    }

    /// `GET /chats/{id}/members`: the members.
    pub fn members(&self) -> ListMembers {
        ListMembers::with(self.client.clone(), self.id.reveal())
    }

    /// `GET /chats/{id}/members/{membership-id}`: one member.
    pub fn member(&self, membership: &str) -> GetMember {
        GetMember::with(self.client.clone(), self.id.reveal(), membership)
    }

    /// `POST /chats/{id}/members`: add a user to a group chat.
    pub fn add_member(&self, member: impl Into<NewMember>) -> AddMember {
        AddMember::with(self.client.clone(), self.id.reveal(), member)
    }

    /// `POST /chats/{id}/members/add`: add several users at once.
    pub fn add_members<I>(&self, members: I) -> AddMembers
    where
        I: IntoIterator,
        I::Item: Into<NewMember>,
    {
        AddMembers::with(self.client.clone(), self.id.reveal(), members)
    }

    /// `DELETE /chats/{id}/members/{membership-id}`: take a member out of a group chat.
    pub fn remove_member(&self, membership: &str) -> RemoveMember {
        RemoveMember::with(self.client.clone(), self.id.reveal(), membership)
    }

    /// `GET /chats/{id}/installedApps`: the apps installed.
    pub fn installed_apps(&self) -> ListInstalledApps {
        ListInstalledApps::with(self.client.clone(), self.id.reveal())
    }

    /// `GET /chats/{id}/installedApps/{installation-id}`: one app installed.
    pub fn installed_app(&self, installation: &str) -> GetInstalledApp {
        GetInstalledApp::with(self.client.clone(), self.id.reveal(), installation)
    }

    /// `POST /chats/{id}/installedApps`: install an app of the catalog.
    pub fn add_installed_app(&self, teams_app: &str) -> AddInstalledApp {
        AddInstalledApp::with(self.client.clone(), self.id.reveal(), teams_app)
    }

    /// `DELETE /chats/{id}/installedApps/{installation-id}`: take an app out.
    pub fn remove_installed_app(&self, installation: &str) -> RemoveInstalledApp {
        RemoveInstalledApp::with(self.client.clone(), self.id.reveal(), installation)
    }

    /// `POST /chats/{id}/installedApps/{installation-id}/upgrade`: its newest version.
    pub fn upgrade_installed_app(&self, installation: &str) -> UpgradeInstalledApp {
        UpgradeInstalledApp::with(self.client.clone(), self.id.reveal(), installation)
    }

    /// `GET /chats/{id}/messages`: the messages, newest first.
    pub fn messages(&self) -> ListMessages {
        ListMessages::with(self.client.clone(), self.id.reveal())
    }

    /// `GET /chats/{id}/messages/{message-id}`: one message.
    pub fn message(&self, message: &str) -> GetMessage {
        GetMessage::with(self.client.clone(), self.id.reveal(), message)
    }

    /// `POST /chats/{id}/messages`: bring an old message in, at its time and by its author.
    ///
    /// To say something new, act for a signed-in user: [`DelegatedChat::send`].
    pub fn import_message(
        &self,
        message: impl Into<ChatMessage>,
        author: &str,
        written_at: impl Into<DateTimeOffset>,
    ) -> ImportMessage {
        ImportMessage::with(self.client.clone(), self.id.reveal(), message, author, written_at)
    }

    /// `POST /chats/{id}/sendActivityNotification`: a note in the activity feed of members.
    #[doc(alias = "sendActivityNotification")]
    pub fn send_activity_notification(
        &self,
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
        recipient: TeamworkNotificationRecipient,
    ) -> SendActivityNotification {
        let client = self.client.clone();
        SendActivityNotification::with(client, self.id.reveal(), topic, activity_type, recipient)
    }
}

impl DelegatedChat {
    /// `POST /chats/{id}/messages`: write to the chat.
    pub fn send(&self, message: impl Into<ChatMessage>) -> SendMessage {
        SendMessage::with(self.client.clone(), self.id.reveal(), message)
    }
}
