//! From an error code to what is missing and how to mend it.

use std::fmt;

use http::StatusCode;

mod calling;
mod grants;
mod permissions;
mod result;
mod sign_in;

pub use result::{Evidence, Explanation, Explanations, MAX_OWN_EXPLANATIONS};

use crate::auth::AdminConsent;
use crate::error::{ServiceError, SignInError};
use crate::permission::Permission;
use crate::wire::Sensitive;
use calling::{CODES, GRAPH_CODES, PHRASES, STATUSES};
use grants::{GRANTS, WORDS};
use sign_in::SIGN_IN;

/// What is missing, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The code that tells.
    pub code: &'static str,
    /// What is missing or wrong.
    pub cause: &'static str,
    /// What an operator does about it.
    pub mend: &'static str,
    /// The permissions that allow the request, one of which suffices.
    ///
    /// Of the kind that the refused token can hold, where it says whose it is. None where they are
    /// not what is missing.
    pub permissions: Vec<Permission>,
    /// Permissions that the request needs besides: one of each group.
    pub besides: Vec<Vec<Permission>>,
    /// What to grant: the least of each group of which the token holds none.
    pub lacks: Vec<Permission>,
    /// Whether the refused token holds what is needed; none where the token does not say.
    pub holds: Option<bool>,
    /// The tenant of the refused token, where it says.
    pub token_tenant: Option<String>,
    /// Where an administrator of that tenant consents to the app's permissions.
    pub consent_url: Option<String>,
}

const fn row(code: &'static str, cause: &'static str, mend: &'static str) -> Diagnosis {
    Diagnosis {
        code,
        cause,
        mend,
        permissions: Vec::new(),
        besides: Vec::new(),
        lacks: Vec::new(),
        holds: None,
        token_tenant: None,
        consent_url: None,
    }
}

/// What a service response lacks.
pub(crate) fn diagnose(response: &ServiceError) -> Option<Diagnosis> {
    let mut diagnosis = by_code(response)?;
    let granted = response.granted.as_deref();
    if ["7504", "403", "permissions"].contains(&diagnosis.code) {
        permissions::compare(&mut diagnosis, response.permissions, response.besides, granted);
        diagnosis.consent_url = granted.and_then(|granted| {
            let (tenant, app) = (granted.tenant.as_deref()?, granted.app.as_deref()?);
            Some(AdminConsent::at(&response.authority, tenant, app).url())
        });
    }
    diagnosis.token_tenant = granted.and_then(|granted| granted.tenant.clone());
    Some(diagnosis)
}

fn by_code(response: &ServiceError) -> Option<Diagnosis> {
    let message = response.error.message.get().map_or("", Sensitive::reveal);
    let narrowest_first = response.error.codes().collect::<Vec<_>>().into_iter().rev();
    for code in narrowest_first {
        if let Some(found) = CODES.iter().find(|row| row.code == code) {
            return Some(found.clone());
        }
    }
    if let Some(found) = CODES.iter().find(|row| has_number(message, row.code)) {
        return Some(found.clone());
    }
    let message = message.to_ascii_lowercase();
    if let Some((_, found)) = PHRASES.iter().find(|(phrase, _)| message.contains(phrase)) {
        return Some(found.clone());
    }
    (response.status == StatusCode::FORBIDDEN).then_some(row(
        "403",
        "the app may not do this in the tenant",
        "grant the application permission with admin consent in the tenant of the token",
    ))
}

/// What a sign-in lacks.
pub(crate) fn diagnose_sign_in(error: &SignInError) -> Option<Diagnosis> {
    // The endpoint may name several; the first it names is the cause.
    let of_code = |code: &i64| SIGN_IN.iter().chain(GRANTS).find(|(listed, _)| listed == code);
    let of_code = error.codes.iter().find_map(of_code).map(|(_, diagnosis)| diagnosis);
    let of_word = || WORDS.iter().find(|row| row.code == error.error);
    of_code.or_else(of_word).cloned()
}

impl ServiceError {
    /// What the answer means in words: its narrowest known code, otherwise its status.
    #[must_use]
    pub fn explain(&self) -> Option<&'static str> {
        if let Some(diagnosis) = by_code(self).filter(|diagnosis| diagnosis.code != "403") {
            return Some(diagnosis.cause);
        }
        let narrowest_first = self.error.codes().collect::<Vec<_>>().into_iter().rev();
        let of_code =
            |code: &str| GRAPH_CODES.iter().find(|(listed, _)| listed.eq_ignore_ascii_case(code));
        let of_code = narrowest_first.into_iter().find_map(of_code).map(|(_, words)| *words);
        let status = self.status.as_u16();
        let of_status = || STATUSES.iter().find(|(listed, _)| *listed == status);
        of_code.or_else(|| of_status().map(|(_, words)| *words))
    }
}

