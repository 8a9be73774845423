//! Which extensions a call uses: reliable provisional responses and session timers.

use std::time::Duration;

/// Whether provisional responses are confirmed with PRACK (RFC 3262).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reliability {
    /// Never; an INVITE that requires it gets 420. The default.
    #[default]
    Off,
    /// Where the peer knows it: each of our 101–199 to a peer that lists `100rel` is sent
    /// reliably, and our INVITE lists it.
    Supported,
    /// Always: our INVITE requires it, and one that does not know it gets 421.
    Required,
}

/// What a session timer's refresh is sent with (RFC 4028 §7.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshBy {
    /// UPDATE where the peer's Allow lists it, else a re-INVITE. The default.
    #[default]
    Update,
    /// A re-INVITE that offers the session as it stands.
    ReInvite,
}

/// How a call watches that its peer is still there (RFC 4028).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionTimer {
    /// From one refresh to the end of the session. Default 30 minutes, as RFC 4028 §4 recommends;
    /// kept between `least` and a day.
    pub interval: Duration,
    /// The shortest interval a peer may ask for; shorter ones get 422. Default and least 90 s
    /// (RFC 4028 §5).
    pub least: Duration,
    /// Whether we refresh where that is ours to say. Default: whoever sent the INVITE does.
    pub refresher: Option<bool>,
    /// What refreshes are sent with.
    pub refresh_by: RefreshBy,
    /// Whether we ask for a timer; default true. Else one runs only where the peer asks for it:
    /// our INVITE says that timers are known and no more.
    pub ask: bool,
}

impl Default for SessionTimer {
    fn default() -> Self {
        Self {
            interval: Duration::from_mins(30),
            least: Duration::from_secs(90),
            refresher: None,
            refresh_by: RefreshBy::default(),
            ask: true,
        }
    }
}

impl SessionTimer {
    /// Sets the interval.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the shortest interval a peer may ask for.
    #[must_use]
    pub fn least(mut self, least: Duration) -> Self {
        self.least = least;
        self
    }

    /// Says who refreshes: we, or the peer.
    #[must_use]
    pub fn refresher(mut self, us: bool) -> Self {
        self.refresher = Some(us);
        self
    }

    /// Sets what refreshes are sent with.
    #[must_use]
    pub fn refresh_by(mut self, by: RefreshBy) -> Self {
        self.refresh_by = by;
        self
    }

    /// Leaves it to peers to ask for a timer.
    #[must_use]
    pub fn only_if_asked(mut self) -> Self {
        self.ask = false;
        self
    }

    pub(crate) fn seconds(&self) -> u32 {
        u32::try_from(self.interval.as_secs()).unwrap_or(u32::MAX)
    }

    pub(crate) fn least_seconds(&self) -> u32 {
        u32::try_from(self.least.as_secs()).unwrap_or(u32::MAX).clamp(90, 86_400)
    }
}

/// Which extensions a call uses.
///
/// The default uses none, as towards Teams, which documents neither PRACK nor UPDATE and leaves
/// session timers to the trunk (Learn, *Direct Routing SIP protocol*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallPolicy {
    /// Whether provisional responses are confirmed.
    pub reliability: Reliability,
    /// Whether and how the session is timed.
    pub session_timer: Option<SessionTimer>,
}

impl CallPolicy {
    /// No extension.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether provisional responses are confirmed.
    #[must_use]
    pub fn reliability(mut self, reliability: Reliability) -> Self {
        self.reliability = reliability;
        self
    }

    /// Times the session.
    #[must_use]
    pub fn session_timer(mut self, timer: SessionTimer) -> Self {
        self.session_timer = Some(timer);
        self
    }
}
