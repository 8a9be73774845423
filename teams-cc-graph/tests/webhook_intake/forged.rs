//! Tokens made by who must not speak, sent before and after good ones were proven.

use http::Request;
use serde_json::{Value, json};
use teams_cc_graph::jwt::{JwtError, MAX_TOKEN_BYTES};

use crate::support::{Setup, TENANT, key, notification, post, setup, sign, sign_texts};

/// The three parts of a token.
fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<_> = token.split('.').collect();
    parts.try_into().unwrap()
}

/// Sends a token twice, so that nothing of it may be remembered; neither may be believed.
async fn refused(setup: &Setup, token: &str, what: &str) {
    let before = setup.intake.counts();
    for _ in 0..2 {
        assert_eq!(setup.status(token).await, 401, "{what}");
    }
    let counts = setup.intake.counts();
    assert_eq!(counts.accepted, before.accepted, "{what}");
    assert_eq!(counts.repeated_tokens, before.repeated_tokens, "{what}");
}

#[tokio::test(start_paused = true)]
async fn a_signature_vouches_for_its_own_token_alone_however_often_that_was_proven() {
    let setup = setup();
    let (one, other) = (setup.token(), setup.token_until(60));
    for token in [&one, &other, &one, &other] {
        assert_eq!(setup.status(token).await, 202);
    }
    let [header, claims, signature] = parts(&one);
    let [other_header, other_claims, other_signature] = parts(&other);
    let standard = signature.replace('-', "+").replace('_', "/");
    let mut last = signature.to_owned();
    // 342 characters say 256 bytes and four bits that must be zero.
    let bits = last.pop().unwrap();
    last.push(char::from(u8::try_from(u32::from(bits) + 1).unwrap()));
    for (forged, what) in [
        (format!("{header}.{claims}.{other_signature}"), "the signature of another"),
        (format!("{header}.{other_claims}.{signature}"), "the claims of another"),
        (format!("{other_header}.{claims}.{signature}"), "the header of another"),
        (format!("{header}.{claims}.{signature}="), "padded"),
        (format!("{header}.{claims}=.{signature}"), "claims padded"),
        (format!("{header}.{claims}.{last}"), "bits beyond the last byte"),
        (format!("{header}.{claims}.{signature}."), "a part more"),
        (format!(".{header}.{claims}.{signature}"), "a part before"),
        (format!("{header}.{claims}."), "no signature"),
        (format!("{header}.{claims}"), "two parts"),
        (format!("{header}..{signature}"), "no claims"),
        (format!(".{claims}.{signature}"), "no header"),
    ] {
        refused(&setup, &forged, what).await;
    }
    if standard != signature {
        refused(&setup, &format!("{header}.{claims}.{standard}"), "the other alphabet").await;
    }
    for cut in (0..one.len()).step_by(13) {
        refused(&setup, &one[..cut], "cut short").await;
        refused(&setup, &one[cut + 1..], "begun late").await;
    }
    let repeated = setup.intake.counts().repeated_tokens;
    assert_eq!(setup.status(&one).await, 202);
    assert_eq!(setup.intake.counts().repeated_tokens, repeated + 1, "the good one is still known");
}

