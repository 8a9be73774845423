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
