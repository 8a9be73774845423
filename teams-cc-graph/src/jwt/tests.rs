use std::time::Duration;

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};
use teams_cc_core::Timestamp;

use super::*;

const NOW: i64 = 1_795_000_000;
const APP: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
const ISSUER: &str = "https://api.botframework.com";

fn key() -> &'static KeyPair {
    static KEY: std::sync::OnceLock<KeyPair> = std::sync::OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).expect("a key"))
}

/// Modulus and exponent out of the DER form of RFC 8017 §A.1.1, whose lengths are known here.
fn components(key: &KeyPair) -> (Vec<u8>, Vec<u8>) {
    let der = key.public_key().as_ref();
    // SEQUENCE (4 bytes), INTEGER n (4 bytes, then a sign byte and 256 bytes), INTEGER e (2 bytes).
    let n = der[4 + 4 + 1..4 + 4 + 1 + 256].to_vec();
    let e = der[4 + 4 + 1 + 256 + 2..].to_vec();
    (n, e)
}

fn keys_with(extra: Value) -> JwkSet {
    let (n, e) = components(key());
    let mut one = json!({
        "kty": "RSA", "use": "sig", "kid": "k1",
        "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e),
    });
    if let (Some(one), Value::Object(extra)) = (one.as_object_mut(), extra) {
        one.extend(extra);
    }
    JwkSet::parse(json!({ "keys": [one] }).to_string().as_bytes()).expect("a set")
}

fn sign(header: &Value, payload: &Value, encoding: &'static dyn RsaEncoding) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(payload));
    let mut signature = vec![0; key().public_modulus_len()];
    key()
        .sign(encoding, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .expect("a signature");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "k1", "typ": "JWT", "cty": "JWT" })
}

fn payload() -> Value {
    json!({ "iss": ISSUER, "aud": APP, "tid": "AA67BD4C-8475-432D-BD41-39F255720E0A",
            "nbf": NOW, "exp": NOW + 300 })
}

fn accept(token: &str, keys: &JwkSet) -> Result<Claims, JwtError> {
    let token = Unverified::parse(token)?;
    let key = keys.get(token.key_id()).ok_or(JwtError::UnknownKey)?;
    let claims = token.verify(key)?;
    Policy::new([ISSUER, "https://graph.microsoft.com"], APP)
        .check(&claims, Timestamp::from_unix_seconds(NOW + 10))?;
    Ok(claims)
}

#[test]
fn a_token_of_the_calling_service_is_accepted_with_either_algorithm() {
    let keys = keys_with(json!({}));
    let claims = accept(&sign(&header(), &payload(), &RSA_PKCS1_SHA256), &keys).expect("accepted");
    assert_eq!(
        claims.tenant.as_ref().map(teams_cc_core::TenantId::as_str),
        Some("aa67bd4c-8475-432d-bd41-39f255720e0a"),
        "tenants are compared in lower case"
    );
    let pss = json!({ "alg": "PS256", "kid": "k1" });
    assert!(accept(&sign(&pss, &payload(), &RSA_PSS_SHA256), &keys).is_ok());
}

