//! The mark that some services and proxies put before their JSON.

/// UTF-8's byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The body behind its byte order mark, which RFC 8259 §8.1 lets a reader ignore.
#[must_use]
pub fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(MARK).unwrap_or(body)
}
