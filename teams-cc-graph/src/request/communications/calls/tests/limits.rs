//! Documented limits, checked before anything is sent.

use std::time::Duration;

use super::{CALLBACK, invalid, phone, user};
use crate::error::InvalidRequest;
use crate::model::{
    AudioRoutingGroup, IdentitySet, InvitationParticipantInfo, Prompt, RecordingStatus,
    RoutingMode, Tone,
};
use crate::request::communications::calls::audio_routing_groups::*;
use crate::request::communications::calls::participants::*;
use crate::request::communications::calls::*;

fn out_of_range(what: &'static str, value: i64, least: i64, most: i64) -> InvalidRequest {
    InvalidRequest::OutOfRange { what, value, least, most }
}

#[test]
fn a_redirect_rings_few_targets_for_a_while() {
    let redirect = |targets| RedirectCall::new("c1", vec![user(); targets]);
    assert!(redirect(25).into_request().is_ok());
    assert_eq!(
        invalid(redirect(26).into_request()),
        InvalidRequest::TooMany { what: "targets", count: 26, limit: 25 }
    );
    assert_eq!(invalid(redirect(0).into_request()), InvalidRequest::Empty { what: "targets" });
    for (seconds, valid) in [(14, false), (15, true), (90, true), (91, false)] {
        let request = redirect(1).timeout(Duration::from_secs(seconds)).into_request();
        assert_eq!(request.is_ok(), valid, "{seconds}");
    }
    assert_eq!(
        invalid(redirect(1).timeout(Duration::from_millis(20_500)).into_request()),
        InvalidRequest::Malformed { what: "timeout", wanted: "a whole number of seconds" }
    );
    assert_eq!(
        invalid(redirect(1).callback_uri("http://bot.example.com").into_request()),
        InvalidRequest::NotHttps { what: "callbackUri" }
    );
    assert_eq!(
        invalid(RejectCall::new("c1").callback_uri("bot").into_request()),
        InvalidRequest::NotHttps { what: "callbackUri" }
    );
}

#[test]
fn a_clip_has_one_prompt_and_documented_times() {
    let record = || RecordResponse::new("c1");
    for seconds in [0, 121, u64::MAX] {
        let time = Duration::from_secs(seconds);
        let value = i64::try_from(seconds).unwrap_or(i64::MAX);
        for (request, what) in [
            (record().initial_silence_timeout(time), "initialSilenceTimeoutInSeconds"),
            (record().max_silence_timeout(time), "maxSilenceTimeoutInSeconds"),
            (record().max_record_duration(time), "maxRecordDurationInSeconds"),
        ] {
            assert_eq!(invalid(request.into_request()), out_of_range(what, value, 1, 120));
        }
    }
    for seconds in [1, 120] {
        let time = Duration::from_secs(seconds);
        assert!(record().max_record_duration(time).into_request().is_ok());
    }
    assert_eq!(
        invalid(record().stop_tones([Tone::Flash]).into_request()),
        InvalidRequest::Malformed { what: "stopTones", wanted: "a list of keys" }
    );
    assert_eq!(
        invalid(record().prompt(Prompt::wav("http://a/b.wav")).into_request()),
        InvalidRequest::NotHttps { what: "the URI of a prompt" }
    );
}

#[test]
fn tones_are_some_and_known() {
    let send = |tones: Vec<Tone>| SendDtmfTones::new("c1", tones);
    let what = "tones";
    assert_eq!(invalid(send(vec![]).into_request()), InvalidRequest::Empty { what });
    assert_eq!(
        invalid(send(vec!["tone10".into()]).into_request()),
        InvalidRequest::Malformed { what, wanted: "a list of known tones" }
    );
    assert!(send(vec![Tone::Flash]).into_request().is_ok());
    let late = send(vec![Tone::Star]).delay_between_tones(Duration::from_hours(24 * 365));
    assert!(matches!(invalid(late.into_request()), InvalidRequest::OutOfRange { .. }));
}

