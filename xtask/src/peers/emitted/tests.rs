use serde_json::json;

use super::*;

fn emitted(body: Value) -> Emitted {
    Emitted { method: "POST".to_owned(), path: "/calls".to_owned(), body }
}

fn theirs(body: Value) -> Vec<Theirs> {
    vec![Theirs {
        request: "createCall".to_owned(),
        form: "named".to_owned(),
        emitted: emitted(body),
    }]
}

fn failures(ours: Value, theirs: &[Theirs], table: &str) -> Vec<String> {
    let ours = BTreeMap::from([("createCall", emitted(ours))]);
    let table: Table = toml::from_str(table).unwrap();
    let checks = compare("msgraph-sdk", &ours, theirs, &table);
    let failed = |(name, result): (String, Result<(), Failure>)| {
        result.err().map(|failure| format!("{name}: {failure}"))
    };
    checks.into_iter().filter_map(failed).collect()
}

const NONE: &str = "reasons = {}\ndifference = []";
const ONE: &str = r#"
reasons = { why = "it is so" }
[[difference]]
request = "createCall"
form = "named"
reason = "why"
ours = { "/a/0/b" = 1 }
theirs = { "/a/0/b" = 2 }
"#;

#[test]
fn equal_requests_pass_in_any_order_of_properties() {
    let ours = json!({"a": 1, "b": {"c": null}});
    assert!(failures(ours, &theirs(json!({"b": {"c": null}, "a": 1})), NONE).is_empty());
}

#[test]
fn a_difference_fails_unless_the_table_lists_it_with_its_values() {
    let sides = |a, b| (json!({"a": [{"b": a}]}), theirs(json!({"a": [{"b": b}]})));
    let (ours, sdk) = sides(1, 2);
    assert_eq!(failures(ours.clone(), &sdk, NONE).len(), 1);
    assert!(failures(ours, &sdk, ONE).is_empty());
    let (ours, sdk) = sides(1, 3);
    assert_eq!(failures(ours, &sdk, ONE).len(), 2, "an unlisted one, and a listed one not used");
}

#[test]
fn a_listed_difference_that_no_longer_holds_fails() {
    let same = json!({"a": [{"b": 1}]});
    let failed = failures(same.clone(), &theirs(same), ONE);
    assert_eq!(failed, ["createCall (named) differs because it is so: holds at 0 of 1 places"]);
}

#[test]
fn null_is_not_absence_and_a_longer_list_is_another() {
    for (ours, sdk) in [
        (json!({"a": null}), json!({})),
        (json!({"a": [1]}), json!({"a": [1, 2]})),
        (json!({"a": {}}), json!({"a": []})),
        (json!(null), json!({})),
    ] {
        assert_eq!(failures(ours, &theirs(sdk), NONE).len(), 1);
    }
}

#[test]
fn method_and_path_count_and_so_does_a_request_only_one_side_makes() {
    let mut other = theirs(json!(1));
    other[0].emitted.method = "PUT".to_owned();
    other[0].emitted.path = "/call".to_owned();
    let failed = failures(json!(1), &other, NONE);
    assert!(failed[0].contains("method: ours \"POST\"") && failed[0].contains("path: "));
    other[0].request = "answer".to_owned();
    assert_eq!(failures(json!(1), &other, NONE).len(), 2);
}

#[test]
fn the_table_reads_and_gives_reasons() {
    let table: Table = toml::from_str(include_str!("../../../peers/differences.toml")).unwrap();
    assert!(table.reasons.values().all(|reason| reason.len() > 20));
    for entry in &table.difference {
        assert!(table.reasons.contains_key(&entry.reason), "{entry:?}");
        assert!(ours::requests().contains_key(&*entry.request), "{entry:?}");
    }
    let used = |name: &String| table.difference.iter().any(|entry| entry.reason == *name);
    assert!(table.reasons.keys().all(used));
}
