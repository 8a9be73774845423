//! What parties send in their calls beside the calls themselves: INFO, NOTIFY and MESSAGE.
//!
//! | comes | the application hears | answer |
//! |---|---|---|
//! | INFO with `application/dtmf-relay` or `application/dtmf` | the key, as one of media | 200; 400 where it names none |
//! | INFO of a package | nothing: none is taken (RFC 6086) | 469 |
//! | other INFO, NOTIFY, MESSAGE | [`TrunkEvent::Request`](super::TrunkEvent::Request) | 200 |
//! | any with a body beyond [`MAX_BODY`] | nothing | 413 |
//! | any that comes while the application does not keep up | nothing | 503 |
//!
//! MESSAGE is taken in calls alone and not listed in `Allow`. Nothing of this goes on to whoever
//! the party talks to.

use std::fmt;

use bytes::Bytes;
use teams_cc_core::contact::{LegEvent, Tone};

use super::{
    call::Role,
    engine::{Engine, RETRY_AFTER_SECONDS},
    input::{Event, Output},
};
use crate::{
    endpoint::CallHandle,
    message::{
        HeaderName, HeaderRef, Headers, Method, Request, Response, StatusCode, typed::RetryAfter,
    },
};

/// The largest body that is handed on; beyond, the request gets 413.
const MAX_BODY: usize = 8 * 1024;
/// The most header lines that are handed on; further ones are left out.
const MAX_LINES: usize = 32;

/// Headers that make the request one of its call and tell the application nothing.
const OF_THE_DIALOG: [&str; 12] = [
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Contact",
    "Route",
    "Record-Route",
    "Max-Forwards",
    "Authorization",
    "Proxy-Authorization",
    "Content-Length",
];

/// A request that a party has sent in its call: INFO, NOTIFY or MESSAGE.
///
/// It may hold whatever a party types or a system knows of it: [`Debug`] tells how much there is.
#[derive(Clone)]
#[non_exhaustive]
pub struct CallRequest {
    /// INFO, NOTIFY or MESSAGE.
    pub method: Method,
    /// Its headers but for those of the dialog, such as `Content-Type` and `Event`; at most 32.
    pub headers: Headers,
    /// Its body, up to 8 KiB.
    pub body: Bytes,
}

impl CallRequest {
    fn read(message: &Request) -> Self {
        let dialogs = |header: &HeaderRef<'_>| {
            OF_THE_DIALOG.iter().any(|name| header.name().as_str().eq_ignore_ascii_case(name))
        };
        let mut headers = Headers::new();
        for header in message.headers().iter().filter(|header| !dialogs(header)).take(MAX_LINES) {
            headers.push_header(header.to_header());
        }
        Self { method: message.method().clone(), headers, body: message.body().clone() }
    }
}

impl fmt::Debug for CallRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, octets) = (&self.method, self.body.len());
        write!(f, "CallRequest({method}, {} headers, {octets} octets)", self.headers.iter().count())
    }
}

impl Engine {
    /// A party has sent something in its call; this is the answer.
    pub(super) fn said(&mut self, call: CallHandle, message: &Request) -> Response {
        let Some(leg) = self.leg_of(call, Role::Main).filter(|leg| self.legs.contains_key(leg))
        else {
            // A call that is no leg any more, or none yet: nobody would know what to do with it.
            return Response::new(StatusCode::OK);
        };
        if message.body().len() > MAX_BODY {
            return Response::new(StatusCode::REQUEST_ENTITY_TOO_LARGE);
        }
        let leg = self.head_of(&leg);
        match key(message) {
            Some(Ok(tone)) => self.tell(&leg, LegEvent::Tone(tone)),
            Some(Err(NoKey)) => return Response::new(StatusCode::BAD_REQUEST),
            None if self.congested => {
                let mut response = Response::new(StatusCode::SERVICE_UNAVAILABLE);
                response.headers_mut().set_typed(&RetryAfter::new(RETRY_AFTER_SECONDS));
                return response;
            }
            None => {
                let request = Box::new(CallRequest::read(message));
                self.outputs.push_back(Output::Event(Event::Request { leg, request }));
            }
        }
        Response::new(StatusCode::OK)
    }
}

/// An INFO that should tell a key tells none.
#[derive(Debug, PartialEq, Eq)]
struct NoKey;

/// The key that an INFO tells; none where it tells something else.
fn key(message: &Request) -> Option<Result<Tone, NoKey>> {
    if *message.method() != Method::Info {
        return None;
    }
    let kind = message.headers().get_str(HeaderName::ContentType)?;
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let text = std::str::from_utf8(message.body()).unwrap_or_default();
    let told = if kind.eq_ignore_ascii_case("application/dtmf-relay") {
        let signal = text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("Signal").then_some(value)
        });
        signal.unwrap_or_default()
    } else if kind.eq_ignore_ascii_case("application/dtmf") {
        text
    } else {
        return None;
    };
    Some(tone(told.trim()).ok_or(NoKey))
}

/// A key by its sign, or by the number of its event (RFC 4733 §3.2).
fn tone(told: &str) -> Option<Tone> {
    let mut signs = told.chars();
    if let (Some(sign), None) = (signs.next(), signs.next()) {
        return Tone::new(sign).ok();
    }
    let sign = match told {
        "10" => '*',
        "11" => '#',
        "12" => 'A',
        "13" => 'B',
        "14" => 'C',
        "15" => 'D',
        _ => return None,
    };
    Tone::new(sign).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Uri;

    fn info(kind: &str, body: &str) -> Option<Result<char, NoKey>> {
        let mut message = Request::new(Method::Info, Uri::parse("sip:a@b").unwrap());
        message.headers_mut().set("Content-Type", kind).unwrap();
        message.put_body(Bytes::copy_from_slice(body.as_bytes()));
        key(&message).map(|told| told.map(Tone::reveal))
    }

    #[test]
    fn keys_are_read_as_gateways_write_them() {
        let relay = "application/dtmf-relay";
        for (kind, body, expected) in [
            (relay, "Signal=5\r\nDuration=160\r\n", Some(Ok('5'))),
            (relay, "Signal= 5\r\nDuration= 160\r\n", Some(Ok('5'))),
            (relay, "duration=100\nsignal=#", Some(Ok('#'))),
            (relay, "Signal=10\r\n", Some(Ok('*'))),
            (relay, "Signal=15\r\n", Some(Ok('D'))),
            ("Application/DTMF-Relay; charset=utf-8", "Signal=a", Some(Ok('A'))),
            ("application/dtmf", "*", Some(Ok('*'))),
            ("application/dtmf", " 7 \r\n", Some(Ok('7'))),
            (relay, "", Some(Err(NoKey))),
            (relay, "Signal=\r\n", Some(Err(NoKey))),
            (relay, "Signal=16\r\n", Some(Err(NoKey))),
            (relay, "Signal=hf\r\n", Some(Err(NoKey))),
            ("application/dtmf", "55", Some(Err(NoKey))),
            ("application/dtmf", "\u{fe}", Some(Err(NoKey))),
            ("text/plain", "Signal=5", None),
            ("application/media_control+xml", "<media_control/>", None),
        ] {
            assert_eq!(info(kind, body), expected, "{kind} {body:?}");
        }
    }
}
