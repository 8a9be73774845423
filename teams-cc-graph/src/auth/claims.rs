//! What a token request claims: what the app can do, and what a challenge asks for.

use serde_json::{Map, Value, json};

/// The capability to handle [claims challenges](https://learn.microsoft.com/entra/identity-platform/claims-challenge).
const CAPABILITY: &str = "cp1";

/// The `claims` parameter; none where there is nothing to say.
pub(super) fn merged(handles_challenges: bool, challenge: Option<&str>) -> Option<String> {
    let asked = challenge.and_then(|text| serde_json::from_str(text).ok());
    let mut claims: Map<String, Value> = asked.unwrap_or_default();
    if handles_challenges {
        let token = claims.entry("access_token").or_insert_with(|| json!({}));
        if !token.is_object() {
            *token = json!({});
        }
        if let Some(token) = token.as_object_mut() {
            token.insert("xms_cc".to_owned(), json!({ "values": [CAPABILITY] }));
        }
    }
    (!claims.is_empty()).then(|| Value::Object(claims).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_and_the_capability_stand_side_by_side() {
        let asked = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}},"id_token":{}}"#;
        for (handles, challenge, wanted) in [
            (false, None, None),
            (false, Some("{}"), None),
            (false, Some("no json"), None),
            (true, None, Some(json!({"access_token": {"xms_cc": {"values": ["cp1"]}}}))),
            (
                true,
                Some(r#"{"access_token":1}"#),
                Some(json!({"access_token": {"xms_cc": {"values": ["cp1"]}}})),
            ),
            (false, Some(asked), Some(serde_json::from_str(asked).unwrap())),
            (
                true,
                Some(asked),
                Some(json!({
                    "access_token": {
                        "nbf": {"essential": true, "value": "1"},
                        "xms_cc": {"values": ["cp1"]},
                    },
                    "id_token": {},
                })),
            ),
        ] {
            let got = merged(handles, challenge);
            let got: Option<Value> = got.map(|text| serde_json::from_str(&text).unwrap());
            assert_eq!(got, wanted, "{handles} {challenge:?}");
        }
    }
}
