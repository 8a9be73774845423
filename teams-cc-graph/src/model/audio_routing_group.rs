//! Who hears whom: [audioRoutingGroup](https://learn.microsoft.com/graph/api/resources/audioroutinggroup).

resource! {
    /// A private audio route among participants.
    pub struct AudioRoutingGroup("microsoft.graph.audioRoutingGroup") {
        /// Identifier of the group.
        id: String = "id",
        /// Participants that hear.
        receivers: Vec<String> = "receivers",
        /// How many hear.
        routing_mode: RoutingMode = "routingMode",
        /// Participants that speak.
        sources: Vec<String> = "sources",
    }
}

open_enum! {
    /// How many hear a private audio route.
    pub enum RoutingMode {
        /// One.
        OneToOne = "oneToOne",
        /// Several.
        Multicast = "multicast",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}
