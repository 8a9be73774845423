use super::{
    AssignNumber, GetNumberAssignment, GetNumberOperation, ListNumberAssignments, UnassignNumber,
    UpdateNumber,
};
use crate::client::Client;
use crate::model::NumberType;
use crate::wire::Sensitive;

/// Requests of administrators.
#[derive(Clone, Debug)]
pub struct Admin {
    client: Client,
}

/// Requests on the phone numbers of the tenant.
#[derive(Clone, Debug)]
pub struct NumberAssignments {
    client: Client,
}

impl Client {
    /// Requests of administrators.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin { client: self.clone() }
    }
}

impl Admin {
    /// Requests on the phone numbers of the tenant.
    #[must_use]
    pub fn number_assignments(&self) -> NumberAssignments {
        NumberAssignments { client: self.client.clone() }
    }
}

impl NumberAssignments {
    /// `GET /admin/teams/telephoneNumberManagement/numberAssignments`: numbers and who has them.
    pub fn list(&self) -> ListNumberAssignments {
        ListNumberAssignments::with(self.client.clone())
    }

    /// `GET /admin/teams/telephoneNumberManagement/numberAssignments/{id}`: one of them.
    pub fn get(&self, assignment: &str) -> GetNumberAssignment {
        GetNumberAssignment::with(self.client.clone(), assignment)
    }

    /// `POST …/numberAssignments/assignNumber`: order a number for a user or a resource account.
    #[doc(alias = "assignNumber")]
    pub fn assign(
        &self,
        number: impl Into<Sensitive>,
        target: impl Into<String>,
        number_type: NumberType,
    ) -> AssignNumber {
        AssignNumber::with(self.client.clone(), number, target, number_type)
    }

    /// `POST …/numberAssignments/unassignNumber`: order a number back.
    #[doc(alias = "unassignNumber")]
    pub fn unassign(
        &self,
        number: impl Into<Sensitive>,
        number_type: NumberType,
    ) -> UnassignNumber {
        UnassignNumber::with(self.client.clone(), number, number_type)
    }

    /// `POST …/numberAssignments/updateNumber`: change the location or the look-up of a number.
    #[doc(alias = "updateNumber")]
    pub fn update(&self, number: impl Into<Sensitive>) -> UpdateNumber {
        UpdateNumber::with(self.client.clone(), number)
    }

    /// `GET …/telephoneNumberManagement/operations/{id}`: what became of an order.
    pub fn operation(&self, operation: &str) -> GetNumberOperation {
        GetNumberOperation::with(self.client.clone(), operation)
    }
}
