//! The items of a list of resources, until it is known what the list is of.

use super::ResourceData;
use crate::{
    model::{ContentSharingSession, Participant},
    wire::{
        self, Choice, Incoming, Object, Outgoing, Slot, Stop, Subtypes, Taken, Wire, take_choice,
        untyped,
    },
};

/// A list of what an item names, where none names another type.
pub(super) fn settle(items: Vec<Item>) -> Result<ResourceData, Stop> {
    let named = |kind: fn(&Item) -> bool| {
        items.iter().any(kind)
            && items.iter().all(|item| match item {
                Item::Unknown(object) => object.odata_type().is_none(),
                item => kind(item),
            })
    };
    let roster = named(|item| matches!(item, Item::Participant(_)));
    let shared = named(|item| matches!(item, Item::ContentSharingSession(_)));
    // All without a type stay as they are, until the path is known.
    let is_unnamed = |item: &Item| matches!(item, Item::Unknown(it) if it.odata_type().is_none());
    let unsettled = items.iter().all(is_unnamed);
    let items = items.into_iter();
    if roster {
        items.map(Item::into_participant).collect::<Result<_, _>>().map(ResourceData::Participants)
    } else if shared {
        let sessions = items.map(Item::into_session).collect::<Result<_, _>>();
        sessions.map(ResourceData::ContentSharingSessions)
    } else if unsettled {
        Ok(ResourceData::Others(items.filter_map(Item::into_unknown).collect()))
    } else {
        items.map(Item::into_object).collect::<Result<_, _>>().map(ResourceData::Others)
    }
}

/// One item of a list.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it lies in its list until the list is read")]
pub(super) enum Item {
    /// A participant by name.
    Participant(Participant),
    /// A share of content by name.
    ContentSharingSession(ContentSharingSession),
    /// An object that names another type or none.
    Unknown(Object),
}

impl Slot for Item {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        take_choice(self, incoming)
    }

    fn give(&self) -> Outgoing<'_> {
        match self {
            Self::Participant(participant) => participant.give(),
            Self::ContentSharingSession(session) => session.give(),
            Self::Unknown(object) => object.give(),
        }
    }
}

impl Wire for Item {
    fn blank() -> Self {
        Self::Unknown(Object::blank())
    }
}

impl Choice for Item {
    fn subtypes(&self) -> &'static Subtypes {
        &Subtypes {
            names: &[Participant::TYPE, ContentSharingSession::TYPE],
            family: None,
            unnamed: None,
            strange: None,
            settled_later: true,
        }
    }

    fn select(&mut self, subtype: usize) -> Option<&mut dyn Slot> {
        *self = match subtype {
            0 => Self::Participant(Wire::blank()),
            _ => Self::ContentSharingSession(Wire::blank()),
        };
        Some(match self {
            Self::Participant(participant) => participant,
            Self::ContentSharingSession(session) => session,
            Self::Unknown(object) => object,
        })
    }

    fn keep(&mut self, object: Object) -> bool {
        *self = Self::Unknown(object);
        true
    }
}

impl Item {
    fn into_participant(self) -> Result<Participant, Stop> {
        match self {
            Self::Participant(participant) => Ok(participant),
            item => item.into_object()?.settle_as(),
        }
    }

    fn into_session(self) -> Result<ContentSharingSession, Stop> {
        match self {
            Self::ContentSharingSession(session) => Ok(session),
            item => item.into_object()?.settle_as(),
        }
    }

    fn into_unknown(self) -> Option<Object> {
        match self {
            Self::Unknown(object) => Some(object),
            Self::Participant(_) | Self::ContentSharingSession(_) => None,
        }
    }

    fn into_object(self) -> Result<Object, Stop> {
        match self {
            Self::Unknown(object) => object.settle(),
            item => Ok(wire::read(untyped(item.give())?)?.0),
        }
    }
}
