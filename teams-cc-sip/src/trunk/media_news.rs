//! What only a media port can know, on its way to the trunk.

use std::fmt;

use teams_cc_core::{
    LegId, OperationId,
    contact::{OperationOutcome, Tone},
};
use tokio::sync::mpsc;

/// The most news that wait for the trunk's task; a port that cannot tell one tells it again later.
const MEDIA_NEWS: usize = 256;

/// How a media port tells the trunk what it hears; clones tell the same trunk.
///
/// A port gets one by [`MediaPort::attach`](super::MediaPort::attach) when the trunk starts.
/// Nothing here waits, so a port may tell from any thread.
#[derive(Clone)]
pub struct MediaNews {
    sender: mpsc::Sender<MediaEvent>,
}

/// One thing that happened to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaEvent {
    /// Neither RTP nor RTCP has come for as long as the port waits (60 s by default).
    ///
    /// The trunk ends the leg, and the one bridged to it, unless either side is on hold: who is
    /// on hold sends nothing. A port may say it again while the silence lasts.
    Silent {
        /// The stream, by the name it was opened under.
        leg: LegId,
    },
    /// The peer pressed a key.
    Tone {
        /// The stream, by the name it was opened under.
        leg: LegId,
        /// The key.
        tone: Tone,
    },
    /// What was played is over.
    PlayEnded {
        /// The stream, by the name it was opened under.
        leg: LegId,
        /// Which order it was.
        operation: OperationId,
        /// How it ended.
        outcome: OperationOutcome,
    },
}

impl MediaEvent {
    /// The stream it is about.
    #[must_use]
    pub const fn leg(&self) -> &LegId {
        match self {
            Self::Silent { leg } | Self::Tone { leg, .. } | Self::PlayEnded { leg, .. } => leg,
        }
    }
}

impl MediaNews {
    /// The sending and the reading end.
    pub(crate) fn channel() -> (Self, mpsc::Receiver<MediaEvent>) {
        let (sender, receiver) = mpsc::channel(MEDIA_NEWS);
        (Self { sender }, receiver)
    }

    /// Tells something; `false` where it does not fit now, or the trunk has stopped.
    #[must_use = "news that did not fit must be told again"]
    pub fn tell(&self, event: MediaEvent) -> bool {
        self.sender.try_send(event).is_ok()
    }

    /// Whether one more event fits now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.sender.capacity() > 0
    }

    /// Says that nothing has come on a stream for too long.
    #[must_use = "news that did not fit must be told again"]
    pub fn silent(&self, leg: &LegId) -> bool {
        self.tell(MediaEvent::Silent { leg: leg.clone() })
    }
}

impl fmt::Debug for MediaNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaNews").field("room", &self.sender.capacity()).finish()
    }
}
