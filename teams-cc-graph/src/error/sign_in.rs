//! Why no token was given, and who can do something about it.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::is_retryable_status;
use crate::wire::Sensitive;

/// A refusal of the token endpoint. Debug hides the endpoint's text, which may name a person.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInError {
    /// The HTTP status, where the endpoint answered.
    pub status: Option<StatusCode>,
    /// The OAuth error, such as `invalid_client`.
    pub error: String,
    /// The endpoint's own text.
    pub description: String,
    /// The AADSTS codes, for diagnosis.
    pub codes: Vec<i64>,
    /// What narrows the error, such as `basic_action`.
    pub suberror: Option<String>,
    /// What the person has to fulfil: hand it to the interactive sign-in as it is.
    pub claims: Option<Sensitive>,
    /// How long the endpoint asks to wait.
    pub retry_after: Option<Duration>,
    /// The endpoint's id of the exchange.
    pub correlation_id: Option<String>,
}

/// Who has to do what before a sign-in succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Remedy {
    /// It may pass: ask again later.
    Retry,
    /// The person has to sign in interactively, with the claims of the error where it has some.
    Interact,
    /// An administrator, or the person, has to consent to the app's permissions.
    Consent,
    /// The grant is dead: sign the person or the service account in again and keep the new one.
    SignInAgain,
    /// The app's own credential is refused or has run out: page the operator.
    Operator,
    /// A policy or a licence of the tenant forbids it: its administrator decides.
    Policy,
    /// The cloud, the tenant, the app or the scope is not the right one: mend the configuration.
    Configuration,
    /// The app asks for the same token over and over: stop, and share what is cached.
    Loop,
}

/// Transient codes, as Microsoft lists them.
const TRANSIENT: [i64; 7] = [90_006, 90_012, 90_024, 90_033, 90_055, 50_033, 50_087];

/// `LoopDetected`.
const LOOP: i64 = 50_196;

/// What narrows an error that several causes share, by AADSTS code.
const NARROWED: &[(Remedy, &[i64])] = &[
    (
        Remedy::Policy,
        &[
            53_000, 53_001, 53_002, 53_003, 53_004, 50_105, 530_003, 530_032, 530_034, 530_035,
            50_020, 50_057, 50_034,
        ],
    ),
    (Remedy::Consent, &[65_001, 65_004, 90_094, 90_095, 90_099, 650_052, 650_056, 7_000_229]),
    (
        Remedy::Interact,
        &[50_058, 50_072, 50_074, 50_076, 50_078, 50_079, 50_097, 50_158, 16_000, 50_055, 50_126],
    ),
    (
        Remedy::SignInAgain,
        &[
            70_000, 70_008, 70_043, 700_082, 700_084, 50_173, 50_132, 50_133, 50_089, 54_005,
            500_133,
        ],
    ),
    (
        Remedy::Operator,
        &[
            7_000_215, 7_000_222, 7_000_218, 7_000_112, 700_024, 700_027, 700_030, 700_025, 50_012,
            1_000_502, 700_211, 700_212, 700_213, 700_021, 700_022, 700_023,
        ],
    ),
    (
        Remedy::Configuration,
        &[
            700_016, 700_011, 90_002, 90_038, 500_011, 50_194, 50_059, 900_023, 900_382, 9_001_023,
            70_011, 1_002_012, 90_014, 500_113, 50_011, 650_057,
        ],
    ),
];

