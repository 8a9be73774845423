//! Requests on the [catalog of apps](https://learn.microsoft.com/graph/api/resources/teamsapp).

mod delete_teams_app;
mod handle;
mod list_teams_apps;
mod publish_teams_app;
mod update_teams_app;

pub use delete_teams_app::DeleteTeamsApp;
pub use handle::AppCatalogs;
pub use list_teams_apps::ListTeamsApps;
pub use publish_teams_app::PublishTeamsApp;
pub use update_teams_app::UpdateTeamsApp;

/// What the path segment that names an app is called in errors.
const APP_ID: &str = "app id";

/// The largest package that is sent, in bytes; the service names no limit.
const MAX_PACKAGE: usize = 32 * 1024 * 1024;
