//! One scenario file, two kinds of leg: equal events of contacts where their capabilities agree.

use std::collections::BTreeSet;

use teams_cc::core::contact::{ContactEvent, Verb};
use teams_cc_stories::legs::{Door, Line, Scenario, Trace, compare, play, scenarios};

fn both(scenario: &Scenario) -> (Trace, Trace) {
    (play(scenario, Door::Graph), play(scenario, Door::Trunk))
}

#[test]
fn one_scenario_file_yields_equal_events_on_graph_and_on_sip_where_capabilities_agree() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 8, "there are {}", scenarios.len());
    let mut wrong = Vec::new();
    for (name, scenario) in &scenarios {
        let (graph, trunk) = both(scenario);
        let listed: BTreeSet<Verb> = scenario.differs.iter().copied().collect();
        let told = match compare(scenario, &graph, &trunk) {
            Ok(made) if made == listed => continue,
            Ok(made) => format!("differs over {made:?}, and {listed:?} are listed"),
            Err(difference) => difference.to_string(),
        };
        wrong.push(format!("{name}: {told}\nover Graph:\n{graph}over the trunk:\n{trunk}\n"));
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn every_scenario_ends_and_some_of_them_differ_in_nothing() {
    let scenarios = scenarios();
    let equal = scenarios.values().filter(|scenario| scenario.differs.is_empty()).count();
    assert!(equal >= 8, "{equal} scenarios agree whole");
    let listed: BTreeSet<Verb> =
        scenarios.values().flat_map(|scenario| scenario.differs.iter().copied()).collect();
    assert!(listed.len() >= 4, "the files show where the legs differ: {listed:?}");
}

/// Whatever is changed in one trace is noticed, unless a listed verb answers for it.
#[test]
fn an_event_that_is_changed_left_out_or_told_twice_is_noticed() {
    let scenarios = scenarios();
    for (name, scenario) in scenarios.iter().filter(|(_, scenario)| scenario.differs.is_empty()) {
        let (graph, trunk) = both(scenario);
        assert_eq!(compare(scenario, &graph, &trunk), Ok(BTreeSet::new()), "{name}");
        for at in 0..trunk.lines.len() {
            let mut less = trunk.clone();
            less.lines.remove(at);
            assert!(compare(scenario, &graph, &less).is_err(), "{name}: without line {at}");
            let mut more = trunk.clone();
            more.lines.insert(at, trunk.lines[at].clone());
            assert!(compare(scenario, &graph, &more).is_err(), "{name}: line {at} twice");
            let mut other = trunk.clone();
            other.lines[at] = Line::Event(ContactEvent::Held);
            assert!(compare(scenario, &graph, &other).is_err(), "{name}: line {at} changed");
        }
    }
}

#[test]
fn a_verb_both_legs_know_excuses_no_difference() {
    let scenario = &scenarios()["greeted_and_taken"];
    let (graph, mut trunk) = both(scenario);
    assert!(compare(scenario, &graph, &trunk).is_ok());
    trunk.capabilities = graph.capabilities;
    let difference = compare(scenario, &graph, &trunk).expect_err("the prompt was not played");
    assert!(difference.to_string().contains("prompted"), "{difference}");
}
