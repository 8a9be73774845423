//! The index over days of calls, in no time.

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

/// Everything that comes out now: events and fetches as text, then the next time.
fn drain(index: &mut RecordIndex) -> (Vec<String>, Option<Timestamp>) {
    let mut out = Vec::new();
    loop {
        match index.poll_output() {
            Output::Event(event) => out.push(match event {
                RecordEvent::Recorded { id, version, after } => {
                    let after = after.map(|after| after.as_secs() / 60);
                    format!("recorded {id} {version} {after:?}")
                }
                RecordEvent::Changed { id, version } => format!("changed {id} {version}"),
                RecordEvent::Overdue { id, .. } => format!("overdue {id}"),
                RecordEvent::Lost { id, .. } => format!("lost {id}"),
                RecordEvent::Forgotten { id } => format!("forgotten {id}"),
            }),
            Output::Fetch { id } => out.push(format!("fetch {id}")),
            Output::Timeout(next) => return (out, next),
        }
    }
}

fn ended(id: &str, at: Timestamp) -> Input {
    Input::Ended { call_chain_id: id.to_owned(), at }
}

const START: &str = "2026-11-22T08:00:00Z";

/// Pain 60: a call without a record after an hour is noticed and asked for by its id.
#[test]
fn a_call_whose_record_does_not_come_is_asked_for_after_an_hour() {
    let now = at(START);
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    index.handle_input(now, ended("a", now));
    let (out, next) = drain(&mut index);
    assert!(out.is_empty());
    let hour = now + minutes(60);
    assert_eq!(next, Some(hour));
    index.handle_input(hour, Input::Tick);
    let (out, _) = drain(&mut index);
    assert_eq!(out, ["overdue a", "fetch a"]);
    // Not there yet: asked for again after 30 min, then 1 h, and told to be overdue only once.
    let mut now = hour;
    for wait in [30, 60, 120, 240, 360, 360] {
        index.handle_input(now, Input::Absent { id: "a".into() });
        let (out, next) = drain(&mut index);
        assert!(out.is_empty(), "{out:?}");
        assert_eq!(next, Some(now + minutes(wait)));
        now = now + minutes(wait);
        index.handle_input(now, Input::Tick);
        assert_eq!(drain(&mut index).0, ["fetch a"]);
    }
    index.handle_input(now, Input::Recorded { id: "A".into(), version: 1 });
    let after = now.since(at(START)).as_secs() / 60;
    assert_eq!(drain(&mut index).0, [format!("recorded a 1 Some({after})")]);
    assert_eq!(index.expected(), 0);
}

/// Pain 61: the id is known from the call itself, whatever spelling the record uses.
#[test]
fn a_record_in_time_is_never_asked_for_and_its_versions_are_told_once() {
    let now = at(START);
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    index.handle_input(now, ended("57DAB8B1-894C", now));
    let record = |version| Input::Recorded { id: "57dab8b1894c".into(), version };
    let mut told = Vec::new();
    for (minute, version) in [(10, 1), (11, 1), (40, 3), (41, 2), (42, 3)] {
        index.handle_input(now + minutes(minute), record(version));
        told.extend(drain(&mut index).0);
    }
    assert_eq!(told, ["recorded 57DAB8B1-894C 1 Some(10)", "changed 57DAB8B1-894C 3"]);
    index.handle_input(now + minutes(70), Input::Tick);
    assert!(drain(&mut index).0.is_empty());
    // It is remembered for a day after the last news, then forgotten in silence.
    let (_, next) = drain(&mut index);
    index.handle_input(next.unwrap(), Input::Tick);
    assert_eq!(drain(&mut index), (vec![], None));
}

