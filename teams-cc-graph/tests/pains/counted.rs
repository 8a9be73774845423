//! Every pain has its test.

const SOURCES: [&str; 5] = [
    include_str!("states.rs"),
    include_str!("notifications.rs"),
    include_str!("processes.rs"),
    include_str!("transfers.rs"),
    include_str!("groups.rs"),
];

#[test]
fn every_pain_has_exactly_one_test_by_its_number() {
    let tests = |number: u32| -> usize {
        let name = format!("fn pain_{number:02}_");
        SOURCES.iter().map(|source| source.matches(&name).count()).sum()
    };
    let wrong: Vec<_> = (12..=37).filter(|number| tests(*number) != 1).collect();
    assert!(wrong.is_empty(), "not tested, or twice: {wrong:?}");
    let all: usize = SOURCES.iter().map(|source| source.matches("fn pain_").count()).sum();
    assert_eq!(all, 26);
}
