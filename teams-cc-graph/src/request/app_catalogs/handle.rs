use bytes::Bytes;

use super::{DeleteTeamsApp, ListTeamsApps, PublishTeamsApp, UpdateTeamsApp};
use crate::client::{Client, Delegated};

/// Requests on the catalog of apps.
#[derive(Clone, Debug)]
pub struct AppCatalogs<C = Client> {
    client: C,
}

impl Client {
    /// Requests on the catalog of apps.
    #[must_use]
    pub fn app_catalogs(&self) -> AppCatalogs {
        AppCatalogs { client: self.clone() }
    }
}

impl Delegated {
    /// Requests on the catalog of apps that a signed-in user alone can make.
    #[must_use]
    pub fn app_catalogs(&self) -> AppCatalogs<Self> {
        AppCatalogs { client: self.clone() }
    }
}

impl AppCatalogs {
    /// `GET /appCatalogs/teamsApps`: the apps of the catalog.
    pub fn teams_apps(&self) -> ListTeamsApps {
        ListTeamsApps::with(self.client.clone())
    }
}

impl AppCatalogs<Delegated> {
    /// `POST /appCatalogs/teamsApps`: publish an app in the catalog of the organization.
    pub fn publish(&self, package: impl Into<Bytes>) -> PublishTeamsApp {
        PublishTeamsApp::with(self.client.clone(), package)
    }

    /// `POST /appCatalogs/teamsApps/{id}/appDefinitions`: publish a new version of an app.
    pub fn update(&self, app: &str, package: impl Into<Bytes>) -> UpdateTeamsApp {
        UpdateTeamsApp::with(self.client.clone(), app, package)
    }

    /// `DELETE /appCatalogs/teamsApps/{id}`: take an app out of the catalog.
    pub fn delete(&self, app: &str) -> DeleteTeamsApp {
        DeleteTeamsApp::with(self.client.clone(), app)
    }
}
