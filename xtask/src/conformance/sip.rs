//! The SIP and SDP codec against a directory of messages described by its `index.json`.
//!
//! Two forms of index are known: a list of whole messages, each with the verdict it deserves
//! (`expect`), and an object whose `messages` say what each text is (`kind`, `form`, `note`).

use std::{fs, path::Path};

use serde_json::Value;
use teams_cc_sip::{
    message::{
        Header, Limits, Message, Rule, TypedHeader, Uri, every_typed_header, typed, verdict,
    },
    sdp::SessionDescription,
};

use super::Summary;

/// Checks every entry of the index and prints each that is judged wrongly.
pub(crate) fn sip(dir: &Path) -> Summary {
    let mut summary = Summary::default();
    let entries = match index(dir) {
        Ok(entries) => entries,
        Err(error) => {
            println!("FAILED: {error}");
            summary.failed += 1;
            return summary;
        }
    };
    for entry in entries {
        match check(dir, &entry) {
            Ok(()) => summary.passed += 1,
            Err(error) => {
                summary.failed += 1;
                println!("FAILED: {}: {error}", entry.file);
            }
        }
    }
    summary
}

/// One line of the index.
struct Entry {
    file: String,
    what: What,
}

/// What the index says a text is.
enum What {
    /// A whole message that is read (`true`) or refused.
    Verdict(bool),
    /// A whole message as captured.
    Whole,
    /// A whole message whose body the source left out.
    WithoutBody,
    /// Header lines without a start line.
    Headers,
    /// A text whose placeholders, columns or start line make it no message.
    Template,
    /// A header, a value of one, or a URI. The note may say that it is malformed.
    Fragment { kind: Fragment, malformed: bool },
}

enum Fragment {
    Header,
    HistoryInfo,
    Reason,
    Uri,
    Sdp,
}

/// Tells from an entry what its text is.
type Reader = fn(&Value) -> Result<What, String>;

fn index(dir: &Path) -> Result<Vec<Entry>, String> {
    let path = dir.join("index.json");
    let text =
        fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let index: Value =
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let (list, read): (_, Reader) = match &index {
        Value::Array(list) => (list, verdict_of),
        Value::Object(object) => match object.get("messages") {
            Some(Value::Array(list)) => (list, kind_of),
            _ => return Err(format!("{}: no list of messages", path.display())),
        },
        _ => return Err(format!("{}: neither a list nor an object", path.display())),
    };
    list.iter()
        .map(|entry| Ok(Entry { file: field(entry, "file")?.to_owned(), what: read(entry)? }))
        .collect()
}

fn field<'a>(entry: &'a Value, name: &str) -> Result<&'a str, String> {
    entry
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("an entry has no `{name}`: {entry}"))
}

fn verdict_of(entry: &Value) -> Result<What, String> {
    match field(entry, "expect")? {
        "valid" | "valid-unusual" => Ok(What::Verdict(true)),
        "invalid" => Ok(What::Verdict(false)),
        other => Err(format!("unknown verdict `{other}`")),
    }
}

fn kind_of(entry: &Value) -> Result<What, String> {
    let (kind, form, note) = (field(entry, "kind")?, field(entry, "form")?, field(entry, "note")?);
    let malformed =
        ["issing", "stray", "Not valid", "no \"=\""].iter().any(|word| note.contains(word));
    let fragment = |kind| What::Fragment { kind, malformed };
    let response = kind.starts_with(|c: char| c.is_ascii_digit());
    Ok(if form.starts_with("table") || kind.ends_with("syntax") || kind.ends_with("grammar") {
        What::Template
    } else if kind.contains("omitted") {
        What::WithoutBody
    } else if form == "code string" {
        What::Headers
    } else if kind.starts_with("SDP") {
        fragment(Fragment::Sdp)
    } else if kind.ends_with("header value") {
        fragment(Fragment::HistoryInfo)
    } else if kind.starts_with("Reason value") {
        fragment(Fragment::Reason)
    } else if kind == "Request-URI" {
        fragment(Fragment::Uri)
    } else if kind.contains("header") {
        fragment(Fragment::Header)
    } else if response || kind.ends_with("request") {
        What::Whole
    } else {
        // A Request-Line or status line alone is no message.
        What::Template
    })
}

