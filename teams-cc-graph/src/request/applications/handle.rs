use teams_cc_core::AppId;

use super::{
    AddPassword, AssignAppRole, CreateApplication, CreateServicePrincipal, GetApplication,
    ListAppRoleAssignments, ListApplications, ListServicePrincipals,
};
use crate::client::Client;

/// Requests on the collection of app registrations.
#[derive(Clone, Debug)]
pub struct Applications {
    client: Client,
}

/// Requests on one app registration.
#[derive(Clone, Debug)]
pub struct OneApplication {
    client: Client,
    id: String,
}

/// Requests on the collection of apps with an account in the tenant.
#[derive(Clone, Debug)]
pub struct ServicePrincipals {
    client: Client,
}

/// Requests on one app's account in the tenant.
#[derive(Clone, Debug)]
pub struct OneServicePrincipal {
    client: Client,
    id: String,
}

impl Client {
    /// Requests on the collection of app registrations.
    #[must_use]
    pub fn applications(&self) -> Applications {
        Applications { client: self.clone() }
    }

    /// Requests on one app registration, by object id.
    pub fn application(&self, id: impl Into<String>) -> OneApplication {
        OneApplication { client: self.clone(), id: id.into() }
    }

    /// Requests on the collection of apps with an account in the tenant.
    #[must_use]
    pub fn service_principals(&self) -> ServicePrincipals {
        ServicePrincipals { client: self.clone() }
    }

    /// Requests on one app's account in the tenant, by object id.
    pub fn service_principal(&self, id: impl Into<String>) -> OneServicePrincipal {
        OneServicePrincipal { client: self.clone(), id: id.into() }
    }
}

impl Applications {
    /// `GET /applications`: the app registrations of the tenant.
    pub fn list(&self) -> ListApplications {
        ListApplications::with(self.client.clone())
    }

    /// `POST /applications`: register an app, such as a calling bot.
    pub fn create(&self, display_name: impl Into<String>) -> CreateApplication {
        CreateApplication::with(self.client.clone(), display_name)
    }
}

impl OneApplication {
    /// `GET /applications/{id}`: the registration.
    pub fn get(&self) -> GetApplication {
        GetApplication::with(self.client.clone(), &self.id)
    }

    /// `POST /applications/{id}/addPassword`: make a secret; the answer alone tells it.
    #[doc(alias = "addPassword")]
    pub fn add_password(&self, display_name: impl Into<String>) -> AddPassword {
        AddPassword::with(self.client.clone(), &self.id, display_name)
    }
}

impl ServicePrincipals {
    /// `GET /servicePrincipals`: the apps that have an account in the tenant.
    pub fn list(&self) -> ListServicePrincipals {
        ListServicePrincipals::with(self.client.clone())
    }

    /// `POST /servicePrincipals`: give an app an account in the tenant.
    pub fn create(&self, app: &AppId) -> CreateServicePrincipal {
        CreateServicePrincipal::with(self.client.clone(), app)
    }
}

impl OneServicePrincipal {
    /// `GET /servicePrincipals/{id}/appRoleAssignments`: the permissions the app was given.
    pub fn app_role_assignments(&self) -> ListAppRoleAssignments {
        ListAppRoleAssignments::with(self.client.clone(), &self.id)
    }

    /// `POST /servicePrincipals/{id}/appRoleAssignments`: give the app a permission of an API.
    pub fn assign_app_role(
        &self,
        resource: impl Into<String>,
        app_role: impl Into<String>,
    ) -> AssignAppRole {
        AssignAppRole::with(self.client.clone(), &self.id, resource, app_role)
    }
}
