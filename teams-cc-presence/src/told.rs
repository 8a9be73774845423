//! What a presence tells besides the state: the note, the place, and whether anything was said.

use std::fmt;

use teams_cc_graph::{
    model,
    wire::{DateTimeOffset, Field, Sensitive},
};

/// The note a user shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusMessage {
    /// The text, never shown by `Debug`.
    pub text: Sensitive,
    /// Its format.
    pub format: Field<model::BodyType>,
    /// When it goes; the service tells it of the signed-in user alone.
    pub expires: Field<LocalTime>,
    /// When it was written; likewise.
    pub published: Field<DateTimeOffset>,
}

/// A local time and the name of its zone, as the service writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalTime {
    /// The time, without an offset.
    pub date_time: Box<str>,
    /// The zone, by IANA's or Windows' name.
    pub time_zone: Box<str>,
}

/// Where a user works today.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkLocation {
    /// The kind of place.
    pub kind: Field<model::WorkLocationType>,
    /// Who said so.
    pub source: Field<model::WorkLocationSource>,
    /// The place, where one is known.
    pub place_id: Field<Box<str>>,
}

/// What is told besides the state. What is missing was not said; what is null was said to be none.
///
/// One word for everybody of whom nothing is to be kept, which is most.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Two bits for each, by `Said`.
    said: u16,
    kept: Option<Box<Kept>>,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Kept {
    note: Option<StatusMessage>,
    place: Option<WorkLocation>,
    away: Option<Sensitive>,
}

/// Where in `Told::said` the two bits of each stand.
const NOTE: u16 = 0;
const PLACE: u16 = 2;
const AWAY: u16 = 4;
const OUT_OF_OFFICE: u16 = 6;
/// One bit: the words of the state say that the user is out of office.
const MARKED: u16 = 8;

const MISSING: u16 = 0;
const NULL: u16 = 1;
const VALUE: u16 = 2;

impl Told {
    pub(crate) fn of(resource: &model::Presence) -> Self {
        let mut told = Self::default();
        let note = each(&resource.status_message, status_message);
        let place = each(&resource.work_location, |location| WorkLocation {
            kind: location.work_location_type.clone(),
            source: location.source.clone(),
            place_id: each(&location.place_id, |id| id.as_str().into()),
        });
        let (away, out_of_office) = match &resource.out_of_office_settings {
            Field::Missing => (Field::Missing, Field::Missing),
            Field::Null => (Field::Null, Field::Null),
            Field::Value(settings) => (settings.message.clone(), settings.is_out_of_office),
        };
        told.set(NOTE, state(&note));
        told.set(PLACE, state(&place));
        told.set(AWAY, state(&away));
        told.set(
            OUT_OF_OFFICE,
            match out_of_office {
                Field::Missing => MISSING,
                Field::Value(true) => VALUE,
                Field::Null | Field::Value(false) => NULL,
            },
        );
        told.keep(Kept {
            note: note.into_option(),
            place: place.into_option(),
            away: away.into_option(),
        });
        told
    }

    pub(crate) fn mark(&mut self, marked: bool) {
        self.said |= u16::from(marked) << MARKED;
    }

    /// Whether the user is out of office, by the words of the state or by the settings.
    pub(crate) fn is_out_of_office(&self) -> bool {
        self.said >> MARKED != 0 || self.get(OUT_OF_OFFICE) == VALUE
    }

    pub(crate) fn note(&self) -> Field<&StatusMessage> {
        self.field(NOTE, |kept| kept.note.as_ref())
    }

    pub(crate) fn place(&self) -> Field<&WorkLocation> {
        self.field(PLACE, |kept| kept.place.as_ref())
    }

    pub(crate) fn away(&self) -> Field<&Sensitive> {
        self.field(AWAY, |kept| kept.away.as_ref())
    }

