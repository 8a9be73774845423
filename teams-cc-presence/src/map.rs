//! What a presence means for routing: total functions, no value without an answer.

use std::fmt;

use teams_cc_core::agent::{Availability, Observation};

use crate::{fresh::Fresh, model::Presence};

impl Presence {
    /// The one state that tells most: a call or meeting in either field, otherwise availability.
    ///
    /// ```
    /// use teams_cc_core::agent::Availability;
    /// use teams_cc_presence::Presence;
    ///
    /// assert_eq!(Presence::new("busy", "INACALL").standing(), Availability::InACall);
    /// assert_eq!(Presence::new("Away", "Away").standing(), Availability::Away);
    /// ```
    #[must_use]
    pub fn standing(&self) -> Availability {
        Availability::of_pair(self.availability.as_str(), self.activity.as_str())
    }

    /// How a call offered now would find the user.
    #[must_use]
    pub fn reach(&self) -> Reach {
        let undisturbed = [&self.availability, &self.activity]
            .into_iter()
            .any(|state| Reach::from(state) == Reach::Undisturbed);
        match Reach::from(&self.standing()) {
            // Teams does not ring a user who presents and is not to be disturbed.
            _ if undisturbed => Reach::Undisturbed,
            // Away from work with Teams still open: a colleague may answer, an agent should not.
            Reach::Free if self.out_of_office => Reach::Absent,
            reach => reach,
        }
    }
}

impl Fresh<Presence> {
    /// The observation that core's routing takes.
    ///
    /// Out of office wins over a state that would otherwise let calls through; a call or meeting
    /// is reported as it stands, because it says when an agent out of sight is free again.
    #[must_use]
    pub fn observation(&self) -> Observation {
        let standing = match self.value.standing() {
            standing if self.value.out_of_office && Reach::from(&standing) == Reach::Free => {
                Availability::OutOfOffice
            }
            standing => standing,
        };
        Observation::new(standing, self.read_at, self.source)
    }
}

/// How a call would find a user, coarsely enough to decide on.
///
/// | presence | reach |
/// |---|---|
/// | Available, `AvailableIdle` | [`Reach::Free`] |
/// | Busy, `BusyIdle`, `InACall`, `InAConferenceCall`, `InAMeeting`, Presenting | [`Reach::Occupied`] |
/// | `DoNotDisturb`, Focusing, `UrgentInterruptionsOnly` | [`Reach::Undisturbed`] |
/// | Away, `BeRightBack`, Inactive, `AvailableInactive`, Offline, `OffWork`, `OutOfOffice` | [`Reach::Absent`] |
/// | `PresenceUnknown`, anything else | [`Reach::Unknown`] |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reach {
    /// At the desk and free.
    Free,
    /// Doing something that a call would interrupt.
    Occupied,
    /// Teams would not ring.
    Undisturbed,
    /// Not there to answer.
    Absent,
    /// Nothing that could be relied on.
    Unknown,
}

impl From<&Availability> for Reach {
    fn from(availability: &Availability) -> Self {
        use Availability as A;
        match availability {
            A::Available | A::AvailableIdle => Self::Free,
            A::Busy
            | A::BusyIdle
            | A::InACall
            | A::InAConferenceCall
            | A::InAMeeting
            | A::Presenting => Self::Occupied,
            A::DoNotDisturb | A::Focusing | A::UrgentInterruptionsOnly => Self::Undisturbed,
            A::Away
            | A::BeRightBack
            | A::Inactive
            | A::AvailableInactive
            | A::Offline
            | A::OffWork
            | A::OutOfOffice => Self::Absent,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Free => "free",
            Self::Occupied => "occupied",
            Self::Undisturbed => "not to be disturbed",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use teams_cc_core::{Instant, agent::PresenceSource};

    use super::*;

    #[test]
    fn each_documented_pair_has_its_reach() {
        let table = [
            ("Available", "Available", Reach::Free),
            ("Available", "OutOfOffice", Reach::Absent),
            ("Busy", "Busy", Reach::Occupied),
            ("Busy", "InACall", Reach::Occupied),
            ("Available", "InACall", Reach::Occupied),
            ("Busy", "InAMeeting", Reach::Occupied),
            ("DoNotDisturb", "DoNotDisturb", Reach::Undisturbed),
            ("DoNotDisturb", "Presenting", Reach::Undisturbed),
            ("focusing", "busy", Reach::Undisturbed),
            ("Away", "Away", Reach::Absent),
            ("BeRightBack", "BeRightBack", Reach::Absent),
            ("Available", "AvailableInactive", Reach::Free),
            ("Offline", "OffWork", Reach::Absent),
            ("PresenceUnknown", "PresenceUnknown", Reach::Unknown),
            ("", "", Reach::Unknown),
        ];
        for (availability, activity, reach) in table {
            assert_eq!(
                Presence::new(availability, activity).reach(),
                reach,
                "{availability}/{activity}"
            );
        }
    }

    #[test]
    fn out_of_office_hides_a_free_user_but_not_a_call() {
        let seen = |availability, activity| {
            let mut presence = Presence::new(availability, activity);
            presence.out_of_office = true;
            Fresh::new(presence, Instant::from_secs(3), PresenceSource::Sweep).observation()
        };
        assert_eq!(seen("Available", "Available").availability, Availability::OutOfOffice);
        assert_eq!(seen("Busy", "InACall").availability, Availability::InACall);
    }

    #[test]
    fn an_observation_keeps_the_age_and_the_source() {
        let seen = Fresh::new(
            Presence::new("Busy", "InACall"),
            Instant::from_secs(3),
            PresenceSource::Notification,
        );
        let observation = seen.observation();
        assert_eq!(observation.at, Instant::from_secs(3));
        assert_eq!(observation.source, PresenceSource::Notification);
    }

    proptest! {
        #[test]
        fn every_text_has_an_answer_whatever_its_case(availability in ".{0,40}", activity in ".{0,40}") {
            let presence = Presence::new(&availability, &activity);
            let shouted =
                Presence::new(&availability.to_ascii_uppercase(), &activity.to_ascii_uppercase());
            prop_assert_eq!(presence.reach(), shouted.reach());
            prop_assert_eq!(presence.out_of_office, shouted.out_of_office);
        }

        #[test]
        fn a_call_in_either_field_is_never_free(other in "[A-Za-z]{0,20}", call in prop::sample::select(vec![
            "InACall", "inaconferencecall", "INAMEETING", "Presenting",
        ])) {
            prop_assert_ne!(Presence::new(&other, call).reach(), Reach::Free);
            prop_assert_ne!(Presence::new(call, &other).reach(), Reach::Free);
        }
    }
}
