//! A description: nothing panics, what is read is written alike, and answers can be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teams_cc_sip::sdp::{LocalAudio, MasterKey, SessionDescription, accept, answer};

fuzz_target!(|data: &[u8]| {
    let Ok(offer) = SessionDescription::parse(data) else { return };
    let written = offer.encode();
    if let Ok(again) = SessionDescription::parse(&written) {
        assert_eq!(again, offer, "no line is lost");
        assert_eq!(again.encode(), written, "writing twice gives the same octets");
    } else {
        // CRLF for LF may carry a description over the limit, and nothing else may.
        assert!(written.len() > 16 * 1024, "what is written can be read");
    }
    let _ = format!("{offer:?}");
    let local = LocalAudio::new([192, 0, 2, 1].into(), 4000, 1);
    for local in [local.clone(), local.with_key(MasterKey::new([1; 30]))] {
        if let Ok(answered) = answer(&offer, &local) {
            let body = SessionDescription::parse(&answered.description.encode())
                .expect("an answer can be read");
            assert_eq!(body.media().len(), offer.media().len(), "an answer keeps every section");
            let _ = accept(&offer, &body, &local);
        }
    }
});
