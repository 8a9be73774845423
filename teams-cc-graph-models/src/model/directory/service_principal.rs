//! Apps in a tenant: [servicePrincipal](https://learn.microsoft.com/graph/api/resources/serviceprincipal).

use super::{AppRole, InformationalUrl, KeyCredential, PasswordCredential, PermissionScope};
use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// An app in one tenant. What is not named here stays in `additional`.
    pub struct ServicePrincipal("microsoft.graph.servicePrincipal") {
        /// The object id.
        id: String = "id",
        /// Whether it may be used.
        account_enabled: bool = "accountEnabled",
        /// Other names it is known by.
        alternative_names: Vec<String> = "alternativeNames",
        /// The client id.
        app_id: String = "appId",
        /// The name in the registration.
        app_display_name: String = "appDisplayName",
        /// What it is for, in the registration.
        app_description: String = "appDescription",
        /// The tenant of the registration.
        app_owner_organization_id: String = "appOwnerOrganizationId",
        /// Whether only those with a role may use it.
        app_role_assignment_required: bool = "appRoleAssignmentRequired",
        /// The roles it offers.
        app_roles: Vec<AppRole> = "appRoles",
        /// When it was deleted.
        deleted_date_time: DateTimeOffset = "deletedDateTime",
        /// What it is for.
        description: String = "description",
        /// Why Microsoft switched it off.
        disabled_by_microsoft_status: String = "disabledByMicrosoftStatus",
        /// The name to show.
        display_name: String = "displayName",
        /// Its home page.
        homepage: String = "homepage",
        /// Links for its users.
        info: InformationalUrl = "info",
        /// Its certificates.
        key_credentials: Vec<KeyCredential> = "keyCredentials",
        /// The page that starts it.
        login_url: String = "loginUrl",
        /// Called when a user signs out.
        logout_url: String = "logoutUrl",
        /// Remarks.
        notes: String = "notes",
        /// Who hears of certificates that end.
        notification_email_addresses: Vec<Sensitive> = "notificationEmailAddresses",
        /// The delegated permissions it offers.
        oauth2_permission_scopes: Vec<PermissionScope> = "oauth2PermissionScopes",
        /// Its secrets, without their texts.
        password_credentials: Vec<PasswordCredential> = "passwordCredentials",
        /// How single sign-on works.
        preferred_single_sign_on_mode: String = "preferredSingleSignOnMode",
        /// Where it is sent back to after signing in.
        reply_urls: Vec<String> = "replyUrls",
        /// The names it is known by.
        service_principal_names: Vec<String> = "servicePrincipalNames",
        /// An app, a managed identity or an older kind.
        service_principal_type: String = "servicePrincipalType",
        /// Whose accounts may sign in.
        sign_in_audience: String = "signInAudience",
        /// Words to find it by.
        tags: Vec<String> = "tags",
    }
}

resource! {
    /// A role that a user, a group or an app was given.
    pub struct AppRoleAssignment("microsoft.graph.appRoleAssignment") {
        /// Identifier of the assignment.
        id: String = "id",
        /// The role; all zeros for access without a role.
        app_role_id: String = "appRoleId",
        /// When it was given.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// When it was taken back.
        deleted_date_time: DateTimeOffset = "deletedDateTime",
        /// The name of who has it.
        principal_display_name: Sensitive = "principalDisplayName",
        /// Who has it, by object id.
        principal_id: String = "principalId",
        /// A user, a group or an app.
        principal_type: String = "principalType",
        /// The name of the app that offers it.
        resource_display_name: String = "resourceDisplayName",
        /// The app that offers it, by object id.
        resource_id: String = "resourceId",
    }
}
