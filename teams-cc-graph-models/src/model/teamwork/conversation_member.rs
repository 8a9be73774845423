//! [conversationMember](https://learn.microsoft.com/graph/api/resources/conversationmember) and its kinds: who belongs to a chat, a team or a channel.

use crate::model::GraphError;
use crate::wire::{DateTimeOffset, Sensitive};

polymorphic! {
    /// Who belongs to a chat, a team or a channel.
    pub enum ConversationMember {
        /// A user of a directory, and a member whose kind is not named.
        base AadUser(AadUserConversationMember),
        /// A guest without an account.
        AnonymousGuest(AnonymousGuestConversationMember),
        /// A user of Azure Communication Services.
        AzureCommunicationServicesUser(AzureCommunicationServicesUserConversationMember),
        /// A user with a personal Microsoft account.
        MicrosoftAccountUser(MicrosoftAccountUserConversationMember),
        /// A user of Skype for Business.
        SkypeForBusinessUser(SkypeForBusinessUserConversationMember),
        /// A user of Skype.
        SkypeUser(SkypeUserConversationMember),
    }
}

/// A member kind: what all have, then what is its own.
macro_rules! member {
    (
        $(#[$meta:meta])*
        $name:ident($type_name:literal) {
            $( $(#[$field_meta:meta])* $field:ident: $ty:ty = $key:literal, )*
        }
    ) => {
        resource! {
            $(#[$meta])*
            pub struct $name($type_name) {
                /// Identifier of the membership, to be taken as it is.
                id: Sensitive = "id",
                /// The name to show.
                display_name: Sensitive = "displayName",
                /// What the member may do; `owner`, `guest` or nothing.
                roles: Vec<String> = "roles",
                /// From when on the member sees what was written.
                visible_history_start_date_time: DateTimeOffset = "visibleHistoryStartDateTime",
                $( $(#[$field_meta])* $field: $ty = $key, )*
            }
        }
    };
}

member! {
    /// A user of a directory, as a member.
    AadUserConversationMember("microsoft.graph.aadUserConversationMember") {
        /// The user, by object id.
        user_id: String = "userId",
        /// The mail address.
        email: Sensitive = "email",
        /// The user's tenant.
        tenant_id: String = "tenantId",
        /// The user to add, as an absolute link; requests alone have it.
        user_bind: Sensitive = "user@odata.bind",
    }
}

member! {
    /// A guest without an account, as a member.
    AnonymousGuestConversationMember("microsoft.graph.anonymousGuestConversationMember") {
        /// Identifier of the guest.
        anonymous_guest_id: String = "anonymousGuestId",
    }
}

member! {
    /// A user of Azure Communication Services, as a member.
    AzureCommunicationServicesUserConversationMember(
        "microsoft.graph.azureCommunicationServicesUserConversationMember"
    ) {
        /// Identifier of the user.
        azure_communication_services_id: String = "azureCommunicationServicesId",
    }
}

member! {
    /// A user with a personal Microsoft account, as a member.
    MicrosoftAccountUserConversationMember("microsoft.graph.microsoftAccountUserConversationMember")
    {
        /// Identifier of the user.
        user_id: String = "userId",
    }
}

member! {
    /// A user of Skype for Business, as a member.
    SkypeForBusinessUserConversationMember("microsoft.graph.skypeForBusinessUserConversationMember")
    {
        /// The user's tenant.
        tenant_id: String = "tenantId",
        /// Identifier of the user.
        user_id: String = "userId",
    }
}

member! {
    /// A user of Skype, as a member.
    SkypeUserConversationMember("microsoft.graph.skypeUserConversationMember") {
        /// The user's Skype name.
        skype_id: Sensitive = "skypeId",
    }
}

impl ConversationMember {
    /// The user's object id, for the kinds that have one.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::AadUser(member) => member.user_id.text(),
            Self::MicrosoftAccountUser(member) => member.user_id.text(),
            Self::SkypeForBusinessUser(member) => member.user_id.text(),
            _ => None,
        }
    }
}

resource! {
    /// Body of adding or removing several members at once.
    pub struct ConversationMembersBody("") {
        /// The members.
        values: Vec<ConversationMember> = "values",
    }
}

resource! {
    /// What became of one member of a bulk request.
    pub struct AadUserConversationMemberResult("microsoft.graph.aadUserConversationMemberResult") {
        /// Why it failed; null where it did not.
        error: GraphError = "error",
        /// The user.
        user_id: String = "userId",
    }
}
