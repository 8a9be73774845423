//! What others see of a user who has several sessions.

use std::time::Duration;

use teams_cc_core::{Instant, agent::Availability};

use super::{PreferredPresence, SessionPresence, config::FADE};

/// How long a preference lasts where nothing is said: a day if busy, a week otherwise (Learn,
/// presence-setuserpreferredpresence).
const BUSY_LASTS: Duration = Duration::from_hours(24);
const OTHERS_LAST: Duration = Duration::from_hours(7 * 24);

/// One session of a user: an app's, or that of a Teams client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownSession {
    /// What it was set to.
    pub availability: Availability,
    /// What it was set to do.
    pub activity: Availability,
    /// When, and for how long, where an app set it; a client keeps its own alive.
    pub set: Option<(Instant, Duration)>,
}

impl ShownSession {
    /// A session an app set at this instant, for this long.
    #[must_use]
    pub fn of_app(presence: SessionPresence, at: Instant, lasts: Duration) -> Self {
        Self {
            availability: presence.availability().into(),
            activity: presence.activity().into(),
            set: Some((at, lasts)),
        }
    }

    /// The session of a Teams client that runs.
    #[must_use]
    pub fn of_client(availability: &str, activity: &str) -> Self {
        Self { availability: availability.into(), activity: activity.into(), set: None }
    }

    /// What it shows at `now`; nothing where it has expired. And whether it has faded.
    fn at(&self, now: Instant) -> Option<(Availability, Availability, bool)> {
        let shown = (self.availability.clone(), self.activity.clone(), false);
        let Some((at, lasts)) = self.set else { return Some(shown) };
        let age = now.since(at);
        if age >= lasts {
            return None;
        }
        if self.availability != Availability::Available || age < FADE {
            return Some(shown);
        }
        Some(if age < FADE * 2 {
            (Availability::Available, Availability::AvailableInactive, true)
        } else {
            (Availability::Away, Availability::Away, true)
        })
    }
}

/// What a user chose to show, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preferred {
    /// What.
    pub presence: PreferredPresence,
    /// When it was set.
    pub at: Instant,
    /// For how long; a day if busy or not to be disturbed and a week otherwise, where not said.
    pub lasts: Option<Duration>,
}

impl Preferred {
    /// A choice made at this instant, for as long as such a choice lasts.
    #[must_use]
    pub fn new(presence: PreferredPresence, at: Instant) -> Self {
        Self { presence, at, lasts: None }
    }

    /// Sets for how long.
    #[must_use]
    pub fn lasting(mut self, lasts: Duration) -> Self {
        self.lasts = Some(lasts);
        self
    }

    fn holds(&self, now: Instant) -> bool {
        use PreferredPresence as P;
        let usual = match self.presence {
            P::Busy | P::DoNotDisturb => BUSY_LASTS,
            _ => OTHERS_LAST,
        };
        now.since(self.at) < self.lasts.unwrap_or(usual)
    }
}

/// What others see, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effective {
    /// Whether the user can be reached.
    pub availability: Availability,
    /// What the user does.
    pub activity: Availability,
    /// What decided.
    pub because: Because,
}

/// What decided on what others see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// The user has no session, so anything set besides shows nothing.
    NoSession,
    /// The user's own choice comes before every session.
    Preferred,
    /// This session, by its place, is the busiest; the first of several.
    Session(usize),
    /// This session is the busiest, and shows less than it was set to: it has faded.
    Faded(usize),
}

/// What others see of a user with these sessions and this choice.
///
/// The rules that are documented: without a session nothing is shown; a choice comes before every
/// session until it ends; of sessions, not to be disturbed comes before busy, that before available,
/// and that before away; what an app set to available fades after 5 and 10 minutes, whatever its
/// expiry. Teams takes up to some minutes to show it.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::Instant;
/// use teams_cc_presence::write::{Because, SessionPresence, ShownSession, explain_effective};
///
/// let hour = Duration::from_secs(3600);
/// let set = ShownSession::of_app(SessionPresence::Available, Instant::ZERO, hour);
/// let seen = explain_effective(&[set], None, Instant::from_secs(601));
/// assert_eq!(seen.availability.as_str(), "Away");
/// assert_eq!(seen.because, Because::Faded(0));
/// ```
#[must_use]
pub fn explain_effective(
    sessions: &[ShownSession],
    preferred: Option<&Preferred>,
    now: Instant,
) -> Effective {
    let alive =
        sessions.iter().enumerate().filter_map(|(nth, session)| Some((nth, session.at(now)?)));
    // Of equals the first: `min_by_key` keeps it.
    let busiest = alive.min_by_key(|(_, (availability, ..))| rank(availability));
    let Some((nth, (availability, activity, faded))) = busiest else {
        return Effective {
            availability: Availability::Offline,
            activity: Availability::Offline,
            because: Because::NoSession,
        };
    };
    if let Some(chosen) = preferred.filter(|chosen| chosen.holds(now)) {
        return Effective {
            availability: chosen.presence.availability().into(),
            activity: chosen.presence.activity().into(),
            because: Because::Preferred,
        };
    }
    let because = if faded { Because::Faded(nth) } else { Because::Session(nth) };
    Effective { availability, activity, because }
}

/// The place among sessions; the lowest wins.
fn rank(availability: &Availability) -> u8 {
    use Availability as A;
    match availability {
        A::DoNotDisturb | A::Presenting | A::Focusing | A::UrgentInterruptionsOnly => 0,
        A::Busy | A::BusyIdle | A::InACall | A::InAConferenceCall | A::InAMeeting => 1,
        A::Available | A::AvailableIdle | A::AvailableInactive => 2,
        A::Away | A::BeRightBack | A::Inactive => 3,
        _ => 4,
    }
}
