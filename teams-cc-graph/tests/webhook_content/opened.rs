use teams_cc_graph::{
    model::Presence,
    webhook::content::{ContentKey, ContentKeyError, open},
};

use crate::sealed::{NOW, PLAIN, Seal, pair, ring};

/// Pain 55.
#[test]
fn a_content_is_opened_with_the_key_it_names_and_read_as_its_type() {
    let content = open(&ring(), &Seal::default().content(), NOW).unwrap();
    assert_eq!(content.reveal(), PLAIN);
    let presence: Presence = content.decode().unwrap();
    assert_eq!(presence.activity.text(), Some("InACall"));
    assert!(!format!("{content:?}").contains("Busy"), "{content:?}");
}

#[test]
fn every_length_is_opened() {
    for length in 2..70 {
        let plain = format!("\"{}\"", "x".repeat(length - 2)).into_bytes();
        let seal = Seal { plain: plain.clone(), ..Seal::default() };
        assert_eq!(open(&ring(), &seal.content(), NOW).unwrap().reveal(), &plain, "{length}");
    }
}

#[test]
fn the_thumbprint_is_compared_without_regard_to_case_and_need_not_be_there() {
    let thumbprint = pair(0).named("first").thumbprint();
    assert_eq!(thumbprint.len(), 40);
    let lower = Seal::default()
        .content()
        .encryption_certificate_thumbprint(thumbprint.to_ascii_lowercase());
    open(&ring(), &lower, NOW).unwrap();
    let mut none = Seal::default().content();
    none.encryption_certificate_thumbprint = teams_cc_graph::wire::Field::Missing;
    open(&ring(), &none, NOW).unwrap();
}

#[test]
fn a_key_is_read_from_pem_and_refused_where_its_parts_do_not_fit() {
    let (one, other) = (pair(0), pair(1));
    let key = ContentKey::from_pem("k", &one.certificate_pem, &one.private_pem).unwrap();
    assert_eq!(key.thumbprint(), one.named("x").thumbprint());
    assert!(!format!("{key:?}").to_lowercase().contains("private"), "{key:?}");
    let long = "x".repeat(129);
    let mut trailing = one.certificate.clone();
    trailing.push(0);
    let cases: [(&str, &[u8], &[u8], ContentKeyError); 7] = [
        ("", &one.certificate, &one.private, ContentKeyError::Id),
        (&long, &one.certificate, &one.private, ContentKeyError::Id),
        ("k", b"no certificate", &one.private, ContentKeyError::Certificate),
        ("k", &trailing, &one.private, ContentKeyError::Certificate),
        ("k", &one.certificate, b"no key", ContentKeyError::PrivateKey),
        ("k", &one.certificate, &one.certificate, ContentKeyError::PrivateKey),
        ("k", &one.certificate, &other.private, ContentKeyError::NoPair),
    ];
    for (id, certificate, private, expected) in cases {
        assert_eq!(ContentKey::new(id, certificate, private).unwrap_err(), expected);
    }
    let pem = ContentKey::from_pem("k", "no pem", &one.private_pem);
    assert_eq!(pem.unwrap_err(), ContentKeyError::Pem);
}
