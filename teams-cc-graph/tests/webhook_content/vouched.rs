use std::sync::Arc;

use serde_json::{Value, json};
use teams_cc_graph::{
    jwt::JwtError,
    webhook::content::{
        CHANGE_TRACKING, ChangeTokens, ChangeTokensConfig, ContentError, MAX_VALIDATION_TOKENS,
        Opener,
    },
    wire::Sensitive,
};

use crate::{
    sealed::{PLAIN, Seal, ring},
    support::{APP, Setup, TENANT, setup, sign},
};

const OTHER: &str = "11111111-2222-3333-4444-555555555555";

pub(crate) struct Vouched {
    pub(crate) setup: Setup,
    pub(crate) opener: Opener,
}

impl Vouched {
    pub(crate) fn new() -> Self {
        let setup = setup();
        let tenants = [TENANT.to_uppercase().parse().unwrap()];
        let config = ChangeTokensConfig::new(APP.parse().unwrap(), tenants);
        let tokens = ChangeTokens::new(config, setup.keys(), setup.clock());
        let opener = Opener::new(tokens, ring(), setup.clock());
        Self { setup, opener }
    }

    /// The claims of a token of version 1.0.
    fn claims(&self) -> Value {
        let mut claims = self.setup.claims();
        claims["iss"] = format!("https://sts.windows.net/{TENANT}/").into();
        claims["appid"] = CHANGE_TRACKING.into();
        claims
    }

    fn with(&self, change: impl FnOnce(&mut Value)) -> String {
        self.of_key(0, change)
    }

    /// A token that this key signed.
    pub(crate) fn of_key(&self, nth: usize, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        sign(&json!({ "alg": "RS256", "kid": format!("k{nth}") }), &claims, nth)
    }

    pub(crate) async fn open(&self, tokens: &[String]) -> Result<String, ContentError> {
        let tokens: Vec<_> = tokens.iter().map(|token| Sensitive::new(token.as_str())).collect();
        let content = self.opener.open(&Seal::default().notification(), &tokens).await?;
        Ok(String::from_utf8(content.reveal().to_vec()).unwrap())
    }
}

/// A token of version 2.0, in place of the claims of version 1.0.
fn second(claims: &mut Value) {
    claims["iss"] = format!("https://login.microsoftonline.com/{TENANT}/v2.0").into();
    claims["azp"] = CHANGE_TRACKING.to_uppercase().into();
    claims.as_object_mut().unwrap().remove("appid");
}

#[tokio::test(start_paused = true)]
async fn both_versions_of_tokens_vouch_for_a_content() {
    let vouched = Vouched::new();
    let (first, second) = (vouched.with(|_| {}), vouched.with(second));
    for tokens in [vec![first.clone()], vec![second.clone()], vec![first, second]] {
        assert_eq!(vouched.open(&tokens).await.as_deref(), Ok(PLAIN));
    }
    assert_eq!(vouched.opener.counts().opened, 3);
}

