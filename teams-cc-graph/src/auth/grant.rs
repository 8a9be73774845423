//! What the token endpoint answers: a grant or a refusal.

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use teams_cc_core::secret::Secret;

use super::AccessToken;
use super::form::Form;
use crate::error::{Error, SignInError};
use crate::wire::without_mark;

/// The most error codes kept of a refusal.
const MAX_CODES: usize = 16;

/// The longest life of a token that is believed; those with access evaluation live 28 hours.
const MAX_LIFE: Duration = Duration::from_hours(7 * 24);

/// The longest claims of a refusal that are kept.
const MAX_CLAIMS: usize = 8 * 1024;

/// A token with all that came beside it.
pub(super) struct Grant {
    pub(super) access_token: AccessToken,
    pub(super) refresh_token: Option<Secret>,
    pub(super) id_token: Option<Secret>,
    /// The scopes that were granted.
    pub(super) scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    #[serde(deserialize_with = "seconds")]
    expires_in: u64,
    #[serde(default, deserialize_with = "some_seconds")]
    refresh_in: Option<u64>,
    #[serde(default)]
    refresh_token: Option<Secret>,
    #[serde(default)]
    id_token: Option<Secret>,
    #[serde(default)]
    scope: Option<String>,
}

impl Grant {
    /// Reads the body of a success, of which no error may quote anything.
    pub(super) fn read(body: &[u8]) -> Result<Self, Error> {
        let body: Body = serde_json::from_slice(without_mark(body)).map_err(|_| {
            Error::sign_in(SignInError::new("invalid_response", "the endpoint gave no token"))
        })?;
        let life = |seconds| Duration::from_secs(seconds).min(MAX_LIFE);
        let mut access_token = AccessToken::new(body.access_token, life(body.expires_in));
        if let Some(refresh_in) = body.refresh_in {
            access_token = access_token.renew_after(life(refresh_in));
        }
        let filled = |secret: &Secret| !secret.is_empty();
        Ok(Self {
            access_token,
            refresh_token: body.refresh_token.filter(filled),
            id_token: body.id_token.filter(filled),
            scopes: body.scope.unwrap_or_default().split_whitespace().map(Into::into).collect(),
        })
    }
}

/// A number, or a number as text, as older endpoints write it.
pub(super) fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(seconds) => Ok(seconds),
        Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

fn some_seconds<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<u64>, D::Error> {
    seconds(d).map(Some)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
    error_codes: Vec<i64>,
    suberror: Option<String>,
    claims: Option<String>,
    correlation_id: Option<String>,
}

/// Reads the body of a refusal, as far as it is one.
pub(super) fn refusal(
    status: StatusCode,
    body: &[u8],
    retry_after: Option<Duration>,
    form: &Form,
) -> SignInError {
    let refusal: Refusal = serde_json::from_slice(without_mark(body)).unwrap_or_default();
    let error = if refusal.error.is_empty() { "no_answer" } else { &refusal.error };
    let claims = refusal.claims.filter(|claims| !claims.is_empty() && claims.len() <= MAX_CLAIMS);
    SignInError {
        status: Some(status),
        description: form.fit(&refusal.error_description),
        codes: refusal.error_codes.into_iter().take(MAX_CODES).collect(),
        suberror: refusal.suberror.filter(|text| !text.is_empty()).map(|text| form.fit(&text)),
        claims: claims.map(Into::into),
        retry_after,
        correlation_id: refusal.correlation_id.map(|id| form.fit(&id)),
        ..SignInError::new(form.fit(error), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_read_whole_and_what_is_none_says_nothing() {
        let grant = Grant::read(
            br#"{"token_type":"Bearer","access_token":"a","expires_in":"3600","refresh_in":1800,
                "refresh_token":"r","id_token":"","scope":"User.Read Chat.Read"}"#,
        )
        .unwrap();
        assert_eq!(grant.access_token.expires_in(), Duration::from_hours(1));
        assert_eq!(grant.access_token.refresh_in(), Some(Duration::from_mins(30)));
        assert_eq!(grant.refresh_token.unwrap().reveal(), "r");
        assert!(grant.id_token.is_none());
        assert_eq!(grant.scopes, ["User.Read", "Chat.Read"]);
        let forever = Grant::read(br#"{"access_token":"a","expires_in":18446744073709551615}"#);
        assert_eq!(forever.unwrap().access_token.expires_in(), MAX_LIFE);
        for none in [&b""[..], b"[]", b"{}", br#"{"access_token":"t0p"}"#, b"{\"access_token\":"] {
            let error = Grant::read(none).err().unwrap();
            assert!(!format!("{error:?} {error}").contains("t0p"));
        }
    }

    #[test]
    fn a_refusal_keeps_what_tells_and_hides_what_was_sent() {
        let form = Form::default().secret("client_secret", &Secret::from("s3cret"));
        let body = br#"{"error":"interaction_required","error_description":"s3cret: no",
            "error_codes":[50076],"suberror":"basic_action","claims":"{\"access_token\":{}}"}"#;
        let refused = refusal(StatusCode::BAD_REQUEST, body, None, &form);
        assert_eq!(refused.error, "interaction_required");
        assert_eq!(refused.description, "hidden: no");
        assert_eq!(
            (refused.codes, refused.suberror.as_deref()),
            (vec![50_076], Some("basic_action"))
        );
        assert_eq!(refused.claims.unwrap().reveal(), r#"{"access_token":{}}"#);
        let page = refusal(StatusCode::BAD_GATEWAY, b"<html>", Some(Duration::from_secs(3)), &form);
        assert_eq!((&*page.error, page.retry_after), ("no_answer", Some(Duration::from_secs(3))));
        assert!(page.is_retryable());
    }
}
