use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use teams_cc_graph::{
    model::ChangeNotificationEncryptedContent,
    webhook::content::{ContentError, open},
    wire::Sensitive,
};

use crate::sealed::{NOW, PLAIN, Seal, encrypt_blocks, pair, ring};

fn error(content: &ChangeNotificationEncryptedContent) -> ContentError {
    open(&ring(), content, NOW).unwrap_err()
}

/// The complaint that the page says OAEP and no more: by SHA-256 it is refused, by that name.
#[test]
fn what_is_sealed_wrongly_is_refused_by_its_name() {
    let symmetric = || (0..32).collect::<Vec<u8>>();
    let cases: [(&str, Seal, ContentError); 9] = [
        ("unknown id", Seal { id: "second", ..Seal::default() }, ContentError::UnknownCertificate),
        (
            "another certificate of the same name",
            Seal { pair: 1, ..Seal::default() },
            ContentError::ThumbprintMismatch,
        ),
        (
            "SHA-256",
            Seal { wrapping: &OAEP_SHA256_MGF1SHA256, ..Seal::default() },
            ContentError::KeyUnwrapFailed,
        ),
        (
            "half a key",
            Seal { symmetric: vec![1; 16], ..Seal::default() },
            ContentError::SymmetricKeyLength,
        ),
        (
            "a long key",
            Seal { symmetric: vec![1; 33], ..Seal::default() },
            ContentError::SymmetricKeyLength,
        ),
        (
            "signed text",
            Seal { sign_text: true, ..Seal::default() },
            ContentError::SignatureMismatch,
        ),
        (
            "half a block",
            Seal { spoil: |data| data.truncate(data.len() - 1), ..Seal::default() },
            ContentError::CiphertextLength,
        ),
        (
            "no padding",
            Seal {
                symmetric: symmetric(),
                spoil: |data| *data = encrypt_blocks(&(0..32).collect::<Vec<_>>(), vec![0; 32]),
                ..Seal::default()
            },
            ContentError::PaddingInvalid,
        ),
        (
            "no JSON",
            Seal { plain: b"{\"a\":".to_vec(), ..Seal::default() },
            ContentError::PayloadNotJson,
        ),
    ];
    for (name, seal, expected) in cases {
        assert_eq!(error(&seal.content()), expected, "{name}");
    }
}

#[test]
fn a_key_that_was_wrapped_for_another_certificate_is_not_unwrapped() {
    let stolen = Seal { pair: 1, ..Seal::default() }
        .content()
        .encryption_certificate_thumbprint(pair(0).named("x").thumbprint());
    assert_eq!(error(&stolen), ContentError::KeyUnwrapFailed);
}

#[test]
fn a_part_that_is_missing_or_no_base64_or_too_long_is_refused() {
    let good = || Seal::default().content();
    let long = STANDARD.encode(vec![0; 2 * 1024 * 1024]);
    for content in [
        ChangeNotificationEncryptedContent::new().encryption_certificate_id("first"),
        good().data("***"),
        good().data(""),
        good().data(long.clone()),
        good().data_key("a"),
        good().data_key(STANDARD.encode(vec![0; 600])),
        good().data_signature("!"),
        good().data_signature(long),
    ] {
        assert_eq!(error(&content), ContentError::Base64);
    }
}

/// The length of the data is looked at after its signature: a forger learns nothing of it.
#[test]
fn the_signature_is_checked_before_anything_is_decrypted() {
    let spoilt = Seal { spoil: |data| data.truncate(data.len() - 1), ..Seal::default() };
    let unsigned = spoilt.content().data_signature(STANDARD.encode([0; 32]));
    assert_eq!(error(&unsigned), ContentError::SignatureMismatch);
}

#[test]
fn an_error_says_what_is_wrong_and_nothing_of_the_content() {
    let content = Seal { plain: b"Busy".to_vec(), ..Seal::default() }.content();
    let text = format!("{0} {0:?}", error(&content));
    assert!(text.contains("JSON") && !text.contains("Busy"), "{text}");
}

/// The three parts of a content as octets.
fn parts() -> [Vec<u8>; 3] {
    let content = Seal::default().content();
    let decode = |text: &str| STANDARD.decode(text).unwrap();
    [
        decode(content.data.get().map(Sensitive::reveal).unwrap()),
        decode(content.data_key.get().map(Sensitive::reveal).unwrap()),
        decode(content.data_signature.text().unwrap()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_changed_bit_anywhere_and_nothing_is_opened(
        part in 0_usize..3, place in any::<prop::sample::Index>(), bit in 0_u8..8, cut in any::<bool>(),
    ) {
        let mut parts = parts();
        let octets = &mut parts[part];
        let place = place.index(octets.len());
        if cut { octets.truncate(place); } else { octets[place] ^= 1 << bit; }
        let [data, key, signature] = parts.map(|part| STANDARD.encode(part));
        let content = Seal::default().content().data(data).data_key(key).data_signature(signature);
        prop_assert!(open(&ring(), &content, NOW).is_err());
    }
}

#[test]
fn the_content_of_the_property_above_is_opened_where_nothing_is_changed() {
    let [data, key, signature] = parts().map(|part| STANDARD.encode(part));
    let content = Seal::default().content().data(data).data_key(key).data_signature(signature);
    assert_eq!(open(&ring(), &content, NOW).unwrap().reveal(), PLAIN);
}
