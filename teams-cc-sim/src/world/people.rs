//! Who lives in Microsoft 365: tenants, apps, resource accounts and Teams users.

use std::{fmt, time::Duration};

use teams_cc_core::{AppId, E164, PhoneNumber, TeamsUser, TenantId, UserId, contact::Tone};

use crate::random::object_id;

/// Reads an id that this file made up itself.
fn id<K>(text: String) -> teams_cc_core::Id<K> {
    teams_cc_core::Id::new(text).expect("36 printable characters are an id")
}

/// A Microsoft Entra tenant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tenant {
    /// The tenant id.
    pub id: TenantId,
    /// Its verified domain, which may also head trunk names.
    pub domain: Box<str>,
}

impl Tenant {
    /// A tenant known by its domain; the id follows from it.
    #[must_use]
    pub fn new(domain: &str) -> Self {
        Self { id: id(object_id("tenant", domain)), domain: domain.to_ascii_lowercase().into() }
    }
}

/// An app registration with a calling bot.
#[derive(Clone)]
#[non_exhaustive]
pub struct App {
    /// The application (client) id.
    pub id: AppId,
    /// The client secret it signs in with.
    pub secret: Box<str>,
    /// The application permissions an administrator consented to, in every tenant.
    pub roles: Vec<Box<str>>,
    /// Where incoming calls are announced.
    pub callback: Box<str>,
    /// Whether calling is switched on for the bot.
    pub calling: bool,
}

/// The permissions a contact center asks for.
pub const ROLES: [&str; 7] = [
    "Calls.AccessMedia.All",
    "Calls.Initiate.All",
    "Calls.InitiateGroupCall.All",
    "Calls.JoinGroupCall.All",
    "Presence.Read.All",
    "CallRecords.Read.All",
    "User.Read.All",
];

impl App {
    /// An app with every permission of [`ROLES`], whose calls are announced at `callback`.
    #[must_use]
    pub fn new(name: &str, secret: &str, callback: &str) -> Self {
        Self {
            id: id(object_id("app", name)),
            secret: secret.into(),
            roles: ROLES.iter().map(|role| (*role).into()).collect(),
            callback: callback.into(),
            calling: true,
        }
    }

    /// Leaves only these permissions.
    #[must_use]
    pub fn roles(mut self, roles: &[&str]) -> Self {
        self.roles = roles.iter().map(|role| (*role).into()).collect();
        self
    }

    /// Switches calling off, as where nobody ticked the box on the bot's page.
    #[must_use]
    pub fn without_calling(mut self) -> Self {
        self.calling = false;
        self
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("id", &self.id)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// A resource account: the owner of a service number that a bot answers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResourceAccount {
    /// The object id (application instance).
    pub id: AppId,
    /// Its service number.
    pub number: E164,
    /// The app its calls go to.
    pub app: AppId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Whether its calls are those of a recording policy, which alone may tell that they record.
    pub policy_recording: bool,
}

impl ResourceAccount {
    /// A service number whose calls go to an app.
    #[must_use]
    pub fn new(tenant: &Tenant, app: &App, number: E164) -> Self {
        Self {
            id: id(object_id("account", number.reveal())),
            number,
            app: app.id.clone(),
            tenant: tenant.id.clone(),
            policy_recording: false,
        }
    }

    /// Makes its calls those of a recording policy.
    #[must_use]
    pub fn policy_recording(mut self) -> Self {
        self.policy_recording = true;
        self
    }
}

/// What a Teams client shows of its user (`availability` and `activity`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresenceState {
    /// Such as `Available` or `DoNotDisturb`.
    pub availability: Box<str>,
    /// Such as `Available` or `Presenting`.
    pub activity: Box<str>,
}

impl PresenceState {
    /// A state whose activity is named like its availability.
    #[must_use]
    pub fn new(availability: &str) -> Self {
        Self {
            availability: availability.into(),
            activity: match availability {
                "Offline" => "OffWork".into(),
                other => other.into(),
            },
        }
    }

    /// A finer activity, as in Busy/InAMeeting.
    #[must_use]
    pub fn activity(mut self, activity: &str) -> Self {
        self.activity = activity.into();
        self
    }

    pub(crate) fn in_a_call() -> Self {
        Self::new("Busy").activity("InACall")
    }
}

/// What a user does when the client rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answering {
    /// Answers, and may confirm with a key after the first prompt.
    Answers {
        /// How long it rings.
        after: Duration,
        /// The key pressed once the first prompt has ended, and how long that takes.
        confirm: Option<(Tone, Duration)>,
    },
    /// Declines; the mailbox answers where there is one.
    Declines {
        /// How long it rings.
        after: Duration,
    },
    /// Lets it ring until the forward time; then the mailbox answers where there is one.
    Ignores,
    /// Busy on another call; the mailbox answers where there is one.
    Busy,
}

