//! App registrations: [application](https://learn.microsoft.com/graph/api/resources/application).

use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// The registration of an app. What is not named here stays in `additional`.
    pub struct Application("microsoft.graph.application") {
        /// The object id of the registration.
        id: String = "id",
        /// The client id.
        app_id: String = "appId",
        /// What it offers as an API.
        api: ApiApplication = "api",
        /// The roles it offers.
        app_roles: Vec<AppRole> = "appRoles",
        /// The template it was made from.
        application_template_id: String = "applicationTemplateId",
        /// When it was made.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// When it was deleted.
        deleted_date_time: DateTimeOffset = "deletedDateTime",
        /// What it is for.
        description: String = "description",
        /// Why Microsoft switched it off.
        disabled_by_microsoft_status: String = "disabledByMicrosoftStatus",
        /// The name to show.
        display_name: String = "displayName",
        /// Which groups its tokens name.
        group_membership_claims: String = "groupMembershipClaims",
        /// The URIs it is known by.
        identifier_uris: Vec<String> = "identifierUris",
        /// Links for its users.
        info: InformationalUrl = "info",
        /// Whether it signs devices in without a user.
        is_device_only_auth_supported: bool = "isDeviceOnlyAuthSupported",
        /// Whether it counts as public where that is unknown.
        is_fallback_public_client: bool = "isFallbackPublicClient",
        /// Its certificates.
        key_credentials: Vec<KeyCredential> = "keyCredentials",
        /// Remarks.
        notes: String = "notes",
        /// Its secrets, without their texts.
        password_credentials: Vec<PasswordCredential> = "passwordCredentials",
        /// Where its desktop client is sent back to.
        public_client: RedirectUris = "publicClient",
        /// The verified domain of its publisher.
        publisher_domain: String = "publisherDomain",
        /// The permissions it asks for.
        required_resource_access: Vec<RequiredResourceAccess> = "requiredResourceAccess",
        /// Whose accounts may sign in.
        sign_in_audience: String = "signInAudience",
        /// Where its single-page client is sent back to.
        spa: RedirectUris = "spa",
        /// Words to find it by.
        tags: Vec<String> = "tags",
        /// The certificate that encrypts its tokens.
        token_encryption_key_id: String = "tokenEncryptionKeyId",
        /// Its web client.
        web: WebApplication = "web",
    }
}

resource! {
    /// What an app offers as an API.
    pub struct ApiApplication("microsoft.graph.apiApplication") {
        /// Whether claims may be mapped without a key.
        accept_mapped_claims: bool = "acceptMappedClaims",
        /// Clients whose consent covers this app.
        known_client_applications: Vec<String> = "knownClientApplications",
        /// The delegated permissions it offers.
        oauth2_permission_scopes: Vec<PermissionScope> = "oauth2PermissionScopes",
        /// Clients that need no consent.
        pre_authorized_applications: Vec<PreAuthorizedApplication> = "preAuthorizedApplications",
        /// The version of the tokens it takes.
        requested_access_token_version: i32 = "requestedAccessTokenVersion",
    }
}

resource! {
    /// A delegated permission an app offers.
    pub struct PermissionScope("microsoft.graph.permissionScope") {
        /// Identifier of the permission.
        id: String = "id",
        /// What administrators read.
        admin_consent_description: String = "adminConsentDescription",
        /// The title administrators read.
        admin_consent_display_name: String = "adminConsentDisplayName",
        /// Whether it can be granted.
        is_enabled: bool = "isEnabled",
        /// Who may consent.
        r#type: String = "type",
        /// What users read.
        user_consent_description: String = "userConsentDescription",
        /// The title users read.
        user_consent_display_name: String = "userConsentDisplayName",
        /// The name of the permission.
        value: String = "value",
    }
}

resource! {
    /// A client that needs no consent.
    pub struct PreAuthorizedApplication("microsoft.graph.preAuthorizedApplication") {
        /// The client.
        app_id: String = "appId",
        /// The permissions.
        delegated_permission_ids: Vec<String> = "delegatedPermissionIds",
    }
}

