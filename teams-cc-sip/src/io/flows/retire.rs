//! Connections that are replaced while what is under way on them ends there.

use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};

use teams_cc_core::Instant;

use super::Flows;
use crate::{endpoint::FlowId, transport::TransportKind};

/// How long a connection that was replaced stays open.
///
/// Longer than a call may ring and its last transaction may take: answers belong on the
/// connection that brought the request, so it is not closed under a call that still rings.
pub const RETIRE_AFTER: Duration = Duration::from_mins(4);

impl Flows {
    /// Replaces every TLS connection: ours are opened anew, and carry on until the new ones stand.
    ///
    /// Those that peers have opened close too, so that peers meet the new certificate.
    pub(in crate::io) fn renew(&mut self, now: Instant) {
        let mut own = BTreeMap::new();
        for (target, (flow, renew_at)) in &mut self.own {
            if target.transport == TransportKind::Tls {
                *renew_at = Some(now);
                own.insert(*flow, target.clone());
            }
        }
        let encrypted = self.streams.iter().filter(|(_, s)| s.transport == TransportKind::Tls);
        let flows = encrypted.map(|(flow, _)| *flow).filter(|flow| !own.contains_key(flow));
        let flows = flows.collect();
        self.retire(flows);
        for target in own.values() {
            self.open(now, target);
        }
    }

    /// Lets connections run dry: nothing holds them open, and in time they are closed.
    pub(super) fn retire(&mut self, mut flows: Vec<FlowId>) {
        flows.retain(|flow| {
            let stream = self.streams.get_mut(flow).filter(|stream| !stream.retired);
            stream.is_some_and(|stream| {
                stream.retired = true;
                stream.held.store(false, Ordering::Relaxed);
                true
            })
        });
        if !flows.is_empty() {
            self.retiring.spawn(async move {
                tokio::time::sleep(RETIRE_AFTER).await;
                flows
            });
        }
    }
}
