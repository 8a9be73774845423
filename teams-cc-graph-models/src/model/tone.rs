//! Telephone keys: [toneInfo](https://learn.microsoft.com/graph/api/resources/toneinfo).

use std::fmt;

use crate::wire::Member;

/// A telephone key. Debug hides it: keys carry card numbers and choices.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tone {
    /// A digit key, 0 to 9.
    Digit(Digit),
    /// The star key.
    Star,
    /// The pound key.
    Pound,
    /// The key A of military keypads.
    A,
    /// The key B of military keypads.
    B,
    /// The key C of military keypads.
    C,
    /// The key D of military keypads.
    D,
    /// A hook flash.
    Flash,
    /// A member this version of the crate does not know, as it was spelled.
    Other(Box<str>),
}

/// A decimal digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digit(u8);

impl Digit {
    /// The digit of a value from 0 to 9.
    #[must_use]
    pub fn new(value: u8) -> Option<Self> {
        (value <= 9).then_some(Self(value))
    }

    /// The value, from 0 to 9.
    #[must_use]
    pub fn value(self) -> u8 {
        self.0
    }
}

const DIGIT_TONES: [&str; 10] =
    ["tone0", "tone1", "tone2", "tone3", "tone4", "tone5", "tone6", "tone7", "tone8", "tone9"];

impl Tone {
    /// The tone of a key as people write it: `0`-`9`, `*`, `#`, `A`-`D`.
    #[must_use]
    pub fn of_key(key: char) -> Option<Self> {
        Some(match key.to_ascii_uppercase() {
            '*' => Self::Star,
            '#' => Self::Pound,
            'A' => Self::A,
            'B' => Self::B,
            'C' => Self::C,
            'D' => Self::D,
            digit => Self::Digit(Digit(u8::try_from(digit.to_digit(10)?).ok()?)),
        })
    }

    /// The key as people write it; `None` for a flash and for members not known.
    #[must_use]
    pub fn key(&self) -> Option<char> {
        Some(match self {
            Self::Digit(Digit(value)) => char::from(b'0' + value),
            Self::Star => '*',
            Self::Pound => '#',
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::Flash | Self::Other(_) => return None,
        })
    }

    /// The spelling of the schema.
    #[must_use]
    pub fn reveal(&self) -> &str {
        match self {
            Self::Digit(Digit(value)) => DIGIT_TONES.get(usize::from(*value)).unwrap_or(&"tone0"),
            Self::Star => "star",
            Self::Pound => "pound",
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
            Self::Flash => "flash",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for Tone {
    fn from(text: &str) -> Self {
        if let Some(value) = DIGIT_TONES.iter().position(|tone| tone.eq_ignore_ascii_case(text))
            && let Ok(value) = u8::try_from(value)
        {
            return Self::Digit(Digit(value));
        }
        [Self::Star, Self::Pound, Self::A, Self::B, Self::C, Self::D, Self::Flash]
            .into_iter()
            .find(|tone| tone.reveal().eq_ignore_ascii_case(text))
            .unwrap_or_else(|| Self::Other(text.into()))
    }
}

impl Member for Tone {
    fn of_name(name: &str) -> Self {
        Self::from(name)
    }

    fn name(&self) -> &str {
        self.reveal()
    }
}

as_member!(Tone);

impl fmt::Debug for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[tone]")
    }
}

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[digit]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_survives_both_ways_and_debug_hides_it() {
        for key in "0123456789*#ABCD".chars() {
            let tone = Tone::of_key(key).unwrap();
            assert_eq!(tone.key(), Some(key));
            assert_eq!(Tone::from(tone.reveal().to_uppercase().as_str()), tone);
            assert_eq!(format!("{tone:?}"), "[tone]");
        }
        assert_eq!(Tone::of_key('x'), None);
        assert_eq!(Tone::from("tone10").key(), None);
    }
}
