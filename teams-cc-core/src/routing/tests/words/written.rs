//! Policies as people write them down.

use super::*;

#[test]
fn a_policy_comes_back_from_toml_and_json_as_it_was_written() {
    let rules = eligible()
        .gate(policy::presence(crate::agent::Availability::Available).max_age(secs(60)))
        .require(skill("billing").unwrap().at_least(3).relax_after(secs(20), 1))
        .prefer(preferred().hold(secs(15)))
        .rings([Ring::new(), Ring::new().after(secs(10)).without("en".parse().unwrap())])
        .rank(proficiency("billing").unwrap().then(longest_idle()).then(agent_id()))
        .ring(RingMode::parallel(2))
        .or_after(secs(45), Exit::Queue("backoffice".parse().unwrap()))
        .or_when(no_agents().lasting(secs(5)), Exit::Voicemail);
    let json = serde_json::to_string(&rules).unwrap();
    let back: Rules = serde_json::from_str(&json).unwrap();
    assert_eq!(format!("{back:?}"), format!("{rules:?}"));
}

#[test]
fn what_is_wrong_with_a_written_policy_is_told_with_its_line() {
    let cases = [
        ("rank = [\"level\"]\n", "line 1", "unit"),
        ("gate = []\nrank = [\"least_load\"]\n", "line", "tie-break"),
        ("rank = [\"agent_id\"]\n\nring = \"sometimes\"\n", "line 3", "sometimes"),
        (
            "rank = [\"agent_id\"]\ngate = [\n  { skill = { name = \"\" } },\n]\n",
            "line 3",
            "1 to 64",
        ),
        ("rank = [\"agent_id\"]\nrung = \"one\"\n", "line 2", "rung"),
        ("rank = [\"agent_id\", \"least_load\"]\n", "line", "nothing may follow"),
        (
            "rank = [\"agent_id\"]\nor_after = [{ wait = \"soon\", exit = \"voicemail\" }]\n",
            "line 2",
            "soon",
        ),
    ];
    for (text, line, what) in cases {
        let error = Rules::from_toml(text).unwrap_err().to_string();
        assert!(error.contains(line) && error.contains(what), "{text}: {error}");
    }
}
