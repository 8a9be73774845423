//! The [subscription resource](https://learn.microsoft.com/graph/api/resources/subscription).

use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// A wish to be told about changes of a resource.
    pub struct Subscription("microsoft.graph.subscription") {
        /// Identifier of the subscription.
        id: String = "id",
        /// The app that made it.
        application_id: String = "applicationId",
        /// The changes asked for, joined by commas: a text, not an enumeration.
        change_type: String = "changeType",
        /// The secret that notifications repeat.
        client_state: Sensitive = "clientState",
        /// Who made it.
        creator_id: String = "creatorId",
        /// The public key that encrypts resource data.
        encryption_certificate: String = "encryptionCertificate",
        /// The app's name for that key.
        encryption_certificate_id: String = "encryptionCertificateId",
        /// When it ends.
        expiration_date_time: DateTimeOffset = "expirationDateTime",
        /// Whether notifications carry the resource.
        include_resource_data: bool = "includeResourceData",
        /// The newest TLS version the endpoint speaks.
        latest_supported_tls_version: String = "latestSupportedTlsVersion",
        /// Where lifecycle notifications go.
        lifecycle_notification_url: String = "lifecycleNotificationUrl",
        /// Filters on the resource.
        notification_query_options: String = "notificationQueryOptions",
        /// Where notifications go.
        notification_url: String = "notificationUrl",
        /// The app that answers there.
        notification_url_app_id: String = "notificationUrlAppId",
        /// The resource.
        resource: String = "resource",
    }
}
