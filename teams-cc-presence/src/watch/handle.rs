//! The handle on a watch.

use std::{fmt, sync::Arc, time::Duration};

use teams_cc_core::{Instant, UserId};
use teams_cc_graph::{Client, model, subscription::Keeper, webhook::SubscriptionEvent};

use super::{WatchBuilder, WatchReport, engines::Engines};
use crate::{
    error::TooManyUsers,
    fresh::Fresh,
    model::Presence,
    seats::{Seats, TooManySeats, told_of},
    shared::{Life, Shared},
    tracker::Input,
};

/// Watches the presence of many users; see the [module](super).
///
/// Clones are handles on the same watch; one task does the work. It stops after
/// [`shutdown`](Self::shutdown), or once every handle is dropped: requests that are out are given up
/// then, and subscriptions end by themselves.
#[derive(Clone)]
pub struct Watch {
    shared: Arc<Shared<Engines>>,
    keeper: Option<Keeper>,
    _life: Arc<Life<Engines>>,
}

impl Watch {
    /// Configures a watch that reads with this client.
    ///
    /// The app needs what [`Reader::REQUIRED_PERMISSIONS`](crate::read::Reader::REQUIRED_PERMISSIONS)
    /// lists. Take a client that does not repeat requests by itself
    /// ([`RetryPolicy::never`](teams_cc_graph::RetryPolicy::never)): the watch does, and counts each.
    pub fn builder(client: Client) -> WatchBuilder {
        WatchBuilder::new(client)
    }

    pub(super) fn new(shared: Arc<Shared<Engines>>, keeper: Option<Keeper>) -> Self {
        let life = Arc::new(Life(Arc::clone(&shared)));
        Self { shared, keeper, _life: life }
    }

    /// Watches these users from now on.
    ///
    /// # Errors
    ///
    /// [`TooManyUsers`] where they would be more than
    /// [`Tracker::MAX_USERS`](crate::tracker::Tracker::MAX_USERS); nothing changes.
    pub fn add(&self, users: &[UserId]) -> Result<(), TooManyUsers> {
        self.shared.with(|engines, now| {
            engines.changed();
            engines.tracker.handle_input(now, Input::Watch(users))
        })
    }

    /// Watches these users no more.
    pub fn forget(&self, users: &[UserId]) {
        self.shared.with(|engines, now| {
            engines.changed();
            engines.tell(now, Input::Forget(users));
        });
    }

    /// What is known of a user, with its age and source; `None` before the first read, and of
    /// somebody who is not watched.
    #[must_use]
    pub fn get(&self, user: &UserId) -> Option<Fresh<Presence>> {
        self.shared.engines().tracker.get(user).cloned()
    }

    /// What the watch's clock says: the age of what it saw is
    /// [`seen.age(watch.now())`](Fresh::age).
    #[must_use]
    pub fn now(&self) -> Instant {
        self.shared.now()
    }

    /// Has these users read next: somebody waits for them. They are read more often for a while.
    pub fn want(&self, users: &[UserId]) {
        self.shared.with(|engines, now| engines.tell(now, Input::Want(users)));
    }

    /// What is known of a user, read anew where that is older than `age`; waits for it `within`.
    ///
    /// What there is then is told, however old: its age says so. Of somebody who is not watched there
    /// is nothing, at once. Dropping the future gives up
    /// waiting; the user is read all the same.
    pub async fn fresh(
        &self,
        user: &UserId,
        age: Duration,
        within: Duration,
    ) -> Option<Fresh<Presence>> {
        let is_over = |engines: &Engines, now: Instant| {
            let known = engines.tracker.get(user);
            known.is_some_and(|seen| seen.is_younger_than(age, now))
                || !engines.tracker.is_watched(user)
        };
        if !is_over(&self.shared.engines(), self.now()) {
            self.want(std::slice::from_ref(user));
        }
        let read = self.shared.until(|engines| is_over(engines, self.now()));
        let _ = tokio::time::timeout(within, read).await;
        self.get(user)
    }

