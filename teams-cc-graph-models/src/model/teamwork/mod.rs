//! Resources of [Microsoft Teams](https://learn.microsoft.com/graph/api/resources/teams-api-overview) beside its calls: chats, messages, members, apps, numbers.

mod activity;
mod chat;
mod chat_message;
mod conversation_member;
mod event;
mod event_call;
mod event_member;
mod event_team;
mod number_assignment;
mod subscription;
mod team;
mod teams_app;

pub use activity::*;
pub use chat::*;
pub use chat_message::*;
pub use conversation_member::*;
pub use event::*;
pub use event_call::*;
pub use event_member::*;
pub use event_team::*;
pub use number_assignment::*;
pub use subscription::*;
pub use team::*;
pub use teams_app::*;
