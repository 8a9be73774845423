use super::*;

const NOW: Instant = Instant::from_secs(100);

fn id(text: &str) -> OperationId {
    OperationId::new(text).expect("an id")
}

fn report(
    key: Option<&str>,
    context: Option<&str>,
    outcome: Option<OperationOutcome>,
) -> OperationReport {
    OperationReport {
        key: key.map(Into::into),
        graph_id: key.map(Into::into),
        context: context.map(Into::into),
        outcome,
        ..OperationReport::default()
    }
}

fn take(
    operations: &mut Operations,
    report: OperationReport,
) -> Result<Option<(OperationId, OperationOutcome)>, UnknownOperation> {
    let ending = operations.report(report, Learned::Notification)?;
    Ok(ending.filter(|it| it.told).map(|it| (it.result.id, it.result.outcome)))
}

const DONE: Option<OperationOutcome> = Some(OperationOutcome::Completed);

#[test]
fn an_operation_ends_once_by_context_or_by_id() {
    let mut operations = Operations::default();
    operations.begin(NOW, id("a"), true);
    operations.begin(NOW, id("b"), true);
    assert_eq!(take(&mut operations, report(Some("k"), Some("b"), None)), Ok(None));
    assert_eq!(
        take(&mut operations, report(Some("k"), None, DONE)),
        Ok(Some((id("b"), OperationOutcome::Completed)))
    );
    assert_eq!(
        take(&mut operations, report(None, Some("a"), DONE)),
        Ok(Some((id("a"), OperationOutcome::Completed)))
    );
    assert_eq!(take(&mut operations, report(None, Some("a"), DONE)), Err(UnknownOperation));
}

#[test]
fn an_end_that_overtakes_the_response_is_kept_for_it() {
    let mut operations = Operations::default();
    operations.begin(NOW, id("a"), true);
    assert_eq!(take(&mut operations, report(Some("k"), None, DONE)), Err(UnknownOperation));
    assert_eq!(
        take(&mut operations, report(Some("k"), Some("a"), None)),
        Ok(Some((id("a"), OperationOutcome::Completed)))
    );
}

#[test]
fn an_operation_nobody_waits_for_ends_in_silence() {
    let mut operations = Operations::default();
    operations.begin(NOW, id("a"), false);
    assert_eq!(take(&mut operations, report(None, Some("a"), DONE)), Ok(None));
    assert!(operations.by_context.is_empty());
}

#[test]
fn early_ends_are_bounded() {
    let mut operations = Operations::default();
    operations.begin(NOW, id("a"), true);
    for n in 0..100 {
        let _ = take(&mut operations, report(Some(&n.to_string()), None, DONE));
    }
    assert_eq!(operations.early.len(), MAX_EARLY);
}

/// Traps 34, 36.
#[test]
fn the_end_of_an_operation_is_told_from_status_and_result() {
    use OperationOutcome::{Cancelled, Completed, Failed};
    let code = |code, subcode| Some(ResultCode::new(code, subcode));
    let cases = [
        (false, false, false, None, None),
        (true, false, false, None, Some(Completed)),
        (true, false, true, code(200, 8515), Some(Completed)),
        (false, true, true, code(400, 8508), Some(Cancelled)),
        (false, true, true, code(500, 8505), Some(Failed { code: 500, subcode: 8505 })),
        (false, true, false, None, Some(Failed { code: 0, subcode: 0 })),
        (false, false, true, None, Some(Completed)),
        (false, false, true, code(400, 8508), Some(Cancelled)),
    ];
    for (completed, failed, deleted, result, outcome) in cases {
        assert_eq!(
            OperationReport::outcome_of(completed, failed, deleted, result),
            outcome,
            "{completed} {failed} {deleted} {result:?}"
        );
    }
}

#[test]
fn an_operation_that_stays_silent_is_asked_about_less_and_less_often() {
    let mut operations = Operations::default();
    operations.begin(NOW, id("a"), true);
    assert_eq!(take(&mut operations, report(Some("k"), Some("a"), None)), Ok(None));
    let mut waits = Vec::new();
    let mut now = NOW;
    for _ in 0..7 {
        let due = operations.deadline().expect("a deadline");
        assert_eq!(operations.due(now), None);
        waits.push(due.since(now).as_secs());
        now = due;
        assert_eq!(operations.due(now), Some((id("a"), "k".into())));
        operations.postpone(now, &id("a"));
    }
    assert_eq!(waits, [30, 60, 120, 240, 300, 300, 300]);
}

#[test]
fn an_operation_graph_does_not_know_ends_as_unknown_at_the_second_look() {
    let mut operations = Operations::default();
    operations.begin(NOW, id("a"), true);
    take(&mut operations, report(Some("k"), Some("a"), None)).expect("known");
    assert_eq!(operations.missed(NOW, &id("a")), None);
    let ending = operations.missed(NOW, &id("a")).expect("an end");
    assert_eq!(ending.result.outcome, OperationOutcome::Unknown);
    assert_eq!(operations.deadline(), None);
}

#[test]
fn an_operation_graph_never_named_ends_as_unknown_in_the_end() {
    let mut operations = Operations::default();
    operations.begin(NOW, id("a"), true);
    assert_eq!(operations.give_up(NOW + OPERATION_CHECK), None);
    assert_eq!(operations.deadline(), Some(NOW + NAMELESS));
    let ending = operations.give_up(NOW + NAMELESS).expect("an end");
    assert_eq!(ending.result.outcome, OperationOutcome::Unknown);
}
