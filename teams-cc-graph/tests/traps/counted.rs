//! Every trap has its test.

const SOURCES: [&str; 9] = [
    include_str!("enumerations.rs"),
    include_str!("discriminators.rs"),
    include_str!("open_types.rs"),
    include_str!("spelling.rs"),
    include_str!("values.rs"),
    include_str!("times.rs"),
    include_str!("live_calls.rs"),
    include_str!("protocol.rs"),
    include_str!("links.rs"),
];

#[test]
fn every_trap_has_exactly_one_test_by_its_number() {
    let tests = |number: u32| -> usize {
        let name = format!("fn trap_{number:02}_");
        SOURCES.iter().map(|source| source.matches(&name).count()).sum()
    };
    let wrong: Vec<_> = (1..=44).filter(|number| tests(*number) != 1).collect();
    assert!(wrong.is_empty(), "not tested, or twice: {wrong:?}");
    let all: usize = SOURCES.iter().map(|source| source.matches("fn trap_").count()).sum();
    assert_eq!(all, 44);
}
