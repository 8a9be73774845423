//! Documented limits, checked before anything is sent.

use std::ops::RangeInclusive;
use std::time::Duration;

use teams_cc_core::E164;

use crate::error::InvalidRequest;
use crate::model::{
    AudioRoutingGroup, ChatInfo, IdentitySet, InvitationParticipantInfo, MeetingInfo,
    ParticipantInfo, Prompt, RoutingMode, call_key,
};
use crate::wire::{Field, Sensitive};

/// The longest client context, in characters (Learn, call-playprompt).
pub(crate) const MAX_CLIENT_CONTEXT: usize = 256;

/// The most prompts of one playPrompt (Learn, call-playprompt).
pub(crate) const MAX_PROMPTS: usize = 20;

/// The most users a created group call starts with (Learn, application-post-calls).
pub(crate) const MAX_TARGETS: usize = 5;

/// The most targets of one redirect (Learn, call-redirect).
pub(crate) const MAX_REDIRECT_TARGETS: usize = 25;

/// How long redirected targets may ring (Learn, call-redirect).
pub(crate) const RING_SECONDS: RangeInclusive<u64> = 15..=90;

/// How long silences and clips of recordResponse may be (Learn, call-record).
pub(crate) const RECORD_SECONDS: RangeInclusive<u64> = 1..=120;

/// The most parties of one invitation (Learn, participant-invite).
pub(crate) const MAX_INVITED: usize = 5;

/// The most users of one getPresencesByUserId (Learn, cloudcommunications-getpresencesbyuserid).
pub(crate) const MAX_PRESENCES: usize = 650;

pub(crate) fn client_context(context: &Field<String>) -> Result<(), InvalidRequest> {
    let length = context.text().map_or(0, |text| text.chars().count());
    if length > MAX_CLIENT_CONTEXT {
        let what = "clientContext";
        return Err(InvalidRequest::TooLong { what, length, limit: MAX_CLIENT_CONTEXT });
    }
    Ok(())
}

pub(crate) fn count(what: &'static str, count: usize, limit: usize) -> Result<(), InvalidRequest> {
    match count {
        0 => Err(InvalidRequest::Empty { what }),
        count if count > limit => Err(InvalidRequest::TooMany { what, count, limit }),
        _ => Ok(()),
    }
}

/// A prompt has an absolute HTTPS URI: the service fetches it over the internet.
pub(crate) fn prompts(prompts: &[Prompt]) -> Result<(), InvalidRequest> {
    count("prompts", prompts.len(), MAX_PROMPTS)?;
    for prompt in prompts {
        let Prompt::Media(media) = prompt else { continue };
        let uri = media.media_info.get().and_then(|media| media.uri.get());
        let uri = uri.ok_or(InvalidRequest::Missing { what: "the URI of a prompt" })?;
        https("the URI of a prompt", uri.reveal())?;
    }
    Ok(())
}

pub(crate) fn https(what: &'static str, uri: &str) -> Result<(), InvalidRequest> {
    let absolute = url::Url::parse(uri).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    if absolute { Ok(()) } else { Err(InvalidRequest::NotHttps { what }) }
}

/// A party to call: a phone must be E.164.
pub(crate) fn target(target: &InvitationParticipantInfo) -> Result<(), InvalidRequest> {
    let identity = target
        .identity
        .get()
        .ok_or(InvalidRequest::Missing { what: "the identity of a target" })?;
    match phone_of(identity) {
        Some(number) if E164::new(number.reveal()).is_err() => Err(InvalidRequest::NotE164),
        _ => Ok(()),
    }
}

pub(crate) fn is_phone(target: &InvitationParticipantInfo) -> bool {
    target.identity.get().is_some_and(|identity| identity.phone.get().is_some())
}

/// A call to a phone has a resource account as its source (Learn, application-post-calls).
pub(crate) fn source_of_phone_call(
    targets: &[InvitationParticipantInfo],
    source: Option<&ParticipantInfo>,
) -> Result<(), InvalidRequest> {
    let instance = source
        .and_then(|source| source.identity.get())
        .and_then(|identity| identity.application_instance.get())
        .and_then(|instance| instance.id.get());
    if targets.iter().any(is_phone) && instance.is_none() {
        return Err(InvalidRequest::NoApplicationInstance);
    }
    Ok(())
}

