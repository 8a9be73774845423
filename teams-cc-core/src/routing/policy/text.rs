//! Policies as people write them down.

use serde::{Deserialize, Serialize};

use super::{
    Gate, KEY_WIDTH, Prefer, RankBy, RingMode, Rules, condition::When, rings::Rings, rules::After,
};

/// The form of a policy in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gate: Vec<Gate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rings: Option<Rings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefer: Option<Prefer>,
    rank: Vec<RankBy>,
    #[serde(default)]
    ring: RingMode,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    or_after: Vec<After>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    or_when: Vec<When>,
}

/// Why something written down is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Two agents could be equal, and nothing says who comes first.
    #[error("the ranking has no tie-break: end it with \"agent_id\"")]
    Ambiguous,
    /// The tie-break stands before other rankings, which then say nothing.
    #[error("\"agent_id\" decides every tie, so nothing may follow it")]
    AfterTieBreak,
    /// There are more rankings than [`KEY_WIDTH`].
    #[error("at most 4 rankings, \"agent_id\" aside")]
    TooManyRankings,
    /// The text is no policy, at this line.
    #[error("line {line}: {message}")]
    Syntax {
        /// Where, from 1.
        line: usize,
        /// What is wrong.
        message: Box<str>,
    },
}

impl TryFrom<Written> for Rules {
    type Error = PolicyError;

    fn try_from(written: Written) -> Result<Self, PolicyError> {
        let ids = written.rank.iter().position(|rank| matches!(rank, RankBy::AgentId));
        match ids {
            None => return Err(PolicyError::Ambiguous),
            Some(at) if at + 1 < written.rank.len() => return Err(PolicyError::AfterTieBreak),
            Some(at) if at > KEY_WIDTH => return Err(PolicyError::TooManyRankings),
            Some(_) => {}
        }
        Ok(Self {
            gates: written.gate,
            rings: written.rings,
            prefer: written.prefer,
            ranks: written.rank,
            ring: written.ring,
            after: written.or_after,
            when: written.or_when,
        })
    }
}

impl From<Rules> for Written {
    fn from(rules: Rules) -> Self {
        Self {
            gate: rules.gates,
            rings: rules.rings,
            prefer: rules.prefer,
            rank: rules.ranks,
            ring: rules.ring,
            or_after: rules.after,
            or_when: rules.when,
        }
    }
}

impl Rules {
    /// Reads a policy from TOML.
    ///
    /// ```
    /// use teams_cc_core::routing::policy::Rules;
    ///
    /// let support = Rules::from_toml(r#"
    ///     gate = [
    ///         { presence = { allowed = ["Available"], max_age = 60 } },
    ///         { skill = { name = "billing", at_least = 3, relax = [{ after = 20, to = 1 }] } },
    ///     ]
    ///     rank = [{ longest_idle = "became_available" }, "agent_id"]
    ///     or_after = [{ wait = 45, exit = { queue = "backoffice" } }]
    ///     or_when = [{ condition = { no_agents = {} }, exit = "voicemail" }]
    /// "#)?;
    /// let error = Rules::from_toml("gate = []\nrank = [\"least_talk_time\"]\n").unwrap_err();
    /// assert!(error.to_string().contains("tie-break"));
    /// # let _ = support;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PolicyError`] with the line where the text is wrong.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        toml::from_str(text).map_err(|error| PolicyError::Syntax {
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            message: error.message().into(),
        })
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
