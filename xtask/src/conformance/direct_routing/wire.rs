//! A SIP message as it came over the wire.
//!
//! The judge reads octets by itself: compact names, repeated fields and byte-for-byte copies must
//! not pass through the code that is judged.

use std::fmt::Write as _;

/// The most octets of one message the kit takes.
const MAX_MESSAGE: usize = 256 * 1024;

/// Compact names (RFC 3261 §7.3.3 and the registry) and what they stand for.
const COMPACT: [(&str, &str); 12] = [
    ("b", "referred-by"),
    ("c", "content-type"),
    ("f", "from"),
    ("i", "call-id"),
    ("k", "supported"),
    ("l", "content-length"),
    ("m", "contact"),
    ("o", "event"),
    ("r", "refer-to"),
    ("t", "to"),
    ("v", "via"),
    ("x", "session-expires"),
];

/// One message, split into lines and nothing more.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    /// Every octet of it.
    pub(super) raw: Vec<u8>,
    start: String,
    /// Lower-case long names with values as they stand, folds joined by a space.
    headers: Vec<(String, String)>,
    body: String,
}

impl Wire {
    /// Reads one whole message; nothing of it is checked.
    pub(super) fn read(raw: &[u8]) -> Option<Self> {
        let end = raw.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(raw.get(..end)?).into_owned();
        let body = String::from_utf8_lossy(raw.get(end + 4..)?).into_owned();
        let mut lines = head.split("\r\n");
        let start = lines.next()?.to_owned();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    let _ = write!(value, " {}", line.trim());
                }
                continue;
            }
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let name = name.trim().to_ascii_lowercase();
            let long = COMPACT.iter().find(|(short, _)| *short == name);
            let name = long.map_or(name, |(_, long)| (*long).to_owned());
            headers.push((name, value.trim().to_owned()));
        }
        Some(Self { raw: raw.to_vec(), start, headers, body })
    }

    /// The first line.
    pub(super) fn start(&self) -> &str {
        &self.start
    }

    /// The method of a request.
    pub(super) fn method(&self) -> Option<&str> {
        if self.start.starts_with("SIP/") {
            return None;
        }
        self.start.split(' ').next()
    }

    /// The Request-URI as it stands; it may hold anything but spaces.
    pub(super) fn uri(&self) -> &str {
        let rest = self.start.split_once(' ').map_or("", |(_, rest)| rest);
        rest.rsplit_once(' ').map_or(rest, |(uri, _)| uri)
    }

    /// The status of a response.
    pub(super) fn status(&self) -> Option<u16> {
        self.start.strip_prefix("SIP/2.0 ")?.split(' ').next()?.parse().ok()
    }

    /// Every value of a header, one for each line.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().filter(move |(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// The first value of a header, or nothing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Whether a header is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The elements of a header over all its lines, split at commas outside quotes and brackets.
    pub(super) fn elements(&self, name: &str) -> Vec<String> {
        self.all(name).flat_map(split).collect()
    }

    /// The method that `CSeq` names.
    pub(super) fn cseq_method(&self) -> &str {
        self.get("CSeq").split_whitespace().nth(1).unwrap_or_default()
    }

    /// The number that `CSeq` names.
    pub(super) fn cseq_number(&self) -> u32 {
        self.get("CSeq").split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// The Call-ID.
    pub(super) fn call_id(&self) -> &str {
        self.get("Call-ID")
    }

    /// The body as text.
    pub(super) fn body(&self) -> &str {
        &self.body
    }

    /// The session description: the body, or its part in a multipart body; empty without one.
    pub(super) fn sdp(&self) -> &str {
        if self.get("Content-Type").to_ascii_lowercase().starts_with("application/sdp") {
            return &self.body;
        }
        self.body.find("v=0\r\n").and_then(|start| self.body.get(start..)).unwrap_or_default()
    }

    /// The lines of the session description that start so, without that start.
    pub(super) fn sdp_lines<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a str> {
        self.sdp().lines().filter_map(move |line| line.trim_end().strip_prefix(start))
    }

    /// How the audio flows: `sendrecv` where nothing is said (RFC 8866 §6.7).
    pub(super) fn flow(&self) -> &str {
        ["sendrecv", "sendonly", "recvonly", "inactive"]
            .into_iter()
            .find(|flow| self.sdp_lines("a=").any(|line| line == *flow))
            .unwrap_or("sendrecv")
    }

    /// One line for a ladder.
    pub(super) fn summary(&self) -> String {
        let mut text = match self.status() {
            Some(_) => {
                let rest = self.start.strip_prefix("SIP/2.0 ").unwrap_or(&self.start);
                format!("{rest} ({})", self.get("CSeq"))
            }
            None => format!("{} {}", self.method().unwrap_or_default(), self.uri()),
        };
        if self.get("Content-Type").starts_with("message/sipfrag") {
            let _ = write!(text, " [{}]", self.body.trim());
        } else if !self.sdp().is_empty() {
            let _ = write!(text, " [{}]", self.flow());
        }
        text
    }
}

