//! A call as Graph shows it to a bot (`microsoft.graph.call`).

use std::{collections::VecDeque, time::Duration};

use serde_json::{Value, json};
use teams_cc_core::{Instant, contact::Tone};

use super::{
    record::Recording,
    ring::{Callee, RingId},
    roster::{Group, Invite},
};

/// The most calls at once; a further one is refused with 429.
pub(crate) const MAX_CALLS: usize = 10_000;
/// The most operations waiting on one call; a further one is refused with 400.
pub(crate) const MAX_OPERATIONS: usize = 64;
/// A call not answered by then is taken away (Learn: 15 seconds).
pub(crate) const ANSWER_DEADLINE: Duration = Duration::from_secs(15);
/// A call not kept alive by then ends with 408/8537 (Learn: 45 minutes).
pub(crate) const KEEP_ALIVE_DEADLINE: Duration = Duration::from_mins(45);

/// `microsoft.graph.callState`, as far as this slice uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallState {
    Incoming,
    Establishing,
    Established,
    Transferring,
    TransferAccepted,
    Terminating,
    Terminated,
}

impl CallState {
    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Establishing => "establishing",
            Self::Established => "established",
            Self::Transferring => "transferring",
            Self::TransferAccepted => "transferAccepted",
            Self::Terminating => "terminating",
            Self::Terminated => "terminated",
        }
    }
}

/// Who is at the far end of a bot's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Far {
    Customer(usize),
    User(usize),
    /// The mailbox of a user.
    Mailbox(usize),
    /// Nobody yet: it rings.
    Nobody,
}

/// An operation on a call that ends with a notification.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) context: Option<String>,
    /// The type of the operation in `microsoft.graph`.
    pub(crate) kind: &'static str,
    /// The file names of the prompts.
    pub(crate) names: Vec<Box<str>>,
    /// How long it plays, or why it fails.
    pub(crate) plays: Result<Duration, ResultInfo>,
    /// What it ends with where nothing is in the way.
    pub(crate) ends: ResultInfo,
    /// What is recorded meanwhile.
    pub(crate) records: Option<Recording>,
}

/// `microsoft.graph.resultInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResultInfo {
    pub(crate) code: i32,
    pub(crate) subcode: i32,
    pub(crate) message: &'static str,
}

impl ResultInfo {
    pub(crate) const fn new(code: i32, subcode: i32, message: &'static str) -> Self {
        Self { code, subcode, message }
    }

    pub(crate) fn json(self) -> Value {
        json!({
            "@odata.type": "#microsoft.graph.resultInfo",
            "code": self.code,
            "subcode": self.subcode,
            "message": self.message,
        })
    }
}

/// A transfer under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transfer {
    pub(crate) target: Callee,
    /// The call whose place is taken; `Err` where it was named and is not there.
    pub(crate) replaces: Option<Result<u64, ()>>,
}

/// A bot's call. The world keeps it under the number ladders call it by. It has no Debug form: numbers
/// are in it.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) chain: String,
    pub(crate) scenario: String,
    /// When it was made, and when media began to flow.
    pub(crate) begins: Instant,
    pub(crate) answered: Option<Instant>,
    pub(crate) participant: String,
    pub(crate) tenant: usize,
    pub(crate) app: usize,
    pub(crate) account: Option<usize>,
    pub(crate) incoming: bool,
    pub(crate) state: CallState,
    pub(crate) callback: String,
    pub(crate) far: Far,
    /// Who was called, or who calls, as `identitySet`; a list where several are rung.
    pub(crate) party: Value,
    pub(crate) ring: Option<RingId>,
    pub(crate) confirm: Option<(Tone, Duration)>,
    pub(crate) tones: bool,
    pub(crate) tone_sequence: i64,
    pub(crate) operations: VecDeque<Operation>,
    /// Operations that ended, as GET shows them; at most [`MAX_OPERATIONS`], the oldest goes.
    pub(crate) ended: VecDeque<Value>,
    pub(crate) muted: bool,
    /// Who is on it, where it is a group call.
    pub(crate) group: Option<Group>,
    /// The invitation under way; there is one at a time.
    pub(crate) invite: Option<Invite>,
    pub(crate) played: u32,
    pub(crate) keep_alive: u32,
    pub(crate) transfer: Option<Transfer>,
    /// Notifications of one call leave in order unless a fault says otherwise.
    pub(crate) last_notice: Instant,
}

impl Call {
    pub(crate) fn active(&self) -> bool {
        matches!(
            self.state,
            CallState::Established | CallState::Transferring | CallState::TransferAccepted
        )
    }

    pub(crate) fn direction(&self) -> &'static str {
        if self.incoming { "incoming" } else { "outgoing" }
    }

    /// The path of the call, as notifications name it.
    pub(crate) fn resource(&self) -> String {
        format!("/communications/calls/{}", self.id)
    }

    /// The whole entity, as POST and GET answer it.
    pub(crate) fn entity(&self, tenant: &str, source: &Value, graph: &str) -> Value {
        // A bot that joins a group call rings nobody; who begins one may ring several.
        let parties = match &self.party {
            Value::Null => &[][..],
            Value::Array(parties) => parties,
            one => std::slice::from_ref(one),
        };
        let target = |party: &Value| {
            json!({
                "@odata.type": "#microsoft.graph.invitationParticipantInfo",
                "identity": party,
                "replacesCallId": null,
            })
        };
        let targets: Vec<_> = parties.iter().map(target).collect();
        let audio = if self.active() { "active" } else { "inactive" };
        json!({
            "@odata.context": format!("{graph}/v1.0/$metadata#communications/calls/$entity"),
            "@odata.type": "#microsoft.graph.call",
            "state": self.state.wire(),
            "direction": self.direction(),
            "callbackUri": self.callback,
            "callChainId": self.chain,
            "callRoutes": [],
            "source": source,
            "targets": targets,
            "requestedModalities": ["audio"],
            "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
            "mediaState": {"@odata.type": "#microsoft.graph.callMediaState", "audio": audio},
            "tenantId": tenant,
            "myParticipantId": self.participant,
            "id": self.id,
            "subject": null,
            "resultInfo": null,
            "chatInfo": null,
            "meetingInfo": null,
            "toneInfo": null,
        })
    }
}

/// The name of a key in `microsoft.graph.tone`.
pub(crate) fn tone_name(tone: Tone) -> String {
    match tone.reveal() {
        '*' => "star".to_owned(),
        '#' => "pound".to_owned(),
        key @ '0'..='9' => format!("tone{key}"),
        key => key.to_ascii_lowercase().to_string(),
    }
}

/// An id as it is compared: without dashes, in lower case (the wire shows both forms).
pub(crate) fn normal_id(id: &str) -> String {
    id.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect()
}
