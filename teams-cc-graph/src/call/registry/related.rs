//! Which call known here an incoming one belongs to.

use std::collections::VecDeque;

use teams_cc_core::{Address, LegId};

use super::{Live, Registry};
use crate::{
    call::{Related, RelatedBy},
    model::{Call, call_key},
};

/// The most ended calls remembered by their conversation; the oldest is forgotten first.
const MAX_RECENT: usize = 256;

/// Conversations of calls that ended a while ago, as by a transfer.
#[derive(Debug, Default)]
pub(in crate::call::registry) struct Recent(VecDeque<Conversation>);

#[derive(Debug)]
struct Conversation {
    leg: LegId,
    chain: Option<String>,
    party: Address,
}

impl Recent {
    pub(in crate::call::registry) fn remember(&mut self, leg: &LegId, live: &Live) {
        if self.0.len() >= MAX_RECENT {
            self.0.pop_front();
        }
        let chain = live.session.chain().map(call_key);
        self.0.push_back(Conversation { leg: leg.clone(), chain, party: live.party.clone() });
    }

    /// The latest that is so.
    fn find(&self, wanted: impl Fn(&Conversation) -> bool) -> Option<&LegId> {
        self.0.iter().rev().find(|it| wanted(it)).map(|it| &it.leg)
    }
}

impl Registry {
    /// The call an incoming one belongs to, the surest trace first. Looks at every live call.
    pub(super) fn related(&self, details: &Call) -> Option<Related> {
        let related = |leg: &LegId, by| Related { leg: leg.clone(), by };
        if let Some(chain) = details.call_chain_id.text().filter(|it| !it.is_empty()).map(call_key)
        {
            let live =
                self.find(|live| live.session.chain().map(call_key).as_ref() == Some(&chain));
            let found = live.or_else(|| self.recent.find(|it| it.chain.as_ref() == Some(&chain)));
            if let Some(leg) = found {
                return Some(related(leg, RelatedBy::ChainId));
            }
        }
        let context = details.incoming_context.get()?;
        let source = context.source_participant_id.text().filter(|it| !it.is_empty());
        if let Some(id) = source
            && let Some(leg) = self.find(|live| live.session.roster().get(id).is_some())
        {
            return Some(related(leg, RelatedBy::SourceParticipant));
        }
        let transferor = context.transferor.get().map(|identity| identity.address())?;
        if transferor == Address::Anonymous {
            return None;
        }
        let live = self.find(|live| live.party == transferor);
        let found = live.or_else(|| self.recent.find(|it| it.party == transferor));
        found.map(|leg| related(leg, RelatedBy::Transferor))
    }

    fn find(&self, wanted: impl Fn(&Live) -> bool) -> Option<&LegId> {
        self.sessions.iter().find(|(_, live)| wanted(live)).map(|(leg, _)| leg)
    }
}
