//! What came before it could be read, to be read once its type is known.

use serde::Deserialize;
use serde_json::{Map, Number, Value};

use super::{
    discriminator::{ODATA_TYPE, ReadTypeName, TypeName},
    incoming::{Incoming, Items, Pairs, Put, Take, Untyped, collect},
    name::{Key, PutName},
    refusal::{Stop, refuse},
};

/// Values in the order they came, without their types.
///
/// Lighter than a [`Value`], because it is read once more and then dropped: one text holds all
/// texts, and a list knows no more of its items than where they end. It is never longer than the
/// body it comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tape {
    tokens: Vec<Token>,
    texts: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Null,
    Bool(bool),
    Number(Number),
    Text {
        start: usize,
        end: usize,
    },
    /// A list, and the number of the token behind its last item.
    List(usize),
    /// An object, and the number of the token behind its last value.
    Object(usize),
}

/// Room for the tokens and the texts of most bodies, so that a tape seldom grows.
const ROOM: (usize, usize) = (128, 2048);

impl Tape {
    /// Makes room on a tape that is to hold more than one value.
    fn make_room(&mut self) {
        if self.tokens.capacity() == 0 {
            self.tokens.reserve(ROOM.0);
            self.texts.reserve(ROOM.1);
        }
    }

    /// How much is on the tape: where the next value will stand.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Puts a text on the tape.
    pub(super) fn text(&mut self, text: &str) {
        let start = self.texts.len();
        self.texts.push_str(text);
        self.tokens.push(Token::Text { start, end: self.texts.len() });
    }

    /// Says at the beginning of a list or object where it ends.
    fn close(&mut self, at: usize, token: fn(usize) -> Token) {
        let end = self.len();
        if let Some(beginning) = self.tokens.get_mut(at) {
            *beginning = token(end);
        }
    }

    /// Reads what is on the tape, from the token of this number on.
    pub(super) fn read(&self, at: usize) -> Reading<'_> {
        Reading { tape: self, at, end: self.tokens.len() }
    }

    /// The object whose properties are on the tape.
    pub(super) fn into_map(self) -> Result<Map<String, Value>, Stop> {
        let mut map = Map::new();
        collect(&mut self.read(0), &mut map)?;
        Ok(map)
    }
}

/// Puts any value on the tape.
impl Take for Tape {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop> {
        let at = self.len();
        match incoming {
            Incoming::Null => self.tokens.push(Token::Null),
            Incoming::Bool(flag) => self.tokens.push(Token::Bool(flag)),
            Incoming::Number(number) => self.tokens.push(Token::Number(number)),
            Incoming::Text(text) => self.text(text),
            Incoming::List(items) => {
                self.make_room();
                self.tokens.push(Token::Null);
                while items.next(self)? {}
                self.close(at, Token::List);
            }
            Incoming::Object(pairs) => {
                self.make_room();
                self.tokens.push(Token::Null);
                while let Some(put) = pairs.next_onto(self)? {
                    if let Put::Discriminator = put {
                        self.text(ODATA_TYPE);
                    }
                    pairs.value("", self)?;
                }
                self.close(at, Token::Object);
            }
            Incoming::Odd(kind) => return Err(refuse("a JSON value", kind)),
        }
        Ok(())
    }
}

/// A stretch of the tape: values, or names and values in turn.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    tape: &'a Tape,
    at: usize,
    end: usize,
}

impl<'a> Reading<'a> {
    fn token(&mut self) -> Option<&'a Token> {
        if self.at >= self.end {
            return None;
        }
        let token = self.tape.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    fn texts(&self, start: usize, end: usize) -> &'a str {
        self.tape.texts.get(start..end).unwrap_or_default()
    }

    fn name(&mut self) -> Option<&'a str> {
        match self.token()? {
            Token::Text { start, end } => Some(self.texts(*start, *end)),
            _ => None,
        }
    }

    /// Passes over the next value.
    fn skip(&mut self) {
        if let Some(Token::List(end) | Token::Object(end)) = self.token() {
            self.at = *end;
        }
    }

    /// Hands over the next value; `false` where there is none.
    pub(super) fn hand(&mut self, value: &mut dyn Take) -> Result<bool, Stop> {
        let Some(token) = self.token() else { return Ok(false) };
        let mut inner = |end: usize| {
            let inner = Reading { tape: self.tape, at: self.at, end };
            self.at = end;
            inner
        };
        match token {
            Token::Null => value.take(Incoming::Null),
            Token::Bool(flag) => value.take(Incoming::Bool(*flag)),
            Token::Number(number) => value.take(Incoming::Number(number.clone())),
            Token::Text { start, end } => value.take(Incoming::Text(self.texts(*start, *end))),
            Token::List(end) => value.take(Incoming::List(&mut inner(*end))),
            Token::Object(end) => value.take(Incoming::Object(&mut inner(*end))),
        }?;
        Ok(true)
    }
}

