//! What an app proves itself with: a secret, or an assertion that its certificate signed (Learn,
//! *certificate credentials*).

use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::token::{Form, Refusal};
use crate::world::{App, World};

/// RFC 7523 §2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far the clocks may differ, and the longest life of an assertion, in seconds.
const SKEW: i64 = 300;
const LONGEST_LIFE: i64 = 24 * 3600;
/// The longest assertion looked at, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// Whether the form proves the app; what proves nothing is a public client's.
pub(super) fn prove(
    world: &World,
    app: &App,
    form: &Form,
    endpoint: &[String],
) -> Result<bool, Refusal> {
    let (secret, assertion) = (form.field("client_secret"), form.field("client_assertion"));
    if !assertion.is_empty() {
        if form.field("client_assertion_type") != JWT_BEARER {
            return Err(Refusal::new(
                "invalid_request",
                900_144,
                "The client_assertion_type is not the one of RFC 7523.",
            ));
        }
        return signed(world, app, assertion, endpoint).map(|()| true);
    }
    if secret.is_empty() {
        return Ok(false);
    }
    if *app.secret != *secret {
        return Err(Refusal::new(
            "invalid_client",
            7_000_215,
            "The client secret is wrong: send the secret's value, not its id.",
        ));
    }
    Ok(true)
}

fn signed(world: &World, app: &App, token: &str, endpoint: &[String]) -> Result<(), Refusal> {
    let bad = |text| Refusal::new("invalid_client", 700_027, text);
    let late = |text| Refusal::new("invalid_client", 700_024, text);
    let part = |text: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    };
    let read = || {
        let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= MAX_BYTES)?;
        let (header, claims) = signed.split_once('.')?;
        Some((signed, URL_SAFE_NO_PAD.decode(signature).ok()?, part(header)?, part(claims)?))
    };
    let (signed, signature, header, claims) = read().ok_or_else(|| bad("It is no JWT."))?;
    let (sha256, sha1) = world.keys.client_thumbprints();
    let scheme = match header["alg"].as_str() {
        Some("PS256") => &RSA_PSS_2048_8192_SHA256,
        Some("RS256") => &RSA_PKCS1_2048_8192_SHA256,
        _ => return Err(bad("The assertion has to be signed with PS256 or RS256.")),
    };
    // msal pads what RFC 7515 §2 leaves unpadded.
    let names = |name: &str, print: &str| {
        header[name].as_str().is_some_and(|text| text.trim_end_matches('=') == print)
    };
    if !names("x5t#S256", sha256) && !names("x5t", sha1) {
        return Err(bad("No certificate of the app has the assertion's thumbprint."));
    }
    UnparsedPublicKey::new(scheme, world.keys.client().public_key().as_ref())
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| bad("The assertion's signature is not that of the certificate."))?;
    let client = app.id.as_str();
    if claims["iss"] != client || claims["sub"] != client {
        return Err(Refusal::new("invalid_client", 700_021, "The assertion is another app's."));
    }
    if !endpoint.iter().any(|address| claims["aud"] == **address) {
        let told = "The assertion is for another audience than this token endpoint.";
        return Err(Refusal::new("invalid_client", 700_023, told));
    }
    let now = world.wall().unix_seconds();
    let from = numeric_date(&claims["nbf"]).unwrap_or(now);
    let until = numeric_date(&claims["exp"]).unwrap_or(0);
    if until.saturating_sub(from) > LONGEST_LIFE {
        return Err(late("The assertion lives too long."));
    }
    if now < from.saturating_sub(SKEW) || now >= until.saturating_add(SKEW) {
        return Err(late("The assertion is not within its time."));
    }
    if claims["jti"].as_str().is_none_or(str::is_empty) {
        return Err(bad("The assertion has no id."));
    }
    Ok(())
}

/// RFC 7519 §2: a number of seconds, which may have a fraction; msal's have one.
fn numeric_date(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it ends at the ends of time")]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_date_may_have_a_fraction() {
        for (date, wanted) in [
            (json!(1_795_401_449), Some(1_795_401_449)),
            (json!(1_795_401_449.127), Some(1_795_401_449)),
            (json!(1e300), Some(i64::MAX)),
            (json!("1"), None),
            (Value::Null, None),
        ] {
            assert_eq!(numeric_date(&date), wanted, "{date}");
        }
    }
}
