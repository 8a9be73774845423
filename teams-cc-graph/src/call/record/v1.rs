//! The first format of records: no ids of Graph, no transfer, no roster.

use serde::Deserialize;
use teams_cc_core::{Address, CallId, LegId, OperationId, contact::Direction};

use super::{KeptOperation, KeptSession, KeptStage};

#[derive(Debug, Deserialize)]
pub(super) struct KeptCall {
    leg: LegId,
    call: CallId,
    incoming: bool,
    connected: bool,
    caller: Address,
    #[serde(default)]
    prompts: Vec<OperationId>,
}

impl From<KeptCall> for super::KeptCall {
    fn from(old: KeptCall) -> Self {
        let told = |id| KeptOperation { id, graph_id: None, told: true };
        Self {
            leg: old.leg,
            call: old.call,
            party: old.caller,
            tenant: None,
            kind: None,
            writer: None,
            session: KeptSession {
                direction: if old.incoming { Direction::Inbound } else { Direction::Outbound },
                stage: if old.connected { KeptStage::Connected } else { KeptStage::Ringing },
                // A call was written down once its media flowed, or not at all.
                media: old.connected,
                rang: false,
                transfer: None,
                own: None,
                chain: None,
                delta_roster: false,
                last_tone: None,
                operations: old.prompts.into_iter().map(told).collect(),
            },
        }
    }
}