impl Items for Reading<'_> {
    fn next(&mut self, item: &mut dyn Take) -> Result<bool, Stop> {
        self.hand(item)
    }

    fn whole(&mut self) -> Result<Value, Stop> {
        let (mut items, mut item) = (Vec::new(), Untyped::default());
        while self.hand(&mut item)? {
            items.push(std::mem::take(&mut item.0));
        }
        Ok(Value::Array(items))
    }
}

impl Pairs for Reading<'_> {
    fn named(&mut self) -> Option<TypeName> {
        None
    }

    fn next(&mut self, names: &'static [&'static str], likely: usize) -> Result<Option<Key>, Stop> {
        Ok(self.name().map(|name| Key::find(names, likely, name)))
    }

    fn look_ahead(&self, read: &mut ReadTypeName<'_>) -> Result<bool, Stop> {
        let mut ahead = *self;
        while let Some(name) = ahead.name() {
            if name == ODATA_TYPE {
                return ahead.hand(read);
            }
            ahead.skip();
        }
        Ok(true)
    }

    fn hold(&mut self, _: &mut Tape) -> Result<usize, Stop> {
        let at = self.at;
        self.skip();
        Ok(at)
    }

    fn held(&self) -> Option<&Tape> {
        Some(self.tape)
    }

    fn next_onto(&mut self, tape: &mut Tape) -> Result<Option<Put>, Stop> {
        Ok(self.name().map(|name| PutName(tape).put(name)))
    }

    fn value(&mut self, property: &str, value: &mut dyn Take) -> Result<(), Stop> {
        match self.hand(value) {
            Ok(_) => Ok(()),
            Err(stop) => Err(stop.within(property)),
        }
    }

    fn keep(&mut self) -> Result<Value, Stop> {
        let mut value = Untyped::default();
        self.hand(&mut value)?;
        Ok(value.0)
    }

    fn whole(&mut self) -> Result<Value, Stop> {
        whole(self)
    }
}

/// The rest of an object that was on a tape, untyped.
fn whole(pairs: &mut dyn Pairs) -> Result<Value, Stop> {
    let mut map = Map::new();
    collect(pairs, &mut map)?;
    let one_text = map.len() == 1 && map.values().all(Value::is_string);
    let whole = Value::Object(map);
    // It may be the form in which `serde_json` hands out a number.
    Ok(if one_text { Value::deserialize(whole)? } else { whole })
}

/// An object again from its beginning: its discriminator, what was read of it, what is left.
pub(super) struct Again<'a> {
    pub(super) name: Option<TypeName>,
    pub(super) read: Reading<'a>,
    /// `None` where the end was read already.
    pub(super) left: Option<&'a mut dyn Pairs>,
    /// Whether the last name came from what is left.
    pub(super) in_left: bool,
}

impl Again<'_> {
    /// Where the next value is.
    fn source(&mut self) -> &mut dyn Pairs {
        match &mut self.left {
            Some(left) if self.in_left => *left,
            _ => &mut self.read,
        }
    }

    /// Where the next name is.
    fn next_source(&mut self) -> &mut dyn Pairs {
        self.in_left = self.in_left || self.read.at >= self.read.end;
        self.source()
    }
}

impl Pairs for Again<'_> {
    fn named(&mut self) -> Option<TypeName> {
        self.name.take()
    }

    fn next(&mut self, names: &'static [&'static str], likely: usize) -> Result<Option<Key>, Stop> {
        self.next_source().next(names, likely)
    }

    fn next_onto(&mut self, tape: &mut Tape) -> Result<Option<Put>, Stop> {
        self.next_source().next_onto(tape)
    }

    fn value(&mut self, property: &str, value: &mut dyn Take) -> Result<(), Stop> {
        self.source().value(property, value)
    }

    fn keep(&mut self) -> Result<Value, Stop> {
        self.source().keep()
    }

    fn whole(&mut self) -> Result<Value, Stop> {
        whole(self)
    }
}
