//! The defects, each with the rows it breaks.

use std::time::Duration;

use super::network::{Act, Memory, Way};
use crate::conformance::direct_routing::wire::{Wire, tag_of};

/// One defect.
pub(super) struct Defect {
    pub(super) name: &'static str,
    /// The rows that must be found broken, and no others.
    pub(super) breaks: &'static [&'static str],
    pub(super) spoil: fn(&mut Memory, Way, &Wire) -> Vec<Act>,
}

macro_rules! defect {
    ($name:literal, $breaks:expr, $spoil:expr) => {
        Defect { name: $name, breaks: &$breaks, spoil: $spoil }
    };
}

/// Every defect that is seeded.
pub(super) const DEFECTS: &[Defect] = &[
    defect!("no OPTIONS", ["DR-031", "DR-032"], |_, way, wire| {
        drop_if(way == Way::Out && wire.method() == Some("OPTIONS"))
    }),
    defect!("OPTIONS with an address in Contact", ["DR-033"], |_, way, wire| {
        on(way, wire, "OPTIONS", |text| replace_host(text, "Contact: <sip:", "127.0.0.1"))
    }),
    defect!("OPTIONS with an empty user", ["DR-034"], |_, way, wire| match way {
        Way::Out => {
            on(way, wire, "OPTIONS", |text| text.replacen("From: <sip:", "From: <sip:@", 1))
        }
        Way::In => rewrite(wire, |text| text.replacen("<sip:@", "<sip:", 1)),
    }),
    defect!("OPTIONS without a tag in From", ["DR-035"], |_, way, wire| {
        // What comes back is given the tag again.
        match way {
            Way::Out if wire.method() == Some("OPTIONS") => {
                let tag = tag_of(wire.get("From")).unwrap_or_default().to_owned();
                rewrite(wire, |text| text.replacen(&format!(";tag={tag}"), "", 1))
            }
            _ => pass(),
        }
    }),
    defect!("Request-URI at an address", ["DR-043"], |_, way, wire| {
        on_plain(way, wire, |text| text.replacen(&host_at(text), "@127.0.0.1", 1))
    }),
    defect!("no user=phone", ["DR-044"], |_, way, wire| {
        on_plain(way, wire, |text| text.replacen(";user=phone", "", 1))
    }),
    defect!("From without a plus", ["DR-045"], |_, way, wire| {
        on_new(way, wire, |text| edit_line(text, "From", |line| line.replacen("sip:+", "sip:", 1)))
    }),
    defect!("wrong Contact host", ["DR-046", "DR-130"], |_, way, wire| {
        on_new(way, wire, |text| replace_host(text, "Contact: <sip:", "other.adatum.biz"))
    }),
    defect!("an address in Contact", ["DR-048", "DR-130"], |_, way, wire| {
        on_new(way, wire, |text| replace_host(text, "Contact: <sip:", "192.0.2.1"))
    }),
    defect!("two Contacts", ["DR-047", "DR-068"], |_, way, wire| {
        on_new(way, wire, |text| add(text, "Contact: <sip:sbc2.adatum.biz;transport=tls>"))
    }),
    defect!("Record-Route with an address", ["DR-048", "DR-049"], |_, way, wire| {
        on_new(way, wire, |text| add(text, "Record-Route: <sip:127.0.0.1:5061;transport=tls;lr>"))
    }),
    defect!("Replaces sent", ["DR-050"], |_, way, wire| {
        on_new(way, wire, |text| add(text, "Replaces: a@b;to-tag=1;from-tag=2"))
    }),
    defect!("INVITE without an offer", ["DR-051"], |_, way, wire| {
        if way == Way::Out && is_new(wire) {
            let text = text(wire);
            let (head, _) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
            let head = edit_line(&format!("{head}\r\n\r\n"), "Content-Type", |_| String::new());
            return vec![Act::Send(measured(&head))];
        }
        pass()
    }),
    defect!("a secure URI", ["DR-029"], |_, way, wire| match way {
        Way::Out => on_new(way, wire, |text| text.replacen("Contact: <sip:", "Contact: <sips:", 1)),
        Way::In => rewrite(wire, |text| text.replacen(" sips:", " sip:", 1)),
    }),
    defect!("CANCEL without its Reason", ["DR-067"], |_, way, wire| {
        on(way, wire, "CANCEL", |text| edit_line(text, "Reason", |_| String::new()))
    }),
    defect!("History-Info without an index", ["DR-069"], |_, way, wire| {
        on_new(way, wire, |text| {
            edit_line(text, "History-Info", |line| line.replace(";index=", ";place="))
        })
    }),
    defect!("Via of another protocol version", ["DR-068"], |_, way, wire| match way {
        Way::Out => on_new(way, wire, |text| text.replacen("Via: SIP/2.0/", "Via: SIP/2.1/", 1)),
        Way::In => rewrite(wire, |text| text.replacen("Via: SIP/2.1/", "Via: SIP/2.0/", 1)),
    }),
    defect!("no Allow", ["DR-087", "DR-088"], |_, way, wire| {
        on_new(way, wire, |text| edit_line(text, "Allow", |_| String::new()))
    }),
    defect!("Allow without REFER", ["DR-087"], |_, way, wire| {
        on_new(way, wire, |text| edit_line(text, "Allow", |line| line.replace("REFER", "INFO")))
    }),
    defect!("no ACK", ["DR-062"], |_, way, wire| {
        drop_if(way == Way::Out && wire.method() == Some("ACK"))
    }),
    defect!("no failover after 503", ["DR-063"], |memory, way, wire| {
        if way == Way::In && wire.status() == Some(503) && wire.cseq_method() == "INVITE" {
            memory.refused = true;
        }
        drop_if(way == Way::Out && memory.refused && is_new(wire))
    }),
    defect!("tried again after 603", ["DR-065"], |memory, way, wire| {
        if way == Way::Out && is_new(wire) {
            memory.invite = Some(wire.clone());
        }
        match (&memory.invite, wire.status()) {
            (Some(invite), Some(603)) if way == Way::In => {
                let again = text(invite).replacen("branch=z9hG4bK", "branch=z9hG4bKagain", 1);
                vec![Act::Pass, Act::Elsewhere(again.into_bytes())]
            }
            _ => pass(),
        }
    }),
    defect!("nothing heard in time", ["DR-072"], |_, way, wire| {
        let response = wire.status().is_some_and(|status| status > 100);
        if way == Way::Out && response && wire.cseq_method() == "INVITE" {
            return vec![Act::Late(Duration::from_millis(2_500), wire.raw.clone())];
        }
        pass()
    }),
    defect!("503 softened to 500", ["DR-073", "DR-075"], |_, way, wire| {
        answers(way, wire, 503, |text| text.replacen("SIP/2.0 503", "SIP/2.0 500", 1))
    }),
    defect!("busy reported as out of service", ["DR-074"], |_, way, wire| {
        answers(way, wire, 486, |text| text.replacen("SIP/2.0 486", "SIP/2.0 503", 1))
    }),
    defect!("several media lines answered with one", ["DR-083"], |_, way, wire| {
        answers(way, wire, 200, |text| match text.match_indices("m=").nth(1) {
            Some((at, _)) if text.contains("m=audio") => text[..at].to_owned(),
            _ => text.to_owned(),
        })
    }),
    defect!("202 late", ["DR-090"], |_, way, wire| {
        if way == Way::Out && wire.status() == Some(202) {
            return vec![Act::Late(Duration::from_millis(2_500), wire.raw.clone())];
        }
        pass()
    }),
    defect!("202 never", ["DR-090"], |_, way, wire| {
        drop_if(way == Way::Out && wire.status() == Some(202))
    }),
    defect!("no NOTIFY", ["DR-091"], |_, way, wire| {
        drop_if(way == Way::Out && wire.method() == Some("NOTIFY"))
    }),
    defect!("a transfer to the carrier", ["DR-092"], |_, way, wire| {
        if way == Way::Out && is_new(wire) && wire.has("Referred-By") {
            return vec![Act::ToCarrier(wire.raw.clone())];
        }
        pass()
    }),
    defect!("Refer-To altered", ["DR-093"], |_, way, wire| {
        transfers(way, wire, |text| text.replacen("sip:", "sip:x@", 1).replacen("x@+", "+", 1))
    }),
    defect!("Refer-To decoded", ["DR-093"], |_, way, wire| {
        transfers(way, wire, |text| text.replacen("%2D", "-", 1))
    }),
    defect!("Referred-By altered by one octet", ["DR-094"], |_, way, wire| {
        transfers(way, wire, |text| text.replacen("x-ti=5E9f", "x-ti=5e9f", 1))
    }),
    defect!("Contact of another tenant in a transfer", ["DR-096"], |_, way, wire| {
        transfers(way, wire, |text| replace_host(text, "Contact: <sip:", "shop.sbc1.adatum.biz"))
    }),
    defect!("BYE before the final NOTIFY", ["DR-097"], |_, way, wire| {
        if way == Way::Out && wire.method() == Some("NOTIFY") && wire.body().contains(" 200 ") {
            return vec![Act::Send(within(wire, "BYE")), Act::Pass];
        }
        pass()
    }),
    defect!("REFER sent to Teams", ["DR-101"], |_, way, wire| {
        if way == Way::Out && wire.method() == Some("ACK") {
            return vec![Act::Pass, Act::Send(within(wire, "REFER"))];
        }
        pass()
    }),
    defect!("hold by sendonly", ["DR-102"], |_, way, wire| {
        on_again(way, wire, |text| text.replace("a=inactive", "a=sendonly"))
    }),
    defect!("hold by 0.0.0.0", ["DR-102"], |_, way, wire| {
        on_again(way, wire, |text| text.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0"))
    }),
    defect!("hold answered by recvonly", ["DR-103"], |_, way, wire| {
        answers(way, wire, 200, |text| text.replace("a=inactive", "a=recvonly"))
    }),
    defect!("re-INVITE with another port", ["DR-104"], |_, way, wire| {
        on_again(way, wire, |text| text.replacen("m=audio 2", "m=audio 3", 1))
    }),
    defect!("BYE without its route", ["DR-105"], |_, way, wire| {
        on(way, wire, "BYE", |text| edit_line(text, "Route", |_| String::new()))
    }),
    defect!("BYE on a connection of the proxy", ["DR-021"], |_, way, wire| {
        if way == Way::Out && wire.method() == Some("BYE") {
            return vec![Act::OnTheirs(wire.raw.clone())];
        }
        pass()
    }),
    defect!("refresher turned round", ["DR-106"], |_, way, wire| {
        answers(way, wire, 200, |text| text.replace("refresher=uas", "refresher=uac"))
    }),
    defect!("glare answered with 500", ["DR-107"], |_, way, wire| {
        answers(way, wire, 491, |text| text.replacen("SIP/2.0 491", "SIP/2.0 500", 1))
    }),
    defect!("PRACK unasked", ["DR-108"], |memory, way, wire| {
        if way == Way::Out && is_new(wire) {
            memory.invite = Some(wire.clone());
        }
        match &memory.invite {
            Some(invite) if way == Way::In && wire.status() == Some(183) => {
                vec![Act::Pass, Act::Elsewhere(within(invite, "PRACK"))]
            }
            _ => pass(),
        }
    }),
    defect!("plain RTP offered", ["DR-109"], |_, way, wire| {
        on(way, wire, "INVITE", |text| text.replacen("RTP/SAVP", "RTP/AVP", 1))
    }),
    defect!("the weaker key picked", ["DR-109", "DR-110"], |_, way, wire| {
        answers(way, wire, 200, |text| text.replace("HMAC_SHA1_80", "HMAC_SHA1_32"))
    }),
    defect!("another tag of the key", ["DR-110"], |_, way, wire| {
        answers(way, wire, 200, |text| text.replacen("a=crypto:", "a=crypto:1", 1))
    }),
    defect!("a key with an MKI", ["DR-111"], |_, way, wire| {
        on_new(way, wire, |text| match text.find("a=crypto:") {
            Some(at) => {
                let end = text[at..].find("\r\n").map_or(text.len(), |end| at + end);
                format!("{}|2^31|1:1{}", &text[..end], &text[end..])
            }
            None => text.to_owned(),
        })
    }),
    defect!("rtcp-mux unasked", ["DR-113"], |_, way, wire| {
        answers(way, wire, 200, |text| {
            let mux = if text.contains("m=audio") { "a=rtcp-mux\r\n" } else { "" };
            format!("{text}{mux}")
        })
    }),
    defect!("a codec of nobody's list", ["DR-114"], |_, way, wire| {
        on_new(way, wire, |text| {
            format!("{}a=rtpmap:96 opus/48000/2\r\n", text.replacen("RTP/SAVP ", "RTP/SAVP 96 ", 1))
        })
    }),
];

fn pass() -> Vec<Act> {
    vec![Act::Pass]
}

fn drop_if(drop: bool) -> Vec<Act> {
    if drop { Vec::new() } else { pass() }
}

fn text(wire: &Wire) -> String {
    String::from_utf8_lossy(&wire.raw).into_owned()
}

/// Whether an INVITE begins a call.
fn is_new(wire: &Wire) -> bool {
    wire.method() == Some("INVITE") && tag_of(wire.get("To")).is_none()
}

/// The message changed, with its Content-Length set right.
fn rewrite(wire: &Wire, change: impl Fn(&str) -> String) -> Vec<Act> {
    vec![Act::Send(measured(&change(&text(wire))))]
}

fn measured(text: &str) -> Vec<u8> {
    let length = text.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
    edit_line(text, "Content-Length", |_| format!("Content-Length: {length}\r\n")).into_bytes()
}

/// Changes requests of a method on their way out.
fn on(way: Way, wire: &Wire, method: &str, change: impl Fn(&str) -> String) -> Vec<Act> {
    match way {
        Way::Out if wire.method() == Some(method) => rewrite(wire, change),
        _ => pass(),
    }
}

/// Changes INVITEs that begin a call.
fn on_new(way: Way, wire: &Wire, change: impl Fn(&str) -> String) -> Vec<Act> {
    if way == Way::Out && is_new(wire) { rewrite(wire, change) } else { pass() }
}

/// Changes INVITEs that begin a call of their own, not of a transfer.
fn on_plain(way: Way, wire: &Wire, change: impl Fn(&str) -> String) -> Vec<Act> {
    if wire.has("Referred-By") { pass() } else { on_new(way, wire, change) }
}

/// Changes INVITEs within a call.
fn on_again(way: Way, wire: &Wire, change: impl Fn(&str) -> String) -> Vec<Act> {
    let again = wire.method() == Some("INVITE") && !is_new(wire);
    if way == Way::Out && again { rewrite(wire, change) } else { pass() }
}

/// Changes INVITEs that carry out a transfer.
fn transfers(way: Way, wire: &Wire, change: impl Fn(&str) -> String) -> Vec<Act> {
    if wire.has("Referred-By") { on_new(way, wire, change) } else { pass() }
}

/// Changes responses to INVITE of a status.
fn answers(way: Way, wire: &Wire, status: u16, change: impl Fn(&str) -> String) -> Vec<Act> {
    match way {
        Way::Out if wire.status() == Some(status) && wire.cseq_method() == "INVITE" => {
            rewrite(wire, change)
        }
        _ => pass(),
    }
}

/// Changes the lines of one header; each is given with its end.
fn edit_line(text: &str, name: &str, change: impl Fn(&str) -> String) -> String {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let start = format!("{}:", name.to_ascii_lowercase());
    let head: String = head
        .split("\r\n")
        .map(|line| {
            let line = format!("{line}\r\n");
            if line.to_ascii_lowercase().starts_with(&start) { change(&line) } else { line }
        })
        .collect();
    format!("{head}\r\n{body}")
}

/// Adds a header line.
fn add(text: &str, line: &str) -> String {
    text.replacen("\r\nContent-Length:", &format!("\r\n{line}\r\nContent-Length:"), 1)
}

/// Puts another host behind a start.
fn replace_host(text: &str, start: &str, host: &str) -> String {
    let Some(at) = text.find(start) else { return text.to_owned() };
    let (before, after) = text.split_at(at + start.len());
    let end = after.find([':', ';', '>']).unwrap_or(0);
    format!("{before}{host}{}", &after[end..])
}

/// `@` and the host of the Request-URI.
fn host_at(text: &str) -> String {
    let at = text.find('@').unwrap_or(0);
    let rest = text.get(at..).unwrap_or_default();
    rest[..rest.find([':', ';', ' ']).unwrap_or(rest.len())].to_owned()
}

/// A request of ours in the dialog of another one.
fn within(wire: &Wire, method: &str) -> Vec<u8> {
    let number = wire.cseq_number() + 50;
    format!(
        "{method} {} SIP/2.0\r\nVia: SIP/2.0/TLS sbc1.adatum.biz;branch=z9hG4bKsaboteur{number}\r\n\
         Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {number} {method}\r\n\
         Content-Length: 0\r\n\r\n",
        wire.uri(),
        wire.get("From"),
        wire.get("To"),
        wire.call_id()
    )
    .into_bytes()
}
