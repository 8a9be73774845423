//! What results of calls and of operations mean, in words.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::calling::CODES;
use crate::call::ResultCode;

/// The most explanations a [`Explanations`] is extended by; more are not taken.
pub const MAX_OWN_EXPLANATIONS: usize = 1024;

/// What a result means, as far as anybody says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Explanation {
    /// Somebody says what it means.
    Known {
        /// The result.
        code: ResultCode,
        /// What happened.
        cause: Cow<'static, str>,
        /// What to check; none where nothing is wrong.
        check: Option<Cow<'static, str>>,
        /// Who says so.
        evidence: Evidence,
    },
    /// Nobody documents it; both numbers are kept, to quote in a ticket.
    Unknown {
        /// The result.
        code: ResultCode,
    },
}

/// Who says what a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// A page or an example of Microsoft's documentation.
    Documented,
    /// The service's own message beside the code, as users saw it.
    Observed,
    /// The program that uses this crate.
    Own,
}

/// The catalogue of results, to be extended by what a program has learnt.
///
/// ```
/// use teams_cc_graph::call::ResultCode;
/// use teams_cc_graph::Explanations;
///
/// let known = Explanations::new().with(3003, "our carrier was down", "look at its status page");
/// let told = known.explain(ResultCode::new(500, 3003), None);
/// assert!(told.to_string().contains("our carrier was down"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Explanations {
    own: BTreeMap<i32, (String, String)>,
}

type Row = (i32, i32, &'static str, &'static str);

/// Results of operations, from the examples of their pages.
const OPERATIONS: &[Row] = &[
    (400, 8508, "the operation was cancelled", ""),
    (200, 8515, "the recording reached its longest duration", ""),
    (
        500,
        7000,
        "the transfer failed and the call is still here",
        "check that the target can be called from this tenant and was free to answer",
    ),
    (
        500,
        7700,
        "the consultative transfer failed",
        "keep the consultation call up until the transfer ends, and check replacesCallId",
    ),
];

impl Explanations {
    /// What Microsoft documents and what users saw.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Explain a subcode in a program's own words, before all others.
    #[must_use]
    pub fn with(
        mut self,
        subcode: i32,
        cause: impl Into<String>,
        check: impl Into<String>,
    ) -> Self {
        if self.own.len() < MAX_OWN_EXPLANATIONS {
            self.own.insert(subcode, (cause.into(), check.into()));
        }
        self
    }

    /// What a result means. The service's message may hold the code that says more.
    #[must_use]
    pub fn explain(&self, code: ResultCode, message: Option<&str>) -> Explanation {
        let inner = message.and_then(diagnostic);
        // The narrower code decides: 412/9999 with `DiagCode: 412#10073` is about 10073.
        let candidates = inner.into_iter().chain([code]);
        candidates
            .clone()
            .find_map(|code| self.own(code).or_else(|| known(code)))
            .unwrap_or(Explanation::Unknown { code: inner.unwrap_or(code) })
    }

    fn own(&self, code: ResultCode) -> Option<Explanation> {
        let (cause, check) = self.own.get(&code.subcode)?;
        let check = (!check.is_empty()).then(|| Cow::from(check.clone()));
        let evidence = Evidence::Own;
        Some(Explanation::Known { code, cause: cause.clone().into(), check, evidence })
    }
}

impl ResultCode {
    /// What the result means, by the catalogue of [`Explanations`].
    ///
    /// ```
    /// use teams_cc_graph::call::ResultCode;
    ///
    /// let text = "addParticipants failed. DiagCode: 412#10073.@";
    /// let told = ResultCode::new(412, 9999).explain(Some(text)).to_string();
    /// assert!(told.contains("resource account"), "{told}");
    /// assert_eq!(
    ///     ResultCode::new(500, 3003).explain(None).to_string(),
    ///     "code 500, subcode 3003, which nobody documents",
    /// );
    /// ```
    #[must_use]
    pub fn explain(self, message: Option<&str>) -> Explanation {
        Explanations::new().explain(self, message)
    }
}