#[test]
fn each_wrong_token_is_refused_for_its_own_reason() {
    let with = |name: &str, value: Value| {
        let mut changed = payload();
        changed[name] = value;
        sign(&header(), &changed, &RSA_PKCS1_SHA256)
    };
    let head = |value: Value| sign(&value, &payload(), &RSA_PKCS1_SHA256);
    let good = sign(&header(), &payload(), &RSA_PKCS1_SHA256);
    let unsigned = format!("{}.", good.rsplit_once('.').expect("two dots").0);
    let swapped = {
        let other = with("aud", json!("x"));
        let (signed, _) = good.rsplit_once('.').expect("two dots");
        let (_, signature) = other.rsplit_once('.').expect("two dots");
        format!("{signed}.{signature}")
    };
    let cases = [
        ("issuer", with("iss", json!("https://sts.windows.net/x/")), JwtError::WrongIssuer),
        (
            "issuer slash",
            with("iss", json!("https://api.botframework.com/")),
            JwtError::WrongIssuer,
        ),
        ("audience", with("aud", json!("another-app")), JwtError::WrongAudience),
        ("audiences", with("aud", json!([])), JwtError::WrongAudience),
        ("audience type", with("aud", json!(7)), JwtError::BadClaims),
        ("expired", with("exp", json!(NOW - 291)), JwtError::Expired),
        ("no expiry", with("exp", Value::Null), JwtError::BadClaims),
        ("huge expiry", with("exp", json!(1e300)), JwtError::BadClaims),
        ("early", with("nbf", json!(NOW + 311)), JwtError::NotYetValid),
        ("tenant type", with("tid", json!(["x"])), JwtError::BadClaims),
        ("none", head(json!({ "alg": "none", "kid": "k1" })), JwtError::AlgorithmNotAllowed),
        ("None", head(json!({ "alg": "None", "kid": "k1" })), JwtError::AlgorithmNotAllowed),
        ("hs256", head(json!({ "alg": "HS256", "kid": "k1" })), JwtError::AlgorithmNotAllowed),
        ("rs512", head(json!({ "alg": "RS512", "kid": "k1" })), JwtError::AlgorithmNotAllowed),
        ("alg list", head(json!({ "alg": ["RS256"], "kid": "k1" })), JwtError::AlgorithmNotAllowed),
        ("no alg", head(json!({ "kid": "k1" })), JwtError::AlgorithmNotAllowed),
        ("ps256 over pkcs1", head(json!({ "alg": "PS256", "kid": "k1" })), JwtError::BadSignature),
        (
            "crit",
            head(json!({ "alg": "RS256", "kid": "k1", "crit": ["b64"] })),
            JwtError::CriticalExtension,
        ),
        ("no kid", head(json!({ "alg": "RS256" })), JwtError::NoKeyId),
        ("other kid", head(json!({ "alg": "RS256", "kid": "k2" })), JwtError::UnknownKey),
        ("no signature", unsigned, JwtError::BadSignature),
        ("swapped", swapped, JwtError::BadSignature),
        ("truncated", good[..good.len() - 10].to_owned(), JwtError::BadSignature),
        ("empty", String::new(), JwtError::Malformed),
        ("dots", "....".to_owned(), JwtError::Malformed),
        ("four parts", format!("{good}.x"), JwtError::Malformed),
        ("long", "a".repeat(MAX_TOKEN_BYTES + 1), JwtError::TooLong),
    ];
    let keys = keys_with(json!({}));
    for (name, token, error) in cases {
        assert_eq!(accept(&token, &keys).err(), Some(error), "{name}");
    }
}

#[test]
fn a_header_written_as_the_one_before_is_shared_and_another_is_read() {
    let first = sign(&header(), &payload(), &RSA_PKCS1_SHA256);
    let first = Unverified::parse(&first).expect("a token").header().clone();
    let alike = sign(&header(), &json!({ "exp": 1 }), &RSA_PKCS1_SHA256);
    let alike = Unverified::parse_after(&alike, Some(first.clone())).expect("a token");
    assert!(std::sync::Arc::ptr_eq(alike.header(), &first));
    for (head, key) in [
        (json!({ "alg": "RS256", "kid": "k2" }), Ok("k2")),
        (json!({ "alg": "none", "kid": "k1" }), Err(JwtError::AlgorithmNotAllowed)),
    ] {
        let other = sign(&head, &payload(), &RSA_PKCS1_SHA256);
        let other = Unverified::parse_after(&other, Some(first.clone()));
        assert_eq!(other.as_ref().map(Unverified::key_id), key.as_ref().copied());
    }
}

