//! Method, path and body of every request but those of [`super`].

use std::time::Duration;

use serde_json::{Value, json};

use super::{CALLBACK, phone, sent, user};
use crate::model::{
    AudioRoutingGroup, Prompt, RecordingStatus, RoutingMode, ScreenSharingRole,
    TeleconferenceDeviceQuality, Tone,
};
use crate::request::communications::calls::audio_routing_groups::*;
use crate::request::communications::calls::content_sharing_sessions::*;
use crate::request::communications::calls::participants::*;
use crate::request::communications::calls::*;

fn party(slot: &str, id: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.invitationParticipantInfo",
        "identity": {
            "@odata.type": "#microsoft.graph.identitySet",
            slot: {"@odata.type": "#microsoft.graph.identity", "id": id}
        }
    })
}

fn prompt(uri: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.mediaPrompt",
        "mediaInfo": {"@odata.type": "#microsoft.graph.mediaInfo", "uri": uri}
    })
}

const WAV: &str = "https://cdn.example.com/a.wav";

fn check(cases: impl IntoIterator<Item = ((String, Value), &'static str, Value)>) {
    for ((line, body), wanted_line, wanted_body) in cases {
        assert_eq!(line, wanted_line);
        assert_eq!(body, wanted_body, "{line}");
    }
}

#[test]
fn requests_on_a_call() {
    let context = json!({"clientContext": "x"});
    check([
        (
            sent(
                RedirectCall::new("c1", [user(), phone()])
                    .timeout(Duration::from_secs(15))
                    .callback_uri(CALLBACK)
                    .disable_forwarding()
                    .into_request(),
            ),
            "POST /communications/calls/c1/redirect",
            json!({
                "targets": [party("user", "agent-1"), party("phone", "+12065550100")],
                "timeout": 15, "callbackUri": CALLBACK, "routingPolicies": ["disableForwarding"]
            }),
        ),
        (
            sent(RejectCall::new("c1").callback_uri(CALLBACK).into_request()),
            "POST /communications/calls/c1/reject",
            json!({"callbackUri": CALLBACK}),
        ),
        (
            sent(MuteCall::new("c1").client_context("x").into_request()),
            "POST /communications/calls/c1/mute",
            context.clone(),
        ),
        (
            sent(UnmuteCall::new("c1").client_context("x").into_request()),
            "POST /communications/calls/c1/unmute",
            context.clone(),
        ),
        (
            sent(AddLargeGalleryView::new("c1").client_context("x").into_request()),
            "POST /communications/calls/c1/addLargeGalleryView",
            context,
        ),
    ]);
}

#[test]
fn requests_on_the_media_of_a_call() {
    let second = Duration::from_secs;
    check([
        (
            sent(
                RecordResponse::new("c1")
                    .prompt(Prompt::wav(WAV))
                    .barge_in_allowed(true)
                    .initial_silence_timeout(second(5))
                    .max_silence_timeout(second(2))
                    .max_record_duration(second(120))
                    .play_beep(false)
                    .stop_tones([Tone::Pound, Tone::of_key('1').unwrap(), Tone::Star])
                    .client_context("x")
                    .into_request(),
            ),
            "POST /communications/calls/c1/recordResponse",
            json!({
                "prompts": [prompt(WAV)], "bargeInAllowed": true,
                "initialSilenceTimeoutInSeconds": 5, "maxSilenceTimeoutInSeconds": 2,
                "maxRecordDurationInSeconds": 120, "playBeep": false,
                "stopTones": ["#", "1", "*"], "clientContext": "x"
            }),
        ),
        (
            sent(RecordResponse::new("c1").into_request()),
            "POST /communications/calls/c1/recordResponse",
            json!({}),
        ),
        (
            sent(
                SendDtmfTones::new("c1", "0*#".chars().filter_map(Tone::of_key))
                    .delay_between_tones(second(1))
                    .client_context("x")
                    .into_request(),
            ),
            "POST /communications/calls/c1/sendDtmfTones",
            json!({
                "tones": ["tone0", "star", "pound"], "delayBetweenTonesMs": 1000,
                "clientContext": "x"
            }),
        ),
        (
            sent(
                UpdateRecordingStatus::new("c1", RecordingStatus::NotRecording)
                    .client_context("x")
                    .into_request(),
            ),
            "POST /communications/calls/c1/updateRecordingStatus",
            json!({"status": "notRecording", "clientContext": "x"}),
        ),
        (
            sent(ChangeScreenSharingRole::new("c1", ScreenSharingRole::Sharer).into_request()),
            "POST /communications/calls/c1/changeScreenSharingRole",
            json!({"role": "sharer"}),
        ),
    ]);
}

#[test]
fn requests_about_a_call() {
    let quality =
        TeleconferenceDeviceQuality::new("chain-1", "p1", "leg-1", "room", "maker", vec![]);
    check([
        (
            sent(LogTeleconferenceDeviceQuality::new(quality).into_request()),
            "POST /communications/calls/logTeleconferenceDeviceQuality",
            json!({"quality": {
                "@odata.type": "#microsoft.graph.teleconferenceDeviceQuality",
                "callChainId": "chain-1", "participantId": "p1", "mediaLegId": "leg-1",
                "deviceName": "room", "deviceDescription": "maker", "mediaQualityList": []
            }}),
        ),
        (
            sent(GetOperation::new("c1", "o1").into_request()),
            "GET /communications/calls/c1/operations/o1",
            Value::Null,
        ),
        (
            sent(
                GetCall::new("c1").select(["id", "state"]).expand(["participants"]).into_request(),
            ),
            "GET /communications/calls/c1?$select=id,state&$expand=participants",
            Value::Null,
        ),
    ]);
}

#[test]
fn requests_on_participants() {
    let context = json!({"clientContext": "x"});
    let mut replacing = party("user", "agent-1");
    replacing["replacesCallId"] = json!("c2");
    check([
        (
            sent(ListParticipants::new("c1").into_request()),
            "GET /communications/calls/c1/participants",
            Value::Null,
        ),
        (
            sent(GetParticipant::new("c1", "p1").into_request()),
            "GET /communications/calls/c1/participants/p1",
            Value::Null,
        ),
        (
            sent(RemoveParticipant::new("c1", "p1").into_request()),
            "DELETE /communications/calls/c1/participants/p1",
            Value::Null,
        ),
        (
            sent(
                InviteParticipants::new("c1", [user(), phone()]).client_context("x").into_request(),
            ),
            "POST /communications/calls/c1/participants/invite",
            json!({
                "participants": [party("user", "agent-1"), party("phone", "+12065550100")],
                "clientContext": "x"
            }),
        ),
        (
            sent(InviteParticipants::new("c1", [user()]).replaces_call_id("c2").into_request()),
            "POST /communications/calls/c1/participants/invite",
            json!({"participants": [replacing]}),
        ),
        (
            sent(MuteParticipant::new("c1", "p1").client_context("x").into_request()),
            "POST /communications/calls/c1/participants/p1/mute",
            context.clone(),
        ),
        (
            sent(
                StartHoldMusic::new("c1", "p1")
                    .custom_prompt(Prompt::wav(WAV))
                    .client_context("x")
                    .into_request(),
            ),
            "POST /communications/calls/c1/participants/p1/startHoldMusic",
            json!({"customPrompt": prompt(WAV), "clientContext": "x"}),
        ),
        (
            sent(StopHoldMusic::new("c1", "p1").client_context("x").into_request()),
            "POST /communications/calls/c1/participants/p1/stopHoldMusic",
            context,
        ),
    ]);
}

#[test]
fn requests_on_private_audio_routes_and_content_sharing() {
    let group = || {
        AudioRoutingGroup::new()
            .routing_mode(RoutingMode::OneToOne)
            .sources(vec!["p1".to_owned()])
            .receivers(vec!["p2".to_owned()])
    };
    let body = json!({
        "@odata.type": "#microsoft.graph.audioRoutingGroup",
        "receivers": ["p2"], "routingMode": "oneToOne", "sources": ["p1"]
    });
    check([
        (
            sent(ListAudioRoutingGroups::new("c1").into_request()),
            "GET /communications/calls/c1/audioRoutingGroups",
            Value::Null,
        ),
        (
            sent(CreateAudioRoutingGroup::new("c1", group()).into_request()),
            "POST /communications/calls/c1/audioRoutingGroups",
            body.clone(),
        ),
        (
            sent(GetAudioRoutingGroup::new("c1", "g1").into_request()),
            "GET /communications/calls/c1/audioRoutingGroups/g1",
            Value::Null,
        ),
        (
            sent(UpdateAudioRoutingGroup::new("c1", "g1", group()).into_request()),
            "PATCH /communications/calls/c1/audioRoutingGroups/g1",
            body,
        ),
        (
            sent(DeleteAudioRoutingGroup::new("c1", "g1").into_request()),
            "DELETE /communications/calls/c1/audioRoutingGroups/g1",
            Value::Null,
        ),
        (
            sent(ListContentSharingSessions::new("c1").into_request()),
            "GET /communications/calls/c1/contentSharingSessions",
            Value::Null,
        ),
        (
            sent(GetContentSharingSession::new("c1", "s1").into_request()),
            "GET /communications/calls/c1/contentSharingSessions/s1",
            Value::Null,
        ),
    ]);
}
