//! The partitions a node holds, and taking them over.

use std::collections::{BTreeMap, BTreeSet};

use teams_cc_core::{
    ContactId, Instant,
    routing::Input,
    store::{CallStore, DispatchStore, FencingToken, StoreError},
};

use super::{calls::Call, driver::Driver, event::NodeEvent, record};
use crate::store::postgres::PartitionLease;

/// How many calls are read before leases are looked at again.
const PAGE: usize = 500;

/// A partition that is held.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) lease: PartitionLease,
    /// When it is no longer one's own, by the clock of this node: counted from before the last
    /// word, so never later than by the database's.
    pub(super) until: Instant,
}

impl Driver {
    /// Renews what is held, claims what nobody holds, and reads what there is; whether all of it.
    pub(super) async fn keep_partitions(&mut self) -> bool {
        let lease = self.config.partition_lease;
        for name in self.held.keys().cloned().collect::<Vec<_>>() {
            let asked = self.now();
            let Some(held) = self.held.get_mut(&name) else { continue };
            match self.store.renew(&held.lease, lease).await {
                Ok(true) => held.until = asked + lease,
                Ok(false) => self.lose(&name),
                Err(error) => {
                    tracing::warn!(partition = %name, %error, "a partition could not be renewed");
                }
            }
        }
        self.claim_what_is_free().await;
        let mut is_whole = true;
        for name in self.held.keys().cloned().collect::<Vec<_>>() {
            match self.read_partition(&name).await {
                Ok(all) => is_whole &= all,
                Err(error) => tracing::warn!(partition = %name, %error, "it could not be read"),
            }
        }
        is_whole
    }

    /// Loses what was not renewed in time, without waiting for the database to say so.
    pub(super) fn lose_what_ran_out(&mut self) {
        let now = self.now();
        let over = self.held.iter().filter(|(_, held)| held.until <= now);
        for name in over.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.lose(&name);
        }
    }

    /// Claims what nobody holds. Above [`NodeConfig::at_most`](super::NodeConfig::at_most) only
    /// what somebody held and lost: a partition nobody ever claimed is left to the others.
    async fn claim_what_is_free(&mut self) {
        let known = match self.store.partitions().await {
            Ok(known) => known,
            Err(error) => return tracing::warn!(%error, "the partitions could not be read"),
        };
        let taken: BTreeMap<_, _> = known.into_iter().map(|it| (it.name, it.held)).collect();
        for name in self.config.partitions.clone() {
            let has_room = self.held.len() < self.config.at_most;
            let free = match taken.get(&name) {
                Some(held) => !held,
                None => has_room,
            };
            if !free || self.held.contains_key(&name) {
                continue;
            }
            let asked = self.now();
            let lease = self.config.partition_lease;
            match self.store.claim(&name, &self.config.name, lease).await {
                Ok(Some(lease)) => {
                    tracing::info!(partition = %name, epoch = lease.epoch, "held");
                    let until = asked + self.config.partition_lease;
                    self.held.insert(name.clone(), Held { lease, until });
                    self.tell(NodeEvent::Held { partition: name });
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(partition = %name, %error, "it could not be claimed"),
            }
        }
    }

    /// Puts right what is known of a partition's calls: takes in new ones, [`PAGE`] at a time, and
    /// forgets those that are gone. Whether it came to the end.
    async fn read_partition(&mut self, partition: &str) -> Result<bool, StoreError> {
        // What has ended here must not be taken for a call that waits.
        self.owed.pay(&self.store).await?;
        let names: BTreeSet<ContactId> =
            self.store.list(partition).await?.iter().filter_map(record::contact).collect();
        let mut talks: BTreeMap<ContactId, _> = self
            .store
            .reservations()
            .await?
            .into_iter()
            .filter(|reservation| reservation.until.is_none())
            .map(|reservation| (reservation.contact, (reservation.token, reservation.agent)))
            .collect();
        let known = self.calls.iter().filter(|(_, call)| &*call.partition == partition);
        let gone: Vec<_> =
            known.map(|it| it.0.clone()).filter(|contact| !names.contains(contact)).collect();
        for contact in gone {
            self.calls.remove(&contact);
            self.route(Input::Remove { contact });
        }
        let mut read = 0;
        for contact in names {
            match (talks.remove(&contact), self.calls.get(&contact).map(|call| call.taken)) {
                (Some((token, agent)), Some(_)) => self.is_taken(contact, token, agent),
                (Some((token, agent)), None) => {
                    let call = Call { partition: partition.into(), taken: Some(token) };
                    self.calls.insert(contact.clone(), call);
                    self.tell(NodeEvent::Orphaned { contact, agent });
                }
                (None, Some(None)) => {}
                (None, known) => {
                    if read == PAGE || !self.has_room() {
                        return Ok(false);
                    }
                    // It was taken, and another node lets it wait again.
                    if let Some(Some(token)) = known {
                        self.is_over(contact.clone(), token);
                    }
                    self.take_in(&contact).await?;
                    read += 1;
                }
            }
        }
        Ok(true)
    }

    /// Forgets a partition and its calls; in the database they stay as they are.
    pub(super) fn lose(&mut self, partition: &str) {
        if self.held.remove(partition).is_none() {
            return;
        }
        tracing::warn!(%partition, "another node looks after it now");
        let of_it = |call: &Call| &*call.partition == partition;
        let lost: Vec<ContactId> =
            self.calls.iter().filter(|it| of_it(it.1)).map(|it| it.0.clone()).collect();
        for contact in lost {
            if let Some(token) = self.calls.remove(&contact).and_then(|call| call.taken) {
                // They still talk, so the agent stays busy until they do not.
                self.others.insert(contact.clone(), token);
            }
            self.route(Input::Remove { contact });
        }
        self.tell(NodeEvent::Lost { partition: partition.into() });
    }
}

/// Calls that agents took here and that others look after now.
pub(super) type Others = BTreeMap<ContactId, FencingToken>;
