//! A datagram: nothing panics, and what is read is written so that it reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teams_cc_sip::message::{HeaderName, Limits, Message, every_typed_header};

/// The message without its length, which the writer adds and corrects.
fn without_length(mut message: Message) -> Message {
    message.headers_mut().remove(HeaderName::ContentLength);
    message
}

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let message = match Message::parse_datagram(data, &limits) {
        Ok(message) => message,
        Err(fault) => {
            if let Some(answer) = fault.answer {
                let written = answer.encode();
                Message::parse_datagram(&written, &limits).expect("an answer can be read");
            }
            return;
        }
    };
    let _ = message.validate();
    let _ = every_typed_header(message.headers());
    let _ = format!("{message:?}");
    if let Message::Request(request) = &message {
        assert!(request.uri().equivalent(request.uri()), "a uri equals itself");
    }
    let written = message.encode();
    if written.len() > limits.message {
        return;
    }
    let again = Message::parse_datagram(&written, &limits).expect("what is written can be read");
    assert_eq!(again.encode(), written, "writing twice gives the same octets");
    assert!(without_length(again) == without_length(message), "no header and no body is lost");
});
