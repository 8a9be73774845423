//! `%HH` escapes of URIs (RFC 3261 §19.1.2).

use std::fmt::Write as _;

use super::class;

/// Escapes what is outside the class; escapes that already stand stay.
pub(crate) fn escape(text: &str, class: u8) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (i, &byte) in bytes.iter().enumerate() {
        let standing = byte == b'%'
            && bytes.get(i + 1..i + 3).is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit));
        if standing || class::is(byte, class) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Takes `%HH` escapes off.
pub(crate) fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut i = 0;
    while let Some(&byte) = text.get(i) {
        let hex = match (byte, text.get(i + 1), text.get(i + 2)) {
            (b'%', Some(&a), Some(&b)) => class::unhex(a, b),
            _ => None,
        };
        out.push(hex.unwrap_or(byte));
        i += if hex.is_some() { 3 } else { 1 };
    }
    out
}
