use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use teams_cc_core::TenantId;
use teams_cc_graph::{
    model::{
        AcceptJoinResponse, InviteNewBotResponse, ParticipantJoiningNotification,
        ParticipantJoiningResponse, RejectJoinResponse, RejectReason, ResourceData,
    },
    webhook::Callback,
};
use url::Url;

use crate::support::{TENANT, notification, setup, setup_with};

fn joining(tenant: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.participantJoiningNotification",
        "call": {"@odata.type": "#microsoft.graph.call", "id": "c", "tenantId": tenant}
    })
}

/// Traps 13 and 39.
#[tokio::test(start_paused = true)]
async fn a_participant_about_to_join_is_answered_in_the_response() {
    let cases: [(ParticipantJoiningResponse, &str); 3] = [
        (
            AcceptJoinResponse::new().into(),
            r##"{"@odata.type":"#microsoft.graph.acceptJoinResponse"}"##,
        ),
        (
            RejectJoinResponse::new(RejectReason::Forbidden).into(),
            r##"{"@odata.type":"#microsoft.graph.rejectJoinResponse","reason":"forbidden"}"##,
        ),
        (
            InviteNewBotResponse::new("https://b.example/calls").into(),
            r##"{"@odata.type":"#microsoft.graph.inviteNewBotResponse","inviteUri":"https://b.example/calls"}"##,
        ),
    ];
    for (decision, written) in cases {
        let policy = move |tenant: &TenantId, joining: &ParticipantJoiningNotification| {
            assert_eq!(tenant.as_str(), TENANT);
            assert_eq!(joining.call.get().and_then(|call| call.id.text()), Some("c"));
            decision.clone()
        };
        let setup = setup_with(|intake| intake.joins(Arc::new(policy)));
        let inside = json!({"value": [{"changeType": "updated",
            "resourceUrl": "/communications/calls/c", "resourceData": joining(TENANT)}]});
        for body in [joining(&TENANT.to_uppercase()), inside] {
            let response = setup.post(&setup.token(), body.to_string()).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["content-type"], "application/json");
            assert_eq!(response.body(), written);
            let delivery = setup.taken.last();
            let data = delivery.notifications.value.items()[0].resource_data.get();
            assert!(matches!(data, Some(ResourceData::Joining(_))), "and it is handed on");
        }
        assert_eq!(setup.intake.counts().joins_decided, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_policy_nobody_is_taken_on() {
    let setup = setup();
    let response = setup.post(&setup.token(), joining(TENANT).to_string()).await;
    let answer: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(answer["reason"], "busy");
}

/// Trap 39.
#[tokio::test(start_paused = true)]
async fn a_call_of_another_tenant_than_the_tokens_is_refused_like_any_wrong_token() {
    let setup = setup();
    let wrong = setup.post("x.y.z", notification().to_string()).await;
    let other = "11111111-8475-432d-bd41-39f255720e0a";
    let mut call = notification();
    call["value"][0]["resourceData"]["tenantId"] = other.into();
    for body in [call, joining(other)] {
        let response = setup.post(&setup.token(), body.to_string()).await;
        assert_eq!(format!("{response:?}"), format!("{wrong:?}"));
    }
    assert_eq!(setup.intake.counts().foreign_calls, 2);
    assert_eq!(setup.taken.count(), 0);
    let mut call = notification();
    call["value"][0]["resourceData"]["tenantId"] = TENANT.to_uppercase().into();
    assert_eq!(setup.post(&setup.token(), call.to_string()).await.status(), 202);
}

/// Trap 39 and pain 24.
#[tokio::test(start_paused = true)]
async fn a_post_that_belongs_elsewhere_is_sent_there_and_not_handed_on() {
    let asked = Arc::new(Mutex::new(0));
    let hook = {
        let asked = Arc::clone(&asked);
        move |callback: &Callback<'_>| {
            *asked.lock().unwrap() += 1;
            assert!(!format!("{callback:?}").contains("Bearer"));
            let key = callback.notifications.value.items().first()?.call_key()?;
            (key == "57dab8b1").then(|| Url::parse("https://eu.example/calls").unwrap())
        }
    };
    let setup = setup_with(|intake| intake.affinity(Arc::new(hook)));
    let response = setup.post(&setup.token(), notification().to_string()).await;
    assert_eq!(response.status(), 302);
    assert_eq!(response.headers()["location"], "https://eu.example/calls");
    assert_eq!(setup.taken.count(), 0);
    let other = json!({"value": [{"resourceUrl": "/communications/calls/c"}]});
    assert_eq!(setup.post(&setup.token(), other.to_string()).await.status(), 202);
    assert_eq!(setup.post("forged", notification().to_string()).await.status(), 401);
    assert_eq!(*asked.lock().unwrap(), 2, "who proves nothing is sent nowhere");
    assert_eq!(setup.intake.counts().redirected, 1);
}
