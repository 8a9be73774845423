//! The same requests as the script makes, by this family's builders.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use teams_cc_graph::{
    model::{
        ChangeType, IdentitySet, IncomingCallOptions, InvitationParticipantInfo, MediaInfo,
        MeetingInfo, OutgoingCallOptions, Prompt, Tone,
    },
    request::{
        chats::SendMessage,
        communications::{
            GetPresencesByUserId,
            calls::{
                AnswerCall, CreateCall, PlayPrompt, RecordResponse, TransferCall,
                participants::InviteParticipants,
            },
        },
        subscriptions::CreateSubscription,
    },
};

use super::Emitted;

const CALLBACK: &str = "https://bot.example.com/callback";
const AGENT: &str = "98da8a1a-1b87-452c-a713-65d3f10b5555";
const INSTANCE: &str = "3d913abb-aec0-4964-8fa6-3c6850c4f278";
const TENANT: &str = "aa67bd4c-8475-432d-bd41-39f255720e0a";
const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";
const CONSULTED: &str = "e5d39592-99bd-4db8-bca8-30fb894ec51d";
const WAV: &str = "https://cdn.example.com/welcome.wav";
const CONTEXT: &str = "d45324c1-fcb5-430a-902c-f20af696537c";
const CHAT: &str = "19:meeting_x@thread.v2";

/// A request as data; what this file makes is right, so a wrong one stops the run.
macro_rules! emitted {
    ($request:expr) => {{
        let request = $request.into_request().expect("the request is within every limit");
        let body = request.body();
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(body).expect("a body is JSON")
        };
        Emitted { method: request.method().to_string(), path: request.uri().to_string(), body }
    }};
}

/// Every request by the name the script gives it.
pub(super) fn requests() -> BTreeMap<&'static str, Emitted> {
    BTreeMap::from([
        ("createCall", to_a_user()),
        ("createCall to a phone", to_a_phone()),
        ("createCall to a meeting", to_a_meeting()),
        ("answer", answer()),
        ("transfer", emitted!(TransferCall::new(CALL, agent()))),
        (
            "transfer after consulting",
            emitted!(TransferCall::new(CALL, agent()).replaces_call_id(CONSULTED)),
        ),
        (
            "invite",
            emitted!(
                InviteParticipants::new(CALL, [agent()])
                    .replaces_call_id(CONSULTED)
                    .client_context(CONTEXT)
            ),
        ),
        ("playPrompt", emitted!(PlayPrompt::new(CALL, [prompt()]).client_context(CONTEXT))),
        ("recordResponse", record_response()),
        ("getPresencesByUserId", emitted!(GetPresencesByUserId::new([AGENT, INSTANCE]))),
        ("create subscription", create_subscription()),
        ("send chat message", emitted!(SendMessage::new(CHAT, "Your customer is on the line"))),
    ])
}

fn to_a_user() -> Emitted {
    emitted!(
        CreateCall::new(CALLBACK)
            .target(agent())
            .call_options(OutgoingCallOptions::new().is_content_sharing_notification_enabled(true))
            .subject("billing")
            .tenant(&id(TENANT))
    )
}

fn to_a_phone() -> Emitted {
    let phone = IdentitySet::of_phone(&id("+12065550100"));
    emitted!(
        CreateCall::new(CALLBACK)
            .target(InvitationParticipantInfo::of(phone))
            .source_application_instance(&id(INSTANCE))
            .tenant(&id(TENANT))
    )
}

fn to_a_meeting() -> Emitted {
    let link = format!(
        "https://teams.microsoft.com/l/meetup-join/{CHAT}/0\
         ?context={{\"Tid\":\"{TENANT}\",\"Oid\":\"{AGENT}\"}}"
    );
    let link = MeetingInfo::from_join_url(&link).expect("the link names its meeting");
    emitted!(CreateCall::new(CALLBACK).meeting_link(link))
}

fn answer() -> Emitted {
    emitted!(
        AnswerCall::new(CALL, CALLBACK)
            .pre_fetch([MediaInfo::new(WAV).resource_id("w-1")])
            .call_options(IncomingCallOptions::new().is_content_sharing_notification_enabled(true))
            .participant_capacity(200)
    )
}

fn record_response() -> Emitted {
    let keys = "#1*".chars().filter_map(Tone::of_key);
    emitted!(
        RecordResponse::new(CALL)
            .prompt(prompt())
            .barge_in_allowed(true)
            .initial_silence_timeout(Duration::from_secs(5))
            .max_silence_timeout(Duration::from_secs(2))
            .max_record_duration(Duration::from_secs(10))
            .play_beep(true)
            .stop_tones(keys)
            .client_context(CONTEXT)
    )
}

fn create_subscription() -> Emitted {
    emitted!(
        CreateSubscription::new("/communications/callRecords", CALLBACK, "2026-11-23T09:30:00Z")
            .change_types([ChangeType::Created, ChangeType::Updated])
            .lifecycle_notification_url(CALLBACK)
            .client_state("state-1")
    )
}

fn agent() -> InvitationParticipantInfo {
    InvitationParticipantInfo::of_user(&id(AGENT))
}

fn prompt() -> Prompt {
    Prompt::cached_wav(WAV, "w-1")
}

/// An id, a tenant or a number written in this file.
fn id<T: std::str::FromStr>(text: &str) -> T {
    match text.parse() {
        Ok(id) => id,
        Err(_) => unreachable!("{text} is valid"),
    }
}
