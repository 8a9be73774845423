//! Phone numbers of a tenant and who has them: [numberAssignment](https://learn.microsoft.com/graph/api/resources/teamsadministration-numberassignment).

use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// A phone number of a tenant, and who has it.
    pub struct NumberAssignment("microsoft.graph.teamsAdministration.numberAssignment") {
        /// Identifier; it names the number, so Debug does not show it.
        id: Sensitive = "id",
        /// How far an order on the number is.
        activation_state: ActivationState = "activationState",
        /// Which line of the user it is.
        assignment_category: AssignmentCategory = "assignmentCategory",
        /// Who or what has it.
        assignment_status: AssignmentStatus = "assignmentStatus",
        /// The user, the resource account or the policy that has it.
        assignment_target_id: String = "assignmentTargetId",
        /// What it may be assigned to.
        capabilities: Vec<NumberCapability> = "capabilities",
        /// The city of the number.
        city: String = "city",
        /// The civic address.
        civic_address_id: String = "civicAddressId",
        /// The country, by its ISO code.
        iso_country_code: String = "isoCountryCode",
        /// The emergency location.
        location_id: String = "locationId",
        /// Reserved by Microsoft.
        network_site_id: String = "networkSiteId",
        /// Where the assignment was made.
        number_source: NumberSource = "numberSource",
        /// Who carries the calls.
        number_type: NumberType = "numberType",
        /// The operator.
        operator_id: String = "operatorId",
        /// How far its porting is.
        port_in_status: PortInStatus = "portInStatus",
        /// How calls inside the tenant find it.
        reverse_number_lookup_options: Vec<ReverseNumberLookupOption> = "reverseNumberLookupOptions",
        /// What may be done with it.
        supported_customer_actions: Vec<CustomerAction> = "supportedCustomerActions",
        /// The number, with `+`.
        telephone_number: Sensitive = "telephoneNumber",
    }
}

open_enum! {
    /// How far an order on a number is.
    pub enum ActivationState {
        /// In use.
        Activated = "activated",
        /// Being assigned.
        AssignmentPending = "assignmentPending",
        /// Not assigned, for an error.
        AssignmentFailed = "assignmentFailed",
        /// Being changed.
        UpdatePending = "updatePending",
        /// Not changed, for an error.
        UpdateFailed = "updateFailed",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// Which line of a user a number is.
    pub enum AssignmentCategory {
        /// The first.
        Primary = "primary",
        /// A second one that nobody else sees.
        Private = "private",
        /// Another one.
        Alternate = "alternate",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// Who or what has a number.
    pub enum AssignmentStatus {
        /// The service lost track.
        InternalError = "internalError",
        /// Nobody.
        Unassigned = "unassigned",
        /// A user.
        UserAssigned = "userAssigned",
        /// A conference bridge.
        ConferenceAssigned = "conferenceAssigned",
        /// An auto attendant or a call queue.
        VoiceApplicationAssigned = "voiceApplicationAssigned",
        /// An app of somebody else.
        ThirdPartyAppAssigned = "thirdPartyAppAssigned",
        /// A policy of shared calling.
        PolicyAssigned = "policyAssigned",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// What a number may be assigned to.
    pub enum NumberCapability {
        /// A conference bridge.
        ConferenceAssignment = "conferenceAssignment",
        /// An auto attendant or a call queue.
        VoiceApplicationAssignment = "voiceApplicationAssignment",
        /// A user.
        UserAssignment = "userAssignment",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// What may be done with a number.
    pub enum CustomerAction {
        /// Its emergency location may change.
        LocationUpdate = "locationUpdate",
        /// It may be given back.
        Release = "release",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// Where the assignment of a number was made.
    pub enum NumberSource {
        /// In Microsoft 365.
        Online = "online",
        /// In a directory of the customer's own.
        OnPremises = "onPremises",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// Who carries the calls of a number.
    pub enum NumberType {
        /// The service lost track.
        InternalError = "internalError",
        /// The customer's own carrier, through a Direct Routing trunk.
        DirectRouting = "directRouting",
        /// Microsoft.
        CallingPlan = "callingPlan",
        /// A carrier connected to Microsoft.
        OperatorConnect = "operatorConnect",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// How far the porting of a number is.
    pub enum PortInStatus {
        /// Done.
        Completed = "completed",
        /// The date is fixed.
        FirmOrderCommitmentAccepted = "firmOrderCommitmentAccepted",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// How calls inside the tenant find a number.
    pub enum ReverseNumberLookupOption {
        /// They go out to the telephone network.
        SkipInternalVoip = "skipInternalVoip",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// An order on numbers that takes its time.
    pub struct TelephoneNumberLongRunningOperation(
        "microsoft.graph.teamsAdministration.telephoneNumberLongRunningOperation"
    ) {
        /// Identifier of the order.
        id: String = "id",
        /// When it was given.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// What became of each number.
        numbers: Vec<TelephoneNumberLongRunningOperationDetails> = "numbers",
        /// How far it is.
        status: LongRunningOperationStatus = "status",
    }
}

resource! {
    /// What became of one number of an order.
    pub struct TelephoneNumberLongRunningOperationDetails(
        "microsoft.graph.teamsAdministration.telephoneNumberLongRunningOperationDetails"
    ) {
        /// Where the assignment is; the link names the number.
        resource_location: Sensitive = "resourceLocation",
        /// How far it is.
        status: LongRunningOperationStatus = "status",
        /// The service's own text.
        status_detail: Sensitive = "statusDetail",
    }
}

open_enum! {
    /// How far an order that takes its time is.
    pub enum LongRunningOperationStatus {
        /// Not begun.
        NotStarted = "notStarted",
        /// Under way.
        Running = "running",
        /// Done.
        Succeeded = "succeeded",
        /// Not done, for an error.
        Failed = "failed",
        /// Nothing had to be done.
        Skipped = "skipped",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// Body of `assignNumber`.
    pub struct AssignNumberBody("") {
        /// The number.
        telephone_number: Sensitive = "telephoneNumber",
        /// The user or the resource account.
        assignment_target_id: String = "assignmentTargetId",
        /// Who carries its calls.
        number_type: NumberType = "numberType",
        /// Which line of the user it becomes.
        assignment_category: AssignmentCategory = "assignmentCategory",
        /// The emergency location.
        location_id: String = "locationId",
    }
}

resource! {
    /// Body of `unassignNumber`.
    pub struct UnassignNumberBody("") {
        /// The number.
        telephone_number: Sensitive = "telephoneNumber",
        /// Who carries its calls.
        number_type: NumberType = "numberType",
    }
}

resource! {
    /// Body of `updateNumber`.
    pub struct UpdateNumberBody("") {
        /// The number.
        telephone_number: Sensitive = "telephoneNumber",
        /// The emergency location; an empty text clears it.
        location_id: String = "locationId",
        /// The network site; an empty text clears it.
        network_site_id: String = "networkSiteId",
        /// How calls inside the tenant find it.
        reverse_number_lookup_options: Vec<ReverseNumberLookupOption> = "reverseNumberLookupOptions",
    }
}