#[tokio::test(start_paused = true)]
async fn a_header_cannot_choose_how_or_by_whose_key_its_token_is_proven() {
    let setup = setup();
    setup.issuer.publish(&[0, 1]);
    let claims = setup.claims();
    assert_eq!(setup.status(&setup.token()).await, 202);
    assert_eq!(setup.status(&setup.token_of_key(1)).await, 202);
    let modulus = key(1).public_modulus_len();
    assert_eq!(modulus, 256);
    let long = "k".repeat(600);
    for (header, nth) in [
        (json!({"alg": "none", "kid": "k0"}), 0),
        (json!({"alg": "HS256", "kid": "k0"}), 0),
        (json!({"alg": "rs256", "kid": "k0"}), 0),
        (json!({"alg": "RS512", "kid": "k0"}), 0),
        (json!({"alg": "PS256", "kid": "k0"}), 0),
        (json!({"alg": ["RS256"], "kid": "k0"}), 0),
        (json!({"alg": null, "kid": "k0"}), 0),
        (json!({"kid": "k0"}), 0),
        (json!({"alg": "RS256", "kid": "k0"}), 1),
        (json!({"alg": "RS256", "kid": "k1"}), 0),
        (json!({"alg": "RS256", "kid": ""}), 0),
        (json!({"alg": "RS256", "kid": 0}), 0),
        (json!({"alg": "RS256", "kid": ["k0"]}), 0),
        (json!({"alg": "RS256", "kid": long}), 0),
        (json!({"alg": "RS256", "x5t": "k0"}), 0),
        (json!({"alg": "RS256", "kid": "k0", "crit": null}), 0),
        (json!({"alg": "RS256", "kid": "k0", "crit": ["exp"]}), 0),
        (json!({"alg": "RS256", "kid": "k0", "jwk": {"kty": "RSA", "kid": "k0"}}), 1),
        (json!({"alg": "RS256", "kid": "k0", "jku": "https://evil.example/keys"}), 1),
        (json!([]), 0),
        (json!("RS256"), 0),
        (Value::Null, 0),
    ] {
        refused(&setup, &sign(&header, &claims, nth), &header.to_string()).await;
    }
    let texts = claims.to_string();
    for (header, nth) in [
        // The last of equal names counts, in whatever way it is written.
        (r#"{"alg":"RS256","kid":"k0","alg":"none"}"#, 0),
        (r#"{"alg":"RS256","kid":"k0","\u0061lg":"none"}"#, 0),
        (r#"{"alg":"RS256","kid":"k1","k\u0069d":"k0"}"#, 1),
        (r#"{"alg":"RS256","kid":"k0"} {}"#, 0),
        (r#"{"alg":"RS256","kid":"k0""#, 0),
        ("", 0),
    ] {
        refused(&setup, &sign_texts(header, &texts, nth), header).await;
    }
}

#[tokio::test(start_paused = true)]
async fn claims_of_odd_forms_prove_nothing_though_they_are_signed() {
    let setup = setup();
    let header = json!({"alg": "RS256", "kid": "k0"});
    let now = setup.claims()["nbf"].as_i64().unwrap();
    let many: Vec<_> = (0..17).map(|_| setup.claims()["aud"].clone()).collect();
    for (name, value) in [
        ("exp", json!(null)),
        ("exp", json!("9999999999")),
        ("exp", json!(1e300)),
        ("exp", json!(-1)),
        ("exp", json!(u64::MAX)),
        ("exp", json!([now + 300])),
        ("exp", json!(now - 301)),
        ("nbf", json!(now + 302)),
        ("nbf", json!(i64::MAX)),
        ("nbf", json!(null)),
        ("iss", json!(null)),
        ("iss", json!(["https://api.botframework.com"])),
        ("iss", json!("https://API.botframework.com")),
        ("iss", json!("https://api.botframework.com/")),
        ("aud", json!(many)),
        ("aud", json!([])),
        ("aud", json!({})),
        ("tid", json!(null)),
        ("tid", json!([TENANT])),
        ("tid", json!("")),
        ("tid", json!(format!("{TENANT} "))),
        ("tid", json!("t".repeat(10_000))),
    ] {
        let mut claims = setup.claims();
        claims[name] = value;
        // The other spelling does not stand in for one that is there and wrong.
        claims["http://schemas.microsoft.com/identity/claims/tenantid"] = json!("another");
        refused(&setup, &sign(&header, &claims, 0), &format!("{name}: {}", claims[name])).await;
    }
    for claims in ["", "{}", "[]", "null", "{\"exp\":", "\u{0}"] {
        refused(&setup, &sign_texts(&header.to_string(), claims, 0), claims).await;
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_of_any_size_are_refused_without_work_for_the_issuer() {
    let setup = setup();
    setup.intake.warm_up().await.unwrap();
    let body = notification().to_string();
    for (token, wanted) in [
        (".".repeat(MAX_TOKEN_BYTES), JwtError::Malformed),
        (".".repeat(MAX_TOKEN_BYTES + 1), JwtError::TooLong),
        ("a".repeat(1 << 22), JwtError::TooLong),
        (format!("{}.{}.{}", "e30".repeat(100), "e30", "AA".repeat(4000)), JwtError::Malformed),
        (format!("{}x", "[".repeat(MAX_TOKEN_BYTES - 1)), JwtError::Malformed),
    ] {
        let before = setup.intake.counts().refused.get(&wanted).copied().unwrap_or_default();
        assert_eq!(setup.status(&token).await, 401);
        assert_eq!(setup.intake.counts().refused[&wanted], before + 1, "{}", token.len());
    }
    // Two credentials are none, though both are good.
    let token = setup.token();
    let mut twice: Request<_> = post(&token, body.clone());
    twice.headers_mut().append("authorization", format!("Bearer {token}").parse().unwrap());
    assert_eq!(setup.intake.handle(twice).await.status(), 401);
    assert_eq!(setup.issuer.readings(), 1);
    assert_eq!(setup.status(&token).await, 202);
}
