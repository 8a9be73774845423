//! From an error code to what is missing and how to mend it.

use http::StatusCode;

use crate::error::{ServiceError, SignInError};

/// What is missing, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The code that tells.
    pub code: &'static str,
    /// What is missing or wrong.
    pub cause: &'static str,
    /// What an operator does about it.
    pub mend: &'static str,
}

const fn row(code: &'static str, cause: &'static str, mend: &'static str) -> Diagnosis {
    Diagnosis { code, cause, mend }
}

/// Codes of the calling service, from the narrowest envelope.
const CALLING: &[Diagnosis] = &[
    row(
        "7503",
        "the app lacks the application permission for this call operation",
        "grant the request's permission in Entra ID, give admin consent in the call's tenant, \
         then wait for a fresh token",
    ),
    row(
        "7504",
        "the token holds no permission for this call or its tenant",
        "check that the app is consented in the tenant of the call and that the token is of \
         that tenant",
    ),
    row(
        "7505",
        "the app is not authorised for application-hosted media",
        "grant Calls.AccessMedia.All with admin consent, or use service-hosted media",
    ),
    row(
        "8506",
        "the media operation does not fit the call's media configuration",
        "create or answer the call with service-hosted media, and wait until its media is active",
    ),
];

/// AADSTS codes of the token endpoint.
const SIGN_IN: &[(i64, Diagnosis)] = &[
    (
        7_000_215,
        row(
            "AADSTS7000215",
            "the client secret is wrong",
            "use the secret's value, not its id, of this app registration",
        ),
    ),
    (
        7_000_222,
        row(
            "AADSTS7000222",
            "the client secret has expired",
            "create a new client secret in Entra ID and configure it",
        ),
    ),
    (
        700_016,
        row(
            "AADSTS700016",
            "the app is not known in this tenant",
            "let an administrator of the tenant consent to the app, or mend the client id",
        ),
    ),
    (
        90_002,
        row(
            "AADSTS90002",
            "the tenant does not exist in this cloud",
            "check the tenant id and the cloud",
        ),
    ),
    (
        90_038,
        row("AADSTS90038", "the tenant lives in another cloud", "configure the tenant's own cloud"),
    ),
    (
        500_011,
        row(
            "AADSTS500011",
            "the resource is not known in this tenant",
            "check the scope and the cloud",
        ),
    ),
    (
        7_000_112,
        row(
            "AADSTS7000112",
            "the app is disabled",
            "enable the enterprise application in Entra ID",
        ),
    ),
    (
        65_001,
        row(
            "AADSTS65001",
            "nobody consented to the app's permissions",
            "let an administrator of the tenant give admin consent",
        ),
    ),
    (
        9_001_023,
        row(
            "AADSTS9001023",
            "client credentials do not work on a shared authority",
            "sign in to the tenant's own id instead of common or organizations",
        ),
    ),
    (
        700_027,
        row(
            "AADSTS700027",
            "the client assertion's signature is not valid",
            "register the certificate that signs in the app registration",
        ),
    ),
    (
        50_196,
        row(
            "AADSTS50196",
            "the app asks for tokens in a loop",
            "share one client, whose cache keeps tokens, instead of building one per request",
        ),
    ),
];

/// What a service response lacks.
pub(crate) fn diagnose(response: &ServiceError) -> Option<Diagnosis> {
    let message = response.error.message.text().unwrap_or_default();
    let narrowest_first = response.error.codes().collect::<Vec<_>>().into_iter().rev();
    for code in narrowest_first {
        if let Some(found) = CALLING.iter().find(|row| row.code == code) {
            return Some(*found);
        }
    }
    if let Some(found) = CALLING.iter().find(|row| has_number(message, row.code)) {
        return Some(*found);
    }
    (response.status == StatusCode::FORBIDDEN).then_some(row(
        "403",
        "the app may not do this in the tenant",
        "grant the application permission that the request names, with admin consent in the \
         tenant of the token",
    ))
}

/// What a sign-in lacks.
pub(crate) fn diagnose_sign_in(error: &SignInError) -> Option<Diagnosis> {
    SIGN_IN.iter().find(|(code, _)| error.codes.contains(code)).map(|(_, diagnosis)| *diagnosis)
}

/// Whether `text` holds `number` as a whole number; request ids hold digits too.
fn has_number(text: &str, number: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::GraphError;

    fn response(status: StatusCode, error: serde_json::Value) -> ServiceError {
        let error: GraphError = serde_json::from_value(error).unwrap();
        ServiceError { status, error, request_id: None, client_request_id: None }
    }

    #[test]
    fn the_narrowest_code_decides() {
        for (error, code) in [
            (json!({"code": "Forbidden", "innerError": {"code": "7503"}}), "7503"),
            (json!({"code": "7504"}), "7504"),
            (json!({"code": 8506}), "8506"),
            (json!({"code": "General", "message": "Call source identity invalid (7505)."}), "7505"),
            (json!({"code": "General", "message": "trace 75031"}), "403"),
        ] {
            let diagnosis = diagnose(&response(StatusCode::FORBIDDEN, error)).unwrap();
            assert_eq!(diagnosis.code, code);
        }
        assert_eq!(diagnose(&response(StatusCode::BAD_REQUEST, json!({}))), None);
    }

    #[test]
    fn a_sign_in_code_says_what_to_do() {
        let mut error = SignInError::new("invalid_client", "");
        assert_eq!(diagnose_sign_in(&error), None);
        error.codes.push(7_000_222);
        assert!(diagnose_sign_in(&error).unwrap().mend.contains("new client secret"));
    }
}