resource! {
    /// A role an app offers.
    pub struct AppRole("microsoft.graph.appRole") {
        /// Identifier of the role.
        id: String = "id",
        /// Whether users, apps or both may have it.
        allowed_member_types: Vec<String> = "allowedMemberTypes",
        /// What it allows.
        description: String = "description",
        /// The name to show.
        display_name: String = "displayName",
        /// Whether it can be given.
        is_enabled: bool = "isEnabled",
        /// Where it is defined.
        origin: String = "origin",
        /// The name in tokens, such as `Calls.Initiate.All`.
        value: String = "value",
    }
}

resource! {
    /// Links for the users of an app.
    pub struct InformationalUrl("microsoft.graph.informationalUrl") {
        /// The logo.
        logo_url: String = "logoUrl",
        /// Its own page.
        marketing_url: String = "marketingUrl",
        /// What it does with people's data.
        privacy_statement_url: String = "privacyStatementUrl",
        /// Where to find help.
        support_url: String = "supportUrl",
        /// The terms of service.
        terms_of_service_url: String = "termsOfServiceUrl",
    }
}

resource! {
    /// The permissions an app asks of one API.
    pub struct RequiredResourceAccess("microsoft.graph.requiredResourceAccess") {
        /// The permissions.
        resource_access: Vec<ResourceAccess> = "resourceAccess",
        /// The API, by client id.
        resource_app_id: String = "resourceAppId",
    }
}

resource! {
    /// A permission an app asks for.
    pub struct ResourceAccess("microsoft.graph.resourceAccess") {
        /// Identifier of the role or of the delegated permission.
        id: String = "id",
        /// `Role` for the app itself, `Scope` for a signed-in user.
        r#type: String = "type",
    }
}

resource! {
    /// Where a client is sent back to after signing in.
    pub struct RedirectUris("") {
        /// The URIs.
        redirect_uris: Vec<String> = "redirectUris",
    }
}

resource! {
    /// The web client of an app.
    pub struct WebApplication("microsoft.graph.webApplication") {
        /// Its home page.
        home_page_url: String = "homePageUrl",
        /// Which tokens it is given without a code.
        implicit_grant_settings: ImplicitGrantSettings = "implicitGrantSettings",
        /// Called when a user signs out.
        logout_url: String = "logoutUrl",
        /// Where it is sent back to after signing in.
        redirect_uris: Vec<String> = "redirectUris",
    }
}

resource! {
    /// Which tokens a web client is given without a code.
    pub struct ImplicitGrantSettings("microsoft.graph.implicitGrantSettings") {
        /// Access tokens.
        enable_access_token_issuance: bool = "enableAccessTokenIssuance",
        /// Identity tokens.
        enable_id_token_issuance: bool = "enableIdTokenIssuance",
    }
}

resource! {
    /// A secret of an app.
    pub struct PasswordCredential("microsoft.graph.passwordCredential") {
        /// The customer's own id of it.
        custom_key_identifier: String = "customKeyIdentifier",
        /// The name to show.
        display_name: String = "displayName",
        /// When it ends.
        end_date_time: DateTimeOffset = "endDateTime",
        /// Its first characters.
        hint: Sensitive = "hint",
        /// Identifier of the secret.
        key_id: String = "keyId",
        /// The secret itself, told once: in the answer that makes it.
        secret_text: Sensitive = "secretText",
        /// When it begins.
        start_date_time: DateTimeOffset = "startDateTime",
    }
}

resource! {
    /// A certificate of an app.
    pub struct KeyCredential("microsoft.graph.keyCredential") {
        /// The customer's own id of it.
        custom_key_identifier: String = "customKeyIdentifier",
        /// The name to show.
        display_name: String = "displayName",
        /// When it ends.
        end_date_time: DateTimeOffset = "endDateTime",
        /// The certificate, in base64.
        key: Sensitive = "key",
        /// Identifier of the certificate.
        key_id: String = "keyId",
        /// When it begins.
        start_date_time: DateTimeOffset = "startDateTime",
        /// Its form.
        r#type: String = "type",
        /// What it is used for.
        usage: String = "usage",
    }
}

resource! {
    /// Body of `addPassword`.
    pub struct AddPasswordBody("") {
        /// The name and the time of the new secret.
        password_credential: PasswordCredential = "passwordCredential",
    }
}

impl AppRole {
    /// Whether apps, not only users, may have the role.
    #[must_use]
    pub fn is_for_applications(&self) -> bool {
        let kinds = self.allowed_member_types.items();
        kinds.iter().any(|kind| kind.eq_ignore_ascii_case("Application"))
    }
}
