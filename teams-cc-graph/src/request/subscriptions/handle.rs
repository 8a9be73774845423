use super::{
    CreateSubscription, DeleteSubscription, GetSubscription, ListSubscriptions,
    ReauthorizeSubscription, UpdateSubscription,
};
use crate::client::Client;
use crate::wire::DateTimeOffset;

/// Requests on the collection of subscriptions.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    client: Client,
}

/// Requests on one subscription.
#[derive(Clone, Debug)]
pub struct OneSubscription {
    client: Client,
    id: String,
}

impl Client {
    /// Requests on the collection of subscriptions.
    #[must_use]
    pub fn subscriptions(&self) -> Subscriptions {
        Subscriptions { client: self.clone() }
    }

    /// Requests on one subscription, by its id.
    pub fn subscription(&self, id: impl Into<String>) -> OneSubscription {
        OneSubscription { client: self.clone(), id: id.into() }
    }
}

impl Subscriptions {
    /// `POST /subscriptions`: be told about changes of a resource.
    pub fn create(
        &self,
        resource: impl Into<String>,
        notification_url: impl Into<String>,
        expires: impl Into<DateTimeOffset>,
    ) -> CreateSubscription {
        CreateSubscription::with(self.client.clone(), resource, notification_url, expires)
    }

    /// `GET /subscriptions`: the subscriptions of the app.
    pub fn list(&self) -> ListSubscriptions {
        ListSubscriptions::with(self.client.clone())
    }
}

impl OneSubscription {
    /// `GET /subscriptions/{id}`: the subscription as it stands.
    pub fn get(&self) -> GetSubscription {
        GetSubscription::with(self.client.clone(), &self.id)
    }

    /// `PATCH /subscriptions/{id}`: renew it until then.
    pub fn renew(&self, expires: impl Into<DateTimeOffset>) -> UpdateSubscription {
        UpdateSubscription::with(self.client.clone(), &self.id, expires)
    }

    /// `DELETE /subscriptions/{id}`: be told nothing more.
    pub fn delete(&self) -> DeleteSubscription {
        DeleteSubscription::with(self.client.clone(), &self.id)
    }

    /// `POST /subscriptions/{id}/reauthorize`: answer a wish for fresh authorization.
    pub fn reauthorize(&self) -> ReauthorizeSubscription {
        ReauthorizeSubscription::with(self.client.clone(), &self.id)
    }
}