fn check(dir: &Path, entry: &Entry) -> Result<(), String> {
    let bytes = fs::read(dir.join(&entry.file)).map_err(|e| format!("cannot read: {e}"))?;
    if let What::Verdict(valid) = entry.what {
        return judged(&verdict(&bytes).map(drop), valid);
    }
    // Texts cut from pages have LF alone, and no blank line.
    let text = String::from_utf8(bytes).map_err(|e| e.to_string())?;
    let lines = text.trim_end().replace('\n', "\r\n");
    let whole = format!("{lines}\r\n\r\n");
    match &entry.what {
        What::Verdict(_) => Ok(()),
        What::Whole => judged(&verdict(whole.as_bytes()).map(drop), true),
        What::WithoutBody => without_body(&whole),
        What::Headers => {
            let whole = format!("OPTIONS sip:host.invalid SIP/2.0\r\n{whole}");
            judged(&verdict(whole.as_bytes()).map(drop), true)
        }
        What::Template => judged(&verdict(whole.as_bytes()).map(drop), false),
        What::Fragment { kind, malformed } => {
            judged(&verdict(whole.as_bytes()).map(drop), false)?;
            let balanced = text.matches('<').count() == text.matches('>').count();
            judged(&fragment(kind, &lines), balanced && !malformed)
        }
    }
}

fn judged<E: std::fmt::Display>(result: &Result<(), E>, valid: bool) -> Result<(), String> {
    match (result, valid) {
        (Ok(()), true) | (Err(_), false) => Ok(()),
        (Ok(()), false) => Err("read, and should be refused".to_owned()),
        (Err(error), true) => Err(format!("refused, and should be read: {error}")),
    }
}

/// Refused for its short body alone: with as many octets as it announces, it is read.
fn without_body(whole: &str) -> Result<(), String> {
    match verdict(whole.as_bytes()) {
        Err(error) if error.rule() == Rule::ShortBody => {}
        other => return Err(format!("should be refused for its short body, got {other:?}")),
    }
    let mut padded = whole.as_bytes().to_vec();
    padded.resize(whole.len() + Limits::MESSAGE / 2, b'x');
    judged(&verdict(&padded).map(drop), true)
}

fn fragment(kind: &Fragment, text: &str) -> Result<(), String> {
    let error = |e: teams_cc_sip::message::ParseError| e.to_string();
    match kind {
        Fragment::Uri => Uri::parse(text).map(drop).map_err(error),
        Fragment::HistoryInfo => list::<typed::HistoryInfo>(text),
        Fragment::Reason => list::<typed::Reason>(text),
        Fragment::Header => {
            let message = format!("OPTIONS sip:host.invalid SIP/2.0\r\n{text}\r\n\r\n");
            let message = Message::parse_datagram(message.as_bytes(), &Limits::default())
                .map_err(|fault| error(fault.error))?;
            every_typed_header(message.headers()).map_err(error)
        }
        Fragment::Sdp => {
            let media = if text.starts_with("m=") { "" } else { "m=audio 9 RTP/SAVP 0\r\n" };
            let session =
                "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
            let whole = format!("{session}{media}{text}\r\n");
            let description =
                SessionDescription::parse(whole.as_bytes()).map_err(|e| e.to_string())?;
            let media = description.media().first().ok_or("no media section")?;
            media.crypto().map_err(|e| e.to_string())?;
            match description.encode() {
                written if written == whole.as_bytes() => Ok(()),
                _ => Err("written otherwise than read".to_owned()),
            }
        }
    }
}

/// Reads all elements of a list by writing them as a header first.
fn list<T: TypedHeader>(text: &str) -> Result<(), String> {
    let mut headers = teams_cc_sip::message::Headers::new();
    headers.push_header(Header::new(T::name(), text).map_err(|e| e.to_string())?);
    headers.list::<T>().map(drop).map_err(|e| e.to_string())
}
