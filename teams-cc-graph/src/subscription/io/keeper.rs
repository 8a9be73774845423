//! The handle on subscriptions that live on.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError},
    time::Duration,
};

use super::{KeeperBuilder, Secrets, shared::Shared};
use crate::{
    Client,
    subscription::{Input, Record, TooMany, Wanted},
    webhook::SubscriptionEvent,
    wire::Sensitive,
};

/// Keeps subscriptions alive on one or several clients.
///
/// Give [`secrets`](Self::secrets) to the [`Intake`](crate::webhook::Intake::subscriptions), and
/// what it tells to [`heard`](Self::heard). Clones are handles on the same subscriptions; one task
/// keeps them. It stops after [`shutdown`](Self::shutdown), or once every handle is dropped; then
/// subscriptions end by themselves.
///
/// ```
/// use teams_cc_graph::{Client, subscription::{Event, Keeper, Wanted}};
///
/// async fn keep(client: Client) -> Result<(), Box<dyn std::error::Error>> {
///     let (keeper, mut events) = Keeper::builder().account("", client).start();
///     let url = "https://bot.example.com/changes";
///     keeper.want(Wanted::new("records", "communications/callRecords", url))?;
///     while let Some(event) = events.next().await {
///         if let Event::Resync { key, .. } = event {
///             println!("read what {key} is about");
///         }
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Keeper {
    shared: Arc<Shared>,
    secrets: Secrets,
    _life: Arc<Life>,
}

/// Stops the driver with the last handle.
struct Life(Arc<Shared>);

impl Drop for Life {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Keeper {
    /// Configures one.
    pub fn builder() -> KeeperBuilder {
        KeeperBuilder::new()
    }

    pub(super) fn new(shared: Arc<Shared>, secrets: Secrets) -> Self {
        let life = Arc::new(Life(Arc::clone(&shared)));
        Self { shared, secrets, _life: life }
    }

    /// Names a client that subscriptions are made with, or another one in its place.
    pub fn account(&self, name: &str, client: Client) {
        let mut accounts = self.shared.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.insert(name.into(), client);
    }

    /// Keeps a subscription from now on; one of the same name is replaced.
    ///
    /// # Errors
    ///
    /// [`TooMany`], where there are as many as there may be.
    pub fn want(&self, wanted: Wanted) -> Result<(), TooMany> {
        self.shared.input(Input::Want(wanted))
    }

    /// Goes on with a subscription that an earlier process made, with the secret it gave.
    ///
    /// It is renewed at once; where it is gone, it is made anew. Seats of presence need none of this:
    /// what a process before left of theirs is deleted, and made anew.
    ///
    /// ```
    /// use teams_cc_graph::subscription::{Event, Keeper, Record, TooMany, Wanted};
    /// use teams_cc_graph::{webhook::ClientStates as _, wire::Sensitive};
    ///
    /// /// What to keep, encrypted, once a subscription is `Active`.
    /// fn kept(keeper: &Keeper, event: &Event) -> Option<(Box<str>, Sensitive)> {
    ///     let Event::Active { id, .. } = event else { return None };
    ///     Some((id.clone(), keeper.secrets().client_state(id)?))
    /// }
    ///
    /// /// In the next process.
    /// fn go_on(keeper: &Keeper, wanted: Wanted, id: &str, secret: Sensitive) -> Result<(), TooMany> {
    ///     keeper.adopt(wanted, Record::new(id), secret)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`want`](Self::want).
    pub fn adopt(&self, wanted: Wanted, record: Record, secret: Sensitive) -> Result<(), TooMany> {
        // Not before: secrets of what is not kept are forgotten.
        let id = record.id.clone();
        self.shared.input(Input::Adopt(wanted, record))?;
        self.secrets.insert(&id, secret);
        Ok(())
    }

    /// Deletes a subscription; [`Event::Ended`](crate::subscription::Event::Ended) tells when it is
    /// gone.
    pub fn forget(&self, key: &str) {
        // Only one more subscription can be too many.
        let _ = self.shared.input(Input::Forget(key));
    }

    /// Takes what the intake told of a subscription; changes of resources are of no concern here.
    pub fn heard(&self, event: &SubscriptionEvent) {
        let SubscriptionEvent::Lifecycle(kind, notification) = event else { return };
        let Some(id) = notification.subscription_id.text() else { return };
        let _ = self.shared.input(Input::Lifecycle { id, event: kind });
    }

    /// Renews every subscription with content, now that the certificate is another one.
    pub fn certificate_changed(&self) {
        let _ = self.shared.input(Input::CertificateChanged);
    }

    /// The secrets of the subscriptions that live, for the intake.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        self.secrets.clone()
    }

    /// The ids of the subscriptions that live, by the program's names.
    #[must_use]
    pub fn live(&self) -> BTreeMap<Box<str>, Box<str>> {
        self.shared.upkeep().live()
    }

    /// Deletes every subscription, waits for that until the deadline, and stops; tells which are
    /// left to end by themselves.
    ///
    /// Dropping the future stops waiting: what is under way goes on while a handle lives.
    pub async fn shutdown(&self, deadline: Duration) -> Vec<Box<str>> {
        let keys = self.shared.upkeep().keys();
        for key in &keys {
            self.forget(key);
        }
        let idle = async {
            loop {
                let mut turn = std::pin::pin!(self.shared.turned.notified());
                // What happens from here on is not missed.
                turn.as_mut().enable();
                if self.shared.upkeep().is_idle() {
                    return;
                }
                turn.await;
            }
        };
        let _ = tokio::time::timeout(deadline, idle).await;
        self.shared.stop();
        self.live().into_keys().collect()
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("live", &self.live()).finish_non_exhaustive()
    }
}
