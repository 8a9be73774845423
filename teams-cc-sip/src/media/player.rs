//! What is played to a leg: prompts, one after the other.

use std::collections::VecDeque;

use teams_cc_core::OperationId;

use super::{g711, wav::WavPrompt};
use crate::sdp::Codec;

/// The most prompts that wait on one leg; an order that would exceed it is refused whole.
pub const MAX_PROMPTS: usize = 64;
/// Samples of one packet: 20 ms (RFC 3551 §4.2).
pub(crate) const FRAME: usize = 160;

/// The prompts of one leg, in order.
#[derive(Default)]
pub(crate) struct Player {
    waiting: VecDeque<Piece>,
    /// Samples of the first piece that have been played.
    at: usize,
}

struct Piece {
    prompt: WavPrompt,
    /// The operation that is over with this piece.
    ends: Option<OperationId>,
}

impl Player {
    /// Queues the prompts of one operation; `false` where they do not fit.
    pub(crate) fn push(&mut self, operation: &OperationId, prompts: Vec<WavPrompt>) -> bool {
        if prompts.is_empty() || self.waiting.len() + prompts.len() > MAX_PROMPTS {
            return false;
        }
        let last = prompts.len() - 1;
        self.waiting.extend(
            prompts
                .into_iter()
                .enumerate()
                .map(|(n, prompt)| Piece { prompt, ends: (n == last).then(|| operation.clone()) }),
        );
        true
    }

    pub(crate) fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Fills a packet, the rest with silence; names the operation that is over with it.
    pub(crate) fn frame(&mut self, codec: Codec, out: &mut [u8; FRAME]) -> Option<OperationId> {
        out.fill(g711::silence(codec));
        let piece = self.waiting.front()?;
        let rest = piece.prompt.samples().get(self.at..).unwrap_or_default();
        for (octet, sample) in out.iter_mut().zip(rest) {
            *octet = g711::encode(codec, *sample);
        }
        self.at += FRAME;
        if rest.len() > FRAME {
            return None;
        }
        self.at = 0;
        self.waiting.pop_front().and_then(|piece| piece.ends)
    }

    /// Forgets everything; names the operations that are cut short.
    pub(crate) fn clear(&mut self) -> impl Iterator<Item = OperationId> {
        self.at = 0;
        std::mem::take(&mut self.waiting).into_iter().filter_map(|piece| piece.ends)
    }
}

/// Packets of one ring and the pause after it: one second and four (ITU-T E.180).
const RING: u32 = 50;
const RING_PAUSE: u32 = 200;
/// The pitch of ringing, in turns of a second (ITU-T E.180).
const RING_PITCH: f64 = 425.0;
/// How loud ringing is, of 32,767.
const RING_LEVEL: f64 = 4_000.0;

/// The nth packet of ringing.
pub(crate) fn ringing(nth: u32, codec: Codec, out: &mut [u8; FRAME]) {
    let place = nth % (RING + RING_PAUSE);
    if place >= RING {
        return out.fill(g711::silence(codec));
    }
    for (octet, sample) in out.iter_mut().zip(place * 160..) {
        let turn = f64::from(sample) * RING_PITCH / 8_000.0;
        #[expect(clippy::cast_possible_truncation, reason = "the level is far below the bound")]
        let sample = ((turn * std::f64::consts::TAU).sin() * RING_LEVEL) as i16;
        *octet = g711::encode(codec, sample);
    }
}
