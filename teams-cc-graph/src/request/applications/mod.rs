//! Requests on [app registrations](https://learn.microsoft.com/graph/api/resources/application) and on apps in a tenant.

mod add_password;
mod assign_app_role;
mod create_application;
mod create_service_principal;
mod get_application;
mod handle;
mod list_app_role_assignments;
mod list_applications;
mod list_service_principals;

pub use add_password::AddPassword;
pub use assign_app_role::AssignAppRole;
pub use create_application::CreateApplication;
pub use create_service_principal::CreateServicePrincipal;
pub use get_application::GetApplication;
pub use handle::{Applications, OneApplication, OneServicePrincipal, ServicePrincipals};
pub use list_app_role_assignments::ListAppRoleAssignments;
pub use list_applications::ListApplications;
pub use list_service_principals::ListServicePrincipals;

/// What path segments are called in errors.
const APPLICATION_ID: &str = "application id";
const PRINCIPAL_ID: &str = "service principal id";
