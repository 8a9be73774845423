//! What the service posts about a subscription: [changeNotification](https://learn.microsoft.com/graph/api/resources/changenotification).

use super::ChangeType;
use crate::wire::{DateTimeOffset, Object, Sensitive};

resource! {
    /// One post of the service: a batch of change notifications.
    pub struct ChangeNotificationCollection("") {
        /// Proofs that the resource data comes from the service.
        validation_tokens: Vec<Sensitive> = "validationTokens",
        /// The notifications.
        value: Vec<ChangeNotification> = "value",
    }
}

resource! {
    /// One change of a subscribed resource, or of the subscription itself.
    pub struct ChangeNotification("") {
        /// Identifier of the notification.
        id: String = "id",
        /// What happened to the resource.
        change_type: ChangeType = "changeType",
        /// The secret of the subscription.
        client_state: Sensitive = "clientState",
        /// The resource, encrypted for the app.
        encrypted_content: ChangeNotificationEncryptedContent = "encryptedContent",
        /// What happened to the subscription.
        lifecycle_event: LifecycleEventType = "lifecycleEvent",
        /// The resource, as a path.
        resource: String = "resource",
        /// What the service says of the resource in the clear.
        resource_data: Object = "resourceData",
        /// When the subscription ends.
        subscription_expiration_date_time: DateTimeOffset = "subscriptionExpirationDateTime",
        /// The subscription.
        subscription_id: String = "subscriptionId",
        /// The tenant.
        tenant_id: String = "tenantId",
    }
}

resource! {
    /// A resource, encrypted for the app.
    pub struct ChangeNotificationEncryptedContent("") {
        /// The resource under the symmetric key.
        data: Sensitive = "data",
        /// The symmetric key under the app's public key.
        data_key: Sensitive = "dataKey",
        /// HMAC of the data.
        data_signature: String = "dataSignature",
        /// The app's name for its public key.
        encryption_certificate_id: String = "encryptionCertificateId",
        /// The thumbprint of its certificate.
        encryption_certificate_thumbprint: String = "encryptionCertificateThumbprint",
    }
}

open_enum! {
    /// What happened to a subscription.
    pub enum LifecycleEventType {
        /// Notifications were lost.
        Missed = "missed",
        /// The subscription is gone.
        SubscriptionRemoved = "subscriptionRemoved",
        /// The app must authorise again.
        ReauthorizationRequired = "reauthorizationRequired",
    }
}
