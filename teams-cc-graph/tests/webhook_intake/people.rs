//! The keys of people's id tokens roll over as those of callbacks do.

use serde_json::{Value, json};
use teams_cc_core::Secret;
use teams_cc_graph::{
    Error, ErrorKind, Remedy,
    auth::{IdToken, IdTokens},
    jwt::JwtError,
};

use crate::support::{APP, Setup, TENANT, setup, sign};

const AUTHORITY: &str = "https://login.example.com";
const USER: &str = "98da8a1a-1b87-452c-a713-65d3f10b5555";

struct People {
    setup: Setup,
    tokens: IdTokens,
}

impl People {
    fn new() -> Self {
        let setup = setup();
        let app = APP.parse().expect("an id");
        let tokens = IdTokens::new(AUTHORITY, app, setup.keys(), setup.clock());
        Self { setup, tokens: tokens.expect("an authority") }
    }

    /// The person of a token that this key signed.
    async fn prove(&self, nth: usize, change: impl FnOnce(&mut Value)) -> Result<IdToken, Error> {
        let mut claims = self.setup.claims();
        claims["iss"] = format!("{AUTHORITY}/{TENANT}/v2.0").into();
        claims["oid"] = USER.into();
        claims["sub"] = "pairwise".into();
        claims["nonce"] = "n1".into();
        change(&mut claims);
        let token = sign(&json!({ "alg": "RS256", "kid": format!("k{nth}") }), &claims, nth);
        self.tokens.prove(&Secret::new(token), None, Some("n1")).await
    }
}

fn reason(error: &Error) -> JwtError {
    *std::error::Error::source(error).and_then(|source| source.downcast_ref()).expect("a reason")
}

#[tokio::test(start_paused = true)]
async fn a_new_key_of_entra_is_read_once_and_an_old_one_is_named_as_gone() {
    let people = People::new();
    assert_eq!(people.prove(0, |_| {}).await.expect("a person").user.as_str(), USER);
    people.setup.issuer.publish(&[1]);
    for _ in 0..20 {
        assert_eq!(people.prove(1, |_| {}).await.expect("a person").user.as_str(), USER);
    }
    assert_eq!(people.setup.issuer.readings(), 2, "the first one, and one for the new key");
    for _ in 0..20 {
        let gone = people.prove(0, |_| {}).await.expect_err("its key is gone");
        assert_eq!(reason(&gone), JwtError::UnknownKey);
        let ErrorKind::SignIn(refusal) = gone.kind() else { panic!("{gone:?}") };
        assert_eq!(refusal.remedy(), Remedy::Interact);
        assert!(gone.to_string().contains("does not publish"), "{gone}");
    }
    assert_eq!(people.setup.issuer.readings(), 3, "it was looked for once");
}

#[tokio::test(start_paused = true)]
async fn whose_id_token_is_for_another_app_makes_no_keys_be_read() {
    let people = People::new();
    for (claim, value, wrong) in [
        ("aud", json!("another-app"), JwtError::WrongAudience),
        ("iss", json!("https://evil.example/"), JwtError::WrongIssuer),
        ("tid", json!(null), JwtError::BadClaims),
        ("exp", json!(1), JwtError::Expired),
    ] {
        let told = people.prove(0, |claims| claims[claim] = value).await.expect_err("refused");
        assert_eq!(reason(&told), wrong);
    }
    assert_eq!(people.setup.issuer.readings(), 0);
}
