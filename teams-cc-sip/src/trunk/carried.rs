//! What a call carries besides its numbers.

use std::fmt;

use bytes::Bytes;

pub use crate::message::BodyPart;

/// A name as a caller shows it; hidden in [`Debug`].
#[derive(Clone, PartialEq, Eq)]
pub struct DisplayText(Box<str>);

impl DisplayText {
    /// A name to show.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The name in full. Names are personal data.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DisplayText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisplayText(…)")
    }
}

/// Location data of an emergency call, byte for byte (RFC 6442, RFC 4119).
///
/// Locations are personal data: [`Debug`] tells only how much there is.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmergencyData {
    /// Header fields to pass on: `Geolocation` and its kin, names and values as received.
    pub headers: Vec<(Box<str>, Bytes)>,
    /// Body parts to pass on beside the session description, such as PIDF-LO.
    pub parts: Vec<BodyPart>,
}

impl EmergencyData {
    /// Whether there is nothing to pass on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.parts.is_empty()
    }
}

impl fmt::Debug for EmergencyData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmergencyData({} headers, {} parts)", self.headers.len(), self.parts.len())
    }
}
