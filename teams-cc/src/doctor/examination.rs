//! Looking at everything there is.

use std::{fmt, sync::Arc};

use teams_cc_core::{Clock, Timestamp, UserId};
use teams_cc_graph::{
    Client, Cloud, Diagnosis, Error, ErrorKind, Transport,
    auth::{AdminConsent, Granted},
    permission::PermissionKind,
    webhook::{ProbeError, probe_callbacks, probe_notifications},
};

use super::{Check, Finding, Need, certificate};
use crate::platform::{Env, GraphAccess, Platform as _};

/// What to do about a client that cannot work.
const MADE: &str = "mend it where the client is made";

/// Looks at what a contact center needs of a tenant; see the [module](crate::doctor).
///
/// ```
/// use std::sync::Arc;
/// use teams_cc::{Platform as _, doctor::{Doctor, Severity}};
/// use teams_cc_sim::{Sim, run};
///
/// run(async {
///     let sim = Sim::seed(42);
///     let access = sim.graph().expect("the simulator has a Graph");
///     let doctor = Doctor::new(sim.clock()).contact_center("the bot", &access)?;
///     for finding in doctor.run().await {
///         assert_eq!(finding.severity, Severity::Fine, "{finding}");
///     }
///     Ok::<(), Box<dyn std::error::Error>>(())
/// })??;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "it looks when it is run"]
pub struct Doctor {
    clock: Arc<dyn Clock>,
    apps: Vec<App>,
    presence: Vec<(Box<str>, Client, UserId)>,
    callbacks: Vec<(Box<str>, Transport)>,
    notifications: Vec<(Box<str>, Transport)>,
    certificates: Vec<(Box<str>, Timestamp)>,
    chance: String,
}

struct App {
    name: Box<str>,
    client: Client,
    cloud: Cloud,
    needs: Vec<Need>,
}

impl Doctor {
    /// A doctor who has nothing to look at yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let chance = clock.wall().unix_seconds().to_string();
        Self {
            clock,
            apps: Vec::new(),
            presence: Vec::new(),
            callbacks: Vec::new(),
            notifications: Vec::new(),
            certificates: Vec::new(),
            chance,
        }
    }

    /// Looks at all that the environment names: the app, the address of its callbacks, and its
    /// certificate where it has one.
    ///
    /// # Errors
    ///
    /// [`teams_cc_graph::ErrorKind::Config`] where no client can be made of it.
    pub fn of_environment(env: &Env) -> Result<Self, Error> {
        let transport = Client::builder().default_transport()?;
        let client = env.client().transport(transport.clone()).build()?;
        let doctor = Self::new(env.clock())
            .app("the bot", client, Cloud::default(), Need::contact_center())
            .callback(env.callback_url().as_str(), transport);
        Ok(match env.certificate_ends() {
            Some(ends) => doctor.certificate("of the bot", ends),
            None => doctor,
        })
    }

    /// Looks at the app of a platform, and at all that a contact center needs of it.
    ///
    /// # Errors
    ///
    /// [`teams_cc_graph::ErrorKind::Config`] where no client can be made of it.
    pub fn contact_center(self, name: &str, access: &GraphAccess) -> Result<Self, Error> {
        let client = Client::builder()
            .cloud(access.cloud)
            .tenant(access.tenant.clone())
            .client_credential(access.app.clone(), access.credential.clone())
            .transport(access.transport.clone())
            .clock(Arc::clone(&self.clock))
            .build()?;
        Ok(self.app(name, client, access.cloud, Need::contact_center()))
    }

    /// Looks at an app's sign-in, and at whether its token holds what each need takes. The cloud
    /// tells on which page an administrator consents.
    pub fn app(
        mut self,
        name: &str,
        client: Client,
        cloud: Cloud,
        needs: impl IntoIterator<Item = Need>,
    ) -> Self {
        let needs = needs.into_iter().collect();
        self.apps.push(App { name: name.into(), client, cloud, needs });
        self
    }

    /// Reads the presence of one person by this client: some tenants refuse what the permission
    /// allows.
    pub fn presence(mut self, name: &str, client: Client, user: UserId) -> Self {
        self.presence.push((name.into(), client, user));
        self
    }

    /// Posts to the address of call notifications as a stranger, over this transport. Let it go the
    /// way that Microsoft's posts come, from outside.
    pub fn callback(mut self, url: &str, transport: Transport) -> Self {
        self.callbacks.push((url.into(), transport));
        self
    }

    /// Validates the address of change notifications as Graph does, over this transport.
    pub fn notifications(mut self, url: &str, transport: Transport) -> Self {
        self.notifications.push((url.into(), transport));
        self
    }

    /// Looks at when a certificate ends: of the app, of encrypted content, of the trunk.
    pub fn certificate(mut self, name: &str, not_after: Timestamp) -> Self {
        self.certificates.push((name.into(), not_after));
        self
    }

    /// Looks at everything, one after the other. Dropping the future stops looking.
    pub async fn run(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for app in &self.apps {
            app.examine(&mut findings).await;
        }
        for (name, client, user) in &self.presence {
            findings.push(read_presence(name, client, user).await);
        }
        for (url, transport) in &self.callbacks {
            let tried = probe_callbacks(transport.clone(), url).await;
            findings.push(probed(Check::Callback, url, tried, "it is there and refuses strangers"));
        }
        for (url, transport) in &self.notifications {
            let tried = probe_notifications(transport.clone(), url, &self.chance).await;
            let says = "it answers its validation as Graph wants it";
            findings.push(probed(Check::Notifications, url, tried, says));
        }
        let now = self.clock.wall();
        let certificates = self.certificates.iter();
        findings.extend(certificates.map(|(name, ends)| certificate::examine(name, *ends, now)));
        findings
    }
}

