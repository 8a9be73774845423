//! The checks, a file for each chapter of the checklist.

use std::pin::Pin;

use super::{own::Setting, stage::Stage, verdict::Outcome};

mod certificates;
mod failover;
mod hold;
mod into_teams;
mod media;
mod not_shown;
mod options;
mod out_of_teams;
mod tenants;
mod transfer;
mod transport;

pub(super) use not_shown::NOT_SHOWN;

/// A check, running.
type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// One row, played.
#[derive(Clone, Copy)]
pub(super) struct Check {
    /// The row it judges.
    pub(super) row: &'static str,
    /// How our trunk is set up for it; a foreign subject is as it is.
    pub(super) setting: Setting,
    pub(super) run: for<'a> fn(&'a mut Stage) -> Running<'a>,
}

/// A check of a row: `check!("DR-001", function)`, with a setting where it is not the plain one.
macro_rules! check {
    ($row:literal, $run:path) => {
        check!($row, $run, Plain)
    };
    ($row:literal, $run:path, $setting:ident) => {
        super::Check {
            row: $row,
            setting: crate::conformance::direct_routing::own::Setting::$setting,
            run: |stage| Box::pin($run(stage)),
        }
    };
}
pub(super) use check;

/// Every check, in the order in which a foreign subject meets them.
pub(super) fn all() -> Vec<Check> {
    [
        options::CHECKS,
        transport::CHECKS,
        certificates::CHECKS,
        into_teams::CHECKS,
        out_of_teams::CHECKS,
        transfer::CHECKS,
        hold::CHECKS,
        media::CHECKS,
        tenants::CHECKS,
        // What leaves traces, such as a proxy that is tried last for a while, comes at the end.
        failover::CHECKS,
        certificates::OTHERS,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::conformance::direct_routing::rows;

    #[test]
    fn every_row_has_a_check_or_a_reason_and_not_both() {
        let mut found: BTreeMap<&str, usize> = rows::all().map(|row| (row.id, 0)).collect();
        let reasons = NOT_SHOWN.iter().map(|(row, _)| *row);
        for row in all().iter().map(|check| check.row).chain(reasons) {
            *found.get_mut(row).unwrap_or_else(|| panic!("there is no row {row}")) += 1;
        }
        found.retain(|_, times| *times != 1);
        assert!(found.is_empty(), "accounted for other than once: {found:?}");
    }

    #[test]
    fn every_reason_says_something() {
        for (row, reason) in NOT_SHOWN {
            assert!(reason.len() > 20, "{row}: {reason}");
        }
    }
}
