//! The rows of the checklist: one behaviour each, with its grade.

use std::fmt;

/// Identifier, grade and behaviour, separated by tabs.
const TABLE: &str = include_str!("rows.tsv");

/// How binding a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    /// Microsoft states it as a must, or as what makes a call fail.
    Must,
    /// Microsoft recommends or describes it.
    Recommended,
    /// Inferred, or seen in the field only.
    Inferred,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "M",
            Self::Recommended => "R",
            Self::Inferred => "I",
        })
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// `DR-001` and so on.
    pub(super) id: &'static str,
    pub(super) grade: Grade,
    /// The behaviour.
    pub(super) text: &'static str,
}

/// Every row, in order.
pub(super) fn all() -> impl Iterator<Item = Row> {
    TABLE.lines().filter_map(|line| {
        let mut cells = line.split('\t');
        let (id, grade, text) = (cells.next()?, cells.next()?, cells.next()?);
        let grade = match grade {
            "M" => Grade::Must,
            "R" => Grade::Recommended,
            _ => Grade::Inferred,
        };
        Some(Row { id, grade, text })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_140_rows_in_order() {
        let ids: Vec<_> = all().map(|row| row.id.to_owned()).collect();
        let expected: Vec<_> = (1..=140).map(|number| format!("DR-{number:03}")).collect();
        assert_eq!(ids, expected);
    }
}