impl SignInError {
    /// A refusal that the endpoint put into words.
    #[must_use]
    pub fn new(error: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            status: None,
            error: error.into(),
            description: description.into(),
            codes: Vec::new(),
            suberror: None,
            claims: None,
            retry_after: None,
            correlation_id: None,
        }
    }

    /// Whether the endpoint may answer otherwise soon.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if self.codes.contains(&LOOP) {
            return false;
        }
        self.error == "temporarily_unavailable"
            || self.status.is_some_and(is_retryable_status)
            || self.codes.iter().any(|code| TRANSIENT.contains(code))
    }

    /// Who has to do what.
    ///
    /// The OAuth error and the status decide. AADSTS codes, which Microsoft may change, only tell
    /// apart what one error stands for, as `invalid_grant` does for a dead grant, a missing consent
    /// and a second factor alike.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        if self.codes.contains(&LOOP) {
            return Remedy::Loop;
        }
        if self.is_retryable() {
            return Remedy::Retry;
        }
        match self.error.as_str() {
            "consent_required" => Remedy::Consent,
            "interaction_required" | "login_required" => {
                let policy = self.narrowed().filter(|remedy| *remedy == Remedy::Policy);
                policy.unwrap_or(Remedy::Interact)
            }
            "authorization_declined"
            | "expired_token"
            | "bad_verification_code"
            | "code_expired"
            | "state_mismatch"
            | "invalid_id_token"
            | "unknown_signing_key" => Remedy::Interact,
            "invalid_grant" => self.narrowed().unwrap_or(Remedy::SignInAgain),
            "invalid_client" => self.narrowed().unwrap_or(Remedy::Operator),
            "access_denied" => self.narrowed().unwrap_or(Remedy::Interact),
            _ => self.narrowed().unwrap_or(Remedy::Configuration),
        }
    }

    fn narrowed(&self) -> Option<Remedy> {
        let of_code = |code: &i64| {
            NARROWED.iter().find(|(_, codes)| codes.contains(code)).map(|(remedy, _)| *remedy)
        };
        self.codes.iter().find_map(of_code)
    }
}

impl fmt::Debug for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInError")
            .field("status", &self.status)
            .field("error", &self.error)
            .field("codes", &self.codes)
            .field("suberror", &self.suberror)
            .field("correlation_id", &self.correlation_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_decides_and_codes_only_tell_its_causes_apart() {
        for (status, error, code, remedy) in [
            (503, "server_error", 0, Remedy::Retry),
            (429, "invalid_request", 90_055, Remedy::Retry),
            (400, "temporarily_unavailable", 0, Remedy::Retry),
            (400, "invalid_request", 90_033, Remedy::Retry),
            (400, "interaction_required", 50_076, Remedy::Interact),
            (400, "interaction_required", 53_003, Remedy::Policy),
            (400, "login_required", 65_001, Remedy::Interact),
            (400, "consent_required", 50_076, Remedy::Consent),
            (400, "invalid_grant", 65_001, Remedy::Consent),
            (400, "invalid_grant", 50_076, Remedy::Interact),
            (400, "invalid_grant", 700_082, Remedy::SignInAgain),
            (400, "invalid_grant", 123_456, Remedy::SignInAgain),
            (400, "invalid_grant", 53_003, Remedy::Policy),
            (401, "invalid_client", 7_000_222, Remedy::Operator),
            (401, "invalid_client", 123_456, Remedy::Operator),
            (401, "invalid_client", 65_001, Remedy::Consent),
            (400, "unauthorized_client", 700_016, Remedy::Configuration),
            (400, "invalid_request", 90_002, Remedy::Configuration),
            (400, "invalid_scope", 70_011, Remedy::Configuration),
            (400, "invalid_resource", 500_011, Remedy::Configuration),
            (400, "access_denied", 0, Remedy::Interact),
            (400, "authorization_declined", 0, Remedy::Interact),
            (400, "invalid_request", 50_196, Remedy::Loop),
            (503, "server_error", 50_196, Remedy::Loop),
            (400, "what_nobody_knows", 0, Remedy::Configuration),
        ] {
            let mut refusal = SignInError::new(error, "");
            refusal.status = StatusCode::from_u16(status).ok();
            refusal.codes.push(code);
            assert_eq!(refusal.remedy(), remedy, "{error} {code}");
        }
    }

    #[test]
    fn no_code_has_two_remedies() {
        let all: Vec<_> = NARROWED.iter().flat_map(|(_, codes)| codes.iter()).collect();
        for code in &all {
            assert_eq!(all.iter().filter(|other| other == &code).count(), 1, "{code}");
            assert!(!TRANSIENT.contains(code) && **code != LOOP, "{code}");
        }
    }
}