/// A call cannot take the place of itself, nor of a call without an id (pain 41).
pub(crate) fn replaced_call(
    call: &str,
    target: &InvitationParticipantInfo,
) -> Result<(), InvalidRequest> {
    let replaced = target.replaces_call_id.text().map(call_key);
    if replaced.is_some_and(|key| key.is_empty() || key == call_key(call)) {
        return Err(InvalidRequest::Missing { what: "replacesCallId of another call" });
    }
    Ok(())
}

/// What names a meeting names it well enough; a passcode it does not have is null.
pub(crate) fn meeting(
    meeting: &mut MeetingInfo,
    chat: Option<&ChatInfo>,
) -> Result<(), InvalidRequest> {
    let missing = |what| Err(InvalidRequest::Missing { what });
    match meeting {
        MeetingInfo::Organizer(meeting) => {
            let user = meeting.organizer.get().and_then(|organizer| organizer.user.get());
            if user.is_none_or(|user| user.id.get().is_none_or(|id| id.reveal().is_empty())) {
                return missing("the organizer of the meeting");
            }
            if user.is_none_or(|user| user.tenant_id.text().is_none_or(str::is_empty)) {
                return missing("the tenant of the meeting's organizer");
            }
            if chat.is_none_or(|chat| chat.thread_id.get().is_none()) {
                return missing("the chat of the meeting");
            }
        }
        MeetingInfo::Token(meeting)
            if meeting.token.get().is_none_or(|token| token.reveal().is_empty()) =>
        {
            return missing("the token of the meeting");
        }
        MeetingInfo::JoinMeetingId(meeting) => {
            if meeting.join_meeting_id.get().is_none_or(|id| id.reveal().is_empty()) {
                return missing("the id of the meeting");
            }
            if chat.is_some() {
                let wanted = "left out where a meeting is joined by its id";
                return Err(InvalidRequest::Malformed { what: "chatInfo", wanted });
            }
            if meeting.passcode.is_missing() {
                meeting.passcode = Field::Null;
            }
        }
        // It is whole, or of a type that has no model: the service knows better.
        _ => {}
    }
    Ok(())
}

/// A private route to one has one receiver at most.
pub(crate) fn routing(group: &AudioRoutingGroup) -> Result<(), InvalidRequest> {
    let receivers = group.receivers.items().len();
    if group.routing_mode.get() == Some(&RoutingMode::OneToOne) && receivers > 1 {
        let what = "receivers of oneToOne";
        return Err(InvalidRequest::TooMany { what, count: receivers, limit: 1 });
    }
    Ok(())
}

/// A time in whole seconds, within documented bounds.
pub(crate) fn seconds(
    what: &'static str,
    time: Duration,
    bounds: RangeInclusive<u64>,
) -> Result<i32, InvalidRequest> {
    if time.subsec_nanos() != 0 {
        return Err(InvalidRequest::Malformed { what, wanted: "a whole number of seconds" });
    }
    let seconds = time.as_secs();
    let out_of_range = || {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let (least, most) = (number(*bounds.start()), number(*bounds.end()));
        InvalidRequest::OutOfRange { what, value: number(seconds), least, most }
    };
    if !bounds.contains(&seconds) {
        return Err(out_of_range());
    }
    i32::try_from(seconds).map_err(|_| out_of_range())
}

/// A time in whole milliseconds, as far as the property reaches.
pub(crate) fn milliseconds(what: &'static str, time: Duration) -> Result<i32, InvalidRequest> {
    if !time.subsec_nanos().is_multiple_of(1_000_000) {
        return Err(InvalidRequest::Malformed { what, wanted: "a whole number of milliseconds" });
    }
    let milliseconds = time.as_millis();
    i32::try_from(milliseconds).map_err(|_| InvalidRequest::OutOfRange {
        what,
        value: i64::try_from(milliseconds).unwrap_or(i64::MAX),
        least: 0,
        most: i32::MAX.into(),
    })
}

fn phone_of(identity: &IdentitySet) -> Option<Sensitive> {
    let phone = identity.phone.get()?;
    Some(phone.id.get().cloned().unwrap_or_default())
}

/// A page has one item at least, and no more than the service answers.
pub(crate) fn top(top: Option<u32>, limit: u32) -> Result<(), InvalidRequest> {
    match top {
        Some(items) if items == 0 || items > limit => Err(InvalidRequest::OutOfRange {
            what: "$top",
            value: items.into(),
            least: 1,
            most: limit.into(),
        }),
        _ => Ok(()),
    }
}
