//! People, apps and batches.

use serde_json::Value;
use teams_cc_graph::model::{
    AddPasswordBody, AppRoleAssignment, Application, BatchRequestContent, BatchResponseContent,
    PasswordCredential, ServicePrincipal, User,
};

use super::super::compare::read;
use super::operations::{Check, some};

/// The type a body has to be, by operation and direction.
pub(super) fn expected(operation: &str, direction: &str, body: &Value) -> Option<Check> {
    Some(match (operation, direction) {
        ("application-addpassword", "request") => read::<AddPasswordBody>,
        ("application-addpassword", "response") => read::<PasswordCredential>,
        // The page on delivery shows how the app of the service itself is registered.
        ("change-notifications-delivery", "request") if body.get("appId").is_some() => {
            read::<ServicePrincipal>
        }
        ("json-batching", "request") => read::<BatchRequestContent>,
        ("json-batching", "response") => read::<BatchResponseContent>,
        _ if operation.ends_with("approleassignments")
            || operation.ends_with("approleassignedto") =>
        {
            some::<AppRoleAssignment>
        }
        _ if operation.starts_with("serviceprincipal-") => some::<ServicePrincipal>,
        (
            "application-get"
            | "application-list"
            | "application-post"
            | "application-post-applications"
            | "application-update"
            | "application-upsert",
            _,
        ) => some::<Application>,
        ("user-get" | "user-list" | "user-delta", _) => some::<User>,
        _ => return None,
    })
}
