//! Why a leg ends, and what the other side of the bridge is told of it (RFC 3326).
//!
//! | what happened to one leg | what the other hears |
//! |---|---|
//! | its party hung up or withdrew, with a `Reason` | BYE or CANCEL with the same `Reason`, byte for byte |
//! | its party hung up without a word | BYE |
//! | it fell silent, its session timer ran out, its peer is gone | BYE with `Q.850;cause=102` |
//! | the application hung it up | BYE |

use teams_cc_core::{
    LegId,
    contact::{EndCause, EndReason, EndedBy, LegEvent, LegState},
};

use crate::{
    endpoint::{CallEnd, Extras},
    message::{Header, HeaderName, HeaderRef, Headers},
    trunk::{MediaEvent, engine::Engine},
};

/// Recovery on timer expiry (ITU-T Q.850): the peer is gone, nobody hung up.
const VANISHED: i32 = 102;
/// The most `Reason` lines passed on; further ones are left out.
const MAX_REASONS: usize = 8;

/// What the end of one leg tells the other side.
#[derive(Clone, Default)]
pub(crate) struct Parting {
    /// The `Reason` lines of our BYE or CANCEL.
    pub(crate) reasons: Vec<Header>,
    /// The cause the other leg ends with, where it is not that we hung up.
    pub(crate) cause: Option<EndCause>,
}

impl Parting {
    /// What the endpoint's word on the end of a call tells.
    pub(crate) fn of_end(end: &CallEnd) -> Self {
        match end {
            CallEnd::Cancelled(request) | CallEnd::PeerHungUp(request) => {
                Self { reasons: reasons(request.headers()), cause: None }
            }
            CallEnd::Rejected(response) => {
                Self { reasons: reasons(response.headers()), cause: None }
            }
            CallEnd::SessionExpired | CallEnd::Lost | CallEnd::NoAck => Self::vanished(),
            _ => Self::default(),
        }
    }

    /// The peer is gone without a word.
    pub(crate) fn vanished() -> Self {
        let text = format!("Q.850;cause={VANISHED};text=\"Recovery on timer expiry\"");
        let reason = Header::new(HeaderName::Reason, text).ok();
        Self { reasons: reason.into_iter().collect(), cause: Some(gone()) }
    }

    /// As headers of a BYE or CANCEL.
    pub(crate) fn extras(self) -> Extras {
        let mut extras = Extras::new();
        for reason in self.reasons {
            extras.headers.push_header(reason);
        }
        extras
    }
}

impl Engine {
    /// A media port tells something about a stream.
    pub(crate) fn media_told(&mut self, event: MediaEvent) {
        let Some(leg) = self.leg_of_media(event.leg()) else { return };
        let leg = self.head_of(&leg);
        match event {
            MediaEvent::Silent { .. } => self.fell_silent(&leg),
            MediaEvent::Tone { tone, .. } => self.tell(&leg, LegEvent::Tone(tone)),
            MediaEvent::PlayEnded { operation, outcome, .. } => {
                self.tell(&leg, LegEvent::OperationEnded { operation, outcome });
            }
        }
    }

    /// Neither RTP nor RTCP has come for too long: the peer has vanished, unless somebody holds.
    fn fell_silent(&mut self, leg: &LegId) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        let hold = &record.hold;
        let quiet = hold.wanted() || hold.agreed || hold.by_peer || hold.asked.is_some();
        if record.state != LegState::Connected || record.ending || quiet {
            return;
        }
        tracing::warn!(leg = %leg, "no media has come for too long; the leg is ended");
        record.cause = Some(gone());
        record.parting = Parting::vanished();
        self.hang_up(leg);
    }

    pub(crate) fn leg_of_media(&self, media: &LegId) -> Option<LegId> {
        let carries = |leg: &LegId| {
            let session = self.legs.get(leg)?.session.as_ref()?;
            (session.media() == media).then(|| leg.clone())
        };
        // Only a leg that a transfer has moved has a stream of another name.
        carries(media).or_else(|| self.legs.values().find_map(|record| carries(&record.id)))
    }
}

/// How a contact reads whose peer vanished.
fn gone() -> EndCause {
    EndCause::new(EndReason::Failed, EndedBy::Platform).codes(408, Some(VANISHED))
}

/// Whether a `Reason` tells a cause of Q.850.
pub(crate) fn is_q850(reason: &Header) -> bool {
    reason.value().get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"Q.850"))
}

fn reasons(headers: &Headers) -> Vec<Header> {
    headers.get_all(HeaderName::Reason).take(MAX_REASONS).map(HeaderRef::to_header).collect()
}
