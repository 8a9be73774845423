//! Reports of a leg, its silence and its quality (RFC 3550 §6).

use std::{net::SocketAddr, time::Duration};

use teams_cc_core::Instant;

use super::{BUFFER, REPORT_INTERVAL, Stream, low, remote::is_one_party};
use crate::{
    media::rtcp::{Block, MAX_REPORT, Report, Sent},
    trunk::MediaQuality,
};

/// The longest round trip that is believed; a longer one is a report of something else.
const MAX_ROUND_TRIP: Duration = Duration::from_secs(30);

impl Stream {
    /// A report that is due, and where it goes; whether it shares the port of RTP.
    pub(crate) fn report(
        &mut self,
        now: Instant,
        chance: u64,
        out: &mut [u8; BUFFER],
    ) -> Option<(SocketAddr, usize, bool)> {
        let remote = self.remote.as_ref()?;
        if now < self.next_report {
            return None;
        }
        // RFC 3550 §6.2: half to one and a half of the interval, so that reports do not meet.
        let spread = Duration::from_millis(chance % 5_000);
        self.next_report = now + REPORT_INTERVAL / 2 + spread;
        let (mux, encrypted) = (remote.rtcp == remote.address, remote.keys.is_some());
        let to = if mux { self.latched } else { self.latched_rtcp }.unwrap_or(remote.rtcp);
        if !is_one_party(&to) {
            return None;
        }
        let since = |at: Instant| {
            u32::try_from((now - at).as_nanos() * 65_536 / 1_000_000_000).unwrap_or(u32::MAX)
        };
        let sent = Sent {
            time: clock(now),
            timestamp: self.time(now),
            packets: low(self.sent.0),
            octets: low(self.sent.1),
        };
        let heard = self.reception.received() > 0;
        let report = Report {
            ssrc: self.ssrc,
            sent: (self.sent.0 > 0).then_some(sent),
            heard: heard.then(|| (self.reception.ssrc, self.reception.report())),
            last: self.sender_report.map_or((0, 0), |(time, at)| (time, since(at))),
        };
        let length = report.write(out.first_chunk_mut::<MAX_REPORT>()?);
        let length = match (encrypted, &mut self.outbound) {
            (false, _) => length,
            (true, Some(outbound)) => outbound.protect_rtcp(out, length).ok()?,
            (true, None) => return None,
        };
        Some((to, length, mux))
    }

    /// Whether the peer has been silent for so long; counts anew after that.
    pub(crate) fn is_silent(&mut self, now: Instant, limit: Duration) -> bool {
        let due = self.remote.as_ref().is_some_and(|remote| remote.expected && !remote.on_hold);
        if !due {
            self.heard = now;
        }
        let silent = now - self.heard >= limit;
        if silent {
            self.heard = now;
        }
        silent
    }

    /// The peer reports how our packets come to it (RFC 3550 §6.4.1).
    pub(super) fn reported(&mut self, now: Instant, block: Block) {
        if block.ssrc != self.ssrc {
            return;
        }
        self.lost_by_peer = Some(block.lost);
        if block.last_report == 0 {
            return;
        }
        let middle = low(clock(now) >> 16);
        let ticks = middle.wrapping_sub(block.last_report).wrapping_sub(block.since);
        let nanos = u64::from(ticks) * 1_000_000_000 / 65_536;
        let round_trip = Duration::from_nanos(nanos);
        // A clock that runs a little ahead of ours makes less than nothing of a short way.
        if round_trip <= MAX_ROUND_TRIP {
            self.round_trip = Some(round_trip);
        } else if ticks.cast_signed() < 0 && ticks.cast_signed() > -65_536 {
            self.round_trip = Some(Duration::ZERO);
        }
    }

    pub(crate) fn quality(&self) -> MediaQuality {
        let rate = self.remote.as_ref().map_or(8_000, |remote| remote.codec.clock_rate());
        let (received, lost) = self.former;
        MediaQuality {
            received: received + self.reception.received(),
            lost: lost + self.reception.lost(),
            jitter: Duration::from_micros(self.reception.jitter_micros(rate)),
            sent: self.sent.0,
            lost_by_peer: self.lost_by_peer,
            round_trip: self.round_trip,
        }
    }
}

/// Our clock in the form of reports, 32.32 bits: the peer only measures with it.
fn clock(now: Instant) -> u64 {
    let (seconds, rest) = (now.as_nanos() / 1_000_000_000, now.as_nanos() % 1_000_000_000);
    (seconds << 32) | ((rest << 32) / 1_000_000_000)
}
