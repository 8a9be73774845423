//! What is kept of the state of a call, and how it goes on from there.

use teams_cc_core::{
    Instant,
    contact::{Direction, Knowledge},
};

use super::{CallReducer, Media, State, Transfer};
use crate::call::record::{KeptOperation, KeptSession, KeptStage, KeptTransfer};

impl CallReducer {
    pub(in crate::call) fn keep(&self) -> KeptSession {
        KeptSession {
            direction: self.direction,
            stage: match self.state {
                State::Ringing if self.answering => KeptStage::Answering,
                State::Ringing => KeptStage::Ringing,
                State::Connected | State::Ended => KeptStage::Connected,
            },
            media: matches!(self.media, Media::Active | Media::Silent),
            rang: self.told.ringing,
            transfer: self.transfer.map(|transfer| match transfer {
                Transfer::UnderWay => KeptTransfer::UnderWay,
                Transfer::Doubtful => KeptTransfer::Doubtful,
            }),
            own: None,
            chain: self.chain.clone(),
            delta_roster: false,
            last_tone: self.tones.last(),
            operations: self
                .operations
                .under_way()
                .map(|(id, graph_id, told)| KeptOperation {
                    id: id.clone(),
                    graph_id: graph_id.map(Into::into),
                    told,
                })
                .collect(),
        }
    }

    /// Goes on where another process was. What was told before is not told again.
    pub(in crate::call) fn resume(now: Instant, kept: KeptSession) -> Self {
        let mut this = Self::new(kept.direction);
        match kept.stage {
            KeptStage::Ringing => {}
            KeptStage::Answering => this.answering = kept.direction == Direction::Inbound,
            KeptStage::Connected => this.state = State::Connected,
        }
        if kept.media {
            this.media = Media::Active;
            this.flows = Knowledge::Inferred(true);
        }
        this.told.ringing = kept.rang;
        this.transfer = kept.transfer.map(|transfer| match transfer {
            KeptTransfer::UnderWay => Transfer::UnderWay,
            KeptTransfer::Doubtful => Transfer::Doubtful,
        });
        this.chain = kept.chain;
        this.tones.resume(kept.last_tone);
        for operation in kept.operations.into_iter().take(crate::call::MAX_OPERATIONS) {
            this.operations.resume(now, operation.id, operation.graph_id, operation.told);
        }
        this
    }
}
