//! The requests as HTTP, without a client.

mod ended;
mod joining;
mod limits;
mod lines;

use serde_json::{Value, json};
use teams_cc_core::{Address, E164, UserId};

use super::*;
use crate::error::{ErrorKind, InvalidRequest};
use crate::model::{IdentitySet, InvitationParticipantInfo, Prompt, RejectReason};
use crate::{Client, Error};

fn sent(request: Result<http::Request<bytes::Bytes>, Error>) -> (String, Value) {
    let request = request.unwrap();
    let line = format!("{} {}", request.method(), request.uri());
    let body = request.body();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap() };
    (line, body)
}

fn invalid(request: Result<http::Request<bytes::Bytes>, Error>) -> InvalidRequest {
    match request.unwrap_err().into_parts().0 {
        ErrorKind::Invalid(reason) => reason,
        kind => panic!("{kind:?}"),
    }
}

fn user() -> InvitationParticipantInfo {
    InvitationParticipantInfo::of_user(&UserId::new("agent-1").unwrap())
}

fn phone() -> InvitationParticipantInfo {
    InvitationParticipantInfo::of_phone(&E164::new("+12065550100").unwrap())
}

const CALLBACK: &str = "https://bot.example.com/callback";

#[test]
fn requests_have_their_documented_line_and_body() {
    let audio = json!(["audio"]);
    let media = json!({"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"});
    let agent = json!({
        "@odata.type": "#microsoft.graph.invitationParticipantInfo",
        "identity": {
            "@odata.type": "#microsoft.graph.identitySet",
            "user": {"@odata.type": "#microsoft.graph.identity", "id": "agent-1"}
        }
    });
    let mut consulted = agent.clone();
    consulted["replacesCallId"] = json!("c2");
    let cases = [
        (
            sent(CreateCall::new(CALLBACK).target(user()).into_request()),
            "POST /communications/calls",
            json!({
                "@odata.type": "#microsoft.graph.call", "callbackUri": CALLBACK,
                "targets": [agent], "requestedModalities": audio, "mediaConfig": media
            }),
        ),
        (
            sent(AnswerCall::new("c1", CALLBACK).into_request()),
            "POST /communications/calls/c1/answer",
            json!({"callbackUri": CALLBACK, "acceptedModalities": audio, "mediaConfig": media}),
        ),
        (
            sent(RejectCall::new("c1").reason(RejectReason::Busy).into_request()),
            "POST /communications/calls/c1/reject",
            json!({"reason": "busy"}),
        ),
        (
            sent(TransferCall::new("c1", user()).replaces_call_id("c2").into_request()),
            "POST /communications/calls/c1/transfer",
            json!({"transferTarget": consulted}),
        ),
        (
            sent(
                PlayPrompt::new("c1", [Prompt::wav("https://cdn.example.com/a.wav")])
                    .client_context("x")
                    .into_request(),
            ),
            "POST /communications/calls/c1/playPrompt",
            json!({
                "prompts": [{
                    "@odata.type": "#microsoft.graph.mediaPrompt",
                    "mediaInfo": {
                        "@odata.type": "#microsoft.graph.mediaInfo",
                        "uri": "https://cdn.example.com/a.wav"
                    }
                }],
                "clientContext": "x"
            }),
        ),
        (
            sent(SubscribeToTone::new("c1").client_context("x").into_request()),
            "POST /communications/calls/c1/subscribeToTone",
            json!({"clientContext": "x"}),
        ),
        (
            sent(CancelMediaProcessing::new("c1").into_request()),
            "POST /communications/calls/c1/cancelMediaProcessing",
            json!({}),
        ),
        (
            sent(KeepAlive::new("c1").into_request()),
            "POST /communications/calls/c1/keepAlive",
            Value::Null,
        ),
        (
            sent(DeleteCall::new("c1").into_request()),
            "DELETE /communications/calls/c1",
            Value::Null,
        ),
        (sent(GetCall::new("c1").into_request()), "GET /communications/calls/c1", Value::Null),
    ];
    for ((line, body), wanted_line, wanted_body) in cases {
        assert_eq!(line, wanted_line);
        assert_eq!(body, wanted_body, "{line}");
    }
}