impl App {
    async fn examine(&self, findings: &mut Vec<Finding>) {
        let granted = match self.client.granted().await {
            Ok(granted) => granted,
            Err(error) => {
                findings.push(refused(Check::SignIn, &self.name, &error));
                return;
            }
        };
        let Some(granted) = granted else {
            let says = "it has a token, which does not say what it grants";
            findings.push(
                Finding::warning(Check::SignIn, &self.name, says)
                    .remedy("look the permissions up in the app registration"),
            );
            return;
        };
        findings.push(match (&granted.tenant, self.client.tenant()) {
            (Some(token), Some(wanted)) if is_other(token, wanted.as_str()) => {
                let says = format!("its token is of tenant {token} instead of {wanted}");
                Finding::fault(Check::SignIn, &self.name, says)
                    .remedy("sign in to the tenant's own id, with the app's credential of there")
            }
            (tenant, _) => {
                let tenant = tenant.as_deref().unwrap_or("its own");
                let says = format!("it has a token of tenant {tenant}");
                Finding::fine(Check::SignIn, &self.name, says)
            }
        });
        findings.extend(self.needs.iter().map(|need| self.holds(need, &granted)));
    }

    fn holds(&self, need: &Need, granted: &Granted) -> Finding {
        let whose = if granted.scopes.is_empty() {
            PermissionKind::Application
        } else {
            PermissionKind::Delegated
        };
        let of_kind: Vec<_> = need.one_of.iter().filter(|one| one.kind == whose).collect();
        let held = of_kind.iter().find(|one| granted.holds(one.name));
        if let Some(held) = held {
            let says = format!("{held} lets it {}", need.what);
            return Finding::fine(Check::Permission, &self.name, says);
        }
        let names: Vec<_> = of_kind.iter().map(|one| one.name).collect();
        let Some(least) = names.first() else {
            let who = if whose == PermissionKind::Application { "an app" } else { "a person" };
            let says = format!("it cannot {}: no permission lets {who} do so", need.what);
            return Finding::fault(Check::Permission, &self.name, says)
                .remedy("sign in the other way, as the request's page says");
        };
        let says = format!("it cannot {}: its token lacks {}", need.what, names.join(" or "));
        let remedy = if let (Some(tenant), Some(app)) = (&granted.tenant, &granted.app) {
            let page = AdminConsent::new(self.cloud, tenant, app).scope(self.cloud.scope()).url();
            format!(
                "add {least} to the app registration, and let an administrator of the tenant \
                 consent at {page}"
            )
        } else {
            format!("add {least} to the app registration, and let an administrator consent")
        };
        Finding::fault(Check::Permission, &self.name, says).remedy(remedy)
    }
}