/// The URI between angle brackets, or the value up to its parameters.
pub(super) fn uri_of(value: &str) -> &str {
    match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => value.split(';').next().unwrap_or_default().trim(),
    }
}

/// The user part of a SIP URI, parameters of it included; empty without one.
pub(super) fn user_of(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    rest.split_once('@').map_or("", |(user, _)| user)
}

/// The host of a SIP URI.
pub(super) fn host_of(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    if rest.starts_with('[') {
        return rest.split_once(']').map_or(rest, |(host, _)| host.trim_start_matches('['));
    }
    rest.split([':', ';', '?', '>']).next().unwrap_or_default()
}

/// The `tag` of a From or To value.
pub(super) fn tag_of(value: &str) -> Option<&str> {
    let after = value.rsplit_once('>').map_or(value, |(_, after)| after);
    after.split(';').find_map(|param| param.trim().strip_prefix("tag="))
}

/// Splits a list at commas outside quotes and angle brackets.
fn split(value: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for c in value.chars() {
        match c {
            ',' if !quoted && !bracketed => {
                parts.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        part.push(c);
    }
    parts.push(part.trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

/// What comes out of a stream.
#[derive(Debug)]
pub(super) enum Piece {
    /// One message.
    Message(Box<Wire>),
    /// An empty line between messages.
    Crlf,
}

/// Cuts a stream into messages by Content-Length (RFC 3261 §18.3).
#[derive(Debug, Default)]
pub(super) struct Framer {
    held: Vec<u8>,
}

impl Framer {
    /// Adds octets of the stream.
    pub(super) fn push(&mut self, octets: &[u8]) {
        self.held.extend_from_slice(octets);
    }

    /// The next piece; an error where the stream can be cut no further.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, String> {
        if self.held.starts_with(b"\r\n") {
            self.held.drain(..2);
            return Ok(Some(Piece::Crlf));
        }
        if self.held.len() > MAX_MESSAGE {
            return Err(format!("a message of more than {MAX_MESSAGE} octets"));
        }
        let Some(end) = self.held.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = self.held.get(..end + 4).unwrap_or_default();
        let read = Wire::read(head).ok_or("a message without a first line")?;
        let length: usize = match read.get("Content-Length") {
            "" => return Err("a message without Content-Length on a stream".to_owned()),
            text => text.parse().map_err(|_| format!("Content-Length: {text}"))?,
        };
        if length > MAX_MESSAGE {
            return Err(format!("Content-Length: {length}"));
        }
        let whole = end + 4 + length;
        if self.held.len() < whole {
            return Ok(None);
        }
        let raw: Vec<u8> = self.held.drain(..whole).collect();
        let wire = Wire::read(&raw).ok_or("a message without a first line")?;
        Ok(Some(Piece::Message(Box::new(wire))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "INVITE sip:+1425#5@sbc.example;x=1 SIP/2.0\r\nv: SIP/2.0/TLS a;branch=1\r\n\
        m: <sip:a.example>, \"B, <C>\" <sip:b.example;x=1,2>\r\nSubject: one\r\n two\r\n\
        Contact: <sip:c.example>\r\nl: 5\r\n\r\nv=0\r\n";

    #[test]
    fn compact_names_folds_and_lists_are_read_without_changing_an_octet() {
        let wire = Wire::read(INVITE.as_bytes()).unwrap();
        assert_eq!(wire.uri(), "sip:+1425#5@sbc.example;x=1");
        assert_eq!(wire.get("Via"), "SIP/2.0/TLS a;branch=1");
        assert_eq!(wire.get("subject"), "one two");
        let contacts = wire.elements("Contact");
        assert_eq!(
            contacts,
            ["<sip:a.example>", "\"B, <C>\" <sip:b.example;x=1,2>", "<sip:c.example>"]
        );
        assert_eq!(wire.raw, INVITE.as_bytes());
    }

    #[test]
    fn a_stream_is_cut_the_same_way_whatever_its_chunks() {
        let stream = format!("\r\n\r\n{INVITE}{INVITE}\r\n");
        let mut framer = Framer::default();
        let mut seen = String::new();
        for octet in stream.as_bytes() {
            framer.push(&[*octet]);
            while let Some(piece) = framer.next().unwrap() {
                seen.push(if matches!(piece, Piece::Crlf) { 'c' } else { 'm' });
            }
        }
        assert_eq!(seen, "ccmmc");
    }

    #[test]
    fn parts_of_uris_are_found_by_hand() {
        for (uri, user, host) in [
            (
                "sip:+14255550100;ext=7@sbc.example:5061;transport=tls",
                "+14255550100;ext=7",
                "sbc.example",
            ),
            ("sip:[2001:db8::1]:5061;lr", "", "2001:db8::1"),
            ("sips:sbc.example", "", "sbc.example"),
        ] {
            assert_eq!((user_of(uri), host_of(uri)), (user, host));
        }
        assert_eq!(tag_of("\"A\" <sip:a;tag=no>;x=1;tag=yes"), Some("yes"));
        assert_eq!(uri_of("\"A\" <sip:a;x=1>;y=2"), "sip:a;x=1");
    }
}