/// Pain 36.
#[test]
fn an_invitation_brings_few_and_replaces_one() {
    let invite = |count| InviteParticipants::new("c1", vec![user(); count]);
    let what = "participants";
    assert_eq!(invalid(invite(0).into_request()), InvalidRequest::Empty { what });
    assert!(invite(5).into_request().is_ok());
    assert_eq!(
        invalid(invite(6).into_request()),
        InvalidRequest::TooMany { what, count: 6, limit: 5 }
    );
    assert!(matches!(
        invalid(invite(2).replaces_call_id("c2").into_request()),
        InvalidRequest::TooMany { count: 2, limit: 1, .. }
    ));
    for replaced in ["", "C1", "c-1"] {
        let request = invite(1).replaces_call_id(replaced).into_request();
        assert!(matches!(invalid(request), InvalidRequest::Missing { .. }), "{replaced}");
    }
    let emergency = IdentitySet::new().phone(crate::model::Identity::with_id("112"));
    let emergency = InvitationParticipantInfo::of(emergency);
    let request = InviteParticipants::new("c1", [emergency]).into_request();
    assert_eq!(invalid(request), InvalidRequest::NotE164);
}

/// Trap 8.
#[test]
fn a_recording_status_is_one_the_service_takes() {
    for (status, valid) in [
        (RecordingStatus::Recording, true),
        (RecordingStatus::NotRecording, true),
        (RecordingStatus::Failed, true),
        (RecordingStatus::Unknown, false),
        ("notRecording | recording | failed".into(), false),
    ] {
        let request = UpdateRecordingStatus::new("c1", status).into_request();
        assert_eq!(request.is_ok(), valid);
    }
}

#[test]
fn a_private_route_to_one_has_one_receiver() {
    let group = || AudioRoutingGroup::new().routing_mode(RoutingMode::OneToOne);
    let two = vec!["p1".to_owned(), "p2".to_owned()];
    let wanted = InvalidRequest::TooMany { what: "receivers of oneToOne", count: 2, limit: 1 };
    let created = CreateAudioRoutingGroup::new("c1", group().receivers(two.clone()));
    assert_eq!(invalid(created.into_request()), wanted);
    let updated = UpdateAudioRoutingGroup::new("c1", "g1", group().receivers(two));
    assert_eq!(invalid(updated.into_request()), wanted);
    assert_eq!(
        invalid(CreateAudioRoutingGroup::new("c1", AudioRoutingGroup::new()).into_request()),
        InvalidRequest::Missing { what: "routingMode" }
    );
}

#[test]
fn a_client_context_is_short_in_every_request_that_carries_one() {
    let long = "x".repeat(257);
    let wanted = InvalidRequest::TooLong { what: "clientContext", length: 257, limit: 256 };
    let tone = || [Tone::Star];
    for request in [
        MuteCall::new("c1").client_context(&*long).into_request(),
        UnmuteCall::new("c1").client_context(&*long).into_request(),
        AddLargeGalleryView::new("c1").client_context(&*long).into_request(),
        CancelMediaProcessing::new("c1").client_context(&*long).into_request(),
        SubscribeToTone::new("c1").client_context(&*long).into_request(),
        PlayPrompt::new("c1", [Prompt::wav("https://a.example/b.wav")])
            .client_context(&*long)
            .into_request(),
        RecordResponse::new("c1").client_context(&*long).into_request(),
        SendDtmfTones::new("c1", tone()).client_context(&*long).into_request(),
        UpdateRecordingStatus::new("c1", RecordingStatus::Failed)
            .client_context(&*long)
            .into_request(),
        InviteParticipants::new("c1", [user()]).client_context(&*long).into_request(),
        MuteParticipant::new("c1", "p1").client_context(&*long).into_request(),
        StartHoldMusic::new("c1", "p1").client_context(&*long).into_request(),
        StopHoldMusic::new("c1", "p1").client_context(&*long).into_request(),
    ] {
        assert_eq!(invalid(request), wanted);
    }
}

#[test]
fn a_group_of_users_is_called_at_once_and_phones_one_by_one() {
    let create = |targets: Vec<_>| CreateCall::new(CALLBACK).targets(targets);
    assert!(create(vec![user(); 5]).into_request().is_ok());
    assert_eq!(
        invalid(create(vec![user(); 6]).into_request()),
        InvalidRequest::TooMany { what: "targets", count: 6, limit: 5 }
    );
    let mixed = create(vec![user(), phone()])
        .source_application_instance(&"instance-1".parse().unwrap())
        .into_request();
    assert!(matches!(invalid(mixed), InvalidRequest::Malformed { what: "targets", .. }));
}
