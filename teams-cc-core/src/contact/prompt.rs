//! What is played to a caller.

use serde::{Deserialize, Serialize};

/// The longest prompt address accepted, in bytes.
const MAX_URI_BYTES: usize = 2048;

/// A recording that a leg plays, named by where the platform fetches it.
///
/// Graph plays WAV files of one channel, 16-bit samples and 16 kHz, fetched over HTTPS. A SIP trunk
/// fetches nothing: its media port knows files of 8 kHz by this address, so that a program for both
/// has each recording in two forms.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Prompt {
    uri: Box<str>,
}

impl Prompt {
    /// A prompt at an absolute address.
    ///
    /// # Errors
    ///
    /// [`InvalidPrompt`] where the text is empty, too long, or holds spaces or control characters.
    pub fn new(uri: impl Into<Box<str>>) -> Result<Self, InvalidPrompt> {
        let uri = uri.into();
        let clean = !uri.is_empty()
            && uri.len() <= MAX_URI_BYTES
            && !uri.chars().any(|c| c.is_control() || c == ' ');
        if clean { Ok(Self { uri }) } else { Err(InvalidPrompt) }
    }

    /// Where the platform fetches the recording.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }
}

/// The text is no address of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a prompt needs an absolute address without spaces, at most 2048 bytes")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct InvalidPrompt;
