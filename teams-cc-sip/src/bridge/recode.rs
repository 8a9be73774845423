//! One codec for two parties that are joined and speak different ones.
//!
//! The relay passes codecs on by name and makes only the two forms of G.711 of each other. Where
//! the parties agreed on others, each with us, one of them is offered what the other speaks.
//!
//! | one speaks | the other | gets a re-INVITE |
//! |---|---|---|
//! | G.711 | another codec | the other, for G.711 |
//! | another codec | a third | the first, for what the other speaks |
//! | either | refuses, or does not answer | none: both calls end with 488 |
//!
//! Before the answer nothing can be offered anew: the caller hears no early media of another codec.

use teams_cc_core::{
    LegId,
    contact::{EndCause, EndReason, EndedBy, LegState},
};

use crate::{
    sdp::Codec,
    trunk::{engine::Engine, input::Output, session::Session},
};

/// The codecs that a leg's peer is to agree on, so that the leg can be joined.
pub(crate) struct Recode {
    pub(crate) codecs: Vec<Codec>,
    /// Whether the re-INVITE under way offers them; one from before says nothing of them.
    pub(crate) offered: bool,
}

impl Recode {
    /// What is still to be offered.
    pub(crate) fn due(codecs: Vec<Codec>) -> Self {
        Self { codecs, offered: false }
    }
}

impl Engine {
    /// Offers one of two legs what the other speaks; `false` where that cannot help.
    pub(crate) fn agree_on_codec(&mut self, one: &LegId, other: &LegId) -> bool {
        let states = [one, other].map(|leg| self.state_of(leg));
        if states.contains(&LegState::Ringing) {
            tracing::info!(%one, %other, "early media of another codec is not heard");
            return true;
        }
        let spoken = |leg: &LegId| {
            let record = self.legs.get(leg).filter(|record| !record.ending)?;
            record.session.as_ref().and_then(Session::codec)
        };
        let (Some(first), Some(second)) = (spoken(one), spoken(other)) else { return false };
        let (asked, codec) = if first.is_g711() { (other, first) } else { (one, second) };
        let codecs = if codec.is_g711() { Codec::G711.to_vec() } else { vec![codec] };
        let Some(record) = self.legs.get_mut(asked) else { return false };
        if record.recode.is_some() || first == second {
            return record.recode.is_some();
        }
        tracing::info!(leg = %asked, ?codec, "a leg is offered what the other one speaks");
        record.recode = Some(Recode::due(codecs));
        let asked = asked.clone();
        self.reconcile_hold(&asked);
        true
    }

    /// A leg's peer has answered: where that was to another codec, the two can hear each other.
    pub(crate) fn codec_agreed(&mut self, leg: &LegId) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        let Some(Recode { codecs, .. }) = record.recode.take_if(|recode| recode.offered) else {
            return;
        };
        let spoken = record.session.as_ref().and_then(Session::codec);
        if spoken.is_none_or(|spoken| !codecs.contains(&spoken)) {
            return self.codec_refused(leg);
        }
        let media = |leg: &LegId| self.legs.get(leg)?.session.as_ref().map(|s| s.media().clone());
        let with = self.legs.get(leg).and_then(|record| record.bridge.clone());
        if let (Some(one), Some(other)) = (media(leg), with.and_then(|with| media(&with))) {
            self.outputs.push_back(Output::JoinMedia { one, other });
        }
    }

    /// A leg's peer keeps its codec: the two will never hear each other.
    pub(crate) fn codec_refused(&mut self, leg: &LegId) {
        let with = self.legs.get(leg).and_then(|record| record.bridge.clone());
        for leg in std::iter::once(leg.clone()).chain(with) {
            if let Some(record) = self.legs.get_mut(&leg) {
                let cause = EndCause::new(EndReason::Failed, EndedBy::Local).codes(488, None);
                record.cause.get_or_insert(cause);
            }
            self.hang_up(&leg);
        }
    }
}
