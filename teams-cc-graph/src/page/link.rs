//! What makes a next link safe to follow.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use http::Uri;

use super::PageError;
use crate::client::Client;
use crate::wire::Additional;

/// Where an expanded collection goes on: the `property@odata.nextLink` beside it.
///
/// ```
/// use teams_cc_graph::model::Call;
/// use teams_cc_graph::page::nested_link;
///
/// let body = r#"{"participants@odata.nextLink": "https://graph.microsoft.com/v1.0/p?$skip=60"}"#;
/// let call: Call = serde_json::from_str(body)?;
/// let link = nested_link(&call.additional, "participants");
/// assert_eq!(link, Some("https://graph.microsoft.com/v1.0/p?$skip=60"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn nested_link<'a>(additional: &'a Additional, property: &str) -> Option<&'a str> {
    let annotation = additional.iter().find(|(name, _)| {
        let mut parts = name.splitn(2, '@');
        parts.next() == Some(property)
            && parts.next().is_some_and(|rest| rest.eq_ignore_ascii_case("odata.nextLink"))
    });
    annotation?.1.as_str().filter(|link| !link.is_empty())
}

/// Remembers where the reader has been: 32 bytes for each of at most `limit` pages.
pub(super) struct Guard {
    pub(super) limit: usize,
    seen: BTreeSet<[u8; DIGEST]>,
}

impl Guard {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, seen: BTreeSet::new() }
    }

    /// Note the first request, which may name its origin or not.
    pub(super) fn visited(&mut self, client: &Client, uri: &Uri) {
        if let Ok(uri) = client.locate(uri) {
            self.seen.insert(fingerprint(&uri));
        }
    }

    /// The URI of a link that may be followed; it then counts as visited.
    pub(super) fn admit(&mut self, client: &Client, link: &str) -> Result<Uri, PageError> {
        let uri = Self::check(client, link)?;
        if self.seen.len() >= self.limit {
            return Err(PageError::TooMany { limit: self.limit });
        }
        if !self.seen.insert(fingerprint(&uri)) {
            return Err(PageError::Loop);
        }
        Ok(uri)
    }

    /// The URI of a link that could be followed.
    pub(super) fn check(client: &Client, link: &str) -> Result<Uri, PageError> {
        // An http::Uri silently drops a fragment; the text still has it.
        if link.contains('#') {
            return Err(PageError::Fragment);
        }
        let uri: Uri = link.parse().map_err(|_| PageError::Malformed)?;
        if uri.authority().is_none() {
            return Err(PageError::Malformed);
        }
        client.locate(&uri).map_err(|_| PageError::ForeignOrigin)
    }

    pub(super) fn followed(&self) -> usize {
        self.seen.len()
    }
}

/// What tells two addresses apart, however they are percent-encoded.
fn fingerprint(uri: &Uri) -> [u8; DIGEST] {
    let mut plain = Vec::new();
    let text = uri.to_string();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digits = (ahead.next().and_then(hex), ahead.next().and_then(hex));
        if let (b'%', (Some(high), Some(low))) = (byte, digits) {
            plain.push((high << 4) | low);
            bytes = ahead;
        } else {
            plain.push(byte);
        }
    }
    let mut fingerprint = [0; DIGEST];
    let digest = digest::digest(&digest::SHA256, &plain);
    for (to, from) in fingerprint.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    fingerprint
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Bytes of a SHA-256 digest.
const DIGEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_makes_no_other_address() {
        let print = |text: &str| fingerprint(&text.parse().unwrap());
        let plain = print("https://graph.example.com/v1.0/users?$skiptoken=a(b");
        assert_eq!(plain, print("https://graph.example.com/v1.0/users?%24skiptoken=a%28b"));
        assert_ne!(plain, print("https://graph.example.com/v1.0/users?$skiptoken=a(c"));
        assert_ne!(plain, print("https://graph.example.com/v1.0/users?$skiptoken=a%2"));
    }
}
