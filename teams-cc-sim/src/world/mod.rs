//! The one truth: a deterministic, socket-free Microsoft with its users and their customers.
//!
//! [`Setup`] says who lives there and what they will do; [`World`] lets it happen. Graph call
//! behaviour follows Learn's *cloud communications* pages and Direct Routing its *SIP protocol*
//! page; the fidelity table of this crate labels each behaviour documented, observed or assumed.

mod archive;
mod call;
mod customer;
mod engine;
mod life;
mod notice;
mod operation;
mod output;
mod people;
mod record;
mod redirect;
mod ring;
mod roster;
mod schedule;
mod setup;
mod subscription;
mod telephone;
mod transfer;

pub use crate::sip::{Broken, BrokenRule};
pub use engine::World;
pub use output::{Callback, CallbackId, ConnectionId, Input, Output, Reply, SipParty};
pub use people::{
    Answering, App, ClientAction, FORWARD_AFTER, PresenceState, ROLES, ResourceAccount, Tenant,
    User,
};
pub use setup::{
    CALLBACK, Faults, MAX_OF_A_KIND, PROXIES, ProxyState, SECRET, SERVICE_NUMBER, Setup,
};

pub use telephone::{AfterPrompt, Customer, PromptFile};

pub(crate) use archive::Record;
pub(crate) use call::{Call, CallState, Far, MAX_OPERATIONS, Operation, Transfer};
pub(crate) use customer::shown_number;
pub(crate) use engine::{Line, unknown};
pub(crate) use life::{NewCall, phone_identity};
pub(crate) use operation::{FINISHED, file_name};
pub(crate) use record::Wanted;
pub(crate) use ring::{Callee, NoAnswer, Purpose, RingId};
pub(crate) use roster::{Group, Invite};
pub(crate) use schedule::Action;
pub(crate) use subscription::Subscription;
