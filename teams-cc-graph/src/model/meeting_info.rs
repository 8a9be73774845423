//! How a meeting is named: [meetingInfo](https://learn.microsoft.com/graph/api/resources/meetinginfo)
//! and [chatInfo](https://learn.microsoft.com/graph/api/resources/chatinfo).

use super::IdentitySet;
use crate::wire::Sensitive;

resource! {
    /// The chat of a group call or meeting.
    pub struct ChatInfo("microsoft.graph.chatInfo") {
        /// The message in the thread.
        message_id: String = "messageId",
        /// The message that opened the reply chain.
        reply_chain_message_id: String = "replyChainMessageId",
        /// The thread.
        thread_id: Sensitive = "threadId",
    }
}

polymorphic! {
    /// The meeting to join.
    pub enum MeetingInfo {
        /// By its organizer.
        Organizer(OrganizerMeetingInfo),
        /// By a token from an incoming call.
        Token(TokenMeetingInfo),
        /// By the id people type.
        JoinMeetingId(JoinMeetingIdMeetingInfo),
    }
}

resource! {
    /// A meeting by its organizer.
    pub struct OrganizerMeetingInfo("microsoft.graph.organizerMeetingInfo") {
        /// The organizer, with the tenant.
        organizer: IdentitySet = "organizer",
        /// Whether the conversation may start without its host; undeclared, documented.
        allow_conversation_without_host: bool = "allowConversationWithoutHost",
    }
}

resource! {
    /// A meeting by a token from an incoming call.
    pub struct TokenMeetingInfo("microsoft.graph.tokenMeetingInfo") {
        /// The token.
        token: Sensitive = "token",
    }
}

resource! {
    /// A meeting by the id people type.
    pub struct JoinMeetingIdMeetingInfo("microsoft.graph.joinMeetingIdMeetingInfo") {
        /// The id.
        join_meeting_id: String = "joinMeetingId",
        /// The passcode; null where the meeting has none.
        passcode: Sensitive = "passcode",
    }
}
