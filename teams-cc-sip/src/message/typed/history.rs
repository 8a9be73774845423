//! How a call came here (RFC 7044, RFC 5806).

use std::fmt;

use super::{Diversion, HistoryInfo, Privacy, Reason};
use crate::message::{Grammar, Headers, NameAddr, SipUri};

/// The place of an entry in the tree of all targets, such as `1.2.1` (RFC 7044 §10.3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HistoryIndex(Vec<u32>);

/// The most levels of one index.
const MAX_LEVELS: usize = 64;

impl HistoryIndex {
    /// Reads an index: numbers with dots between them, at most 64.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let read = |level: &str| {
            level.bytes().all(|b| b.is_ascii_digit()).then(|| level.parse().ok()).flatten()
        };
        let levels: Option<Vec<u32>> = text.split('.').take(MAX_LEVELS + 1).map(read).collect();
        levels.filter(|levels| levels.len() <= MAX_LEVELS).map(Self)
    }

    /// The numbers, from the first level on.
    #[must_use]
    pub fn levels(&self) -> &[u32] {
        &self.0
    }

    /// Whether the entry of this index followed from that of the other.
    #[must_use]
    pub fn is_below(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }
}

impl fmt::Display for HistoryIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, level) in self.0.iter().enumerate() {
            write!(f, "{}{level}", if n == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

/// How a target was found (RFC 7044 §10.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7044 §10.2 names exactly three")]
pub enum TargetChange {
    /// `rc`: another address of the same user.
    Contact,
    /// `mp`: another user, as call forwarding has it.
    Mapped,
    /// `np`: no change of the target.
    Unchanged,
}

impl HistoryInfo {
    /// The place of the entry.
    #[must_use]
    pub fn index(&self) -> Option<HistoryIndex> {
        HistoryIndex::parse(self.params.get("index")?)
    }

    /// How the target was found, and from which entry.
    #[must_use]
    pub fn change(&self) -> Option<(TargetChange, HistoryIndex)> {
        let kinds = [
            ("rc", TargetChange::Contact),
            ("mp", TargetChange::Mapped),
            ("np", TargetChange::Unchanged),
        ];
        kinds
            .into_iter()
            .find_map(|(name, kind)| Some((kind, HistoryIndex::parse(self.params.get(name)?)?)))
    }

    /// Why the call left this target: the `Reason` headers escaped in the URI (§10.1).
    ///
    /// One that cannot be read is left out.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        hidden(self, "Reason").list().unwrap_or_default()
    }

    /// What shall be withheld of the entry: the `Privacy` header escaped in the URI (§10.1).
    #[must_use]
    pub fn privacy(&self) -> Option<Privacy> {
        hidden(self, "Privacy").typed().ok().flatten()
    }
}

/// The headers of one name that stand escaped in the URI.
fn hidden(address: &NameAddr, wanted: &str) -> Headers {
    let mut headers = Headers::new();
    let fields = address.uri.as_sip().into_iter().flat_map(SipUri::header_fields);
    for (name, value) in fields.take(Grammar::PARAMS) {
        if name.eq_ignore_ascii_case(wanted) {
            // One with a control character is not taken over.
            let _ = headers.push(wanted, value);
        }
    }
    headers
}

impl Diversion {
    /// Why the call was diverted (RFC 5806 §4), such as `unconditional` or `no-answer`.
    #[must_use]
    pub fn reason(&self) -> Option<std::borrow::Cow<'_, str>> {
        self.params.find("reason")?.value()
    }

    /// How many diversions the entry stands for; one where it does not say.
    #[must_use]
    pub fn counter(&self) -> u32 {
        self.params.get("counter").and_then(|n| n.parse().ok()).unwrap_or(1)
    }

    /// Whether the diverting number shall be withheld.
    #[must_use]
    pub fn is_private(&self) -> bool {
        let privacy = self.params.find("privacy").and_then(crate::message::Param::value);
        privacy.is_some_and(|p| !p.eq_ignore_ascii_case("off"))
    }
}
