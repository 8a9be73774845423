//! Documented limits, checked before anything is sent.

use teams_cc_core::E164;

use crate::error::InvalidRequest;
use crate::model::{IdentitySet, InvitationParticipantInfo, ParticipantInfo, Prompt};
use crate::wire::{Field, Sensitive};

/// The longest client context, in characters (Learn, call-playprompt).
pub(crate) const MAX_CLIENT_CONTEXT: usize = 256;

/// The most prompts of one playPrompt (Learn, call-playprompt).
pub(crate) const MAX_PROMPTS: usize = 20;

/// The most users a created group call starts with (Learn, application-post-calls).
pub(crate) const MAX_TARGETS: usize = 5;

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

fn phone_of(identity: &IdentitySet) -> Option<Sensitive> {
    let phone = identity.phone.get()?;
    Some(phone.id.get().cloned().unwrap_or_default())
}
