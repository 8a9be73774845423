//! The plan of one read, without input or output.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use teams_cc_core::{Instant, UserId, agent::PresenceSource};
use teams_cc_graph::{Error, model};

use crate::{
    error::TooManyUsers,
    fresh::Fresh,
    model::Presence,
    read::{Report, Unread},
    shard,
};

/// The most users one read takes; more are refused before anything is asked.
///
/// At 650 a request this is what an app may ask of a tenant in six seconds (1500 requests in 30 s).
pub const MAX_USERS: usize = 200_000;
/// How often a read halves a refused lot. After that the rest of such lots is reported as refused.
///
/// One bad id among 650 takes ten halvings. The bound keeps a service that refuses everything from
/// turning one request into thirteen hundred.
pub const MAX_SPLITS: usize = 64;
/// How many requests may fail in a row. After that the rest is not asked for.
pub const MAX_FAILURES: usize = 3;

/// Names a batch of one read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(u64);

/// Users to ask for in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// What to hand back with the answer.
    pub id: BatchId,
    /// At most [`MAX_IDS`](crate::MAX_IDS) users.
    pub users: Vec<UserId>,
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Some id in the lot, as far as a bare 400 or 500 tells. Halve and ask again.
    OfAnId,
    /// This request alone, perhaps: others may still get through.
    OfTheRequest,
    /// The app, its token or its rate: no other request would fare better.
    OfTheApp,
}

/// The plan of one read.
///
/// Take batches with [`BatchRead::next_batch`] while there are any, hand each answer to
/// [`BatchRead::answered`] or [`BatchRead::failed`], and stop when [`BatchRead::is_done`]. Order of
/// answers does not matter. An answer to a batch that is not out is ignored.
///
/// ```
/// use teams_cc_core::{Instant, UserId};
/// use teams_cc_graph::model::Presence;
/// use teams_cc_presence::read::BatchRead;
///
/// let user: UserId = "fa8bf3dc-eca7-46b7-bad1-db199b62afc3".parse()?;
/// let mut read = BatchRead::new([user.clone()], 650)?;
/// let batch = read.next_batch().expect("one user is one batch");
///
/// let answer = Presence::new().id(user.to_string()).availability("Busy".to_owned());
/// read.answered(batch.id, Instant::from_secs(7), &[answer]);
///
/// assert!(read.is_done());
/// assert!(read.into_report().get(&user).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BatchRead {
    waiting: VecDeque<Vec<UserId>>,
    out: BTreeMap<BatchId, Vec<UserId>>,
    report: Report,
    next_id: u64,
    splits_left: usize,
    failures_in_a_row: usize,
    stopped_by: Option<Arc<Error>>,
}

impl BatchRead {
    /// Plans a read of these users, each once, at most `size` in a request.
    ///
    /// # Errors
    ///
    /// [`TooManyUsers`] over [`MAX_USERS`].
    pub fn new(users: impl IntoIterator<Item = UserId>, size: usize) -> Result<Self, TooManyUsers> {
        let lots = shard::shards(users.into_iter().take(MAX_USERS.saturating_add(1)), size);
        if lots.iter().map(Vec::len).sum::<usize>() > MAX_USERS {
            return Err(TooManyUsers { limit: MAX_USERS });
        }
        Ok(Self {
            waiting: lots.into(),
            out: BTreeMap::new(),
            report: Report::default(),
            next_id: 0,
            splits_left: MAX_SPLITS,
            failures_in_a_row: 0,
            stopped_by: None,
        })
    }

    /// The next request to make, where there is one now.
    pub fn next_batch(&mut self) -> Option<Batch> {
        let users = self.waiting.pop_front()?;
        let id = BatchId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        self.report.requests = self.report.requests.saturating_add(1);
        self.out.insert(id, users.clone());
        Some(Batch { id, users })
    }

    /// Takes the answer to a request that started at `asked_at`.
    ///
    /// Presences are matched by id: the service promises neither order nor completeness. Of two for
    /// one user the newer version counts.
    pub fn answered(&mut self, batch: BatchId, asked_at: Instant, presences: &[model::Presence]) {
        let Some(users) = self.out.remove(&batch) else {
            return;
        };
        self.failures_in_a_row = 0;
        let mut left: BTreeSet<UserId> = users.iter().cloned().collect();
        for resource in presences {
            let user = resource.id.get().and_then(|id| UserId::new(id.as_str()).ok());
            let Some(user) =
                user.map(|id| shard::normal(&id)).filter(|id| users.binary_search(id).is_ok())
            else {
                self.report.unasked = self.report.unasked.saturating_add(1);
                continue;
            };
            let fresh = Fresh::new(Presence::from_graph(resource), asked_at, PresenceSource::Sweep);
            let first = left.remove(&user);
            if first || self.report.found.get(&user).is_none_or(|other| fresh.supersedes(other)) {
                self.report.found.insert(user, fresh);
            }
        }
        self.report.unread.extend(left.into_iter().map(|user| (user, Unread::Missing)));
    }

    /// Takes the failure of a request.
    pub fn failed(&mut self, batch: BatchId, refusal: Refusal, error: Error) {
        let Some(mut users) = self.out.remove(&batch) else {
            return;
        };
        let error = Arc::new(error);
        if refusal != Refusal::OfAnId {
            self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
            self.give_up(users, &Unread::Failed(Arc::clone(&error)));
            if refusal == Refusal::OfTheApp || self.failures_in_a_row >= MAX_FAILURES {
                self.stop(error);
            }
            return;
        }
        self.failures_in_a_row = 0;
        if users.len() <= 1 {
            self.give_up(users, &Unread::Refused(error));
        } else if let Some(left) = self.splits_left.checked_sub(1) {
            self.splits_left = left;
            let second = users.split_off(users.len() / 2);
            if let Some(stopped_by) = self.stopped_by.clone() {
                users.extend(second);
                self.give_up(users, &Unread::Failed(stopped_by));
            } else {
                self.waiting.push_front(second);
                self.waiting.push_front(users);
            }
        } else {
            self.give_up(users, &Unread::RefusedWithOthers(error));
        }
    }

    /// Whether every user is accounted for.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.out.is_empty()
    }

    /// What came of the read so far.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    fn give_up(&mut self, users: Vec<UserId>, why: &Unread) {
        self.report.unread.extend(users.into_iter().map(|user| (user, why.clone())));
    }

    fn stop(&mut self, error: Arc<Error>) {
        for users in std::mem::take(&mut self.waiting) {
            self.give_up(users, &Unread::Failed(Arc::clone(&error)));
        }
        self.stopped_by = Some(error);
    }
}

impl Refusal {
    /// Whose fault an error of the client is.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        use teams_cc_graph::ErrorKind as Kind;
        match error.kind() {
            // A bare 400 is how the service answers one bad id, a 500 how it answers a deleted one.
            Kind::Service(response) if matches!(response.status.as_u16(), 400 | 500) => {
                Self::OfAnId
            }
            Kind::Service(_)
            | Kind::Connection
            | Kind::Timeout
            | Kind::Decode
            | Kind::ResponseTooLarge { .. } => Self::OfTheRequest,
            _ => Self::OfTheApp,
        }
    }
}
