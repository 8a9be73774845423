//! A value as it arrives, whatever format it arrives in.

use serde_json::{Map, Number, Value};

use super::{
    discriminator::{ODATA_TYPE, ReadTypeName, TypeName},
    name::Key,
    refusal::{Stop, refuse},
    tape::Tape,
};

/// A value that arrives.
///
/// Lists and objects are read from as they come; nothing of them is held.
pub(crate) enum Incoming<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(&'a str),
    List(&'a mut dyn Items),
    Object(&'a mut dyn Pairs),
    /// What JSON has no form for, by the words for it.
    Odd(&'static str),
}

/// What takes a value that arrives.
pub(crate) trait Take {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop>;
}

/// The items of a list that arrives.
pub(crate) trait Items {
    /// Hands over the next item; `false` where there is none.
    fn next(&mut self, item: &mut dyn Take) -> Result<bool, Stop>;

    /// What is left of the list, untyped.
    fn whole(&mut self) -> Result<Value, Stop>;
}

/// The properties of an object that arrives.
pub(crate) trait Pairs {
    /// The discriminator, where it was read already.
    fn named(&mut self) -> Option<TypeName>;

    /// The next name, found among these, of which the one numbered `likely` is tried first.
    fn next(&mut self, names: &'static [&'static str], likely: usize) -> Result<Option<Key>, Stop>;

    /// Reads the discriminator, wherever it stands, and moves nowhere; `false` where only reading on
    /// can tell.
    fn look_ahead(&self, _: &mut ReadTypeName<'_>) -> Result<bool, Stop> {
        Ok(false)
    }

    /// Puts the value of the name that was read last aside, and says where it stands on the tape:
    /// [`held`](Self::held), or this one.
    fn hold(&mut self, tape: &mut Tape) -> Result<usize, Stop> {
        let at = tape.len();
        self.value("", tape)?;
        Ok(at)
    }

    /// The tape that the object is on already.
    fn held(&self) -> Option<&Tape> {
        None
    }

    /// Puts the next name on a tape, unless it is the discriminator's.
    fn next_onto(&mut self, tape: &mut Tape) -> Result<Option<Put>, Stop>;

    /// Hands over the value of the name that was read last; errors name the property.
    fn value(&mut self, property: &str, value: &mut dyn Take) -> Result<(), Stop>;

    /// The value of the name that was read last, untyped.
    fn keep(&mut self) -> Result<Value, Stop>;

    /// What is left of the object, untyped.
    ///
    /// It may be no object: where another crate of the program has switched on
    /// `arbitrary_precision`, `serde_json` hands out numbers in this form.
    fn whole(&mut self) -> Result<Value, Stop>;
}

impl dyn Items + '_ {
    /// The next item, untyped.
    pub(crate) fn keep(&mut self) -> Result<Option<Value>, Stop> {
        let mut item = Untyped::default();
        Ok(self.next(&mut item)?.then_some(item.0))
    }
}

impl dyn Pairs + '_ {
    /// The next name as it is.
    pub(crate) fn next_name(&mut self) -> Result<Option<String>, Stop> {
        Ok(match self.next(&[], 0)? {
            Some(Key::Unnamed(name) | Key::Misspelled(name, _)) => Some(name),
            // Among no properties, no name is one.
            Some(Key::Discriminator | Key::Slot(..)) => Some(ODATA_TYPE.to_owned()),
            None => None,
        })
    }
}

/// What became of a name.
pub(crate) enum Put {
    /// It is on the tape.
    Name,
    /// It was the discriminator's and is not.
    Discriminator,
}

impl<'a> Incoming<'a> {
    /// What it is, in words that say nothing of the value.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Odd(kind) => kind,
        }
    }

    /// Refuses it, because it should be something else.
    #[cold]
    pub(crate) fn refused(&self, expected: &str) -> Stop {
        refuse(expected, self.kind())
    }

    /// The same, with a number for what is only the form of one.
    pub(crate) fn scalar(self, expected: &str) -> Result<Self, Stop> {
        match self {
            Self::Bool(_) | Self::Number(_) | Self::Text(_) => Ok(self),
            Self::Object(pairs) => match pairs.whole()? {
                Value::Number(number) => Ok(Self::Number(number)),
                _ => Err(refuse(expected, "an object")),
            },
            other => Err(other.refused(expected)),
        }
    }

    /// The text that it is.
    pub(crate) fn text(self) -> Result<&'a str, Stop> {
        const EXPECTED: &str = "a text";
        match self {
            Self::Text(text) => Ok(text),
            other => Err(other.scalar(EXPECTED)?.refused(EXPECTED)),
        }
    }

    /// It as it is, untyped.
    pub(crate) fn into_value(self) -> Result<Value, Stop> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::String(text.to_owned()),
            Self::List(items) => items.whole()?,
            Self::Object(pairs) => pairs.whole()?,
            Self::Odd(kind) => return Err(refuse("a JSON value", kind)),
        })
    }
}

/// What takes any value and leaves it untyped.
#[derive(Default)]
pub(super) struct Untyped(pub(super) Value);

impl Take for Untyped {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop> {
        self.0 = incoming.into_value()?;
        Ok(())
    }
}

/// Adds what is left of an object to what is known of it; the last of equal names wins.
pub(super) fn collect(pairs: &mut dyn Pairs, map: &mut Map<String, Value>) -> Result<(), Stop> {
    if let Some(name) = pairs.named() {
        map.insert(ODATA_TYPE.to_owned(), name.into());
    }
    while let Some(name) = pairs.next_name()? {
        let value = pairs.keep()?;
        map.insert(name, value);
    }
    Ok(())
}