impl Diagnosis {
    /// The permission to grant first: the least of what the token [lacks](Self::lacks).
    #[must_use]
    pub fn missing(&self) -> Option<Permission> {
        self.lacks.first().copied()
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cause, self.mend)?;
        if let ("7505", Some(tenant)) = (self.code, &self.token_tenant) {
            write!(f, "; the token is of tenant {tenant}")?;
        }
        if self.holds == Some(true) {
            return f.write_str(
                "; the token holds such a permission, so look at the tenant's policies and at \
                 the resource instead",
            );
        }
        permissions::tell(self, f)?;
        match &self.consent_url {
            Some(url) => write!(f, "; an administrator consents at {url}"),
            None => Ok(()),
        }
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
        let besides = &[];
        let (granted, authority) = (None, "https://login.microsoftonline.com".into());
        ServiceError {
            status,
            error,
            request_id,
            client_request_id,
            permissions,
            besides,
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
        assert!(missing.to_string().ends_with("; it takes Calls.Initiate.All"), "{missing}");
        let tenant = diagnose(&response(StatusCode::FORBIDDEN, json!({"code": "7505"}))).unwrap();
        assert!(tenant.permissions.is_empty());
    }

    #[test]
    fn a_sign_in_code_says_what_to_do() {
        assert_eq!(diagnose_sign_in(&SignInError::new("what_nobody_knows", "")), None);
        let mut error = SignInError::new("invalid_client", "");
        assert!(diagnose_sign_in(&error).unwrap().mend.contains("certificate"));
        error.codes.push(7_000_222);
        assert!(diagnose_sign_in(&error).unwrap().mend.contains("new client secret"));
    }

    /// Pain 3. Pain 5.
    #[test]
    fn the_missing_role_is_named_by_what_the_token_holds() {
        let with = |roles: &[&str]| {
            let mut response = response(StatusCode::FORBIDDEN, json!({"code": "7504"}));
            let granted = crate::auth::Granted {
                tenant: Some("t1".to_owned()),
                app: Some("a1".to_owned()),
                roles: roles.iter().map(|role| (*role).to_owned()).collect(),
                ..Default::default()
            };
            response.granted = Some(granted.into());
            diagnose(&response).unwrap()
        };
        let lacking = with(&["User.Read.All"]);
        assert_eq!(lacking.missing().unwrap().name, "Calls.Initiate.All");
        let words = lacking.to_string();
        assert!(words.contains("the token lacks Calls.Initiate.All"), "{words}");
        let url = "https://login.microsoftonline.com/t1/adminconsent?client_id=a1";
        assert!(words.ends_with(url), "{words}");
        let holding = with(&["calls.initiate.all"]);
        assert_eq!((holding.holds, holding.missing()), (Some(true), None));
        assert!(holding.to_string().contains("look at the tenant's policies"), "{holding}");
    }

    /// Pain 1. Pain 31.
    #[test]
    fn a_tenant_mismatch_names_the_tenant_of_the_token() {
        let mut response = response(StatusCode::FORBIDDEN, json!({"code": "7505"}));
        let tenant = Some("t-token".to_owned());
        let granted = crate::auth::Granted { tenant, ..Default::default() };
        response.granted = Some(granted.into());
        let words = diagnose(&response).unwrap().to_string();
        assert!(words.contains("t-token") && words.contains("applicationInstance"), "{words}");
    }

    /// Pain 4. Pain 36. Pain 37. Pain 47. Pain 49. Pain 53.
    #[test]
    fn each_known_refusal_names_the_check_to_make() {
        for (error, words) in [
            (json!({"code": "7503"}), "calling webhook"),
            (json!({"code": "8506"}), "compliance recording policy"),
            (json!({"code": "9999", "message": "x. DiagCode: 412#10073.@"}), "resource account"),
            (json!({"code": 10151}), "cannot dial out"),
            (json!({"code": "580"}), "communication credits"),
            (json!({"message": "CreateUsageRequest: Balance not found"}), "calling plan"),
            (json!({"message": "Reverse lookup failed"}), "assign the phone number"),
            (
                json!({"message": "No Application Access Policy found for this app"}),
                "New-CsApplicationAccessPolicy",
            ),
            (json!({"message": "Subscription validation request failed."}), "validationToken"),
        ] {
            let found = diagnose(&response(StatusCode::BAD_REQUEST, error)).unwrap();
            assert!(found.to_string().contains(words), "{found}");
        }
    }

    #[test]
    fn every_answer_is_explained_as_far_as_it_is_documented() {
        for (status, error, words) in [
            (403, json!({"code": "Forbidden", "innerError": {"code": "7505"}}), "token's tenant"),
            (403, json!({"code": "Authorization_RequestDenied"}), "in the directory"),
            (400, json!({"code": "NoSuchCode"}), "malformed"),
            (429, json!({}), "throttled"),
        ] {
            let response = response(StatusCode::from_u16(status).unwrap(), error);
            let told = response.explain().unwrap();
            assert!(told.contains(words), "{told}");
        }
        assert_eq!(response(StatusCode::from_u16(418).unwrap(), json!({})).explain(), None);
    }

    #[test]
    fn no_code_stands_twice_in_a_table() {
        let all = || SIGN_IN.iter().chain(GRANTS);
        let codes: Vec<_> = all().map(|(code, _)| code).collect();
        for code in &codes {
            assert_eq!(codes.iter().filter(|other| other == &code).count(), 1, "{code}");
        }
        for (code, diagnosis) in all() {
            assert_eq!(diagnosis.code, format!("AADSTS{code}"));
        }
        for row in CODES {
            assert_eq!(CODES.iter().filter(|other| other.code == row.code).count(), 1);
        }
    }
}
