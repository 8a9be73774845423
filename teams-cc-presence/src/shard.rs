//! Users in lots the service takes at once.

use std::collections::BTreeSet;

use teams_cc_core::UserId;

/// The most ids [getPresencesByUserId] takes.
///
/// [getPresencesByUserId]: https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid
pub const MAX_IDS: usize = 650;

/// Splits users into lots of at most `size`. Each user comes once, in the order of their ids.
///
/// Ids that differ only in ASCII case name one user: the service writes them as it likes. A size of
/// zero or over [`MAX_IDS`] counts as [`MAX_IDS`].
///
/// ```
/// use teams_cc_core::UserId;
/// use teams_cc_presence::shards;
///
/// let users: Vec<UserId> = (0..1500).map(|n| UserId::numbered("user-", n)).collect();
/// let sizes: Vec<usize> = shards(users, 650).iter().map(Vec::len).collect();
/// assert_eq!(sizes, [650, 650, 200]);
/// ```
#[must_use]
pub fn shards(users: impl IntoIterator<Item = UserId>, size: usize) -> Vec<Vec<UserId>> {
    let users: Vec<UserId> =
        users.into_iter().map(|user| normal(&user)).collect::<BTreeSet<_>>().into_iter().collect();
    users.chunks(clamped(size)).map(<[UserId]>::to_vec).collect()
}

/// A size the service takes.
pub(crate) fn clamped(size: usize) -> usize {
    if size == 0 { MAX_IDS } else { size.min(MAX_IDS) }
}

/// The one spelling of an id this crate compares by: lower case.
pub(crate) fn normal(user: &UserId) -> UserId {
    normal_of(user).unwrap_or_else(|| user.clone())
}

/// The same, where the id is spelt otherwise.
pub(crate) fn normal_of(user: &UserId) -> Option<UserId> {
    let other = user.as_str().bytes().any(|byte| byte.is_ascii_uppercase());
    // Lower case changes neither length nor kind of character, so the id stays an id.
    other.then(|| UserId::new(user.as_str().to_ascii_lowercase()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_that_differ_in_case_are_one_user() {
        let users = ["ABC-1", "abc-1", "abc-2"].map(|id| id.parse().unwrap());
        assert_eq!(shards(users, 0), [["abc-1".parse().unwrap(), "abc-2".parse().unwrap()]]);
    }

    proptest! {
        #[test]
        fn every_user_is_in_exactly_one_lot_and_no_lot_is_too_large(
            ids in prop::collection::vec(0u64..3000, 0..2500),
            size in 0usize..2000,
        ) {
            let users: BTreeSet<UserId> = ids.iter().map(|n| UserId::numbered("u", *n)).collect();
            let lots = shards(ids.iter().map(|n| UserId::numbered("u", *n)), size);
            prop_assert!(lots.iter().all(|lot| !lot.is_empty() && lot.len() <= clamped(size)));
            let together: Vec<UserId> = lots.into_iter().flatten().collect();
            prop_assert_eq!(together, users.into_iter().collect::<Vec<_>>());
        }
    }
}
