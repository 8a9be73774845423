//! Odd but legal posts: each is taken or counted, and none does harm.

use http::Request;
use serde_json::json;
use teams_cc_graph::model::ResourceData;

use crate::support::{Setup, notification, setup};

/// All that was counted.
fn counted(setup: &Setup) -> u64 {
    let counts = setup.intake.counts();
    let refused: u64 = counts.refused.values().sum();
    counts.accepted + refused + counts.legacy + counts.too_large + counts.unreadable_bodies
}

#[tokio::test(start_paused = true)]
async fn a_body_is_read_whatever_its_content_type_and_behind_its_mark() {
    let setup = setup();
    let plain = notification().to_string();
    let marked = format!("\u{feff}{plain}");
    let spaced = format!("\r\n\t {plain} \r\n");
    let escaped = plain.replace("updated", "\\u0075pdated").replace('/', "\\/");
    for body in [&plain, &marked, &spaced, &escaped] {
        for kind in [None, Some("application/json"), Some("text/plain; charset=utf-8"), Some("x")] {
            let mut request = Request::post("/callback?x=1#y")
                .header("authorization", format!("Bearer {}", setup.token()));
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            let request = request.body(body.clone().into()).expect("a request");
            assert_eq!(setup.intake.handle(request).await.status(), 202, "{kind:?} {body}");
            let delivery = setup.taken.last();
            assert!(delivery.notifications.value.items()[0].call().is_some(), "{body}");
        }
    }
    assert_eq!(setup.taken.count(), 16);
}

/// RFC 9110 §11.1: the name of the scheme has no case.
#[tokio::test(start_paused = true)]
async fn the_scheme_of_a_token_has_no_case() {
    let setup = setup();
    for (scheme, status) in
        [("Bearer", 202), ("bearer", 202), ("BEARER", 202), ("Bearer ", 202), ("Basic", 401)]
    {
        let request = Request::post("/callback")
            .header("authorization", format!("{scheme} {}", setup.token()))
            .body(notification().to_string().into())
            .expect("a request");
        assert_eq!(setup.intake.handle(request).await.status(), status, "{scheme}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_posted_goes_uncounted() {
    let setup = setup();
    let item = notification()["value"][0].clone();
    let deep = format!(r#"{{"value":[{}{}]}}"#, "[".repeat(1000), "]".repeat(1000));
    let utf16: Vec<u8> =
        notification().to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: Vec<(Vec<u8>, u16)> = vec![
        (Vec::new(), 400),
        (b" \r\n".to_vec(), 400),
        (b"null".to_vec(), 400),
        (b"\xef\xbb\xbf".to_vec(), 400),
        (b"{\"value\":[\xff]}".to_vec(), 400),
        (utf16, 400),
        (deep.into_bytes(), 400),
        (json!({ "value": null }).to_string().into_bytes(), 204),
        (json!({ "value": item }).to_string().into_bytes(), 204),
        (json!({ "VALUE": [item] }).to_string().into_bytes(), 202),
        (json!({ "value": [item, null] }).to_string().into_bytes(), 202),
        (format!(r#"{{"value":[],"value":[{item}]}}"#).into_bytes(), 202),
        (b"{\"value\":[]} trailing".to_vec(), 400),
        (format!(r#"{{"value":[{{"changeType":{}}}]}}"#, "9".repeat(400)).into_bytes(), 400),
    ];
    let posts = cases.len() as u64;
    for (body, status) in cases {
        let text = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let before = counted(&setup);
        let response = setup.post(&setup.token(), body).await;
        assert_eq!(response.status(), status, "{text}");
        assert_eq!(counted(&setup), before + 1, "{text}");
    }
    assert_eq!(counted(&setup), posts);
    assert_eq!(setup.intake.counts().unreadable_notifications, 1, "the null among them");
}

#[tokio::test(start_paused = true)]
async fn a_resource_of_the_wrong_kind_costs_only_itself() {
    let setup = setup();
    let call = "/communications/calls/57dab8b1";
    let body = json!({ "value": [
        { "changeType": "updated", "resourceUrl": call, "resourceData": "a text" },
        { "changeType": "updated", "resourceUrl": call, "resourceData": { "state": 7 } },
        { "changeType": "updated", "resourceUrl": call, "resourceData": { "toneInfo": [] } },
        { "changeType": "updated", "resourceUrl": call, "resourceData": [] },
        { "changeType": "polished", "resourceUrl": "/communications/sofas/1",
          "resourceData": { "@odata.type": "#microsoft.graph.sofa", "legs": 4 } },
        { "changeType": "updated", "resourceUrl": call, "resourceData": { "state": "HOLD" } },
    ] });
    assert_eq!(setup.post(&setup.token(), body.to_string()).await.status(), 202);
    let delivery = setup.taken.last();
    let items = delivery.notifications.value.items();
    assert_eq!(items.len(), 3, "what can be read is handed on");
    assert_eq!(setup.intake.counts().unreadable_notifications, 3, "the rest is counted");
    assert!(matches!(items[1].resource_data.get(), Some(ResourceData::Other(_))));
    assert!(items[2].call().is_some());
}
