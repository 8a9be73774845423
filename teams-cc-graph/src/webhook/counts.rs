//! What has been seen so far.

use std::collections::BTreeMap;

use crate::jwt::JwtError;

/// What an intake has seen so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntakeCounts {
    /// Requests whose notifications were handed on.
    pub accepted: u64,
    /// Requests refused for their token, by reason.
    pub refused: BTreeMap<JwtError, u64>,
    /// Requests in the older Skype protocol.
    pub legacy: u64,
    /// Requests whose body was too large.
    pub too_large: u64,
    /// Requests whose body could not be read at all.
    pub unreadable_bodies: u64,
    /// Single notifications that could not be read among others that could.
    pub unreadable_notifications: u64,
    /// Requests turned away because the sink was full.
    pub turned_away: u64,
    /// Requests whose token was proven before, so that no signature had to be checked.
    pub repeated_tokens: u64,
    /// Requests refused because they tell of a call of another tenant than their token's.
    pub foreign_calls: u64,
    /// Requests sent on to another place.
    pub redirected: u64,
    /// Participants about to join that were answered.
    pub joins_decided: u64,
    /// Of these, answers that took longer than [`JOIN_DECISION_BOUND`](super::JOIN_DECISION_BOUND).
    pub joins_decided_late: u64,
    /// Validations of subscriptions answered.
    pub validations: u64,
    /// Changes of subscribed resources, and events of subscriptions, that were handed on.
    pub changes: u64,
    /// Changes passed over because they lack the secret of their subscription.
    pub unproven_changes: u64,
}

impl IntakeCounts {
    /// The figures by name, for whatever reports them; the names are those of the fields.
    ///
    /// What was refused is one figure here, whatever the reason.
    pub fn figures(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        // Every field by name, so that none is forgotten.
        let Self {
            accepted,
            refused,
            legacy,
            too_large,
            unreadable_bodies,
            unreadable_notifications,
            turned_away,
            repeated_tokens,
            foreign_calls,
            redirected,
            joins_decided,
            joins_decided_late,
            validations,
            changes,
            unproven_changes,
        } = self;
        [
            ("accepted", *accepted),
            ("refused", refused.values().fold(0, |sum, more| sum.saturating_add(*more))),
            ("legacy", *legacy),
            ("too_large", *too_large),
            ("unreadable_bodies", *unreadable_bodies),
            ("unreadable_notifications", *unreadable_notifications),
            ("turned_away", *turned_away),
            ("repeated_tokens", *repeated_tokens),
            ("foreign_calls", *foreign_calls),
            ("redirected", *redirected),
            ("joins_decided", *joins_decided),
            ("joins_decided_late", *joins_decided_late),
            ("validations", *validations),
            ("changes", *changes),
            ("unproven_changes", *unproven_changes),
        ]
        .into_iter()
    }

    pub(super) fn add(count: &mut u64, more: usize) {
        *count = count.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_under_the_names_they_have() {
        let refused = BTreeMap::from([(JwtError::Missing, 2), (JwtError::Expired, 3)]);
        let counts = IntakeCounts { accepted: 9, refused, ..IntakeCounts::default() };
        let told: Vec<_> = counts.figures().collect();
        let not_none: Vec<_> = told.iter().filter(|(_, count)| *count > 0).copied().collect();
        assert_eq!(not_none, [("accepted", 9), ("refused", 5)]);
        let debug = format!("{counts:?}");
        for (name, _) in told {
            assert!(debug.contains(&format!("{name}: ")), "{name} in {debug}");
        }
    }
}
