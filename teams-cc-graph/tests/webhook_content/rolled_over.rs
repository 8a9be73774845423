//! The keys of validation tokens roll over.

use serde_json::json;
use teams_cc_graph::{jwt::JwtError, webhook::content::ContentError};

use crate::{sealed::PLAIN, vouched::Vouched};

#[tokio::test(start_paused = true)]
async fn a_new_key_of_graph_is_read_once_and_an_old_one_is_named_as_gone() {
    let vouched = Vouched::new();
    let old = vouched.of_key(0, |_| {});
    assert_eq!(vouched.open(std::slice::from_ref(&old)).await.as_deref(), Ok(PLAIN));
    vouched.setup.issuer.publish(&[1]);
    for nth in 0..20 {
        let new = vouched.of_key(1, |claims| claims["jti"] = nth.into());
        assert_eq!(vouched.open(&[new]).await.as_deref(), Ok(PLAIN));
    }
    assert_eq!(vouched.setup.issuer.readings(), 2, "the first one, and one for the new key");

    // What the old key vouched for before counts no more either.
    let gone = ContentError::Token(JwtError::UnknownKey);
    assert_eq!(vouched.open(&[old]).await, Err(gone));
    for nth in 0..20 {
        let late = vouched.of_key(0, |claims| claims["jti"] = nth.into());
        assert_eq!(vouched.open(&[late]).await, Err(gone));
    }
    assert_eq!(vouched.setup.issuer.readings(), 3, "it was looked for once");
    let told = gone.to_string();
    assert!(told.contains("names a key that is not published"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn who_claims_what_is_not_accepted_makes_no_keys_be_read() {
    let vouched = Vouched::new();
    for (claim, value, wrong) in [
        ("aud", json!("another-app"), JwtError::WrongAudience),
        ("iss", json!("https://evil.example/"), JwtError::WrongIssuer),
        ("tid", json!(null), JwtError::WrongTenant),
        ("exp", json!(1), JwtError::Expired),
    ] {
        let token = vouched.of_key(0, |claims| claims[claim] = value);
        assert_eq!(vouched.open(&[token]).await, Err(ContentError::Token(wrong)));
    }
    assert_eq!(vouched.setup.issuer.readings(), 0);
}
