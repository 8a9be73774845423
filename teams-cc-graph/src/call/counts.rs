//! What calls have gone through.

/// What calls have gone through so far, and what is allocated now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallCounts {
    /// Calls that are live now.
    pub sessions: usize,
    /// Calls being created now.
    pub dialing: usize,
    /// Tasks under way now, but for the driver and the writer of records.
    pub tasks: usize,
    /// Notifications held now for calls being created.
    pub held: usize,
    /// Events waiting now to be taken.
    pub waiting_events: usize,
    /// Notifications of calls that had ended.
    pub late: u64,
    /// Notifications of calls that are not known.
    pub unknown: u64,
    /// Notifications of calls of another tenant than the one served.
    pub foreign: u64,
    /// Notifications in words this version does not know: a sign that Graph has moved on.
    pub unread: u64,
    /// Notifications that told nothing new, or whose path names no call.
    pub ignored: u64,
    /// Calls taken over from another process.
    pub taken_over: u64,
    /// Calls that another process took over, or was handed.
    pub given_away: u64,
    /// Records that could not be written at once; they are tried again.
    pub unwritten: u64,
    /// Records of ended calls left in a store that took no writes for long.
    ///
    /// Whoever takes up the owner's calls finds them gone at Graph.
    pub left_behind: u64,
    /// Incoming calls turned away for want of room or during a shutdown.
    pub turned_away: u64,
}

impl CallCounts {
    /// The figures by name, for whatever reports them; the names are those of the fields.
    pub fn figures(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        // Every field by name, so that none is forgotten.
        let Self {
            sessions,
            dialing,
            tasks,
            held,
            waiting_events,
            late,
            unknown,
            foreign,
            unread,
            ignored,
            taken_over,
            given_away,
            unwritten,
            left_behind,
            turned_away,
        } = *self;
        [
            ("sessions", count(sessions)),
            ("dialing", count(dialing)),
            ("tasks", count(tasks)),
            ("held", count(held)),
            ("waiting_events", count(waiting_events)),
            ("late", late),
            ("unknown", unknown),
            ("foreign", foreign),
            ("unread", unread),
            ("ignored", ignored),
            ("taken_over", taken_over),
            ("given_away", given_away),
            ("unwritten", unwritten),
            ("left_behind", left_behind),
            ("turned_away", turned_away),
        ]
        .into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_under_the_names_they_have() {
        let counts = CallCounts { sessions: 3, turned_away: 7, ..CallCounts::default() };
        let told: Vec<_> = counts.figures().collect();
        let not_none: Vec<_> = told.iter().filter(|(_, count)| *count > 0).copied().collect();
        assert_eq!(not_none, [("sessions", 3), ("turned_away", 7)]);
        let debug = format!("{counts:?}");
        for (name, count) in told {
            assert!(debug.contains(&format!("{name}: {count}")), "{name} in {debug}");
        }
    }
}
