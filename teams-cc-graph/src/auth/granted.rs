//! What a token says it grants.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use teams_cc_core::secret::Secret;

/// The longest payload read; Microsoft's own stay below, even with hundreds of roles.
const MAX_PAYLOAD: usize = 64 * 1024;

/// What a token says it grants, unverified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Granted {
    /// The tenant it was issued in (`tid`).
    pub tenant: Option<String>,
    /// The app it was issued to (`appid`, or `azp`).
    pub app: Option<String>,
    /// Application permissions (`roles`).
    pub roles: Vec<String>,
    /// Delegated permissions (`scp`).
    pub scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Payload {
    tid: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scp: String,
}

impl Granted {
    /// Read the payload of a JWT (RFC 7519 §3), whose signature only the service can check.
    pub(crate) fn read(token: &Secret) -> Option<Self> {
        let payload = token.reveal().split('.').nth(1)?;
        if payload.len() > MAX_PAYLOAD {
            return None;
        }
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let payload: Payload = serde_json::from_slice(&payload).ok()?;
        Some(Self {
            tenant: payload.tid,
            app: payload.appid.or(payload.azp),
            roles: payload.roles,
            scopes: payload.scp.split_whitespace().map(str::to_owned).collect(),
        })
    }

    /// Whether a permission of this name is granted, to the app or for a person.
    #[must_use]
    pub fn holds(&self, permission: &str) -> bool {
        self.roles.iter().chain(&self.scopes).any(|held| held.eq_ignore_ascii_case(permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_says_who_holds_what_and_an_opaque_token_says_nothing() {
        let token =
            |payload: &str| Secret::new(format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload)));
        let granted = Granted::read(&token(
            r#"{"tid":"t1","appid":"a1","roles":["Calls.Initiate.All"],"scp":"Chat.Read User.Read"}"#,
        ))
        .unwrap();
        assert_eq!((granted.tenant.as_deref(), granted.app.as_deref()), (Some("t1"), Some("a1")));
        assert!(granted.holds("calls.initiate.all") && granted.holds("Chat.Read"));
        assert!(!granted.holds("Calls.AccessMedia.All"));
        for opaque in ["", "opaque", "a.b.c", "e30.!.x", "e30.W10.x"] {
            assert_eq!(Granted::read(&Secret::new(opaque.to_owned())), None, "{opaque}");
        }
        assert_eq!(Granted::read(&token(&format!("{}{{}}", " ".repeat(80_000)))), None);
    }
}
