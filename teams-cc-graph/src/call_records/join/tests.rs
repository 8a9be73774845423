//! Rows of logs and the records they belong to.

use serde_json::json;

use super::*;

fn record(id: &str, start: &str, end: &str, user: &str, phone: &str) -> CallRecord {
    serde_json::from_value(json!({
        "id": id, "version": 1, "startDateTime": start, "endDateTime": end,
        "participants_v2": [
            {"id": user, "identity": {"user": {"id": user}}},
            {"id": "p", "identity": {"phone": {"id": phone}}}
        ]
    }))
    .unwrap()
}

fn pstn(user: &str, start: &str, end: &str, caller: &str) -> PstnCallLogRow {
    serde_json::from_value(json!({
        "id": "row", "callId": "1835317186_112562680@61.221.3.176", "userId": user,
        "startDateTime": start, "endDateTime": end,
        "callerNumber": caller, "calleeNumber": "+12065550199"
    }))
    .unwrap()
}

/// User, beginning, end and caller of a row, and what is found.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static [Found]);
type Found = (&'static str, Confidence);

fn found(matches: &[RecordMatch<'_>]) -> Vec<(String, Confidence)> {
    let id = |found: &RecordMatch<'_>| found.record.id.text().unwrap_or_default().to_owned();
    matches.iter().map(|found| (id(found), found.confidence)).collect()
}

/// Pain 62: rows of calling plans carry no id of a record.
#[test]
fn a_row_of_a_calling_plan_finds_its_record_and_says_how_sure_it_is() {
    use Confidence::{Likely, Possible};
    let records = [
        record("r1", "2026-11-22T08:00:10Z", "2026-11-22T08:05:00Z", "U-1", "+12065550100"),
        record("r2", "2026-11-22T08:01:00Z", "2026-11-22T08:02:00Z", "u2", "+442079460000"),
        record("r3", "2026-11-22T08:01:30Z", "2026-11-22T08:09:00Z", "u2", "+442079461111"),
    ];
    let lookup = RecordLookup::new(&records);
    let cases: [Case; 7] = [
        // Same user, about the same time, same number.
        ("u1", "2026-11-22T08:00:00Z", "2026-11-22T08:04:50Z", "+12065550100", &[("r1", Likely)]),
        // The last digits of the number are hidden.
        ("u1", "2026-11-22T08:00:00Z", "2026-11-22T08:04:50Z", "+12065550***", &[("r1", Likely)]),
        // Another number, but both ends agree.
        ("u1", "2026-11-22T08:00:12Z", "2026-11-22T08:05:03Z", "+12065550111", &[("r1", Likely)]),
        // Another number, and the ends agree only about.
        ("u1", "2026-11-22T08:00:00Z", "2026-11-22T08:04:50Z", "+12065550111", &[("r1", Possible)]),
        // The number decides between two calls of one user.
        (
            "u2",
            "2026-11-22T08:01:20Z",
            "2026-11-22T08:02:10Z",
            "+442079461111",
            &[("r3", Likely), ("r2", Possible)],
        ),
        // Another user, or another time.
        ("u9", "2026-11-22T08:00:10Z", "2026-11-22T08:05:00Z", "+12065550100", &[]),
        ("u1", "2026-11-22T08:03:00Z", "2026-11-22T08:05:00Z", "+12065550100", &[]),
    ];
    for (user, start, end, caller, wanted) in cases {
        let wanted: Vec<_> = wanted.iter().map(|(id, sure)| ((*id).to_owned(), *sure)).collect();
        assert_eq!(
            found(&lookup.pstn(&pstn(user, start, end, caller))),
            wanted,
            "{start} {caller}"
        );
    }
}

/// Pain 62: what fits twice is not sure.
#[test]
fn two_records_that_fit_alike_are_both_only_possible() {
    let (start, end) = ("2026-11-22T08:00:00Z", "2026-11-22T08:05:00Z");
    let records = [
        record("r1", start, end, "u1", "+12065550100"),
        record("r2", "2026-11-22T08:00:01Z", end, "u1", "+12065550100"),
    ];
    let matches = RecordLookup::new(&records);
    let matches = matches.pstn(&pstn("u1", start, end, "+12065550100"));
    let wanted = ["r1", "r2"].map(|id| (id.to_owned(), Confidence::Possible));
    assert_eq!(found(&matches), wanted);
}

/// Pain 62: Direct Routing rows do carry it.
#[test]
fn a_direct_routing_row_finds_its_record_by_its_correlation_id() {
    let mut newer =
        record("C98E1515-A937", "2026-11-22T08:00:00Z", "2026-11-22T08:05:00Z", "u", "");
    newer = newer.version(2_i64);
    let records =
        [record("c98e1515-a937", "2026-11-22T08:00:00Z", "2026-11-22T08:05:00Z", "u", ""), newer];
    let lookup = RecordLookup::new(&records);
    let row = |correlation: &str| -> DirectRoutingLogRow {
        serde_json::from_value(json!({
            "correlationId": correlation, "userId": "u",
            "inviteDateTime": "2026-11-22T07:59:58Z", "endDateTime": "2026-11-22T08:05:01Z",
            "failureDateTime": "0001-01-01T00:00:00Z", "callerNumber": "+12345678***"
        }))
        .unwrap()
    };
    let matches = lookup.direct_routing(&row("c98e1515a937"));
    assert_eq!(found(&matches), [("C98E1515-A937".to_owned(), Confidence::Certain)]);
    assert_eq!(matches[0].record.version.get(), Some(&2));
    let matches = lookup.direct_routing(&row("other"));
    assert_eq!(found(&matches), [("C98E1515-A937".to_owned(), Confidence::Likely)]);
}

#[test]
fn rows_and_records_without_times_or_users_match_nothing() {
    let empty = [CallRecord::new(), CallRecord::new().id("x")];
    let lookup = RecordLookup::new(&empty);
    assert!(lookup.pstn(&PstnCallLogRow::new()).is_empty());
    assert!(lookup.direct_routing(&DirectRoutingLogRow::new()).is_empty());
    let row = pstn("u", "0001-01-01T00:00:00Z", "soon", "12");
    assert!(lookup.pstn(&row).is_empty());
}

#[test]
fn sessions_tell_users_and_numbers_as_well() {
    let record: CallRecord = serde_json::from_value(json!({
        "id": "r", "startDateTime": "2026-11-22T08:00:00Z",
        "sessions": [{
            "caller": {"@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
                       "identity": {"phone": {"id": "+12065550100"}}},
            "callee": {"@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
                       "associatedIdentity": {"id": "u1"}}
        }]
    }))
    .unwrap();
    let row = pstn("U1", "2026-11-22T08:01:00Z", "2026-11-22T08:02:00Z", "+1 (206) 555-0100");
    let lookup = RecordLookup::new([&record]);
    assert_eq!(found(&lookup.pstn(&row)), [("r".to_owned(), Confidence::Likely)]);
}