impl Answering {
    /// Answers after ringing this long.
    #[must_use]
    pub fn after(after: Duration) -> Self {
        Self::Answers { after, confirm: None }
    }

    /// Declines after ringing this long.
    #[must_use]
    pub fn declines(after: Duration) -> Self {
        Self::Declines { after }
    }

    /// Presses a key this long after the first prompt.
    #[must_use]
    pub fn confirms(self, key: Tone, within: Duration) -> Self {
        match self {
            Self::Answers { after, .. } => Self::Answers { after, confirm: Some((key, within)) },
            other => other,
        }
    }
}

/// What a user's client does in a call that came over Direct Routing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAction {
    /// Puts the caller on hold (re-INVITE with `a=inactive`).
    Hold,
    /// Takes the caller back (re-INVITE with `a=sendrecv`).
    Resume,
    /// Transfers the caller to another user, by handle (REFER).
    Transfer(Box<str>),
    /// Hangs up.
    HangUp,
}

/// A person with a Teams client.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct User {
    /// A short name for ladders; not personal data.
    pub handle: Box<str>,
    /// The object id.
    pub id: UserId,
    /// The home tenant.
    pub tenant: TenantId,
    /// The Direct Routing number, where there is one.
    pub number: Option<E164>,
    /// The presence outside calls.
    pub presence: PresenceState,
    /// When the presence changes, and to what.
    pub presence_changes: Vec<(Duration, PresenceState)>,
    /// What the user does at each call; the last one repeats.
    pub answering: Vec<Answering>,
    /// Whether there is a mailbox behind the user.
    pub voicemail: bool,
    /// How long the client rings before Teams forwards the call.
    pub forward_after: Duration,
    /// What the client does in a Direct Routing call, each so long after the answer.
    pub client: Vec<(Duration, ClientAction)>,
    /// Numbers the user dials through Direct Routing, and when.
    pub dials: Vec<(Duration, PhoneNumber)>,
}

/// How long a Teams client rings before unanswered calls go to voicemail. Teams' default is 20 s.
pub const FORWARD_AFTER: Duration = Duration::from_secs(20);

impl User {
    /// An available user who answers after three seconds and has a mailbox.
    #[must_use]
    pub fn new(handle: &str, tenant: &Tenant) -> Self {
        Self {
            handle: handle.into(),
            id: id(object_id("user", handle)),
            tenant: tenant.id.clone(),
            number: None,
            presence: PresenceState::new("Available"),
            presence_changes: Vec::new(),
            answering: vec![Answering::after(Duration::from_secs(3))],
            voicemail: true,
            forward_after: FORWARD_AFTER,
            client: Vec::new(),
            dials: Vec::new(),
        }
    }

    /// The user as an address of the contact center's vocabulary.
    #[must_use]
    pub fn address(&self) -> TeamsUser {
        let user = TeamsUser::new(self.id.clone()).tenant(self.tenant.clone());
        match &self.number {
            Some(number) => user.number(number.clone()),
            None => user,
        }
    }

    /// Gives the user a Direct Routing number.
    #[must_use]
    pub fn number(mut self, number: E164) -> Self {
        self.number = Some(number);
        self
    }

    /// Sets the presence outside calls, such as `DoNotDisturb`.
    #[must_use]
    pub fn presence(mut self, availability: &str) -> Self {
        self.presence = PresenceState::new(availability);
        self
    }

    /// Changes the presence at a time of the day.
    #[must_use]
    pub fn presence_at(mut self, at: Duration, state: PresenceState) -> Self {
        self.presence_changes.push((at, state));
        self
    }

    /// Sets what the user does at each call; the last one repeats.
    #[must_use]
    pub fn answering(mut self, rules: impl IntoIterator<Item = Answering>) -> Self {
        self.answering = rules.into_iter().collect();
        self
    }

    /// Takes the mailbox away.
    #[must_use]
    pub fn without_voicemail(mut self) -> Self {
        self.voicemail = false;
        self
    }

    /// Sets how long the client rings before Teams forwards the call.
    #[must_use]
    pub fn forward_after(mut self, after: Duration) -> Self {
        self.forward_after = after;
        self
    }

    /// Lets the client act in a Direct Routing call, so long after the answer.
    #[must_use]
    pub fn acts(mut self, after: Duration, action: ClientAction) -> Self {
        self.client.push((after, action));
        self
    }

    /// Lets the user dial a number through Direct Routing at a time of the day.
    #[must_use]
    pub fn dials(mut self, at: Duration, number: &str) -> Self {
        self.dials.push((at, PhoneNumber::presented(number)));
        self
    }
}