#[test]
fn a_record_that_is_announced_is_asked_for_at_once_ours_or_not() {
    let now = at(START);
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    index.handle_input(now, ended("ours", now));
    for id in ["ours", "theirs"] {
        index.handle_input(now + minutes(5), Input::Announced { id: id.into() });
    }
    assert_eq!(drain(&mut index).0, ["fetch ours", "fetch theirs"]);
    let later = now + minutes(6);
    for id in ["ours", "theirs"] {
        index.handle_input(later, Input::Recorded { id: id.into(), version: 1 });
    }
    assert_eq!(drain(&mut index).0, ["recorded ours 1 Some(6)", "recorded theirs 1 None"]);
    // A later version is announced: it is read again, and old news of it changes nothing.
    index.handle_input(later, Input::Announced { id: "ours".into() });
    assert_eq!(drain(&mut index).0, ["fetch ours"]);
    index.handle_input(later, Input::Recorded { id: "ours".into(), version: 2 });
    assert_eq!(drain(&mut index).0, ["changed ours 2"]);
}

#[test]
fn a_record_that_came_before_the_end_of_its_call_is_not_missed() {
    let now = at(START);
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    index.handle_input(now, Input::Recorded { id: "a".into(), version: 1 });
    index.handle_input(now, ended("a", now));
    drain(&mut index);
    index.handle_input(now + minutes(61), Input::Tick);
    assert!(drain(&mut index).0.is_empty());
}

#[test]
fn a_record_that_never_comes_is_given_up() {
    let now = at(START);
    for answer in [Input::Absent { id: "a".into() }, Input::Failed { id: "a".into() }] {
        let mut index = RecordIndex::new(RecordIndexConfig::default());
        index.handle_input(now, ended("a", now));
        let mut all = Vec::new();
        while let (out, Some(next)) = drain(&mut index) {
            let asked = out.iter().any(|out| out.starts_with("fetch"));
            all.extend(out);
            assert!(all.len() < 5000, "it is asked for without end");
            let input = if asked { answer.clone() } else { Input::Tick };
            index.handle_input(next, input);
        }
        let (rest, _) = drain(&mut index);
        assert!(rest.is_empty());
        assert_eq!(all.iter().filter(|out| *out == "overdue a").count(), 1);
        assert_eq!(index.expected(), 0);
    }
}

/// Notifications come twice, as created and as updated, often in one post.
#[test]
fn a_question_is_not_lost_to_what_comes_before_it_is_taken() {
    let now = at(START);
    let announced = || Input::Announced { id: "a".into() };
    for between in [announced(), ended("a", now), ended("A", now)] {
        let mut index = RecordIndex::new(RecordIndexConfig::default());
        index.handle_input(now, announced());
        index.handle_input(now, between.clone());
        assert_eq!(drain(&mut index).0, ["fetch a"], "{between:?}");
    }
    // A failed question stays due soon, although its call ends only now.
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    index.handle_input(now, announced());
    drain(&mut index);
    index.handle_input(now, Input::Failed { id: "a".into() });
    index.handle_input(now, ended("a", now));
    assert_eq!(drain(&mut index), (vec![], Some(now + minutes(5))));
}

#[test]
fn an_answer_that_does_not_come_is_asked_for_again() {
    let now = at(START);
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    index.handle_input(now, Input::Announced { id: "a".into() });
    assert_eq!(drain(&mut index), (vec!["fetch a".into()], Some(now + ANSWER_WITHIN)));
    index.handle_input(now + ANSWER_WITHIN, Input::Tick);
    assert_eq!(drain(&mut index).0, ["fetch a"]);
}

#[test]
fn so_many_records_are_asked_for_at_once_and_no_more() {
    let now = at(START);
    let config = RecordIndexConfig { max_fetches: 2, ..RecordIndexConfig::default() };
    let mut index = RecordIndex::new(config);
    for id in ["a", "b", "c"] {
        index.handle_input(now, ended(id, now));
    }
    index.handle_input(now + minutes(60), Input::Tick);
    let (out, _) = drain(&mut index);
    assert_eq!(out, ["overdue a", "overdue b", "overdue c", "fetch a", "fetch b"]);
    index.handle_input(now + minutes(61), Input::Failed { id: "b".into() });
    assert_eq!(drain(&mut index).0, ["fetch c"]);
}

