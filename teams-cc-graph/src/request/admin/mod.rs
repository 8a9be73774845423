//! Requests of administrators: the [phone numbers](https://learn.microsoft.com/graph/api/resources/teamsadministration-numberassignment) of a tenant.

mod assign_number;
mod get_number_assignment;
mod get_number_operation;
mod handle;
mod list_number_assignments;
mod operation_id;
mod unassign_number;
mod update_number;

pub use assign_number::AssignNumber;
pub use get_number_assignment::GetNumberAssignment;
pub use get_number_operation::GetNumberOperation;
pub use handle::{Admin, NumberAssignments};
pub use list_number_assignments::ListNumberAssignments;
pub use operation_id::operation_id;
pub use unassign_number::UnassignNumber;
pub use update_number::UpdateNumber;

use crate::error::InvalidRequest;
use crate::wire::Sensitive;

/// What path segments are called in errors.
const ASSIGNMENT_ID: &str = "number assignment id";
const OPERATION_ID: &str = "operation id";

/// Digits with or without a plus, and an extension where the number has one.
fn number(number: Option<&Sensitive>) -> Result<(), InvalidRequest> {
    let what = "telephoneNumber";
    let text = number.ok_or(InvalidRequest::Missing { what })?.reveal();
    let (main, extension) = text.split_once(";ext=").unwrap_or((text, "0"));
    let main = main.strip_prefix('+').unwrap_or(main);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(main) && main.len() <= 15 && !main.starts_with('0') && digits(extension) {
        Ok(())
    } else {
        Err(InvalidRequest::Malformed { what, wanted: "a number with its country code" })
    }
}
