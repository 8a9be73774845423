//! Bodies with several parts (RFC 2046 §5.1, RFC 5621): a session description beside a location.

use std::fmt;

use bytes::Bytes;

use super::{ContentType, Headers, Limits, Param, ParseError, parse::read_part_head};

/// The most parts of one body; a body with more is refused whole.
const MAX_PARTS: usize = 16;

/// One part of a multipart body, byte for byte; hidden in [`Debug`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyPart {
    /// The part's own header lines, without the empty line that ends them.
    pub head: Bytes,
    /// The content.
    pub content: Bytes,
}

impl BodyPart {
    /// The part's own headers, such as `Content-Type`, `Content-ID` and `Content-Disposition`.
    ///
    /// # Errors
    ///
    /// The rule that a header line breaks.
    pub fn headers(&self) -> Result<Headers, ParseError> {
        read_part_head(&self.head, &Limits::default())
    }

    /// Whether the part is of this type, whatever its parameters.
    ///
    /// A part that names no readable type is of none.
    #[must_use]
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        let headers = self.headers().unwrap_or_default();
        headers.typed::<ContentType>().ok().flatten().is_some_and(|t| t.is(kind, subtype))
    }

    /// Whether this is the part that a `cid:` URI names (RFC 2392).
    #[must_use]
    pub fn is_named_by(&self, cid: &str) -> bool {
        let Some(name) = cid.strip_prefix("cid:") else { return false };
        let name = super::escape::unescape(name.as_bytes());
        let headers = self.headers().unwrap_or_default();
        let id = headers.typed::<super::typed::ContentId>().ok().flatten();
        id.is_some_and(|id| id.as_str().as_bytes() == name)
    }
}

impl fmt::Debug for BodyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyPart({} bytes)", self.content.len())
    }
}

/// The parts of a body whose type is `multipart/…`, sharing its bytes.
///
/// None where the type is another, names no boundary, or the body has more than 16 parts.
#[must_use]
pub fn body_parts(kind: &ContentType, body: &Bytes) -> Vec<BodyPart> {
    let boundary = kind.params.find("boundary").and_then(Param::value);
    match boundary {
        Some(boundary) if kind.kind.eq_ignore_ascii_case("multipart") => {
            split(body, boundary.as_bytes())
        }
        _ => Vec::new(),
    }
}

/// The parts between `--boundary` lines (RFC 2046 §5.1.1).
fn split(body: &Bytes, boundary: &[u8]) -> Vec<BodyPart> {
    let delimiter = [b"--", boundary].concat();
    let starts: Vec<usize> = memchr::memmem::find_iter(body, &delimiter)
        .filter(|at| *at == 0 || body.get(at.wrapping_sub(1)) == Some(&b'\n'))
        .take(MAX_PARTS + 2)
        .collect();
    let mut parts = Vec::new();
    if starts.len() > MAX_PARTS + 1 {
        return parts;
    }
    for pair in starts.windows(2) {
        let &[from, to] = pair else { continue };
        let inner = body.slice((from + delimiter.len()).min(to)..to);
        // What follows the delimiter on its line is padding; `--` would be the last delimiter.
        let Some(line) = memchr::memchr(b'\n', &inner) else { continue };
        let inner = inner.slice(line + 1..);
        let (head, content) = match memchr::memmem::find(&inner, b"\r\n\r\n") {
            _ if inner.starts_with(b"\r\n") => (Bytes::new(), inner.slice(2..)),
            Some(at) => (inner.slice(..at), inner.slice(at + 4..)),
            None => continue,
        };
        // The line break before a delimiter belongs to the delimiter.
        let end = content.strip_suffix(b"\r\n").map_or(content.len(), <[u8]>::len);
        parts.push(BodyPart { head, content: content.slice(..end) });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCATION: &[u8] = b"<presence>\r\n  <civicAddress/>\r\n</presence>";

    fn body() -> (ContentType, Bytes) {
        let kind = ContentType::parse("multipart/mixed; boundary=\"b 1\"").unwrap();
        let mut body = b"preamble\r\n--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n\
            --b 1\r\nContent-Type: application/pidf+xml;\r\n charset=utf-8\r\n\
            Content-ID: <target@example.com>\r\nContent-Disposition: render;handling=optional\r\n\r\n"
            .to_vec();
        body.extend_from_slice(LOCATION);
        body.extend_from_slice(b"\r\n--b 1--\r\nepilogue");
        (kind, body.into())
    }

    #[test]
    fn a_location_is_found_by_its_type_and_by_its_name() {
        let (kind, body) = body();
        let parts = body_parts(&kind, &body);
        let [session, location] = parts.as_slice() else { panic!("{parts:?}") };
        assert!(session.is("application", "sdp"));
        assert_eq!(session.content, b"v=0\r\n".as_slice());
        assert!(location.is("application", "pidf+xml"));
        assert!(location.is_named_by("cid:target@example.com"));
        assert!(location.is_named_by("cid:target%40example.com"));
        assert!(!location.is_named_by("cid:other@example.com"));
        assert_eq!(location.content, LOCATION, "byte for byte");
        assert!(!format!("{location:?}").contains("civic"));
    }

    #[test]
    fn a_body_cut_anywhere_never_panics_and_too_many_parts_are_none() {
        let (kind, body) = body();
        for end in 0..body.len() {
            for part in body_parts(&kind, &body.slice(..end)) {
                let _ = part.headers();
            }
        }
        let many = "--b 1\r\n\r\nx\r\n".repeat(MAX_PARTS + 2);
        assert!(body_parts(&kind, &many.into()).is_empty());
        assert!(body_parts(&ContentType::sdp(), &body).is_empty());
    }
}
