use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use teams_cc_core::Timestamp;
use teams_cc_graph::webhook::content::{
    ContentError, ContentKey, ContentKeyError, KeyRing, MAX_CERTIFICATE_ID, open,
};

use crate::sealed::{NOW, PLAIN, Pair, Seal, sealed_for};

const DAY: Duration = Duration::from_hours(24);

fn now() -> Timestamp {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

/// Pain 55.
#[test]
fn a_key_made_in_the_process_opens_what_is_sealed_for_its_certificate_and_after_a_restart_too() {
    let made = ContentKey::generate("mine", now(), 90 * DAY).unwrap();
    assert_eq!(made.key.not_after().unix_seconds(), now().unix_seconds() + 90 * 86_400);
    for (shift, valid) in [(-601, false), (-600, true), (0, true), (90 * 86_400 + 1, false)] {
        let at = Timestamp::from_unix_seconds(now().unix_seconds() + shift);
        assert_eq!(made.key.is_valid_at(at), valid, "{shift}");
    }
    // What a subscription is given is the certificate in DER, in base64 and in one line.
    let der = STANDARD.decode(made.key.certificate()).unwrap();
    let (certificate, private) = (made.certificate.clone(), made.private_key.clone());
    let pair = Pair::of_pem(&certificate, private.reveal());
    assert_eq!(der, pair.certificate);
    let shown = format!("{made:?}");
    assert!(shown.contains("mine") && !shown.contains("PRIVATE"), "{shown}");

    let content = sealed_for(&pair, &Seal { id: "mine", ..Seal::default() });
    let first = KeyRing::new(made.key);
    assert_eq!(open(&first, &content, NOW).unwrap().reveal(), PLAIN);
    let again = ContentKey::from_pem("mine", &certificate, private.reveal()).unwrap();
    assert_eq!(open(&KeyRing::new(again), &content, NOW).unwrap().reveal(), PLAIN);
    let other = ContentKey::generate("mine", now(), DAY).unwrap().key;
    let told = open(&KeyRing::new(other), &content, NOW).unwrap_err();
    assert_eq!(told, ContentError::ThumbprintMismatch, "no two keys are alike");
}

#[test]
fn a_key_is_not_made_under_a_name_or_for_a_time_that_graph_would_not_take() {
    for (id, life, wrong) in [
        ("", DAY, ContentKeyError::Id),
        (&*"x".repeat(MAX_CERTIFICATE_ID + 1), DAY, ContentKeyError::Id),
        ("mine", 3651 * DAY, ContentKeyError::Generation),
        ("mine", Duration::MAX, ContentKeyError::Generation),
    ] {
        assert_eq!(ContentKey::generate(id, now(), life).unwrap_err(), wrong);
    }
    let late = Timestamp::from_unix_seconds(i64::from(u32::MAX) * 100);
    // Dates go as far as the end of the year 9999, as those of certificates do.
    assert!(ContentKey::generate("mine", late, 2 * DAY).is_err());
}