    /// Takes what the intake told of a subscription, with the presence where it was opened.
    ///
    /// A notification of which no presence is given names its user, who is read then. Also lifecycle
    /// events belong here: they are handed to the keeper. What is not about presence is ignored.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use teams_cc_graph::webhook::{Event, Events, content::Opener};
    /// use teams_cc_presence::Watch;
    /// use tokio::sync::Mutex;
    ///
    /// /// One of several tasks, for opening takes a core: `events` has one reader, which they share.
    /// async fn hear(events: Arc<Mutex<Events>>, opener: Arc<Opener>, watch: Watch) {
    ///     loop {
    ///         let next = events.lock().await.recv().await;
    ///         let Some(event) = next else { return };
    ///         let Event::Subscription { event, validation_tokens, .. } = event else { continue };
    ///         let notification = event.notification();
    ///         let mut presence = None;
    ///         if notification.encrypted_content.get().is_some() {
    ///             match opener.open(notification, &validation_tokens).await {
    ///                 Ok(content) => presence = content.decode().ok(),
    ///                 // Nobody vouches for it: it is counted and logged, and not believed.
    ///                 Err(_) => continue,
    ///             }
    ///         }
    ///         watch.heard(&event, presence.as_ref());
    ///     }
    /// }
    /// ```
    pub fn heard(&self, event: &SubscriptionEvent, presence: Option<&model::Presence>) {
        match event {
            SubscriptionEvent::Changed(notification) => {
                let Some(user) = told_of(notification) else { return };
                let presence = presence.map(Presence::from_graph);
                self.shared.with(|engines, now| {
                    let user = &user;
                    let input = match &presence {
                        Some(presence) => Input::Notified { user, presence },
                        None => Input::Named(user),
                    };
                    engines.tell(now, input);
                });
            }
            _ => {
                if let Some(keeper) = &self.keeper {
                    keeper.heard(event);
                }
            }
        }
    }

    /// Adds a seat: an account of the keeper's with the client somebody signed in to.
    ///
    /// Without subscriptions ([`WatchBuilder::subscriptions`]) nothing happens.
    ///
    /// # Errors
    ///
    /// [`TooManySeats`] for one more than [`MAX_SEATS`](crate::seats::MAX_SEATS).
    pub fn add_seat(&self, account: &str, client: Client) -> Result<(), TooManySeats> {
        if let Some(keeper) = &self.keeper {
            keeper.account(account, client);
        }
        self.shared.with(|engines, _| {
            engines.changed();
            engines.seats.as_mut().map_or(Ok(()), |seats| seats.add(account))
        })
    }

    /// Gives up a seat, such as one whose account is to go.
    pub fn remove_seat(&self, account: &str) {
        self.shared.with(|engines, _| {
            engines.changed();
            if let Some(seats) = &mut engines.seats {
                seats.remove(account);
            }
        });
    }

    /// How it stands: counts, shards, ids that are refused, and why nothing can be read.
    #[must_use]
    pub fn report(&self) -> WatchReport {
        let engines = self.shared.engines();
        WatchReport {
            counts: engines.tracker.counts(),
            shards: engines.tracker.shards().collect(),
            seats: engines.seats.iter().flat_map(Seats::seats).collect(),
            waiting: engines.tracker.changes_waiting(),
            unreadable: engines.unreadable.iter().cloned().collect(),
            failure: engines.failure.clone(),
        }
    }

    /// How long a value may be wrong while the service answers:
    /// [`TrackerConfig::bound`](crate::tracker::TrackerConfig::bound).
    #[must_use]
    pub fn bound(&self) -> Duration {
        self.shared.engines().tracker.bound()
    }

    /// Asks for nothing more, waits for what is out, deletes every subscription, and stops.
    ///
    /// All of it until the deadline; tells which subscriptions are left to end by themselves.
    /// Afterwards [`Changes::next`](super::Changes::next) gives what is left, then `None`. Dropping
    /// the future leaves a watch that asks for nothing and stops with its last handle.
    pub async fn shutdown(&self, deadline: Duration) -> Vec<Box<str>> {
        let end = tokio::time::Instant::now() + deadline;
        self.shared.with(|engines, _| engines.ending = true);
        let idle = self.shared.until(|engines| engines.tracker.in_flight() == 0);
        let _ = tokio::time::timeout_at(end, idle).await;
        let left = match &self.keeper {
            Some(keeper) => keeper.shutdown(end - tokio::time::Instant::now()).await,
            None => Vec::new(),
        };
        self.shared.stop();
        self.shared.gone().await;
        left
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let users = self.shared.engines().tracker.len();
        f.debug_struct("Watch").field("users", &users).finish_non_exhaustive()
    }
}
