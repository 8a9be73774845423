//! Where an administrator lets an app into a tenant.

use url::form_urlencoded;

use crate::cloud::Cloud;

/// The page on which one tenant's administrator consents to an app's permissions.
///
/// It always names the tenant, so that an administrator of several grants in the right one. See
/// [admin consent](https://learn.microsoft.com/entra/identity-platform/v2-admin-consent).
///
/// ```
/// use teams_cc_graph::Cloud;
/// use teams_cc_graph::auth::AdminConsent;
///
/// let page = AdminConsent::new(Cloud::Global, "contoso.example", "app-1")
///     .redirect_uri("https://partner.example/consented")
///     .state("order 7");
/// assert_eq!(
///     page.url(),
///     "https://login.microsoftonline.com/contoso.example/adminconsent?client_id=app-1\
///      &redirect_uri=https%3A%2F%2Fpartner.example%2Fconsented&state=order+7",
/// );
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is a page to be opened"]
pub struct AdminConsent {
    authority: String,
    tenant: String,
    pairs: Vec<(&'static str, String)>,
    version: &'static str,
}

/// How an administrator answered, from the query of the redirect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsentAnswer {
    /// Whether consent was given.
    pub granted: bool,
    /// The tenant in which it was given.
    pub tenant: Option<String>,
    /// The state that was sent; compare it with what was kept.
    pub state: Option<String>,
    /// Why it was not given.
    pub error: Option<String>,
}

impl AdminConsent {
    /// The page for an app in a tenant of a cloud.
    pub fn new(cloud: Cloud, tenant: &str, client_id: &str) -> Self {
        Self::at(cloud.authority(), tenant, client_id)
    }

    pub(crate) fn at(authority: &str, tenant: &str, client_id: &str) -> Self {
        let tenant = form_urlencoded::byte_serialize(tenant.as_bytes()).collect();
        let pairs = vec![("client_id", client_id.to_owned())];
        Self { authority: authority.to_owned(), tenant, pairs, version: "" }
    }

    /// Set where the administrator is sent afterwards; it must be registered for the app.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.pairs.push(("redirect_uri", uri.into()));
        self
    }

    /// Set which permissions are consented to, by the newer page (v2.0), which asks for it.
    ///
    /// [`Cloud::scope`] is all that the app registration lists. Default: the older page, which
    /// takes that for granted.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.pairs.push(("scope", scope.into()));
        self.version = "/v2.0";
        self
    }

    /// Set a text that comes back with the answer, to tell whom it is about.
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.pairs.push(("state", state.into()));
        self
    }

    /// The address of the page.
    #[must_use]
    pub fn url(&self) -> String {
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish();
        format!("{}/{}{}/adminconsent?{query}", self.authority, self.tenant, self.version)
    }
}

impl ConsentAnswer {
    /// Read the query of the request to the redirect address.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let mut answer = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "admin_consent" => answer.granted = value.eq_ignore_ascii_case("true"),
                "tenant" => answer.tenant = Some(value.into_owned()),
                "state" => answer.state = Some(value.into_owned()),
                "error" => answer.error = Some(value.into_owned()),
                _ => {}
            }
        }
        answer.granted &= answer.error.is_none();
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pain 9.
    #[test]
    fn consent_is_asked_of_one_tenant_and_its_answer_brings_the_state_back() {
        let url = AdminConsent::new(Cloud::UsGovernment, "t/../1", "app").state("a&b").url();
        assert_eq!(
            url,
            "https://login.microsoftonline.us/t%2F..%2F1/adminconsent?client_id=app&state=a%26b"
        );
        let newer =
            AdminConsent::new(Cloud::Global, "t1", "app").scope(Cloud::Global.scope()).url();
        assert_eq!(
            newer,
            "https://login.microsoftonline.com/t1/v2.0/adminconsent?client_id=app\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        let yes = ConsentAnswer::read("admin_consent=True&tenant=t1&state=a%26b");
        assert!(yes.granted && yes.error.is_none());
        assert_eq!((yes.tenant.as_deref(), yes.state.as_deref()), (Some("t1"), Some("a&b")));
        let no = ConsentAnswer::read("admin_consent=True&error=access_denied&state=x");
        assert!(!no.granted && no.error.as_deref() == Some("access_denied"));
        assert_eq!(ConsentAnswer::read(""), ConsentAnswer::default());
    }
}