#[tokio::test(start_paused = true)]
async fn each_reason_not_to_believe_a_token_has_its_name() {
    let token = ContentError::Token;
    let vouched = Vouched::new();
    let now = vouched.setup.clock().wall().unix_seconds();
    let good = vouched.with(|_| {});
    let forged = sign(&json!({ "alg": "RS256", "kid": "k0" }), &vouched.claims(), 1);
    let none = sign(&json!({ "alg": "none", "kid": "k0" }), &vouched.claims(), 0);
    let cases = [
        ("no token", vec![], ContentError::NoToken),
        ("many", vec![good.clone(); MAX_VALIDATION_TOKENS + 1], ContentError::TooManyTokens),
        ("forged", vec![forged.clone()], token(JwtError::BadSignature)),
        ("good and forged", vec![good.clone(), forged.clone()], token(JwtError::BadSignature)),
        ("forged and good", vec![forged, good.clone()], token(JwtError::BadSignature)),
        ("unsigned", vec![none], token(JwtError::AlgorithmNotAllowed)),
        ("no JWT", vec!["jwt".into()], token(JwtError::Malformed)),
        ("old", vec![vouched.with(|c| c["exp"] = (now - 301).into())], token(JwtError::Expired)),
        (
            "another app",
            vec![vouched.with(|c| c["aud"] = OTHER.into())],
            token(JwtError::WrongAudience),
        ),
        (
            "the issuer of another tenant",
            vec![vouched.with(|c| c["iss"] = format!("https://sts.windows.net/{OTHER}/").into())],
            token(JwtError::WrongIssuer),
        ),
        (
            "an issuer that only contains the tenant",
            vec![vouched.with(|c| c["iss"] = format!("https://evil.example/{TENANT}/").into())],
            token(JwtError::WrongIssuer),
        ),
        (
            "a tenant that is not served",
            vec![vouched.with(|c| {
                c["tid"] = OTHER.into();
                c["iss"] = format!("https://sts.windows.net/{OTHER}/").into();
            })],
            token(JwtError::WrongTenant),
        ),
        (
            "no publisher",
            vec![vouched.with(|c| drop(c.as_object_mut().unwrap().remove("appid")))],
            ContentError::WrongPublisher,
        ),
        (
            "another publisher",
            vec![vouched.with(|c| c["appid"] = OTHER.into())],
            ContentError::WrongPublisher,
        ),
        (
            "another publisher in version 2.0",
            vec![vouched.with(|c| {
                second(c);
                c["azp"] = OTHER.into();
                c["appid"] = CHANGE_TRACKING.into();
            })],
            ContentError::WrongPublisher,
        ),
    ];
    for (name, tokens, expected) in cases {
        assert_eq!(vouched.open(&tokens).await, Err(expected), "{name}");
    }
    let refused: u64 = vouched.opener.counts().refused.values().sum();
    assert_eq!((refused, vouched.opener.counts().opened), (15, 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_of_one_tenant_does_not_vouch_for_another_ones_content() {
    let vouched = Vouched::new();
    vouched.opener.tokens().unwrap().add_tenant(&OTHER.parse().unwrap());
    let other = vouched.with(|c| {
        c["tid"] = OTHER.into();
        c["iss"] = format!("https://sts.windows.net/{OTHER}/").into();
    });
    assert_eq!(
        vouched.open(std::slice::from_ref(&other)).await,
        Err(ContentError::TenantNotCovered)
    );
    // A post may carry the contents of several tenants, each with a token.
    let both = [other, vouched.with(|_| {})];
    assert_eq!(vouched.open(&both).await.as_deref(), Ok(PLAIN));
    vouched.opener.tokens().unwrap().remove_tenant(&TENANT.parse().unwrap());
    let removed = Err(ContentError::Token(JwtError::WrongTenant));
    assert_eq!(vouched.open(&both).await, removed, "also a token that was proven before");
}

#[tokio::test(start_paused = true)]
async fn a_token_proven_once_is_known_until_its_end_and_keys_are_read_once() {
    let vouched = Vouched::new();
    let token = vouched.with(|_| {});
    for _ in 0..5 {
        vouched.open(std::slice::from_ref(&token)).await.unwrap();
    }
    assert_eq!(vouched.setup.issuer.readings(), 1);
    tokio::time::sleep(std::time::Duration::from_secs(700)).await;
    assert_eq!(vouched.open(&[token]).await, Err(ContentError::Token(JwtError::Expired)));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_opened_of_a_notification_without_content() {
    let vouched = Vouched::new();
    let bare = teams_cc_graph::model::ChangeNotification::new().tenant_id(TENANT);
    let token = [Sensitive::new(vouched.with(|_| {}))];
    assert_eq!(vouched.opener.open(&bare, &token).await.unwrap_err(), ContentError::NoContent);
    let shown = format!("{:?}", Arc::new(vouched.opener));
    assert!(shown.contains("NoContent"), "{shown}");
}
