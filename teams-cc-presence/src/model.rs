//! One user's presence as this crate keeps it.
//!
//! The [resource](https://learn.microsoft.com/graph/api/resources/presence) types both state fields
//! as free text, and Microsoft's pages disagree on which word may stand in which: older ones list
//! `InACall` as an activity, newer ones as an availability. Here both are [`Availability`], open
//! and without regard to case, over the union of the documented words.

use teams_cc_core::agent::Availability;
use teams_cc_graph::model;

use crate::fresh::Fresh;

/// How Teams appends an out-of-office note to another state: `InACall + OOF`.
const OUT_OF_OFFICE_MARK: &str = "OOF";

/// What one user shows to others.
///
/// ```
/// use teams_cc_core::agent::Availability;
/// use teams_cc_presence::Presence;
///
/// let presence = Presence::new("Busy", "inACall + OOF");
/// assert_eq!(presence.standing(), Availability::InACall);
/// assert!(presence.out_of_office);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presence {
    /// Whether the user can be reached.
    pub availability: Availability,
    /// What the user does.
    pub activity: Availability,
    /// Whether the user is out of office, whatever else the state says.
    pub out_of_office: bool,
    /// The service's version of this presence, where the cloud reports one.
    pub sequence_number: Option<SequenceNumber>,
}

/// The service's version of a presence. The byte order of its text is the order of changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber(Box<str>);

impl SequenceNumber {
    /// The longest text kept; a longer one is treated as none.
    pub const MAX_BYTES: usize = 128;

    /// Takes the text as the service wrote it.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty() && text.len() <= Self::MAX_BYTES).then(|| Self(text.into()))
    }

    /// The text as the service wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Presence {
    /// A presence with these two fields, in any case, known or not.
    #[must_use]
    pub fn new(availability: &str, activity: &str) -> Self {
        let mut out_of_office = false;
        let mut read = |text: &str| {
            let (state, marked) = without_mark(text);
            let state = Availability::from(state);
            out_of_office |= marked || state == Availability::OutOfOffice;
            state
        };
        let (availability, activity) = (read(availability), read(activity));
        Self { availability, activity, out_of_office, sequence_number: None }
    }

    /// Reads Graph's resource; a field it lacks counts as unknown.
    #[must_use]
    pub fn from_graph(resource: &model::Presence) -> Self {
        let unknown = Availability::PresenceUnknown;
        let text =
            |field: Option<&String>| field.map_or(unknown.as_str(), String::as_str).to_owned();
        let availability = text(resource.availability.get());
        let activity = text(resource.activity.get());
        let mut presence = Self::new(&availability, &activity);
        presence.out_of_office |= resource
            .out_of_office_settings
            .get()
            .and_then(|settings| settings.is_out_of_office.get())
            .is_some_and(|away| *away);
        presence.sequence_number =
            resource.sequence_number.get().and_then(|text| SequenceNumber::new(text));
        presence
    }
}

impl Fresh<Presence> {
    /// Whether this is the newer of two presences of one user.
    ///
    /// Versions decide where both have one, since reads and notifications overtake each other.
    /// Otherwise the later read does; of two at the same instant, neither.
    #[must_use]
    pub fn supersedes(&self, other: &Self) -> bool {
        match (&self.value.sequence_number, &other.value.sequence_number) {
            (Some(this), Some(that)) if this != that => this > that,
            _ => self.read_at > other.read_at,
        }
    }
}

/// The state without an out-of-office mark, and whether it had one.
fn without_mark(text: &str) -> (&str, bool) {
    match text.split_once('+') {
        Some((state, mark)) if mark.trim().eq_ignore_ascii_case(OUT_OF_OFFICE_MARK) => {
            (state.trim(), true)
        }
        _ => (text.trim(), false),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use teams_cc_core::{Instant, agent::PresenceSource};

    use super::*;

    fn graph(value: serde_json::Value) -> model::Presence {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn each_documented_shape_of_the_resource_is_read() {
        let table = [
            (
                json!({"availability": "Busy", "activity": "InAMeeting"}),
                Availability::InAMeeting,
                false,
            ),
            (json!({"availability": "inACall", "activity": "busy"}), Availability::InACall, false),
            (
                json!({"availability": "Available", "activity": "OutOfOffice"}),
                Availability::Available,
                true,
            ),
            (
                json!({"availability": "Available", "activity": "Available",
                       "outOfOfficeSettings": {"isOutOfOffice": true}}),
                Availability::Available,
                true,
            ),
            (
                json!({"availability": "Busy", "activity": "InACall + OOF"}),
                Availability::InACall,
                true,
            ),
            (json!({"availability": null}), Availability::PresenceUnknown, false),
            (json!({}), Availability::PresenceUnknown, false),
            (json!({"availability": "Dreaming"}), Availability::Other("Dreaming".into()), false),
        ];
        for (body, standing, out_of_office) in table {
            let presence = Presence::from_graph(&graph(body.clone()));
            assert_eq!(
                (presence.standing(), presence.out_of_office),
                (standing, out_of_office),
                "{body}"
            );
        }
    }

    #[test]
    fn a_late_read_does_not_undo_a_newer_version() {
        let at = |secs, number: Option<&str>| {
            let mut presence = Presence::new("Available", "Available");
            presence.sequence_number = number.and_then(SequenceNumber::new);
            Fresh::new(presence, Instant::from_secs(secs), PresenceSource::Sweep)
        };
        let table = [
            (at(9, Some("0100")), at(5, Some("0200")), false),
            (at(5, Some("0200")), at(9, Some("0100")), true),
            (at(9, None), at(5, Some("0200")), true),
            (at(5, Some("0200")), at(9, None), false),
            (at(9, Some("0200")), at(5, Some("0200")), true),
            (at(5, None), at(5, None), false),
        ];
        for (this, that, expected) in table {
            assert_eq!(this.supersedes(&that), expected, "{this:?} over {that:?}");
        }
    }

    #[test]
    fn a_sequence_number_without_bound_is_none() {
        assert_eq!(SequenceNumber::new(""), None);
        assert_eq!(SequenceNumber::new(&"9".repeat(SequenceNumber::MAX_BYTES + 1)), None);
        assert!(SequenceNumber::new("A0811517236").is_some());
    }
}
