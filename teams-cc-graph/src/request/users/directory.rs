use super::{
    AddInstalledApp, GetInstalledApp, GetInstalledAppChat, GetUser, ListAllMessages,
    ListInstalledApps, ListUsers, OneUser, RemoveInstalledApp, SendActivityNotification,
    UpgradeInstalledApp,
};
use crate::client::Client;
use crate::model::TeamworkActivityTopic;
use crate::request::chats::ListChats;

/// Requests on the collection of users.
#[derive(Clone, Debug)]
pub struct Users {
    client: Client,
}

impl Client {
    /// Requests on the collection of users.
    #[must_use]
    pub fn users(&self) -> Users {
        Users { client: self.clone() }
    }
}

impl Users {
    /// `GET /users`: find people in the directory.
    pub fn list(&self) -> ListUsers {
        ListUsers::with(self.client.clone())
    }
}

impl OneUser {
    /// `GET /users/{id}`: the user.
    pub fn get(&self) -> GetUser {
        GetUser::with(self.client.clone(), &self.id)
    }

    /// `GET /users/{id}/chats`: the chats the user takes part in.
    pub fn chats(&self) -> ListChats {
        ListChats::with(self.client.clone(), &self.id)
    }

    /// `GET /users/{id}/chats/getAllMessages`: every message of every chat of the user.
    #[doc(alias = "getAllMessages")]
    pub fn all_messages(&self) -> ListAllMessages {
        ListAllMessages::with(self.client.clone(), &self.id)
    }

    /// `GET /users/{id}/teamwork/installedApps`: the apps installed for the user.
    pub fn installed_apps(&self) -> ListInstalledApps {
        ListInstalledApps::with(self.client.clone(), &self.id)
    }

    /// `GET /users/{id}/teamwork/installedApps/{installation-id}`: one app installed.
    pub fn installed_app(&self, installation: &str) -> GetInstalledApp {
        GetInstalledApp::with(self.client.clone(), &self.id, installation)
    }

    /// `POST /users/{id}/teamwork/installedApps`: install an app of the catalog.
    pub fn add_installed_app(&self, teams_app: &str) -> AddInstalledApp {
        AddInstalledApp::with(self.client.clone(), &self.id, teams_app)
    }

    /// `DELETE /users/{id}/teamwork/installedApps/{installation-id}`: take an app away.
    pub fn remove_installed_app(&self, installation: &str) -> RemoveInstalledApp {
        RemoveInstalledApp::with(self.client.clone(), &self.id, installation)
    }

    /// `POST …/installedApps/{installation-id}/upgrade`: bring an app to its newest version.
    pub fn upgrade_installed_app(&self, installation: &str) -> UpgradeInstalledApp {
        UpgradeInstalledApp::with(self.client.clone(), &self.id, installation)
    }

    /// `GET …/installedApps/{installation-id}/chat`: the chat between the user and the app.
    pub fn installed_app_chat(&self, installation: &str) -> GetInstalledAppChat {
        GetInstalledAppChat::with(self.client.clone(), &self.id, installation)
    }

    /// `POST /users/{id}/teamwork/sendActivityNotification`: a note in the user's activity feed.
    #[doc(alias = "sendActivityNotification")]
    pub fn send_activity_notification(
        &self,
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
    ) -> SendActivityNotification {
        SendActivityNotification::with(self.client.clone(), &self.id, topic, activity_type)
    }
}
