//! The table of Direct Routing's rows says what is true: each test it names is there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeSet, fs, path::Path};

const TABLE: &str = include_str!("../DIRECT_ROUTING.md");
const ROWS: usize = 140;

struct Row<'a> {
    id: &'a str,
    state: &'a str,
    tests: Vec<&'a str>,
    words: &'a str,
}

fn rows() -> Vec<Row<'static>> {
    let read = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, state, tests, words] = cells[..] else { panic!("four cells: {line}") };
        let tests = tests.split(", ").map(|name| name.trim_matches('`'));
        Row { id, state, tests: tests.filter(|name| !name.is_empty()).collect(), words }
    };
    TABLE.lines().filter(|line| line.starts_with("| DR-")).map(read).collect()
}

/// The names of all functions under a folder that stand behind `#[test]` or tokio's.
fn tests_under(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_under(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut is_marked = false;
            for line in text.lines().map(str::trim) {
                if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                    is_marked = true;
                } else if let Some((_, name)) = line.split_once("fn ")
                    && std::mem::take(&mut is_marked)
                {
                    found.insert(name.split('(').next().unwrap().to_owned());
                }
            }
            // Properties are tests inside of a macro of proptest's.
            if text.contains("proptest!") {
                let names = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
                found.extend(names.map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_row_is_there_once_and_says_how_it_stands() {
    let rows = rows();
    assert_eq!(rows.len(), ROWS);
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row.id, format!("DR-{:03}", number + 1));
        match row.state {
            "holds" => assert!(!row.tests.is_empty(), "{}: by which test?", row.id),
            "not applicable" | "not yet" => {
                assert!(row.tests.is_empty() && row.words.len() > 15, "{}: why?", row.id);
            }
            other => panic!("{}: {other}", row.id),
        }
    }
}

#[test]
fn every_row_that_holds_names_tests_that_exist() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for folder in ["src", "tests"] {
        tests_under(&here.join(folder), &mut found);
    }
    let named = rows().into_iter().flat_map(|row| row.tests.into_iter().map(move |t| (row.id, t)));
    let missing: Vec<_> = named.filter(|(_, test)| !found.contains(*test)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}
