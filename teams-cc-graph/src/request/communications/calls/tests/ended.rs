//! What a 404 means, and what is repeated.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::{CALLBACK, user};
use crate::auth::{AccessToken, TokenProvider, TokenRequest};
use crate::error::ErrorKind;
use crate::model::{
    AudioRoutingGroup, Prompt, RecordingStatus, RoutingMode, ScreenSharingRole,
    TeleconferenceDeviceQuality, Tone,
};
use crate::request::communications::calls::audio_routing_groups::*;
use crate::request::communications::calls::content_sharing_sessions::*;
use crate::request::communications::calls::participants::*;
use crate::request::communications::calls::*;
use crate::request::{Endpoint, Repeat};
use crate::{BoxError, Client, Error};

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

/// A client of a service that finds nothing.
fn client() -> Client {
    let transport = tower::service_fn(|_: http::Request<Bytes>| async {
        let response = http::Response::builder().status(404);
        Ok::<_, BoxError>(response.body(Bytes::from_static(b"{}")).unwrap())
    });
    let client = Client::builder().tenant("tenant-1".parse().unwrap());
    client.token_provider(Arc::new(Fixed)).transport(transport).build().unwrap()
}

fn prompt() -> Prompt {
    Prompt::wav("https://cdn.example.com/a.wav")
}

fn group() -> AudioRoutingGroup {
    AudioRoutingGroup::new().routing_mode(RoutingMode::Multicast)
}

/// Trap 37.
#[tokio::test]
async fn a_404_on_a_call_says_that_it_is_over() {
    let call = client().communications().call("c1");
    let ended = [
        call.get().await.map(drop),
        call.answer(CALLBACK).await,
        call.reject().await,
        call.redirect([user()]).await,
        call.transfer(user()).await,
        call.play_prompt([prompt()]).await.map(drop),
        call.record_response().await.map(drop),
        call.subscribe_to_tone().await.map(drop),
        call.send_dtmf_tones([Tone::Star]).await.map(drop),
        call.cancel_media_processing().await.map(drop),
        call.mute().await.map(drop),
        call.unmute().await.map(drop),
        call.update_recording_status(RecordingStatus::Recording).await.map(drop),
        call.change_screen_sharing_role(ScreenSharingRole::Viewer).await,
        call.add_large_gallery_view().await.map(drop),
        call.keep_alive().await,
        call.delete().await,
        call.participants().await.map(drop),
        call.invite([user()]).await.map(drop),
        call.audio_routing_groups().await.map(drop),
        call.create_audio_routing_group(group()).await.map(drop),
        call.content_sharing_sessions().await.map(drop),
    ];
    for (index, result) in ended.into_iter().enumerate() {
        assert!(matches!(result.unwrap_err().kind(), ErrorKind::CallEnded(_)), "{index}");
    }
}

#[tokio::test]
async fn a_404_on_a_part_of_a_call_does_not_end_the_call() {
    let call = client().communications().call("c1");
    let (participant, route) = (call.participant("p1"), call.audio_routing_group("g1"));
    for (index, result) in [
        call.operation("o1").await.map(drop),
        call.content_sharing_session("s1").await.map(drop),
        participant.get().await.map(drop),
        participant.remove().await,
        participant.mute().await.map(drop),
        participant.start_hold_music().await.map(drop),
        participant.stop_hold_music().await.map(drop),
        route.get().await.map(drop),
        route.update(group()).await.map(drop),
        route.delete().await,
    ]
    .into_iter()
    .enumerate()
    {
        let error = result.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Service(_)), "{index}");
        assert_eq!(error.status().unwrap(), 404);
    }
}

/// Trap 42.
#[test]
fn what_would_happen_twice_is_marked_so() {
    let quality = TeleconferenceDeviceQuality::new("c", "p", "l", "d", "m", vec![]);
    let twice = [
        CreateCall::new(CALLBACK).target(user()).into_request(),
        RedirectCall::new("c1", [user()]).into_request(),
        TransferCall::new("c1", user()).into_request(),
        PlayPrompt::new("c1", [prompt()]).into_request(),
        RecordResponse::new("c1").into_request(),
        SendDtmfTones::new("c1", [Tone::Star]).into_request(),
        AddLargeGalleryView::new("c1").into_request(),
        LogTeleconferenceDeviceQuality::new(quality).into_request(),
        InviteParticipants::new("c1", [user()]).into_request(),
        StartHoldMusic::new("c1", "p1").into_request(),
        CreateAudioRoutingGroup::new("c1", group()).into_request(),
    ];
    let harmless = [
        AnswerCall::new("c1", CALLBACK).into_request(),
        RejectCall::new("c1").into_request(),
        GetCall::new("c1").into_request(),
        DeleteCall::new("c1").into_request(),
        KeepAlive::new("c1").into_request(),
        GetOperation::new("c1", "o1").into_request(),
        MuteCall::new("c1").into_request(),
        UnmuteCall::new("c1").into_request(),
        SubscribeToTone::new("c1").into_request(),
        CancelMediaProcessing::new("c1").into_request(),
        UpdateRecordingStatus::new("c1", RecordingStatus::Failed).into_request(),
        ChangeScreenSharingRole::new("c1", ScreenSharingRole::Viewer).into_request(),
        ListParticipants::new("c1").into_request(),
        GetParticipant::new("c1", "p1").into_request(),
        RemoveParticipant::new("c1", "p1").into_request(),
        MuteParticipant::new("c1", "p1").into_request(),
        StopHoldMusic::new("c1", "p1").into_request(),
        ListAudioRoutingGroups::new("c1").into_request(),
        GetAudioRoutingGroup::new("c1", "g1").into_request(),
        UpdateAudioRoutingGroup::new("c1", "g1", group()).into_request(),
        DeleteAudioRoutingGroup::new("c1", "g1").into_request(),
        ListContentSharingSessions::new("c1").into_request(),
        GetContentSharingSession::new("c1", "s1").into_request(),
    ];
    let repeat = |request: Result<http::Request<Bytes>, Error>| {
        let request = request.unwrap();
        let endpoint = *request.extensions().get::<&'static Endpoint>().unwrap();
        (endpoint.name, endpoint.repeat)
    };
    for request in twice {
        let (name, repeat) = repeat(request);
        assert_eq!(repeat, Repeat::Twice, "{name}");
    }
    for request in harmless {
        let (name, repeat) = repeat(request);
        assert_eq!(repeat, Repeat::Harmless, "{name}");
    }
}