    /// Whether `held` says all of this, too: what is not said here contradicts nothing.
    pub(crate) fn is_known_to(&self, held: &Self) -> bool {
        if self.said >> MARKED != held.said >> MARKED {
            return false;
        }
        let alike = |at: u16| self.get(at) == MISSING || self.get(at) == held.get(at);
        if ![NOTE, PLACE, AWAY, OUT_OF_OFFICE].into_iter().all(alike) {
            return false;
        }
        let Some(kept) = &self.kept else { return true };
        let (note, place, away) = (held.note(), held.place(), held.away());
        kept.note.as_ref().is_none_or(|one| note.get() == Some(&one))
            && kept.place.as_ref().is_none_or(|one| place.get() == Some(&one))
            && kept.away.as_ref().is_none_or(|one| away.get() == Some(&one))
    }

    /// Takes over from `held` what is not said here.
    pub(crate) fn complete(&mut self, held: &Self) {
        let mut kept = self.kept.take().map(|kept| *kept).unwrap_or_default();
        let old = held.kept.as_deref();
        if self.take_over(NOTE, held) {
            kept.note = old.and_then(|old| old.note.clone());
        }
        if self.take_over(PLACE, held) {
            kept.place = old.and_then(|old| old.place.clone());
        }
        if self.take_over(AWAY, held) {
            kept.away = old.and_then(|old| old.away.clone());
        }
        self.take_over(OUT_OF_OFFICE, held);
        self.keep(kept);
    }

    /// Whether there is nothing in it to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_none()
    }

    /// The bytes on the heap, short texts of the service's own aside.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| {
            let note = kept.note.as_ref().map_or(0, |note| note.text.reveal().len());
            let away = kept.away.as_ref().map_or(0, |away| away.reveal().len());
            size_of::<Kept>() + note + away
        })
    }

    /// Every text in it that makes a difference, for a number that tells two apart.
    pub(crate) fn texts(&self, mut each: impl FnMut(&str)) {
        let Some(kept) = &self.kept else { return };
        if let Some(note) = &kept.note {
            each(note.text.reveal());
        }
        if let Some(place) = &kept.place {
            each(place.kind.get().map_or("", model::WorkLocationType::as_str));
            each(place.source.get().map_or("", model::WorkLocationSource::as_str));
            each(place.place_id.get().map_or("", |id| id));
        }
        if let Some(away) = &kept.away {
            each(away.reveal());
        }
    }

    fn keep(&mut self, kept: Kept) {
        let something = kept.note.is_some() || kept.place.is_some() || kept.away.is_some();
        self.kept = something.then(|| Box::new(kept));
    }

    fn take_over(&mut self, at: u16, held: &Self) -> bool {
        let missing = self.get(at) == MISSING;
        if missing {
            self.set(at, held.get(at));
        }
        missing
    }

    fn get(&self, at: u16) -> u16 {
        (self.said >> at) & 0b11
    }

    fn set(&mut self, at: u16, said: u16) {
        self.said = (self.said & !(0b11 << at)) | (said << at);
    }

    fn field<T>(&self, at: u16, value: impl FnOnce(&Kept) -> Option<&T>) -> Field<&T> {
        match (self.get(at), self.kept.as_deref().and_then(value)) {
            (VALUE, Some(value)) => Field::Value(value),
            (MISSING, _) => Field::Missing,
            _ => Field::Null,
        }
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told")
            .field("note", &self.note())
            .field("place", &self.place())
            .field("away", &self.away())
            .finish()
    }
}

fn status_message(message: &model::PresenceStatusMessage) -> StatusMessage {
    let body = message.message.get();
    StatusMessage {
        text: body.and_then(|body| body.content.get().cloned()).unwrap_or_default(),
        format: body.map_or(Field::Missing, |body| body.content_type.clone()),
        expires: each(&message.expiry_date_time, |time| LocalTime {
            date_time: time.date_time.text().unwrap_or_default().into(),
            time_zone: time.time_zone.text().unwrap_or_default().into(),
        }),
        published: message.published_date_time.clone(),
    }
}

fn state<T>(field: &Field<T>) -> u16 {
    match field {
        Field::Missing => MISSING,
        Field::Null => NULL,
        Field::Value(_) => VALUE,
    }
}

fn each<T, U>(field: &Field<T>, make: impl FnOnce(&T) -> U) -> Field<U> {
    match field {
        Field::Missing => Field::Missing,
        Field::Null => Field::Null,
        Field::Value(value) => Field::Value(make(value)),
    }
}