impl Explanation {
    /// The result, as narrow as it is known.
    #[must_use]
    pub fn code(&self) -> ResultCode {
        match self {
            Self::Known { code, .. } | Self::Unknown { code } => *code,
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ResultCode { code, subcode } = self.code();
        match self {
            Self::Known { cause, check: Some(check), .. } => {
                write!(f, "{cause} (code {code}, subcode {subcode}): {check}")
            }
            Self::Known { cause, .. } => write!(f, "{cause} (code {code}, subcode {subcode})"),
            Self::Unknown { .. } => {
                write!(f, "code {code}, subcode {subcode}, which nobody documents")
            }
        }
    }
}

fn known(code: ResultCode) -> Option<Explanation> {
    let of_operation = OPERATIONS.iter().find(|row| (row.0, row.1) == (code.code, code.subcode));
    if let Some((.., cause, check)) = of_operation {
        let check = (!check.is_empty()).then_some(Cow::Borrowed(*check));
        let cause = Cow::Borrowed(*cause);
        return Some(Explanation::Known { code, cause, check, evidence: Evidence::Documented });
    }
    if let Some(cause) = code.meaning() {
        let (cause, check, evidence) = (cause.into(), None, Evidence::Documented);
        return Some(Explanation::Known { code, cause, check, evidence });
    }
    let subcode = code.subcode.to_string();
    let row = CODES.iter().find(|row| row.code == subcode);
    let row = row.or_else(|| {
        let code = code.code.to_string();
        CODES.iter().find(|row| row.code == code)
    })?;
    let (cause, check) = (row.cause.into(), Some(row.mend.into()));
    Some(Explanation::Known { code, cause, check, evidence: Evidence::Observed })
}

/// The code that a message quotes, as in `DiagCode: 412#10073.@`.
fn diagnostic(message: &str) -> Option<ResultCode> {
    let (_, rest) = message.split_once("DiagCode:")?;
    let (code, rest) = rest.trim_start().split_once('#')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let subcode = rest.get(..end)?;
    Some(ResultCode::new(code.parse().ok()?, subcode.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pain 22. Pain 36. Pain 37.
    #[test]
    fn each_result_says_what_happened_and_what_to_check() {
        let diag = |text: &'static str| Some(text);
        for (code, subcode, message, words) in [
            (200, 4097, None, "ended by the other participant"),
            (408, 8537, None, "keep-alive"),
            (400, 8508, None, "cancelled"),
            (200, 8515, None, "longest duration"),
            (500, 7000, None, "transfer failed"),
            (200, 7000, None, "ended by the bot"),
            (500, 7700, None, "replacesCallId"),
            (412, 9999, diag("No PSTN content. DiagCode: 412#10073"), "resource account"),
            (403, 9999, diag("Call lacks metadata. DiagCode: 403#10151.@"), "dial out"),
            (404, 10202, None, "consultation call"),
            (580, 0, None, "communication credits"),
            (400, 8536, None, "download the prompt"),
        ] {
            let told = ResultCode::new(code, subcode).explain(message);
            assert!(matches!(told, Explanation::Known { .. }), "{code}/{subcode}");
            assert!(told.to_string().contains(words), "{told}");
        }
    }

    #[test]
    fn what_nobody_documents_keeps_its_numbers() {
        for message in [None, Some("DiagCode: 3003#7106.@"), Some("DiagCode: x#y"), Some("#")] {
            let told = ResultCode::new(500, 3003).explain(message);
            let wanted = if message == Some("DiagCode: 3003#7106.@") { 7106 } else { 3003 };
            assert!(matches!(told, Explanation::Unknown { .. }), "{told}");
            assert_eq!(told.code().subcode, wanted);
        }
    }

    #[test]
    fn a_program_explains_before_all_others() {
        let own = Explanations::new().with(4097, "the customer hung up", "");
        let told = own.explain(ResultCode::new(200, 4097), None);
        assert_eq!(told.to_string(), "the customer hung up (code 200, subcode 4097)");
    }
}
