use bytes::Bytes;
use teams_cc_core::{AppId, TenantId};

use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::model::{
    Call, CallOptions, ChatInfo, Identity, IdentitySet, InvitationParticipantInfo, MediaConfig,
    MeetingInfo, MeetingLink, Modality, OutgoingCallOptions, ParticipantInfo,
    ServiceHostedMediaConfig,
};
use crate::permission::{
    APP_HOSTED, CALLS_INITIATE, CALLS_INITIATE_GROUP, CALLS_JOIN_CHAT, CALLS_JOIN_GROUP,
    CALLS_JOIN_GROUP_AS_GUEST, Permission,
};
use crate::request::{Endpoint, Via, check};
use crate::wire::{Field, Sensitive};

/// `POST /communications/calls`: call a user, a phone or a group, or join a meeting.
///
/// [Learn](https://learn.microsoft.com/graph/api/application-post-calls)
///
/// # Permissions
///
/// | type | one target | several targets | meeting |
/// |---|---|---|---|
/// | Application | `Calls.Initiate.All` | `Calls.InitiateGroupCall.All` | `Calls.JoinGroupCall.All`, `Calls.JoinGroupCallAsGuest.All` |
/// | Delegated | not supported | not supported | not supported |
///
/// A guest needs `Calls.JoinGroupCallAsGuest.All`. Application-hosted media needs
/// `Calls.AccessMedia.All` besides. `REQUIRED_PERMISSIONS` lists those of every kind of call; a
/// request carries those of its own, by which a refusal names what is missing.
///
/// # Limits
///
/// At most 5 targets, all of them users where there are several. A phone must be E.164 and needs a
/// resource account as the source
/// ([`source_application_instance`](Self::source_application_instance)). Emergency and short
/// numbers cannot be called over Graph; they go over a Direct Routing trunk.
///
/// A meeting is joined by its link ([`meeting_link`](Self::meeting_link)), by the id and passcode
/// people type, or by the token of an incoming call; after a join by token no phone can be invited.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// It would call twice: retried on 429 alone. Dropping the future may leave a call that rings;
/// its notifications still arrive at the callback.
///
/// ```
/// use teams_cc_graph::model::InvitationParticipantInfo;
/// use teams_cc_graph::request::communications::calls::CreateCall;
///
/// let user = "98da8a1a-1b87-452c-a713-65d3f10b5555".parse()?;
/// let request = CreateCall::new("https://bot.example.com/callback")
///     .target(InvitationParticipantInfo::of_user(&user))
///     .into_request()?;
/// assert_eq!(request.uri(), "/communications/calls");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "create call")]
#[doc(alias = "group call")]
#[doc(alias = "join meeting")]
#[doc(alias = "7503")]
#[doc(alias = "7504")]
#[doc(alias = "7505")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CreateCall<C = Client> {
    via: C,
    body: Call,
}

graph_request! {
    CreateCall => Call,
    "createCall" POST "/communications/calls",
    repeat: Twice, on_call: false,
    permissions: [
        CALLS_INITIATE, CALLS_INITIATE_GROUP, CALLS_JOIN_GROUP, CALLS_JOIN_GROUP_AS_GUEST,
        CALLS_JOIN_CHAT
    ]
}

impl CreateCall<()> {
    /// The request without a client; notifications go to `callback_uri`.
    pub fn new(callback_uri: impl Into<String>) -> Self {
        Self::with((), callback_uri)
    }
}

impl<C: Via> CreateCall<C> {
    pub(crate) fn with(via: C, callback_uri: impl Into<String>) -> Self {
        let body = Call::new()
            .callback_uri(callback_uri.into())
            .requested_modalities(vec![Modality::Audio])
            .media_config(ServiceHostedMediaConfig::new());
        Self { via, body }
    }

    /// Add somebody to call.
    pub fn target(mut self, target: InvitationParticipantInfo) -> Self {
        let mut targets = self.body.targets.into_option().unwrap_or_default();
        targets.push(target);
        self.body.targets = Field::Value(targets);
        self
    }

    /// Add several to call at once.
    pub fn targets(self, targets: impl IntoIterator<Item = InvitationParticipantInfo>) -> Self {
        targets.into_iter().fold(self, Self::target)
    }

    /// Join a meeting.
    pub fn meeting(mut self, meeting: impl Into<MeetingInfo>) -> Self {
        self.body.meeting_info = Field::Value(meeting.into());
        self
    }

    /// Join the meeting of a link: its organizer, its chat and its tenant.
    pub fn meeting_link(self, link: MeetingLink) -> Self {
        let MeetingLink { meeting, chat, tenant, .. } = link;
        self.meeting(meeting).chat(chat).tenant(&tenant)
    }

