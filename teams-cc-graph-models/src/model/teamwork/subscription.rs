//! Bodies of requests on [subscriptions](https://learn.microsoft.com/graph/api/resources/subscription).

use crate::wire::DateTimeOffset;

resource! {
    /// Body of a renewal of a subscription.
    pub struct UpdateSubscriptionBody("") {
        /// When it ends.
        expiration_date_time: DateTimeOffset = "expirationDateTime",
        /// Where notifications go from now on.
        notification_url: String = "notificationUrl",
        /// The public key that encrypts from now on.
        encryption_certificate: String = "encryptionCertificate",
        /// The app's name for that key.
        encryption_certificate_id: String = "encryptionCertificateId",
    }
}
