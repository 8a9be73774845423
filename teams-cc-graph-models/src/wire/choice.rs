//! Reading an abstract type as the subtype its object names.

use serde_json::{Map, Value};

use super::{
    Object, Slot, Stop, Taken,
    discriminator::{ODATA_TYPE, ReadTypeName, TypeName, same_type},
    incoming::{Incoming, Pairs, Put, collect},
    outgoing::{Outgoing, untyped},
    refusal::refuse,
    slot::read_into,
    tape::{Again, Tape},
};

/// A choice among subtypes, which have numbers.
pub(crate) trait Choice: Slot {
    fn subtypes(&self) -> &'static Subtypes;

    /// Becomes a subtype to be read over.
    fn select(&mut self, subtype: usize) -> Option<&mut dyn Slot>;

    /// Keeps an object whole; `false` where there is a subtype for every object.
    fn keep(&mut self, object: Object) -> bool;
}

/// What there is to choose from.
pub(crate) struct Subtypes {
    /// The qualified names, by number.
    pub(crate) names: &'static [&'static str],
    /// How the names end of what is the subtype behind these.
    pub(crate) family: Option<&'static str>,
    /// The subtype for objects that name none; without one they are kept whole.
    pub(crate) unnamed: Option<usize>,
    /// The subtype for objects that name one which is not known; as above.
    pub(crate) strange: Option<usize>,
    /// Whether the object around them says what objects are that name no type.
    pub(crate) settled_later: bool,
}

impl Subtypes {
    /// The subtype of this name.
    fn named(&self, name: &str) -> Option<usize> {
        let family = self.family.filter(|family| {
            let start = name.len().checked_sub(family.len());
            start.and_then(|at| name.get(at..)).is_some_and(|it| it.eq_ignore_ascii_case(family))
        });
        match family {
            Some(_) => Some(self.names.len()),
            None => self.names.iter().position(|known| same_type(name, known)),
        }
    }

    /// The subtype of an object with this discriminator.
    fn choose(&self, name: Option<&TypeName>) -> Option<usize> {
        name.map_or(self.unnamed, |name| self.of(name.as_str()))
    }

    /// The subtype of this name, or of names that are not known.
    fn of(&self, name: &str) -> Option<usize> {
        self.named(name).or(self.strange)
    }
}

/// Reads a choice.
pub(crate) fn take_choice(choice: &mut dyn Choice, incoming: Incoming<'_>) -> Taken {
    match incoming {
        Incoming::Object(pairs) => take_pairs(choice, pairs).map(|()| None),
        other => Err(other.refused("an object")),
    }
}

/// Reads a choice from an object whose discriminator may have been read already.
///
/// What comes before the discriminator is kept and read again once the subtype is known; the rest
/// is read straight on.
fn take_pairs(choice: &mut dyn Choice, pairs: &mut dyn Pairs) -> Result<(), Stop> {
    let subtypes = choice.subtypes();
    let own = |name: &str| subtypes.names.get(subtypes.named(name)?).copied();
    let mut ahead = ReadTypeName { own: &own, name: None };
    if pairs.look_ahead(&mut ahead)?
        && let Some(subtype) = subtypes.choose(ahead.name.as_ref())
    {
        return take_as(choice, subtype, pairs);
    }
    let (mut before, mut is_all) = (Tape::default(), false);
    let mut name = pairs.named();
    while name.is_none() {
        match pairs.next_onto(&mut before)? {
            Some(Put::Name) => pairs.value("", &mut before)?,
            Some(Put::Discriminator) => {
                let mut read = ReadTypeName { own: &own, name: None };
                pairs.value(ODATA_TYPE, &mut read)?;
                name = read.name;
            }
            None => {
                is_all = true;
                break;
            }
        }
    }
    let subtype = subtypes.choose(name.as_ref());
    if name.is_none() && subtype.is_none() && subtypes.settled_later {
        return kept(choice.keep(Object::unsettled(before)));
    }
    let left: Option<&mut dyn Pairs> = if is_all { None } else { Some(pairs) };
    let read = before.read(0);
    let mut again = Again { name, read, left, in_left: false };
    if let Some(subtype) = subtype {
        return take_as(choice, subtype, &mut again);
    }
    let mut whole = Map::new();
    collect(&mut again, &mut whole)?;
    from_whole(choice, whole)
}

/// Reads a choice as this subtype.
fn take_as(choice: &mut dyn Choice, subtype: usize, pairs: &mut dyn Pairs) -> Result<(), Stop> {
    if let Some(slot) = choice.select(subtype) {
        slot.take(Incoming::Object(pairs))?;
    }
    let subtypes = choice.subtypes();
    // A second discriminator may have taken the place of the first.
    if let Outgoing::Object(fields) = choice.give()
        && let Some(last) = fields.unnamed().received_type()
        && subtypes.of(text(last)) != Some(subtype)
        && let Value::Object(whole) = untyped(choice.give())?
    {
        return from_whole(choice, whole);
    }
    Ok(())
}

/// Reads an object that is held whole, by the last of its discriminators.
fn from_whole(choice: &mut dyn Choice, whole: Map<String, Value>) -> Result<(), Stop> {
    let subtypes = choice.subtypes();
    let subtype = match whole.get(ODATA_TYPE) {
        None => subtypes.unnamed,
        Some(name) => subtypes.of(text(name)),
    };
    let Some(subtype) = subtype else { return kept(choice.keep(whole.into())) };
    if let Some(slot) = choice.select(subtype) {
        read_into(slot, Value::Object(whole))?;
    }
    Ok(())
}

fn kept(kept: bool) -> Result<(), Stop> {
    if kept { Ok(()) } else { Err(refuse("an object of a known type", "of another")) }
}

fn text(name: &Value) -> &str {
    name.as_str().unwrap_or_default()
}