    /// Join as a guest, by the name to show and an id of one's own choice.
    ///
    /// It needs `Calls.JoinGroupCallAsGuest.All`, and guests may wait in the lobby.
    pub fn as_guest(self, name: impl Into<Sensitive>, id: impl Into<Sensitive>) -> Self {
        let guest = Identity::with_id(id).display_name(name.into());
        self.source(ParticipantInfo::of(IdentitySet::new().guest(guest)))
    }

    /// Name the chat of the meeting; a meeting by its organizer needs it.
    pub fn chat(mut self, chat: ChatInfo) -> Self {
        self.body.chat_info = chat.into();
        self
    }

    /// Say who calls. Default: the app.
    pub fn source(mut self, source: ParticipantInfo) -> Self {
        self.body.source = source.into();
        self
    }

    /// Call from a resource account, whose number a phone then shows.
    pub fn source_application_instance(self, id: &AppId) -> Self {
        self.source(ParticipantInfo::of_application_instance(id))
    }

    /// Set who hosts the media. Default: the service.
    pub fn media_config(mut self, media: impl Into<MediaConfig>) -> Self {
        self.body.media_config = Field::Value(media.into());
        self
    }

    /// Set the modalities. Default: audio.
    pub fn requested_modalities(mut self, modalities: impl IntoIterator<Item = Modality>) -> Self {
        self.body.requested_modalities = modalities.into_iter().collect::<Vec<_>>().into();
        self
    }

    /// Set the subject.
    pub fn subject(mut self, subject: impl Into<Sensitive>) -> Self {
        self.body.subject = subject.into().into();
        self
    }

    /// Set the tenant of the call. Default: the client's; another one is refused.
    pub fn tenant(mut self, tenant: &TenantId) -> Self {
        self.body.tenant_id = tenant.as_str().into();
        self
    }

    /// Set options of the call.
    pub fn call_options(mut self, options: OutgoingCallOptions) -> Self {
        self.body.call_options = Field::Value(CallOptions::Outgoing(options));
        self
    }

    /// The body as it stands, to reach properties that have no setter.
    pub fn body_mut(&mut self) -> &mut Call {
        &mut self.body
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(mut self) -> Result<http::Request<Bytes>, Error> {
        check::https("callbackUri", self.body.callback_uri.text().unwrap_or_default())?;
        let targets = self.body.targets.items();
        if self.body.meeting_info.get().is_none() {
            check::count("targets", targets.len(), check::MAX_TARGETS)?;
        }
        for target in targets {
            check::target(target)?;
        }
        if targets.len() > 1 && targets.iter().any(check::is_phone) {
            let wanted = "users alone: call phones one by one, or invite them";
            return Err(InvalidRequest::Malformed { what: "targets", wanted }.into());
        }
        check::source_of_phone_call(targets, self.body.source.get())?;
        if let Field::Value(meeting) = &mut self.body.meeting_info {
            check::meeting(meeting, self.body.chat_info.get())?;
        }
        match (self.via.tenant(), self.body.tenant_id.text()) {
            (Some(ours), Some(theirs)) if !ours.as_str().eq_ignore_ascii_case(theirs) => {
                return Err(InvalidRequest::TenantMismatch.into());
            }
            (Some(ours), None) => self.body.tenant_id = ours.as_str().into(),
            _ => {}
        }
        endpoint(&self.body).json(&[], &self.body)
    }
}

/// The request, with the permissions of the kind of call it asks for.
fn endpoint(call: &Call) -> &'static Endpoint {
    const ONE: &[Endpoint; 2] = &of_kind(&[CALLS_INITIATE]);
    const SEVERAL: &[Endpoint; 2] = &of_kind(&[CALLS_INITIATE_GROUP]);
    const MEETING: &[Endpoint; 2] =
        &of_kind(&[CALLS_JOIN_GROUP, CALLS_JOIN_GROUP_AS_GUEST, CALLS_JOIN_CHAT]);
    const GUEST: &[Endpoint; 2] = &of_kind(&[CALLS_JOIN_GROUP_AS_GUEST]);

    let source = call.source.get().and_then(|source| source.identity.get());
    let is_guest = source.is_some_and(|source| source.guest.get().is_some());
    let [service_hosted, app_hosted] = match call.targets.items().len() {
        _ if call.meeting_info.get().is_some() && is_guest => GUEST,
        _ if call.meeting_info.get().is_some() => MEETING,
        0 | 1 => ONE,
        _ => SEVERAL,
    };
    match call.media_config.get() {
        Some(MediaConfig::AppHosted(_)) => app_hosted,
        _ => service_hosted,
    }
}

/// The request with these permissions, for media that the service hosts and that the app hosts.
const fn of_kind(permissions: &'static [Permission]) -> [Endpoint; 2] {
    let all = CreateCall::<()>::ENDPOINT;
    [all.post_with(permissions, &[]), all.post_with(permissions, APP_HOSTED)]
}
