//! The partitions a node holds, and taking them over.

use std::collections::BTreeMap;

use teams_cc_core::{
    ContactId, Instant,
    store::{CallStore, DispatchStore, FencingToken, StoreError},
};

use super::{
    driver::{Call, Driver},
    event::NodeEvent,
    record,
};
use crate::store::postgres::PartitionLease;

/// A partition that is held.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) lease: PartitionLease,
    /// When it is no longer one's own, by the clock of this node: counted from before the last
    /// word, so never later than by the database's.
    pub(super) until: Instant,
    /// Whether its calls have been read since it is held.
    pub(super) read: bool,
}

impl Driver {
    /// Renews what is held, claims what nobody holds, and reads what was taken over.
    pub(super) async fn keep_partitions(&mut self) {
        let lease = self.config.partition_lease;
        for name in self.held.keys().cloned().collect::<Vec<_>>() {
            let asked = self.now();
            let Some(held) = self.held.get(&name) else { continue };
            match self.store.renew(&held.lease, lease).await {
                Ok(true) => {
                    if let Some(held) = self.held.get_mut(&name) {
                        held.until = asked + lease;
                    }
                }
                Ok(false) => self.lose(&name),
                Err(error) => {
                    tracing::warn!(partition = %name, %error, "a partition could not be renewed");
                    if held.until <= self.now() {
                        self.lose(&name);
                    }
                }
            }
        }
        self.claim_what_is_free().await;
        let unread = self.held.iter().filter(|(_, held)| !held.read);
        for name in unread.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            match self.read_partition(&name).await {
                Ok(()) => {
                    if let Some(held) = self.held.get_mut(&name) {
                        held.read = true;
                    }
                }
                Err(error) => tracing::warn!(partition = %name, %error, "it could not be read"),
            }
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
                    self.held.insert(name.clone(), Held { lease, until, read: false });
                    self.tell(NodeEvent::Held { partition: name });
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(partition = %name, %error, "it could not be claimed"),
            }
        }
    }

    /// Takes in every call of a partition that is not known here.
    pub(super) async fn read_partition(&mut self, partition: &str) -> Result<(), StoreError> {
        let taken: BTreeMap<ContactId, _> = self
            .store
            .reservations()
            .await?
            .into_iter()
            .filter(|reservation| reservation.until.is_none())
            .map(|reservation| (reservation.contact, (reservation.token, reservation.agent)))
            .collect();
        for name in self.store.list(partition).await? {
            let Some(contact) = record::contact(&name) else { continue };
            if self.calls.contains_key(&contact) {
                continue;
            }
            if let Some((token, agent)) = taken.get(&contact) {
                let call = Call { partition: partition.into(), taken: Some(*token) };
                self.calls.insert(contact.clone(), call);
                self.tell(NodeEvent::Orphaned { contact, agent: agent.clone() });
                continue;
            }
            self.take_in(&contact).await?;
        }
        Ok(())
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
            self.route(teams_cc_core::routing::Input::Remove { contact });
        }
        self.tell(NodeEvent::Lost { partition: partition.into() });
    }
}

/// Calls that agents took here and that others look after now.
pub(super) type Others = BTreeMap<ContactId, FencingToken>;
