//! The pairs of availability and activity that the service takes.

/// What a presence session can show (Learn, presence-setpresence).
///
/// Out of office and meetings cannot be set: they come from calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SessionPresence {
    /// Available.
    Available,
    /// Busy, in a call.
    InACall,
    /// Busy, in a conference call.
    InAConferenceCall,
    /// Away.
    Away,
    /// Not to be disturbed, presenting.
    Presenting,
}

impl SessionPresence {
    /// The base state.
    #[must_use]
    pub const fn availability(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::InACall | Self::InAConferenceCall => "Busy",
            Self::Away => "Away",
            Self::Presenting => "DoNotDisturb",
        }
    }

    /// The finer state.
    #[must_use]
    pub const fn activity(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::InACall => "InACall",
            Self::InAConferenceCall => "InAConferenceCall",
            Self::Away => "Away",
            Self::Presenting => "Presenting",
        }
    }
}

/// What a user can prefer to show (Learn, presence-setuserpreferredpresence).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PreferredPresence {
    /// Available.
    Available,
    /// Busy.
    Busy,
    /// Not to be disturbed.
    DoNotDisturb,
    /// Back soon.
    BeRightBack,
    /// Away.
    Away,
    /// Shown as offline, off work.
    OffWork,
}

impl PreferredPresence {
    /// The base state.
    #[must_use]
    pub const fn availability(self) -> &'static str {
        match self {
            Self::OffWork => "Offline",
            same => same.activity(),
        }
    }

    /// The finer state.
    #[must_use]
    pub const fn activity(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::Busy => "Busy",
            Self::DoNotDisturb => "DoNotDisturb",
            Self::BeRightBack => "BeRightBack",
            Self::Away => "Away",
            Self::OffWork => "OffWork",
        }
    }
}
