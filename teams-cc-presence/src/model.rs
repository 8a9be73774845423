//! One user's presence as this crate keeps it.
//!
//! The [resource](https://learn.microsoft.com/graph/api/resources/presence) types both state fields
//! as free text, and Microsoft's pages disagree on which word may stand in which: older ones list
//! `InACall` as an activity, newer ones as an availability. Here both are [`Availability`], open
//! and without regard to case, over the union of the documented words.

use teams_cc_core::agent::Availability;
use teams_cc_graph::{
    model,
    wire::{Field, Sensitive},
};

use crate::{
    fresh::Fresh,
    told::{StatusMessage, Told, WorkLocation},
};

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
    told: Told,
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
        let mut told = Told::default();
        told.mark(out_of_office);
        Self { availability, activity, out_of_office, sequence_number: None, told }
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
        let marked = presence.out_of_office;
        presence.told = Told::of(resource);
        presence.told.mark(marked);
        presence.out_of_office = presence.told.is_out_of_office();
        presence.sequence_number =
            resource.sequence_number.get().and_then(|text| SequenceNumber::new(text));
        presence
    }
}

/// What is told besides the state.
///
/// Reads tell it in the worldwide cloud (`getPresencesByUserId` as well as the reads of one user);
/// notifications do not, and clouds of governments tell the note alone. A tracker keeps what was
/// read while notifications say nothing of it: missing means not said, null means none.
impl Presence {
    /// The note the user shows.
    #[must_use]
    pub fn status_message(&self) -> Field<&StatusMessage> {
        self.told.note()
    }

    /// Where the user works today; told in the worldwide cloud alone.
    #[must_use]
    pub fn work_location(&self) -> Field<&WorkLocation> {
        self.told.place()
    }

    /// The note callers see while the user is out of office.
    #[must_use]
    pub fn out_of_office_message(&self) -> Field<&Sensitive> {
        self.told.away()
    }

    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// Whether `held` shows all of this, versions aside; what is not said contradicts nothing.
    pub(crate) fn is_shown_by(&self, held: &Self) -> bool {
        self.availability == held.availability
            && self.activity == held.activity
            && self.told.is_known_to(&held.told)
    }

    /// The same, with what it does not say taken from `held`.
    pub(crate) fn over(&self, held: &Self) -> Self {
        let mut presence = self.clone();
        presence.told.complete(&held.told);
        presence.out_of_office = presence.told.is_out_of_office();
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
    fn what_is_missing_is_not_what_is_null() {
        let body = json!({"availability": "Away", "activity": "Away",
            "statusMessage": {"message": {"content": "Back at one", "contentType": "text"}},
            "workLocation": null,
            "outOfOfficeSettings": {"isOutOfOffice": false, "message": null}});
        let all = Presence::from_graph(&graph(body));
        let note = all.status_message();
        assert_eq!(note.get().unwrap().text.reveal(), "Back at one");
        assert!(all.work_location().is_null() && all.out_of_office_message().is_null());
        assert!(!format!("{all:?}").contains("Back at one"), "{all:?}");

        let office = json!({"workLocationType": "office", "source": "manual", "placeId": "p1"});
        let placed = Presence::from_graph(&graph(json!({"workLocation": office})));
        let place = placed.work_location().get().copied().cloned().unwrap();
        assert_eq!(place.kind, Field::Value(model::WorkLocationType::Office));
        assert_eq!(place.source, Field::Value(model::WorkLocationSource::Manual));
        assert_eq!(place.place_id.get().map(|id| &**id), Some("p1"));
        assert!(placed.status_message().is_missing());

        let told = Presence::new("Away", "Away");
        assert!(told.status_message().is_missing() && told.work_location().is_missing());
        assert!(told.is_shown_by(&all) && !all.is_shown_by(&told));
        assert_eq!(told.over(&all).status_message(), all.status_message());
        // What is said to be none is none.
        let cleared = Presence::from_graph(&graph(
            json!({"availability": "Away", "activity": "Away", "statusMessage": null}),
        ));
        assert!(!cleared.is_shown_by(&all));
        assert!(cleared.over(&all).status_message().is_null());
    }

    #[test]
    fn a_state_without_settings_does_not_end_an_absence() {
        let away = Presence::from_graph(&graph(json!({"availability": "Away", "activity": "Away",
                   "outOfOfficeSettings": {"isOutOfOffice": true, "message": "Gone fishing"}})));
        let told = Presence::new("Available", "Available").over(&away);
        assert!(told.out_of_office);
        assert_eq!(told.out_of_office_message().get().unwrap().reveal(), "Gone fishing");
        let back = Presence::from_graph(&graph(
            json!({"availability": "Available", "activity": "Available",
                   "outOfOfficeSettings": {"isOutOfOffice": false, "message": null}}),
        ));
        assert!(!back.over(&told).out_of_office);
        // Words that say so say so until other words come.
        let marked = Presence::new("Available", "OutOfOffice");
        assert!(!Presence::new("Available", "Available").over(&marked).out_of_office);
    }

    #[test]
    fn a_sequence_number_without_bound_is_none() {
        assert_eq!(SequenceNumber::new(""), None);
        assert_eq!(SequenceNumber::new(&"9".repeat(SequenceNumber::MAX_BYTES + 1)), None);
        assert!(SequenceNumber::new("A0811517236").is_some());
    }
}
