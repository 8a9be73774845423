//! A URI: what is read is written byte for byte, equals itself, and can be changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teams_cc_sip::message::{NameAddr, Uri};

fuzz_target!(|data: &[u8]| {
    let _ = NameAddr::parse(data);
    let Ok(mut uri) = Uri::parse(data) else { return };
    let _ = format!("{uri:?}");
    assert_eq!(uri.reveal().as_bytes(), data, "a uri is written as it was read");
    assert!(uri.equivalent(&uri), "a uri equals itself");
    let before = uri.clone();
    if let Some(sip) = uri.as_sip_mut() {
        let port = sip.port();
        sip.set_port(port);
        let parts = (sip.user_decoded(), sip.header_fields().count(), sip.params().len());
        let again = Uri::parse(uri.reveal()).expect("what is written can be read");
        assert!(again == before, "parts written one by one read the same");
        let sip = again.as_sip().expect("the scheme is the same");
        assert_eq!(parts, (sip.user_decoded(), sip.header_fields().count(), sip.params().len()));
    }
    if let Some(tel) = uri.as_tel() {
        let _ = (tel.digits(), tel.extension(), tel.phone_context().is_some());
    }
});
