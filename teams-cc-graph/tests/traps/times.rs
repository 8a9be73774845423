//! Dates and lengths.

use serde_json::json;
use teams_cc_core::Timestamp;
use teams_cc_graph::model::Presence;
use teams_cc_graph::model::call_records::{DirectRoutingLogRow, MediaStream};

use crate::read;
use crate::service::{answer, service};

/// Trap 30.
#[test]
fn trap_30_times_keep_every_digit_and_every_offset() {
    let noon: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    for (time, wanted) in [
        ("2026-11-22T12:00:00Z", Some(noon)),
        ("2026-11-22T12:00:00.00Z", Some(noon)),
        ("2026-11-22T12:00:00.000Z", Some(noon)),
        ("2026-11-22T12:00:00.000000Z", Some(noon)),
        ("2026-11-22T12:00:00.0000000Z", Some(noon)),
        ("2026-11-22T12:00:00+00:00", Some(noon)),
        ("2026-11-22T04:00:00-08:00", Some(noon)),
        ("2026-11-22T05:00:00.000-07:00", Some(noon)),
        ("2026-11-22T17:30:00.0000000+05:30", Some(noon)),
        ("2026-11-22T12:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00.0000000Z", None),
    ] {
        let row: DirectRoutingLogRow = read(&json!({ "failureDateTime": time }));
        let read = row.failure_date_time.get().unwrap();
        assert_eq!((read.as_str(), read.timestamp()), (time, wanted));
        assert_eq!(read.is_unset(), time.starts_with("0001"));
    }
    let ticks = "2026-11-22T12:00:00.1234567Z";
    let row: DirectRoutingLogRow = read(&json!({ "failureDateTime": ticks }));
    let time = row.failure_date_time.get().unwrap().timestamp().unwrap();
    assert_eq!(time.to_string(), ticks, "a tick of 100 ns is not cut off");
    assert!(time > noon);
}

/// Trap 31.
#[tokio::test]
async fn trap_31_dates_of_a_function_stand_unquoted_and_without_a_plus() {
    let (service, client) = service([answer(200, r#"{"value":[]}"#)]);
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (from, to) = (at("2019-11-01T02:00:00+02:00"), at("2019-11-02T00:00:00.1234567Z"));
    let records = client.communications().call_records();
    records.pstn_calls(from, to).await.unwrap();
    let range = "(fromDateTime=2019-11-01T00%3A00%3A00Z,toDateTime=2019-11-02T00%3A00%3A00Z)";
    let uri = service.uri();
    assert!(uri.ends_with(&format!("/communications/callRecords/getPstnCalls{range}")), "{uri}");
    records.direct_routing_calls(from, to).await.unwrap();
    let uri = service.uri();
    assert!(uri.ends_with(&format!("/getDirectRoutingCalls{range}")), "{uri}");
}

/// Trap 32.
#[test]
fn trap_32_a_length_keeps_its_text_and_the_expiry_of_a_status_has_a_zone_of_its_own() {
    for (text, millis) in [
        ("PT0.016S", Some(16)),
        ("PT1H", Some(3_600_000)),
        ("PT20M", Some(1_200_000)),
        ("P1DT1H", Some(90_000_000)),
        ("-PT1S", None),
        ("P1Y", None),
        ("P1M", None),
        ("", None),
    ] {
        let stream: MediaStream = read(&json!({ "averageJitter": text }));
        let length = stream.average_jitter.get().unwrap();
        assert_eq!(length.as_str(), text);
        assert_eq!(length.to_duration(), millis.map(std::time::Duration::from_millis), "{text}");
    }
    let presence: Presence = read(&json!({"statusMessage": {"expiryDateTime":
        {"dateTime": "2026-11-22T08:00:00.0000000", "timeZone": "Pacific Standard Time"}}}));
    let expiry = presence.status_message.get().unwrap().expiry_date_time.get().unwrap();
    assert_eq!(expiry.date_time.text(), Some("2026-11-22T08:00:00.0000000"));
    assert_eq!(expiry.time_zone.text(), Some("Pacific Standard Time"));
}
