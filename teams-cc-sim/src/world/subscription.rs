//! Subscriptions to records of calls, and what their subscribers are told.

use serde_json::{Value, json};
use teams_cc_core::Timestamp;

use super::{Record, World, notice::Post};

/// The most subscriptions at once; one more is refused.
pub(crate) const MAX_SUBSCRIPTIONS: usize = 1000;

/// Somebody wants to be told. It has no Debug form: the client state is a secret.
#[derive(Clone)]
pub(crate) struct Subscription {
    pub(crate) app: usize,
    pub(crate) tenant: usize,
    pub(crate) resource: String,
    pub(crate) changes: String,
    pub(crate) url: String,
    pub(crate) state: Option<String>,
    pub(crate) expires: Timestamp,
}

impl World {
    /// Makes a subscription and tries its address; `None` where there are too many.
    pub(crate) fn subscribe(&mut self, subscription: Subscription) -> Option<String> {
        self.forget_expired();
        if self.subscriptions.len() >= MAX_SUBSCRIPTIONS {
            return None;
        }
        let id = self.dice.uuid();
        let separator = if subscription.url.contains('?') { '&' } else { '?' };
        let token = self.dice.token();
        let url = format!("{}{separator}validationToken={token}", subscription.url);
        let text = "validates a subscription".to_owned();
        self.post_plain(Post::Validation(id.clone()), url, Value::Null, text);
        self.subscriptions.insert(id.clone(), subscription);
        Some(id)
    }

    /// An address that does not answer its validation gets nothing.
    pub(super) fn not_validated(&mut self, id: &str) {
        self.subscriptions.remove(id);
    }

    pub(crate) fn forget_expired(&mut self) {
        let now = self.wall();
        self.subscriptions.retain(|_, subscription| subscription.expires > now);
    }

    /// A record can be read: whoever subscribed is told.
    pub(super) fn record_written(&mut self, record: &str) {
        self.forget_expired();
        let Some(tenant) = self.records.iter().find(|one| one.id == record).map(Record::tenant)
        else {
            return;
        };
        let wants = |one: &Subscription| one.tenant == tenant && one.changes.contains("created");
        let told = self.subscriptions.iter().filter(|(_, one)| wants(one));
        let told: Vec<_> = told.map(|(id, one)| (id.clone(), one.clone())).collect();
        for (id, subscription) in told {
            let tenant = self.setup.tenants.get(tenant).map(|tenant| tenant.id.to_string());
            let body = json!({"value": [{
                "subscriptionId": id,
                "clientState": subscription.state,
                "changeType": "created",
                "resource": format!("communications/callRecords/{record}"),
                "subscriptionExpirationDateTime": subscription.expires.to_string(),
                "resourceData": {
                    "@odata.type": "#microsoft.graph.callrecord",
                    "@odata.id": format!("communications/callRecords/{record}"),
                    "id": record,
                },
                "tenantId": tenant,
            }]});
            let text = "tells of a call record".to_owned();
            self.post_plain(Post::Change, subscription.url, body, text);
        }
    }
}