#[test]
fn clocks_may_differ_by_five_minutes_and_no_more() {
    let claims = {
        let token = sign(&header(), &payload(), &RSA_PKCS1_SHA256);
        let keys = keys_with(json!({}));
        Unverified::parse(&token)
            .and_then(|token| token.verify(keys.get("k1").expect("the key")))
            .expect("a good signature")
    };
    let at = |seconds: i64| Timestamp::from_unix_seconds(NOW + seconds);
    let policy = Policy::new([ISSUER], APP).skew(Duration::from_hours(9));
    assert_eq!(policy.check(&claims, at(-300)), Ok(()));
    assert_eq!(policy.check(&claims, at(-301)), Err(JwtError::NotYetValid));
    assert_eq!(policy.check(&claims, at(599)), Ok(()));
    assert_eq!(policy.check(&claims, at(600)), Err(JwtError::Expired));
    let strict = Policy::new([ISSUER], APP).skew(Duration::ZERO);
    assert_eq!(strict.check(&claims, at(300)), Err(JwtError::Expired));
}

#[test]
fn a_key_is_used_for_nothing_but_what_it_is_published_for() {
    let token = sign(&header(), &payload(), &RSA_PKCS1_SHA256);
    let cases = [
        (json!({ "alg": "RS256" }), Ok(())),
        (json!({ "alg": "PS256" }), Err(JwtError::BadSignature)),
        (json!({ "alg": "RSA-OAEP" }), Err(JwtError::UnknownKey)),
        (json!({ "use": "enc" }), Err(JwtError::UnknownKey)),
        (json!({ "kty": "EC" }), Err(JwtError::UnknownKey)),
        (json!({ "n": "" }), Err(JwtError::UnknownKey)),
        (json!({ "n": "AQAB" }), Err(JwtError::BadSignature)),
        (json!({ "e": "!" }), Err(JwtError::UnknownKey)),
    ];
    for (extra, verdict) in cases {
        let keys = keys_with(extra.clone());
        assert_eq!(accept(&token, &keys).map(drop), verdict, "{extra}");
    }
}

#[test]
fn a_set_that_is_no_set_is_refused() {
    for body in ["", "[]", "{}", r#"{"keys":{}}"#] {
        assert!(JwkSet::parse(body.as_bytes()).is_err(), "{body}");
    }
    let mixed = JwkSet::parse(br#"{"keys":[1,{},{"kty":"RSA","kid":"x"}]}"#).expect("a set");
    assert!(mixed.is_empty());
    assert!(JwkSet::parse(&vec![b' '; MAX_JWK_SET_BYTES + 1]).is_err());
}

/// RFC 7515 §A.2: signature and key of another implementation.
#[test]
fn the_published_example_of_rs256_verifies() {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1\
             Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSH\
             SXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_\
             I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    let signed = "eyJhbGciOiJSUzI1NiJ9.\
                  eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290\
                  Ijp0cnVlfQ";
    let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5\
                     YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6x\
                     BArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6Bf\
                     I7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypG\
                     lUPQGe77Rw";
    let set = json!({ "keys": [{ "kty": "RSA", "kid": "a", "n": n, "e": "AQAB" }] });
    let set = JwkSet::parse(set.to_string().as_bytes()).expect("a set");
    let key = set.get("a").expect("the key");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let signed = digest(&SHA256, signed.as_bytes());
    assert_eq!(key.verify(Algorithm::Rs256, &signed, &signature), Ok(()));
    assert_eq!(key.verify(Algorithm::Ps256, &signed, &signature), Err(JwtError::BadSignature));
}

proptest! {
    #[test]
    fn no_text_and_no_damage_passes(text in ".{0,200}", at in 0_usize..900, flip in 1_u8..=127) {
        let keys = keys_with(json!({}));
        prop_assert!(accept(&text, &keys).is_err());
        let good = sign(&header(), &payload(), &RSA_PKCS1_SHA256);
        let mut bytes = good.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        if let Ok(bad) = String::from_utf8(bytes) {
            prop_assert!(accept(&bad, &keys).is_err());
        }
    }
}
