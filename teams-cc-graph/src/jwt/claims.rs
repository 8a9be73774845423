//! What a token says.

use serde_json::Value;
use teams_cc_core::TenantId;

use super::{JwtError, pick::pick};

/// The most audiences one token may name.
const MAX_AUDIENCES: usize = 16;

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
        let issuer = issuer.as_ref().and_then(Value::as_str).ok_or(JwtError::BadClaims)?;
        let audiences: Vec<Box<str>> = match &audience {
            Some(Value::String(one)) => vec![one.as_str().into()],
            Some(Value::Array(several)) if several.len() <= MAX_AUDIENCES => several
                .iter()
                .map(|one| one.as_str().map(Box::from).ok_or(JwtError::BadClaims))
                .collect::<Result<_, _>>()?,
            _ => return Err(JwtError::BadClaims),
        };
        let tenant = match tenant.or(other_tenant) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => {
                Some(TenantId::new(text.to_ascii_lowercase()).map_err(|_| JwtError::BadClaims)?)
            }
            Some(_) => return Err(JwtError::BadClaims),
        };
        let expires = expires.as_ref().map(numeric_date).ok_or(JwtError::BadClaims)??;
        let not_before = not_before.as_ref().map(numeric_date).transpose()?;
        Ok(Self { issuer: issuer.into(), audiences, tenant, expires, not_before })
    }
}

/// RFC 7519 §2: a number of seconds, which may have a fraction.
fn numeric_date(value: &Value) -> Result<i64, JwtError> {
    if let Some(whole) = value.as_i64() {
        return Ok(whole);
    }
    match value.as_f64() {
        // The bound keeps the conversion exact; it lies some 280,000 years ahead.
        Some(seconds) if seconds.abs() < 9e12 =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "bounded above and floored")]
            Ok(seconds.floor() as i64)
        }
        _ => Err(JwtError::BadClaims),
    }
}
