//! A bounded queue of typed events, for apps that look at notifications themselves.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use futures_util::Stream;
use teams_cc_core::{Instant, TenantId};
use tokio::sync::mpsc;

use super::{ChangeDelivery, ChangeSink, Delivery, NotificationSink, SinkFull, SubscriptionEvent};
use crate::{model::CommsNotification, wire::Sensitive};

/// What was posted, one by one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Something happened to a call.
    Call {
        /// The tenant the token speaks for, in lower case.
        tenant: TenantId,
        /// When the request came in; deadlines to answer count from here.
        received: Instant,
        /// What happened.
        notification: Box<CommsNotification>,
    },
    /// Something happened to a subscribed resource or to the subscription.
    Subscription {
        /// When the request came in.
        received: Instant,
        /// What happened.
        event: SubscriptionEvent,
        /// Tokens of Graph that vouch for encrypted content of the same post; not proven here.
        validation_tokens: Arc<[Sensitive]>,
    },
}

/// Makes a queue of at most `capacity` events, at least one: put the first half into an
/// [`Intake`](super::Intake), read the second.
///
/// At most 1,048,576: more count as that. Room for one event of each user that is watched holds all of
/// them changing at once; [`QueueFigures::high_water`] tells how much of it was ever needed.
///
/// A post is taken whole or not at all. Where there is no room for all of it, or nobody reads any
/// more, the service is asked to come again; a post of more events than the queue can ever hold
/// is taken as far as it goes, once the queue is empty, and the rest is counted as cut off.
///
/// ```
/// # use std::sync::Arc;
/// use futures_util::StreamExt as _;
/// use teams_cc_graph::webhook::{self, Event, Intake, IntakeConfig, KeySource};
///
/// # async fn run(
/// #     config: IntakeConfig, keys: KeySource, clock: Arc<dyn teams_cc_core::Clock>,
/// # ) {
/// let (queue, mut events) = webhook::queue(1024);
/// let intake = Intake::new(config, keys, clock, Arc::new(queue.clone()));
/// while let Some(event) = events.next().await {
///     if let Event::Call { notification, .. } = event {
///         println!("{:?}", notification.change_type);
///     }
///     println!("{} wait, at most {}", queue.figures().depth, queue.figures().high_water);
/// }
/// # drop(intake);
/// # }
/// ```
#[must_use]
pub fn queue(capacity: usize) -> (Queue, Events) {
    let capacity = capacity.clamp(1, MAX_CAPACITY);
    let (sender, receiver) = mpsc::channel(capacity);
    let figures = Arc::new(Figures::default());
    (Queue { sender, figures }, Events(receiver))
}

/// The largest queue that can be had.
const MAX_CAPACITY: usize = 1 << 20;

/// The end of a queue that takes events; see [`queue`].
#[derive(Clone, Debug)]
pub struct Queue {
    sender: mpsc::Sender<Event>,
    figures: Arc<Figures>,
}

#[derive(Debug, Default)]
struct Figures {
    high_water: AtomicUsize,
    taken: AtomicU64,
    turned_away: AtomicU64,
    cut_off: AtomicU64,
}

/// How full a queue is and was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueFigures {
    /// How many events there is room for.
    pub capacity: usize,
    /// How many events wait now.
    pub depth: usize,
    /// How many events waited at most.
    pub high_water: usize,
    /// How many events were taken.
    pub taken: u64,
    /// How many posts were turned away for lack of room, or because nobody reads any more.
    pub turned_away: u64,
    /// How many events were cut off posts larger than the queue.
    pub cut_off: u64,
}

impl Queue {
    /// How full the queue is and was.
    #[must_use]
    pub fn figures(&self) -> QueueFigures {
        let capacity = self.sender.max_capacity();
        QueueFigures {
            capacity,
            depth: capacity - self.sender.capacity(),
            high_water: self.figures.high_water.load(Ordering::Relaxed),
            taken: self.figures.taken.load(Ordering::Relaxed),
            turned_away: self.figures.turned_away.load(Ordering::Relaxed),
            cut_off: self.figures.cut_off.load(Ordering::Relaxed),
        }
    }

    fn put(&self, count: usize, events: impl Iterator<Item = Event>) -> Result<(), SinkFull> {
        let capacity = self.sender.max_capacity();
        let room = self.sender.try_reserve_many(count.min(capacity)).map_err(|_| {
            self.figures.turned_away.fetch_add(1, Ordering::Relaxed);
            SinkFull
        })?;
        // Reserved room counts as taken, so this is the depth with the new events in it.
        let depth = capacity - self.sender.capacity();
        self.figures.high_water.fetch_max(depth, Ordering::Relaxed);
        let taken = room.zip(events).map(|(room, event)| room.send(event)).count();
        add(&self.figures.taken, taken);
        add(&self.figures.cut_off, count - taken);
        Ok(())
    }
}

fn add(figure: &AtomicU64, more: usize) {
    figure.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
}

impl NotificationSink for Queue {
    fn deliver(&self, delivery: Delivery) -> Result<(), SinkFull> {
        let Delivery { tenant, received, notifications } = delivery;
        let notifications = notifications.value.into_option().unwrap_or_default();
        let count = notifications.len();
        let events = notifications.into_iter().map(|notification| Event::Call {
            tenant: tenant.clone(),
            received,
            notification: Box::new(notification),
        });
        self.put(count, events)
    }
}

impl ChangeSink for Queue {
    fn deliver(&self, delivery: ChangeDelivery) -> Result<(), SinkFull> {
        let ChangeDelivery { received, events, validation_tokens } = delivery;
        let validation_tokens: Arc<[Sensitive]> = validation_tokens.into();
        let count = events.len();
        let events = events.into_iter().map(|event| Event::Subscription {
            received,
            event,
            validation_tokens: Arc::clone(&validation_tokens),
        });
        self.put(count, events)
    }
}

/// The end of a queue that yields events; see [`queue`].
///
/// Dropping it loses what waits, and the service is asked to come again from then on. The stream
/// ends once every [`Queue`] is gone.
#[derive(Debug)]
pub struct Events(mpsc::Receiver<Event>);

impl Events {
    /// The next event; `None` once every [`Queue`] is gone. Dropping the future loses nothing.
    pub async fn recv(&mut self) -> Option<Event> {
        self.0.recv().await
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.0.poll_recv(context)
    }
}
