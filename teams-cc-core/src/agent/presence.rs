//! What Teams presence says of an agent, as routing needs it.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Instant;

macro_rules! availability {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal,)+) => {
        /// Where a person stands with Teams, over the union of values Microsoft documents.
        ///
        /// Graph has two fields, availability and activity, and its pages disagree on which value
        /// belongs to which. Here they are one: the more telling of the two
        /// ([`Availability::of_pair`]). Matching ignores ASCII case; what is not known is kept
        /// in [`Availability::Other`].
        ///
        /// ```
        /// use teams_cc_core::agent::Availability;
        ///
        /// assert_eq!(Availability::from("doNotDisturb"), Availability::DoNotDisturb);
        /// assert_eq!(Availability::of_pair("Busy", "InACall"), Availability::InACall);
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum Availability {
            $($(#[$doc])+ $variant,)+
            /// A value that is not documented, as the platform wrote it.
            Other(Box<str>),
        }

        impl Availability {
            /// The value as Graph writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        /// The documented values, numbered.
        #[derive(Clone, Copy)]
        enum Code {
            $($variant,)+
            Other,
        }

        impl Availability {
            /// The number of values that are not documented.
            pub(crate) const OTHER: u8 = Code::Other as u8;

            /// The number of a value, below 63; all that are not documented have one.
            pub(crate) const fn code(&self) -> u8 {
                match self {
                    $(Self::$variant => Code::$variant as u8,)+
                    Self::Other(_) => Code::Other as u8,
                }
            }
        }

        impl From<&str> for Availability {
            fn from(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($text) {
                    return Self::$variant;
                })+
                Self::Other(text.chars().take(MAX_OTHER_CHARS).collect::<String>().into())
            }
        }
    };
}

/// The most characters kept of a value that is not documented.
const MAX_OTHER_CHARS: usize = 64;

availability! {
    /// At the desk.
    Available = "Available",
    /// At the desk, and idle.
    AvailableIdle = "AvailableIdle",
    /// Fading from available to away.
    AvailableInactive = "AvailableInactive",
    /// Not at the desk.
    Away = "Away",
    /// Away for a short time.
    BeRightBack = "BeRightBack",
    /// Occupied.
    Busy = "Busy",
    /// Occupied, and idle.
    BusyIdle = "BusyIdle",
    /// Wants no calls.
    DoNotDisturb = "DoNotDisturb",
    /// In focus time.
    Focusing = "Focusing",
    /// In a call.
    InACall = "InACall",
    /// In a call of several.
    InAConferenceCall = "InAConferenceCall",
    /// In a meeting.
    InAMeeting = "InAMeeting",
    /// Signed in and not active.
    Inactive = "Inactive",
    /// Not signed in.
    Offline = "Offline",
    /// Appears offline.
    OffWork = "OffWork",
    /// Out of office.
    OutOfOffice = "OutOfOffice",
    /// Presents a screen.
    Presenting = "Presenting",
    /// Only urgent interruptions are wanted.
    UrgentInterruptionsOnly = "UrgentInterruptionsOnly",
    /// The platform does not say.
    PresenceUnknown = "PresenceUnknown",
}

impl Availability {
    /// The more telling of Graph's two fields.
    ///
    /// A call, a meeting or a presentation counts wherever it stands. Otherwise availability
    /// decides, and activity only fills in for an availability that says nothing.
    #[must_use]
    pub fn of_pair(availability: &str, activity: &str) -> Self {
        let availability = Self::from(availability);
        let activity = Self::from(activity);
        if availability.is_in_call() {
            availability
        } else if activity.is_in_call() || availability == Self::PresenceUnknown {
            activity
        } else {
            availability
        }
    }

    /// Whether the person talks: in a call, a conference, a meeting, or presenting.
    #[must_use]
    pub fn is_in_call(&self) -> bool {
        matches!(
            self,
            Self::InACall | Self::InAConferenceCall | Self::InAMeeting | Self::Presenting
        )
    }
}

impl From<String> for Availability {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Availability> for String {
    fn from(availability: Availability) -> Self {
        availability.as_str().to_owned()
    }
}

impl fmt::Display for Availability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How an observation came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PresenceSource {
    /// A batch read.
    Sweep,
    /// A change notification.
    Notification,
    /// Something else the application trusts.
    Application,
}

/// What was seen of an agent's presence, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Observation {
    /// What was seen.
    pub availability: Availability,
    /// When the platform was asked, or said so by itself.
    pub at: Instant,
    /// How it came in.
    pub source: PresenceSource,
}

impl Observation {
    /// An observation made at `at`.
    #[must_use]
    pub fn new(availability: Availability, at: Instant, source: PresenceSource) -> Self {
        Self { availability, at, source }
    }

    /// How old the observation is.
    #[must_use]
    pub fn age(&self, now: Instant) -> Duration {
        now.since(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_in_either_field_counts() {
        let cases = [
            ("Busy", "InACall", Availability::InACall),
            ("inACall", "busy", Availability::InACall),
            ("Available", "Available", Availability::Available),
            ("DoNotDisturb", "Presenting", Availability::Presenting),
            ("Offline", "OffWork", Availability::Offline),
            ("PresenceUnknown", "Away", Availability::Away),
            ("Humming", "Available", Availability::Other("Humming".into())),
        ];
        for (availability, activity, expected) in cases {
            assert_eq!(
                Availability::of_pair(availability, activity),
                expected,
                "{availability}/{activity}"
            );
        }
    }

    #[test]
    fn an_unknown_value_is_kept_but_not_without_bound() {
        let long = "x".repeat(1000);
        assert_eq!(Availability::from(long.as_str()).as_str().len(), 64);
    }
}
