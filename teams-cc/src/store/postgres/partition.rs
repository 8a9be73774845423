//! Which machine looks after which queues.

use std::time::Duration;

use teams_cc_core::store::StoreError;

use super::{
    dispatch::unsigned,
    session::Verb,
    store::{PostgresStore, backend, microseconds},
};

/// Proof that a node looks after a partition, until its lease runs out.
///
/// A partition is any name: a queue, or several that belong together. Whoever has it alone decides
/// about its calls, so that they are not decided about twice. That saves work; what keeps a call
/// from being given twice is its reservation, also where a node believes too long that a partition
/// is its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PartitionLease {
    /// Which partition.
    pub partition: Box<str>,
    /// Grows with each node that takes the partition over.
    pub epoch: u64,
}

/// A partition that somebody looks after, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partition {
    /// Its name.
    pub name: Box<str>,
    /// Who has it, or had it last.
    pub node: Box<str>,
    /// Under which epoch.
    pub epoch: u64,
    /// Whether the lease holds.
    pub held: bool,
}

impl PostgresStore {
    /// Takes a partition that nobody has, or whose lease ran out; `None` where somebody has it.
    ///
    /// A node that comes back under its old name waits for its old lease to run out like any other.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn claim(
        &self,
        partition: &str,
        node: &str,
        lease: Duration,
    ) -> Result<Option<PartitionLease>, StoreError> {
        let lease = microseconds(lease);
        let epoch: Option<i64> = self.value(Verb::Claim, &[&partition, &node, &lease]).await?;
        let epoch = epoch.map(unsigned).transpose()?;
        Ok(epoch.map(|epoch| PartitionLease { partition: partition.into(), epoch }))
    }

    /// Keeps a partition for longer, from now on; `false` where it is no longer one's own.
    ///
    /// Renew at a third of the lease. At `false` forget the partition's calls, and change nothing
    /// about them in the store: somebody else looks after them.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; it may still be one's own.
    pub async fn renew(&self, held: &PartitionLease, lease: Duration) -> Result<bool, StoreError> {
        let Ok(epoch) = i64::try_from(held.epoch) else { return Ok(false) };
        let lease = microseconds(lease);
        self.value(Verb::Renew, &[&held.partition.as_ref(), &epoch, &lease]).await
    }

    /// Gives a partition up for others to take at once; nothing where it is no longer one's own.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn resign(&self, held: PartitionLease) -> Result<(), StoreError> {
        let Ok(epoch) = i64::try_from(held.epoch) else { return Ok(()) };
        self.done(Verb::Resign, &[&held.partition.as_ref(), &epoch]).await
    }

    /// Every partition that was claimed and not given up, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn partitions(&self) -> Result<Vec<Partition>, StoreError> {
        let rows = self.rows(Verb::Partitions, &[]).await?;
        let partition = |row: &tokio_postgres::Row| {
            Ok(Partition {
                name: row.try_get::<_, &str>(0).map_err(backend)?.into(),
                node: row.try_get::<_, &str>(1).map_err(backend)?.into(),
                epoch: unsigned(row.try_get(2).map_err(backend)?)?,
                held: row.try_get(3).map_err(backend)?,
            })
        };
        rows.iter().map(partition).collect()
    }
}
