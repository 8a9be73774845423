//! A client and a service that challenges it.

use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};
use teams_cc_core::secret::Secret;

use super::endpoint::*;
use crate::Client;
use crate::client::BoxError;
use crate::error::ErrorKind;

const ASKS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1795000000"}}}"#;

/// A service that takes only tokens of these numbers, and an endpoint that numbers them.
async fn sent(takes: &'static [u32], opts_in: bool) -> (Result<u16, String>, Vec<Option<Value>>) {
    let (claims, given) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0_u32)));
    let asked = Arc::clone(&claims);
    let transport = tower::service_fn(move |request: http::Request<Bytes>| {
        let response = if request.uri().path().ends_with("/token") {
            let mut given = given.lock().unwrap();
            *given += 1;
            let mut fields = url::form_urlencoded::parse(request.body());
            let sent = fields.find(|(name, _)| name == "claims");
            let sent = sent.map(|(_, text)| serde_json::from_str(&text).unwrap());
            asked.lock().unwrap().push(sent);
            http::Response::new(granted(&format!("t{given}")).to_string().into())
        } else {
            let token = request.headers()["authorization"].to_str().unwrap();
            let nth = token.strip_prefix("Bearer t").unwrap().parse().unwrap();
            if takes.contains(&nth) {
                http::Response::new(Bytes::from("{}"))
            } else {
                let asks = STANDARD.encode(ASKS);
                http::Response::builder()
                    .status(401)
                    .header("www-authenticate", "Basic realm=\"x\"")
                    .header(
                        "www-authenticate",
                        format!(r#"Bearer realm="", error="insufficient_claims", claims="{asks}""#),
                    )
                    .body(Bytes::from(
                        json!({"error": {"code": "x", "message": token}}).to_string(),
                    ))
                    .unwrap()
            }
        };
        async move { Ok::<_, BoxError>(response) }
    });
    let mut builder = Client::builder()
        .tenant(TENANT.parse().unwrap())
        .client_secret(CLIENT.parse().unwrap(), Secret::from(SECRET))
        .transport(transport);
    if opts_in {
        builder = builder.continuous_access_evaluation();
    }
    let client = builder.build().unwrap();
    let request = http::Request::get("/users/u/presence").body(Bytes::new()).unwrap();
    let result = client.request::<Value>(request).await;
    let result = match result {
        Ok(_) => Ok(200),
        Err(error) => match error.kind() {
            ErrorKind::Service(response) => {
                assert!(!format!("{error:?} {error}").contains("Bearer t"), "{error:?}");
                Ok(response.status.as_u16())
            }
            _ => Err(error.to_string()),
        },
    };
    let claims = claims.lock().unwrap().clone();
    (result, claims)
}

#[tokio::test(start_paused = true)]
async fn a_challenge_is_answered_with_a_token_that_has_what_is_asked() {
    let asks: Value = serde_json::from_str(ASKS).unwrap();
    let (result, claims) = sent(&[2], false).await;
    assert_eq!(result, Ok(200));
    assert_eq!(claims, [None, Some(asks.clone())]);
    let (result, claims) = sent(&[2], true).await;
    assert_eq!(result, Ok(200));
    let capable = json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } });
    let mut both = asks;
    both["access_token"]["xms_cc"] = json!({ "values": ["cp1"] });
    assert_eq!(claims, [Some(capable), Some(both)]);
}

#[tokio::test(start_paused = true)]
async fn a_second_challenge_is_the_answer() {
    let (result, claims) = sent(&[3], true).await;
    assert_eq!(result, Ok(401));
    assert_eq!(claims.len(), 2);
}
