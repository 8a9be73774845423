//! DTMF tones.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One DTMF tone (RFC 4733 §3.2; Graph `tone`).
///
/// Tones can be card numbers or PINs: [`Debug`](fmt::Debug) hides them, [`Tone::reveal`] does not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Tone(char);

impl Tone {
    /// The tone of a key: `0`–`9`, `*`, `#`, `A`–`D`.
    ///
    /// # Errors
    ///
    /// [`ParseToneError`] for any other key.
    pub fn new(key: char) -> Result<Self, ParseToneError> {
        let key = key.to_ascii_uppercase();
        match key {
            '0'..='9' | '*' | '#' | 'A'..='D' => Ok(Self(key)),
            _ => Err(ParseToneError),
        }
    }

    /// The key pressed.
    #[must_use]
    pub fn reveal(self) -> char {
        self.0
    }
}

impl fmt::Debug for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tone(…)")
    }
}

impl TryFrom<char> for Tone {
    type Error = ParseToneError;

    fn try_from(key: char) -> Result<Self, ParseToneError> {
        Self::new(key)
    }
}

impl From<Tone> for char {
    fn from(tone: Tone) -> Self {
        tone.0
    }
}

/// The key has no tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such tone: keys are 0-9, *, # and A-D")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct ParseToneError;
