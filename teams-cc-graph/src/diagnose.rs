//! From an error code to what is missing and how to mend it.

use std::fmt;

use http::StatusCode;

use crate::error::{ServiceError, SignInError};
use crate::permission::Permission;

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
    /// The permissions that allow the request, one of which suffices. None where they are not what
    /// is missing.
    pub permissions: &'static [Permission],
}

const fn row(code: &'static str, cause: &'static str, mend: &'static str) -> Diagnosis {
    Diagnosis { code, cause, mend, permissions: &[] }
}

/// Codes of the calling service, from the narrowest envelope.
const CALLING: &[Diagnosis] = &[
    row(
        "7503",
        "the calling service does not know the app as a calling bot",
        "enable calling on the bot's Teams channel, set its calling webhook, and sign in with the \
         same app id as the bot",
    ),
    row(
        "7504",
        "the tenant has not granted the app a permission that this request needs",
        "grant the permission in Entra ID with admin consent in the tenant of the call, then take \
         a fresh token",
    ),
    row(
        "7505",
        "the token's tenant is not the tenant of the call or of one of its parties",
        "sign in to the call's tenantId (Client::for_tenant), and check that source and targets \
         belong to it; a resource account is an applicationInstance, not a user",
    ),
    row(
        "8506",
        "the call is no policy-based recording call",
        "call updateRecordingStatus only in calls that a compliance recording policy brought",
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
    let mut diagnosis = by_code(response)?;
    if ["7504", "403"].contains(&diagnosis.code) {
        diagnosis.permissions = response.permissions;
    }
    Some(diagnosis)
}

fn by_code(response: &ServiceError) -> Option<Diagnosis> {
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
        "grant the application permission with admin consent in the tenant of the token",
    ))
}

/// What a sign-in lacks.
pub(crate) fn diagnose_sign_in(error: &SignInError) -> Option<Diagnosis> {
    SIGN_IN.iter().find(|(code, _)| error.codes.contains(code)).map(|(_, diagnosis)| *diagnosis)
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cause, self.mend)?;
        for (nth, permission) in self.permissions.iter().enumerate() {
            let before = if nth == 0 { "; one of " } else { ", " };
            write!(f, "{before}{permission}")?;
        }
        Ok(())
    }
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
        let (request_id, client_request_id) = (None, None);
        let permissions = crate::request::communications::calls::TransferCall::REQUIRED_PERMISSIONS;
        let (granted, authority) = (None, "https://login.microsoftonline.com".into());
        ServiceError {
            status,
            error,
            request_id,
            client_request_id,
            permissions,
            granted,
            authority,
        }
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
    fn a_missing_permission_is_named_and_another_cause_names_none() {
        let missing = diagnose(&response(StatusCode::FORBIDDEN, json!({"code": "7504"}))).unwrap();
        assert!(missing.to_string().ends_with("; one of Calls.Initiate.All"), "{missing}");
        let tenant = diagnose(&response(StatusCode::FORBIDDEN, json!({"code": "7505"}))).unwrap();
        assert!(tenant.permissions.is_empty());
    }

    #[test]
    fn a_sign_in_code_says_what_to_do() {
        let mut error = SignInError::new("invalid_client", "");
        assert_eq!(diagnose_sign_in(&error), None);
        error.codes.push(7_000_222);
        assert!(diagnose_sign_in(&error).unwrap().mend.contains("new client secret"));
    }
}