/// Trap 13.
#[test]
fn a_discriminator_is_written_first() {
    let request = CreateCall::new(CALLBACK).target(user()).into_request().unwrap();
    assert!(request.body().starts_with(br##"{"@odata.type":"#microsoft.graph.call""##));
}

#[test]
fn limits_are_checked_before_anything_is_sent() {
    let prompt = || Prompt::wav("https://cdn.example.com/a.wav");
    assert_eq!(
        invalid(PlayPrompt::new("c1", vec![prompt(); 21]).into_request()),
        InvalidRequest::TooMany { what: "prompts", count: 21, limit: 20 }
    );
    assert!(PlayPrompt::new("c1", vec![prompt(); 20]).into_request().is_ok());
    assert_eq!(
        invalid(PlayPrompt::new("c1", []).into_request()),
        InvalidRequest::Empty { what: "prompts" }
    );
    assert_eq!(
        invalid(PlayPrompt::new("c1", [Prompt::wav("http://a/b.wav")]).into_request()),
        InvalidRequest::NotHttps { what: "the URI of a prompt" }
    );
    assert_eq!(
        invalid(SubscribeToTone::new("c1").client_context("ä".repeat(257)).into_request()),
        InvalidRequest::TooLong { what: "clientContext", length: 257, limit: 256 }
    );
    assert!(SubscribeToTone::new("c1").client_context("ä".repeat(256)).into_request().is_ok());
    assert_eq!(
        invalid(AnswerCall::new("c1", "callback").into_request()),
        InvalidRequest::NotHttps { what: "callbackUri" }
    );
    assert_eq!(
        invalid(GetCall::new("..").into_request()),
        InvalidRequest::PathSegment { what: "call id" }
    );
}

/// Pain 37.
#[test]
fn a_phone_needs_its_full_number_and_a_resource_account_as_source() {
    let create = |target| CreateCall::new(CALLBACK).target(target);
    assert_eq!(invalid(create(phone()).into_request()), InvalidRequest::NoApplicationInstance);
    let instance = "instance-1".parse().unwrap();
    let request = create(phone()).source_application_instance(&instance).into_request();
    assert_eq!(sent(request).1["targets"][0]["identity"]["phone"]["id"], "+12065550100");
    for number in ["112", "0206 5550100", "+1206555****"] {
        let identity = IdentitySet::new().phone(crate::model::Identity::with_id(number));
        let target = InvitationParticipantInfo::of(identity);
        assert_eq!(
            invalid(create(target.clone()).source_application_instance(&instance).into_request()),
            InvalidRequest::NotE164
        );
        assert_eq!(
            invalid(TransferCall::new("c1", target).into_request()),
            InvalidRequest::NotE164
        );
    }
}

/// Pain 31.
#[test]
fn a_resource_account_and_a_bot_are_transferred_to_by_their_own_slots() {
    let id = || "account-1".parse().unwrap();
    for (address, slot) in [
        (Address::ResourceAccount { id: id(), number: None }, "applicationInstance"),
        (Address::Bot(id()), "application"),
    ] {
        let target = InvitationParticipantInfo::of_address(&address).unwrap();
        let (_, body) = sent(TransferCall::new("c1", target).into_request());
        let identity = &body["transferTarget"]["identity"];
        assert_eq!(identity[slot]["id"], "account-1");
        assert_eq!(identity.as_object().unwrap().len(), 2, "{identity}");
    }
}

/// Trap 20.
#[test]
fn what_only_notifications_have_is_not_repeated_in_an_order() {
    let info = json!({
        "@odata.type": "#microsoft.graph.participantInfo", "id": "x", "platformId": "y",
        "participantId": "p1",
        "identity": {"user": {"id": "caller-1"}}
    });
    let info = serde_json::from_value(info).unwrap();
    let (_, body) = sent(TransferCall::new("c1", user()).transferee(info).into_request());
    assert_eq!(
        body["transferee"],
        json!({
            "@odata.type": "#microsoft.graph.participantInfo", "participantId": "p1",
            "identity": {"user": {"id": "caller-1"}}
        })
    );
}

/// Pain 41.
#[test]
fn a_call_cannot_replace_itself() {
    let call = "57dab8b1-894c-409a-b240-bd8beae78896";
    let same = call.replace('-', "").to_uppercase();
    let request = TransferCall::new(call, user()).replaces_call_id(same).into_request();
    assert!(matches!(invalid(request), InvalidRequest::Missing { .. }));
}

#[test]
fn every_request_names_its_permissions() {
    let names: Vec<_> = PlayPrompt::REQUIRED_PERMISSIONS.iter().map(|it| it.name).collect();
    assert_eq!(names, ["Calls.Initiate.All", "Calls.AccessMedia.All"]);
    assert!(RejectCall::REQUIRED_PERMISSIONS.is_empty());
}

static_assertions::assert_impl_all!(Client: Clone, Send, Sync);
static_assertions::assert_impl_all!(CreateCall: Clone, Send, Sync, IntoFuture);
static_assertions::assert_impl_all!(crate::request::ResponseFuture<crate::model::Call>: Send, Unpin);
static_assertions::assert_not_impl_any!(CreateCall<()>: IntoFuture);
