//! How a node behaves.

use std::time::Duration;

/// The most partitions a node knows; more are dropped.
pub const MAX_PARTITIONS: usize = 1024;

/// How a node behaves.
///
/// Every node names every partition: each claims what nobody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeConfig {
    /// The node's name, for people.
    pub name: Box<str>,
    /// The partitions there are; a call of no known queue is of a partition named like its queue.
    pub partitions: Vec<Box<str>>,
    /// How many partitions to hold at most. Default all.
    pub at_most: usize,
    /// How long a partition is held without a word. Default 10 s; renewed at a third of it.
    pub partition_lease: Duration,
    /// How often the database is asked what changed. Default 100 ms.
    pub watch_every: Duration,
    /// How often reservations that ran out are freed. Default 1 s.
    pub sweep_every: Duration,
}

impl NodeConfig {
    /// A node of this name, without partitions.
    #[must_use]
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self {
            name: name.into(),
            partitions: Vec::new(),
            at_most: MAX_PARTITIONS,
            partition_lease: Duration::from_secs(10),
            watch_every: Duration::from_millis(100),
            sweep_every: Duration::from_secs(1),
        }
    }

    /// Adds a partition; a queue is of the partition of its name.
    #[must_use]
    pub fn partition(mut self, name: impl Into<Box<str>>) -> Self {
        let name = name.into();
        if self.partitions.len() < MAX_PARTITIONS && !self.partitions.contains(&name) {
            self.partitions.push(name);
        }
        self
    }

    /// Sets how many partitions to hold at most, so that others get theirs.
    ///
    /// One whose node is gone is taken over all the same.
    #[must_use]
    pub fn at_most(mut self, partitions: usize) -> Self {
        self.at_most = partitions;
        self
    }

    /// Sets how long a partition is held without a word.
    #[must_use]
    pub fn partition_lease(mut self, lease: Duration) -> Self {
        self.partition_lease = lease;
        self
    }

    /// Sets how often the database is asked what changed.
    #[must_use]
    pub fn watch_every(mut self, pause: Duration) -> Self {
        self.watch_every = pause;
        self
    }

    /// Sets how often reservations that ran out are freed.
    #[must_use]
    pub fn sweep_every(mut self, pause: Duration) -> Self {
        self.sweep_every = pause;
        self
    }
}
