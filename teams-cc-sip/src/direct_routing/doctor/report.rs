//! What the certificate doctor has to say.

use std::fmt;

/// What the doctor found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateReport {
    /// Each thing that was looked at, good or bad.
    pub findings: Vec<Finding>,
}

impl CertificateReport {
    /// Whether nothing is wrong that would keep the trunk from working.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Fault)
    }

    /// The findings that are at least so severe.
    pub fn at_least(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity >= severity)
    }

    pub(super) fn add(&mut self, severity: Severity, check: Check, text: impl Into<Box<str>>) {
        self.findings.push(Finding { severity, check, text: text.into() });
    }
}

impl fmt::Display for CertificateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

/// One thing the doctor found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was looked at.
    pub check: Check,
    /// What it is and what to do, in words.
    pub text: Box<str>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Good => "ok",
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Fault => "fault",
        };
        let check = match self.check {
            Check::Chain => "chain",
            Check::Dates => "dates",
            Check::Names => "names",
            Check::Usage => "usage",
            Check::Key => "key",
            Check::Roots => "roots",
        };
        write!(f, "{severity:<8} {check:<6} {}", self.text)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// As it should be.
    Good,
    /// Worth knowing.
    Note,
    /// Works today and may not tomorrow.
    Warning,
    /// Keeps the trunk from working.
    Fault,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Check {
    /// Whether every issuer follows, up to an authority.
    Chain,
    /// Whether each certificate is within its dates.
    Dates,
    /// Whether the trunk's names are covered.
    Names,
    /// Whether it may be a server's and a client's.
    Usage,
    /// Whether the private key fits.
    Key,
    /// Whether the authorities of Microsoft's present era are trusted.
    Roots,
}
