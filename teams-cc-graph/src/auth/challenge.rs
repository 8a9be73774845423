//! What a refused token lacks: the challenges of a 401 (RFC 9110 §11.6.1).

use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// The longest claims looked at; Microsoft's own have some hundred octets.
const MAX_CLAIMS: usize = 8 * 1024;

/// The most header lines looked at; the rest is passed over.
const MAX_HEADERS: usize = 8;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The claims a fresh token has to have: the first challenge with `insufficient_claims` says.
///
/// There may be several headers, and several challenges in each.
pub(crate) fn insufficient_claims(headers: &HeaderMap) -> Option<Arc<str>> {
    let lines = headers.get_all(WWW_AUTHENTICATE).iter().take(MAX_HEADERS);
    lines.filter_map(|line| line.to_str().ok()).find_map(claims_of)
}

/// One challenge: its scheme, and the two parameters that matter.
#[derive(Default)]
struct Challenge {
    is_bearer: bool,
    is_insufficient: bool,
    claims: Option<String>,
}

impl Challenge {
    fn claims(&mut self) -> Option<Arc<str>> {
        let claims = self.claims.take().filter(|_| self.is_bearer && self.is_insufficient)?;
        if claims.len() > MAX_CLAIMS {
            return None;
        }
        let decoded = STANDARD.decode(&claims).or_else(|_| URL_SAFE.decode(&claims)).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        json.is_object().then(|| text.into())
    }
}

fn claims_of(line: &str) -> Option<Arc<str>> {
    let mut challenge = Challenge::default();
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        if end == 0 {
            // The end, or what no challenge may hold.
            return challenge.claims();
        }
        let (word, after) = rest.split_at(end);
        let spaceless = after.trim_start_matches([' ', '\t']);
        if let Some(after) = spaceless.strip_prefix('=') {
            let (value, after) = value(after.trim_start_matches([' ', '\t']));
            match word.to_ascii_lowercase().as_str() {
                "error" => challenge.is_insufficient = value == "insufficient_claims",
                "claims" => challenge.claims = Some(value),
                _ => {}
            }
            rest = after;
        } else {
            if let Some(claims) = challenge.claims() {
                return Some(claims);
            }
            let is_bearer = word.eq_ignore_ascii_case("bearer");
            challenge = Challenge { is_bearer, ..Challenge::default() };
            rest = after;
        }
    }
}

/// A token or a quoted string, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

/// RFC 9110 §5.6.2, and the letters of token68 but `=`.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const NBF: &str = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==";
    const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true}}}"#;

    fn read(lines: &[&str]) -> Option<Arc<str>> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(line).unwrap());
        }
        insufficient_claims(&headers)
    }

    #[test]
    fn the_claims_are_found_among_several_headers_and_challenges() {
        let unpadded = NBF.trim_end_matches('=');
        for lines in [
            vec![format!(r#"Bearer realm="", error="insufficient_claims", claims="{NBF}""#)],
            vec![format!(r"Bearer claims={unpadded} , error=insufficient_claims")],
            vec![format!("bearer error = \"insufficient_claims\",\tCLAIMS = \"{NBF}\"")],
            vec![
                "Basic realm=\"x\"".into(),
                format!(r#"Bearer error="insufficient_claims", claims="{NBF}""#),
            ],
            vec![format!(
                r#"Negotiate YWJj==, Bearer error="insufficient_claims", claims="{NBF}", PoP a="b""#
            )],
            vec![format!(
                r#"Bearer realm="a\", Basic \"", error="insufficient_claims", claims="{NBF}""#
            )],
            vec![format!(
                r#"PoP error="insufficient_claims", claims="e30=", Bearer error="insufficient_claims", claims="{NBF}""#
            )],
        ] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(read(&lines).as_deref(), Some(CLAIMS), "{lines:?}");
        }
    }

    #[test]
    fn other_refusals_ask_for_no_claims() {
        let long = format!(r#"Bearer error="insufficient_claims", claims="{}""#, "A".repeat(9_000));
        for line in [
            "",
            "Bearer",
            "Bearer error=\"invalid_token\", error_description=\"claims\"",
            "Bearer error=\"insufficient_claims\"",
            "Bearer error=\"insufficient_claims\", claims=\"no base64!\"",
            "Bearer error=\"insufficient_claims\", claims=\"W10=\"",
            "Bearer error=\"insufficient_claims\", claims=\"",
            "Basic error=\"insufficient_claims\", claims=\"e30=\"",
            "Bearer claims=\"e30=\", Basic error=\"insufficient_claims\"",
            &long,
        ] {
            assert_eq!(read(&[line]), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd(line in "[ -~\\t]{0,200}") {
            let _ = read(&[&line]);
        }

        #[test]
        fn words_of_challenges_in_any_order_are_read_to_their_end(
            words in proptest::collection::vec("Bearer|Basic|error|claims|realm|=|,| |\"|\\\\|e30=|insufficient_claims", 0..40),
        ) {
            let _ = read(&[&words.concat()]);
        }
    }
}
