//! The whole day: bot, queue, expert, bridge, hold, transfer, overflow and emergency.

use teams_cc_stories::day;

#[test]
fn the_day_goes_its_way_through_graph_and_direct_routing() {
    let text = day(42, |_| {}).log.ladder().to_string();
    for step in [
        "bo declines",
        "the mailbox of bo answers",
        "customer 1 talks to cleo",
        "customer 2 talks to dora",
        "sip refuses the TLS handshake",
        "sip2: INVITE +1…50",
        "eve holds the call",
        "eve resumes the call",
        "sip2: REFER x-m=…",
        "202 Accepted (REFER)",
        "rings finn",
        "gus dials 112",
        "the emergency services answer",
    ] {
        assert!(text.contains(step), "no {step}:\n{text}");
    }
}

#[test]
fn on_another_day_somebody_else_declines() {
    let text = day(43, |_| {}).log.ladder().to_string();
    assert!(text.contains("ada declines"), "{text}");
}

#[test]
fn no_seed_breaks_a_rule_of_microsoft_or_loses_its_way() {
    for seed in 0..12 {
        let ended = day(seed, |_| {});
        let text = ended.log.ladder().to_string();
        assert_eq!(ended.broken, [], "seed {seed}\n{text}");
        for step in ["customer 2 talks to dora", "rings finn", "the emergency services answer"] {
            assert!(text.contains(step), "seed {seed}, no {step}:\n{text}");
        }
    }
}
