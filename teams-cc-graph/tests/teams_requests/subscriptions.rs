use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_graph::InvalidRequest;
use teams_cc_graph::model::ChangeType;
use teams_cc_graph::request::subscriptions::{
    CreateSubscription, DeleteSubscription, GetSubscription, ListSubscriptions,
    ReauthorizeSubscription, SUBSCRIPTION_LIMITS, SubscriptionError, UpdateSubscription, limit_of,
};

use crate::support::{client, compare, invalid, sent};

const HOOK: &str = "https://bot.example.com/changes";

#[test]
fn requests_on_subscriptions_have_their_documented_line_and_body() {
    compare(vec![
        (
            sent(
                CreateSubscription::new("/chats/1/messages", HOOK, "2026-11-22T09:00:00Z")
                    .change_types([ChangeType::Created, ChangeType::Updated])
                    .client_state("secret")
                    .into_request(),
            ),
            "POST /subscriptions",
            json!({
                "@odata.type": "#microsoft.graph.subscription",
                "resource": "/chats/1/messages", "notificationUrl": HOOK,
                "expirationDateTime": "2026-11-22T09:00:00Z", "clientState": "secret",
                "changeType": "created,updated"
            }),
        ),
        (sent(GetSubscription::new("s1").into_request()), "GET /subscriptions/s1", Value::Null),
        (sent(ListSubscriptions::new().into_request()), "GET /subscriptions", Value::Null),
        (
            sent(UpdateSubscription::new("s1", "2026-11-22T09:00:00Z").into_request()),
            "PATCH /subscriptions/s1",
            json!({"expirationDateTime": "2026-11-22T09:00:00Z"}),
        ),
        (
            sent(DeleteSubscription::new("s1").into_request()),
            "DELETE /subscriptions/s1",
            Value::Null,
        ),
        (
            sent(ReauthorizeSubscription::new("s1").into_request()),
            "POST /subscriptions/s1/reauthorize",
            Value::Null,
        ),
    ]);
}

#[test]
fn each_resource_has_its_limit() {
    let minutes = |count: u64| Some(Duration::from_secs(count * 60));
    for (resource, wanted) in [
        ("communications/callRecords", minutes(4230)),
        ("/communications/presences?$filter=id in ('a','b')", minutes(60)),
        ("/Communications/Presences('a')", minutes(60)),
        ("chats/19:1@thread.v2/messages", minutes(4320)),
        ("chats('19:1@thread.v2')/messages", minutes(4320)),
        ("/teams/t/channels/c/messages", minutes(4320)),
        ("/users", minutes(41_760)),
        ("/print/printers/1/jobs", None),
        ("", None),
    ] {
        assert_eq!(limit_of(resource).map(|limit| limit.longest), wanted, "{resource}");
    }
    for limit in SUBSCRIPTION_LIMITS {
        assert_eq!(limit_of(limit.resource), Some(limit), "{}", limit.resource);
        assert!(!limit.permissions.is_empty());
    }
}

#[test]
fn what_the_service_would_refuse_is_refused_before() {
    let create = |resource: &str, expires: &str| {
        client().subscriptions().create(resource, HOOK, expires).into_request()
    };
    let life = |resource, minutes, most| {
        InvalidRequest::from(SubscriptionError::TooLong { resource, minutes, most })
    };
    assert_eq!(
        invalid(create("/chats/1/messages", "2026-11-22T09:01:00Z")),
        SubscriptionError::NoLifecycleUrl { resource: "chats/{id}/messages", above: 60 }.into()
    );
    assert!(create("/chats/1/messages", "2026-11-22T09:00:00Z").is_ok());
    assert!(create("/chats/1/messages", "2026-11-22T10:00:00+01:00").is_ok());
    let lifecycle = client().subscriptions();
    let lifecycle = lifecycle.create("/chats/1/messages", HOOK, "2026-11-25T08:00:00Z");
    assert!(lifecycle.lifecycle_notification_url(HOOK).into_request().is_ok());
    assert_eq!(
        invalid(create("communications/callRecords", "2026-11-25T08:00:00Z")),
        life("communications/callRecords", 4320, 4230)
    );
    assert!(create("/me/messages", "2027-11-25T08:00:00Z").is_ok(), "its limit is not known here");
    for (expires, wanted) in [
        ("2026-11-22T08:00:00Z", SubscriptionError::Ended),
        ("0001-01-01T00:00:00Z", SubscriptionError::NoTime),
        ("tomorrow", SubscriptionError::NoTime),
        ("", SubscriptionError::NoTime),
    ] {
        assert_eq!(invalid(create("/users", expires)), wanted.into(), "{expires}");
    }
    assert!(matches!(
        invalid(
            CreateSubscription::new("/users", "http://a", "2026-11-22T09:00:00Z").into_request()
        ),
        InvalidRequest::NotHttps { what: "notificationUrl" }
    ));
    let presence =
        || CreateSubscription::new("/communications/presences/u1", HOOK, "2026-11-22T09:00:00Z");
    assert!(presence().into_request().is_ok(), "then it names who changed, and nothing more");
    let (_, body) = sent(presence().include_resource_data("MIIC", "k1").into_request());
    assert_eq!(body["includeResourceData"], true);
    assert_eq!(body["encryptionCertificateId"], "k1");
    let nobody = presence().include_resource_data("", "k1").into_request();
    assert_eq!(
        invalid(nobody),
        SubscriptionError::NoCertificate { what: "encryptionCertificate" }.into()
    );
    let state = presence().include_resource_data("MIIC", "k1").client_state("x".repeat(129));
    assert!(matches!(invalid(state.into_request()), InvalidRequest::TooLong { .. }));
    let renewal = |expires: &str| client().subscription("s1").renew(expires).resource("/users");
    assert!(renewal("2026-12-20T08:00:00Z").into_request().is_ok());
    assert_eq!(
        invalid(renewal("2026-12-21T08:01:00Z").into_request()),
        life("users", 41_761, 41_760)
    );
    assert!(!format!("{:?}", presence().client_state("secret")).contains("secret"));
}

#[test]
fn a_refused_subscription_says_which_limit_and_what_to_do() {
    let resource = "chats/{id}/messages";
    for (error, limit, way) in [
        (SubscriptionError::TooLong { resource, minutes: 5000, most: 4320 }, "4320", "renew it"),
        (SubscriptionError::NoTime, "offset", "2026-11-22T09:00:00Z"),
        (SubscriptionError::Ended, "passed", "clock"),
        (SubscriptionError::NoLifecycleUrl { resource, above: 60 }, "60 minutes", "set it"),
        (SubscriptionError::NoCertificate { what: "x" }, "encrypted", "include_resource_data"),
    ] {
        let words = InvalidRequest::from(error).to_string();
        assert!(words.contains(limit) && words.contains(way), "{words}");
    }
}
