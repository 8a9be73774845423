//! What the doctor has to say.

use std::fmt;

/// One thing the doctor looked at, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// How bad it is.
    pub severity: Severity,
    /// Whose it is: the name of an app or a certificate, or an address.
    pub subject: Box<str>,
    /// What was found.
    pub says: String,
    /// What to do; none where nothing is to be done.
    pub remedy: Option<String>,
}

/// What the doctor looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Check {
    /// Whether the app gets a token.
    SignIn,
    /// Whether the token holds what is needed.
    Permission,
    /// Whether the tenant lets the app read presence.
    Presence,
    /// The address of call notifications.
    Callback,
    /// The address of change notifications.
    Notifications,
    /// The dates of a certificate.
    Certificate,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "programs decide by it")]
pub enum Severity {
    /// In order.
    Fine,
    /// In order today.
    Warning,
    /// Something will not work.
    Fault,
}

impl Finding {
    pub(super) fn fine(check: Check, subject: &str, says: impl Into<String>) -> Self {
        let (severity, says) = (Severity::Fine, says.into());
        Self { check, severity, subject: subject.into(), says, remedy: None }
    }

    pub(super) fn fault(check: Check, subject: &str, says: impl Into<String>) -> Self {
        Self { severity: Severity::Fault, ..Self::fine(check, subject, says) }
    }

    pub(super) fn warning(check: Check, subject: &str, says: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::fine(check, subject, says) }
    }

    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, {}: {}", self.severity, self.check, self.subject, self.says)?;
        match &self.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SignIn => "sign-in",
            Self::Permission => "permission",
            Self::Presence => "presence",
            Self::Callback => "call notifications",
            Self::Notifications => "change notifications",
            Self::Certificate => "certificate",
        })
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fine => "fine",
            Self::Warning => "warning",
            Self::Fault => "fault",
        })
    }
}
