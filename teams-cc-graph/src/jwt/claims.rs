//! What a token says.

use teams_cc_core::TenantId;

use super::JwtError;
use super::pick::{Picked, pick};

/// The long spelling of `tid` that some issuers of the calling service use.
const TENANT_CLAIM: &str = "http://schemas.microsoft.com/identity/claims/tenantid";

/// What a token with a valid signature says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// Who issued the token (`iss`).
    pub issuer: Box<str>,
    /// Whom the token is for (`aud`), one or several.
    pub audiences: Vec<Box<str>>,
    /// The tenant the token speaks for (`tid`).
    pub tenant: Option<TenantId>,
    /// The end of its life in seconds since 1970 (`exp`).
    pub expires: i64,
    /// The beginning of its life in seconds since 1970 (`nbf`).
    pub not_before: Option<i64>,
}

impl Claims {
    /// Reads the claims this crate looks at; the others are of no concern.
    pub(super) fn read(json: &[u8]) -> Result<Self, JwtError> {
        let names = ["iss", "aud", "tid", TENANT_CLAIM, "exp", "nbf"];
        let [issuer, audience, tenant, other_tenant, expires, not_before] =
            pick(json, names).ok_or(JwtError::Malformed)?;
        let issuer = issuer.as_ref().and_then(Picked::text).ok_or(JwtError::BadClaims)?;
        let audiences = match audience {
            Some(Picked::Text(one)) => vec![one.into()],
            Some(Picked::Texts(several)) => several.into_iter().map(Into::into).collect(),
            _ => return Err(JwtError::BadClaims),
        };
        let tenant = match tenant.or(other_tenant) {
            None | Some(Picked::Null) => None,
            Some(Picked::Text(text)) => {
                // Nearly always it is written so already.
                let lower = if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    TenantId::new(text.to_ascii_lowercase())
                } else {
                    TenantId::new(text.as_ref())
                };
                Some(lower.map_err(|_| JwtError::BadClaims)?)
            }
            Some(_) => return Err(JwtError::BadClaims),
        };
        let expires = expires.as_ref().map(numeric_date).ok_or(JwtError::BadClaims)??;
        let not_before = not_before.as_ref().map(numeric_date).transpose()?;
        Ok(Self { issuer: issuer.into(), audiences, tenant, expires, not_before })
    }
}

/// RFC 7519 §2: a number of seconds, which may have a fraction.
fn numeric_date(value: &Picked<'_>) -> Result<i64, JwtError> {
    match *value {
        Picked::Whole(seconds) => Ok(seconds),
        // The bound keeps the conversion exact; it lies some 280,000 years ahead.
        Picked::Number(seconds) if seconds.abs() < 9e12 =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "bounded above and floored")]
            Ok(seconds.floor() as i64)
        }
        _ => Err(JwtError::BadClaims),
    }
}
