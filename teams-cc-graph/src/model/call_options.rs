//! [callOptions](https://learn.microsoft.com/graph/api/resources/calloptions) and its two kinds.

polymorphic! {
    /// Options of a call.
    pub enum CallOptions {
        /// For a call the app answers.
        Incoming(IncomingCallOptions),
        /// For a call the app places.
        Outgoing(OutgoingCallOptions),
    }
}

resource! {
    /// Options of a call the app answers.
    pub struct IncomingCallOptions("microsoft.graph.incomingCallOptions") {
        /// Whether the app leaves the roster once the call grows.
        hide_bot_after_escalation: bool = "hideBotAfterEscalation",
        /// Whether content sharing is notified.
        is_content_sharing_notification_enabled: bool = "isContentSharingNotificationEnabled",
        /// Whether roster notifications carry changes alone.
        is_delta_roster_enabled: bool = "isDeltaRosterEnabled",
        /// Whether the roster can be acted on.
        is_interactive_roster_enabled: bool = "isInteractiveRosterEnabled",
    }
}

resource! {
    /// Options of a call the app places.
    pub struct OutgoingCallOptions("microsoft.graph.outgoingCallOptions") {
        /// Whether the app leaves the roster once the call grows.
        hide_bot_after_escalation: bool = "hideBotAfterEscalation",
        /// Whether content sharing is notified.
        is_content_sharing_notification_enabled: bool = "isContentSharingNotificationEnabled",
        /// Whether roster notifications carry changes alone.
        is_delta_roster_enabled: bool = "isDeltaRosterEnabled",
        /// Whether the roster can be acted on.
        is_interactive_roster_enabled: bool = "isInteractiveRosterEnabled",
    }
}