async fn read_presence(name: &str, client: &Client, user: &UserId) -> Finding {
    let read = client.communications().get_presences_by_user_id([user.as_str()]).await;
    match read {
        Ok(_) => Finding::fine(Check::Presence, name, "the tenant lets it read presence"),
        Err(error) => refused(Check::Presence, name, &error),
    }
}

/// What a refusal says, and what mends it.
fn refused(check: Check, name: &str, error: &Error) -> Finding {
    if let Some(diagnosis) = error.diagnosis() {
        return Finding::fault(check, name, told(&diagnosis)).remedy(diagnosis.mend);
    }
    let remedy = match error.kind() {
        // These are found here, before anything is sent: no log of the tenant's has them.
        ErrorKind::Config(error) => return split(check, name, &error.to_string(), MADE),
        ErrorKind::Invalid(error) => return split(check, name, &error.to_string(), MADE),
        ErrorKind::Credential => {
            let says = format!("the credential could not be read or kept: {}", root(error));
            return Finding::fault(check, name, says)
                .remedy("check its file, its store or its source");
        }
        ErrorKind::Connection | ErrorKind::Timeout => {
            "check the way to Microsoft: names, proxy, firewall and trusted roots".to_owned()
        }
        ErrorKind::Throttled { .. } => {
            "look again later, and at what else asks as this app: it asks too much".to_owned()
        }
        _ if error.is_retryable() => format!("look again later{}", quoting(error)),
        ErrorKind::Service(_) => {
            format!("look the code up in the request's documentation{}", quoting(error))
        }
        _ => "look the message up in the tenant's sign-in log".to_owned(),
    };
    Finding::fault(check, name, error.to_string()).remedy(remedy)
}

/// What caused an error in the first place.
fn root(error: &Error) -> String {
    let mut root: &dyn std::error::Error = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    root.to_string()
}

/// By what a request is asked about at Microsoft's.
fn quoting(error: &Error) -> String {
    let id = error.request_id();
    id.map_or_else(String::new, |id| format!("; if it stays, quote request {id} to Microsoft"))
}

fn told(diagnosis: &Diagnosis) -> String {
    format!("{} ({})", diagnosis.cause, diagnosis.code)
}

/// An endpoint's answer.
fn probed(check: Check, url: &str, tried: Result<(), ProbeError>, fine: &str) -> Finding {
    match tried {
        Ok(()) => Finding::fine(check, url, fine),
        Err(error) => split(check, url, &error.to_string(), "see its documentation"),
    }
}

/// A text that says what is wrong and, after its last colon, what to do.
fn split(check: Check, subject: &str, told: &str, otherwise: &str) -> Finding {
    let (says, remedy) = told.rsplit_once(": ").unwrap_or((told, otherwise));
    Finding::fault(check, subject, says).remedy(remedy)
}

/// Whether two tenants, both named by their ids, differ.
fn is_other(token: &str, wanted: &str) -> bool {
    let is_id =
        |text: &str| text.len() == 36 && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    is_id(token) && is_id(wanted) && !token.eq_ignore_ascii_case(wanted)
}

impl fmt::Debug for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let apps: Vec<_> = self.apps.iter().map(|app| &app.name).collect();
        f.debug_struct("Doctor").field("apps", &apps).finish_non_exhaustive()
    }
}
