//! Apps of the catalog and where they are installed: [teamsApp](https://learn.microsoft.com/graph/api/resources/teamsapp).

use super::Chat;
use crate::model::IdentitySet;
use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// An app of the catalog.
    pub struct TeamsApp("microsoft.graph.teamsApp") {
        /// Identifier in the catalog.
        id: String = "id",
        /// The name to show.
        display_name: String = "displayName",
        /// Where it comes from.
        distribution_method: TeamsAppDistributionMethod = "distributionMethod",
        /// The id in the app's manifest.
        external_id: String = "externalId",
        /// Its versions, when expanded.
        app_definitions: Vec<TeamsAppDefinition> = "appDefinitions",
        /// The name; undeclared, in answers to a publication.
        name: String = "name",
        /// The version; undeclared, in answers to a publication.
        version: String = "version",
    }
}

open_enum! {
    /// Where an app comes from.
    pub enum TeamsAppDistributionMethod {
        /// The public store.
        Store = "store",
        /// The organization's catalog.
        Organization = "organization",
        /// A package somebody uploaded.
        Sideloaded = "sideloaded",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// One version of an app.
    pub struct TeamsAppDefinition("microsoft.graph.teamsAppDefinition") {
        /// Identifier of the version.
        id: String = "id",
        /// What it may do of itself and for its user.
        authorization: TeamsAppAuthorization = "authorization",
        /// Who made it.
        created_by: Box<IdentitySet> = "createdBy",
        /// What it does, at length.
        description: String = "description",
        /// The name to show.
        display_name: String = "displayName",
        /// When it changed.
        last_modified_date_time: DateTimeOffset = "lastModifiedDateTime",
        /// Whether it is published.
        publishing_state: TeamsAppPublishingState = "publishingState",
        /// What it does, in short; some bodies write `shortdescription`.
        short_description: String = "shortDescription",
        /// The app, by its id in the manifest.
        teams_app_id: String = "teamsAppId",
        /// The version.
        version: String = "version",
        /// Its bot.
        bot: TeamworkBot = "bot",
        /// The client id of its registration; undeclared, usual on the wire.
        azure_ad_app_id: String = "azureADAppId",
    }
}

open_enum! {
    /// Whether a version of an app is published.
    pub enum TeamsAppPublishingState {
        /// An administrator has to look at it.
        Submitted = "submitted",
        /// An administrator refused it.
        Rejected = "rejected",
        /// It can be installed.
        Published = "published",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// What an app may do of itself and for its user.
    pub struct TeamsAppAuthorization("microsoft.graph.teamsAppAuthorization") {
        /// The client id of its registration.
        client_app_id: String = "clientAppId",
        /// The permissions it asks for.
        required_permission_set: TeamsAppPermissionSet = "requiredPermissionSet",
    }
}

resource! {
    /// Permissions inside one chat, team or user.
    pub struct TeamsAppPermissionSet("microsoft.graph.teamsAppPermissionSet") {
        /// The permissions.
        resource_specific_permissions: Vec<TeamsAppResourceSpecificPermission> =
            "resourceSpecificPermissions",
    }
}

resource! {
    /// A permission inside one chat, team or user.
    pub struct TeamsAppResourceSpecificPermission(
        "microsoft.graph.teamsAppResourceSpecificPermission"
    ) {
        /// Who acts under it.
        permission_type: TeamsAppResourceSpecificPermissionType = "permissionType",
        /// The permission, such as `ChatMessage.Read.Chat`.
        permission_value: String = "permissionValue",
    }
}

open_enum! {
    /// Who acts under a permission inside one chat, team or user.
    pub enum TeamsAppResourceSpecificPermissionType {
        /// The app for a signed-in user.
        Delegated = "delegated",
        /// The app itself.
        Application = "application",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// The bot of an app.
    pub struct TeamworkBot("microsoft.graph.teamworkBot") {
        /// The client id of the bot's registration.
        id: String = "id",
    }
}

resource! {
    /// An app where it is installed: in a chat, a team, or with a user.
    pub struct TeamsAppInstallation("microsoft.graph.teamsAppInstallation") {
        /// Identifier of the installation; it names the chat, so Debug does not show it.
        id: Sensitive = "id",
        /// What it was allowed when it was installed.
        consented_permission_set: TeamsAppPermissionSet = "consentedPermissionSet",
        /// The app, when expanded.
        teams_app: TeamsApp = "teamsApp",
        /// The version, when expanded.
        teams_app_definition: Box<TeamsAppDefinition> = "teamsAppDefinition",
        /// The chat between the user and the app, when expanded.
        chat: Box<Chat> = "chat",
        /// The app to install, as an absolute link; requests alone have it.
        teams_app_bind: String = "teamsApp@odata.bind",
    }
}

resource! {
    /// Body of an upgrade of an installed app.
    pub struct UpgradeInstallationBody("") {
        /// What the app is allowed from now on.
        consented_permission_set: TeamsAppPermissionSet = "consentedPermissionSet",
    }
}

resource! {
    /// A tab of a chat or a channel.
    pub struct TeamsTab("microsoft.graph.teamsTab") {
        /// Identifier of the tab.
        id: String = "id",
        /// What it shows.
        configuration: TeamsTabConfiguration = "configuration",
        /// The name to show.
        display_name: String = "displayName",
        /// Where Teams shows it; the link names the thread.
        web_url: Sensitive = "webUrl",
        /// The app, when expanded.
        teams_app: TeamsApp = "teamsApp",
        /// The app to pin, as an absolute link; requests alone have it.
        teams_app_bind: String = "teamsApp@odata.bind",
        /// Where it stands among the tabs; undeclared, usual on the wire.
        sort_order_index: String = "sortOrderIndex",
    }
}

resource! {
    /// What a tab shows.
    pub struct TeamsTabConfiguration("microsoft.graph.teamsTabConfiguration") {
        /// The page.
        content_url: String = "contentUrl",
        /// The app's own name for what it shows.
        entity_id: String = "entityId",
        /// Called when the tab is removed.
        remove_url: String = "removeUrl",
        /// The page for a browser.
        website_url: String = "websiteUrl",
    }
}