#[test]
fn at_the_bound_the_oldest_call_gives_way_and_is_told() {
    let now = at(START);
    let config = RecordIndexConfig { max_calls: 2, ..RecordIndexConfig::default() };
    let mut index = RecordIndex::new(config);
    for (id, minute) in [("b", 1), ("a", 0), ("c", 2)] {
        index.handle_input(now, ended(id, now + minutes(minute)));
    }
    assert_eq!(drain(&mut index).0, ["forgotten a"]);
    assert_eq!(index.expected(), 2);
}

#[test]
fn events_that_nobody_reads_are_bounded_and_counted() {
    let now = at(START);
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    for version in 0..=4096 {
        index.handle_input(now, Input::Recorded { id: "a".into(), version });
    }
    assert_eq!(index.missed_events(), 1);
    assert_eq!(drain(&mut index).0.len(), MAX_EVENTS);
}

#[test]
fn what_was_expected_is_expected_after_a_restart() {
    let now = at(START);
    let mut index = RecordIndex::new(RecordIndexConfig::default());
    index.handle_input(now, ended("a", now));
    index.handle_input(now, ended("b", now + minutes(30)));
    index.handle_input(now, Input::Recorded { id: "c".into(), version: 4 });
    drain(&mut index);
    let text = serde_json::to_string(&index.snapshot()).unwrap();
    let stored = serde_json::from_str(&text).unwrap();
    let later = now + minutes(75);
    let mut index = RecordIndex::restore(RecordIndexConfig::default(), later, stored);
    let (out, next) = drain(&mut index);
    assert_eq!(out, ["overdue a", "fetch a"]);
    assert_eq!(next, Some(later + ANSWER_WITHIN));
    index.handle_input(later, Input::Recorded { id: "c".into(), version: 4 });
    assert!(drain(&mut index).0.is_empty());
    // What an earlier version wrote is read.
    let old = r#"{"format":1,"records":[{"id":"x","ended":"2026-11-22T08:00:00Z","ours":true,"asked":2}]}"#;
    let index =
        RecordIndex::restore(RecordIndexConfig::default(), now, serde_json::from_str(old).unwrap());
    assert_eq!(index.expected(), 1);
}

fn input() -> impl Strategy<Value = Input> {
    let id = "[a-d]";
    prop_oneof![
        (id, 0..5_000_i64).prop_map(|(id, seconds)| ended(
            &id,
            Timestamp::from_unix_seconds(at(START).unix_seconds() + seconds)
        )),
        id.prop_map(|id| Input::Announced { id }),
        (id, 0..4_i64).prop_map(|(id, version)| Input::Recorded { id, version }),
        id.prop_map(|id| Input::Absent { id }),
        id.prop_map(|id| Input::Failed { id }),
        Just(Input::Tick),
    ]
}

proptest! {
    /// Whatever happens, the bounds hold, every call comes to an end, and none is told twice.
    #[test]
    fn every_call_comes_to_an_end(steps in prop::collection::vec((0..10_000_u64, input()), 0..60)) {
        let config = RecordIndexConfig { max_calls: 3, max_fetches: 2, ..RecordIndexConfig::default() };
        let mut index = RecordIndex::new(config);
        let mut now = at(START);
        let mut recorded = 0;
        for (seconds, input) in steps {
            now = now + Duration::from_secs(seconds);
            index.handle_input(now, input);
            prop_assert!(index.asking <= 2 && index.fetches.len() <= 2);
            prop_assert!(index.entries.len() <= 3);
            prop_assert_eq!(index.due.len() + index.ready.len(), index.entries.len());
            prop_assert_eq!(index.ended.len(), index.entries.len());
            let (out, next) = drain(&mut index);
            recorded += out.iter().filter(|out| out.starts_with("recorded")).count();
            prop_assert!(next.is_none_or(|next| next > now));
        }
        // With no record to be had, everything ends within the time to give up and to forget.
        let mut turns = 0;
        while let (_, Some(next)) = drain(&mut index) {
            now = next;
            index.handle_input(now, Input::Tick);
            let asked: Vec<String> = index.fetches.iter().cloned().collect();
            for id in asked {
                index.handle_input(now, Input::Absent { id });
            }
            turns += 1;
            prop_assert!(turns < 2000);
        }
        prop_assert!(index.entries.is_empty());
        prop_assert!(recorded <= 60);
    }
}
