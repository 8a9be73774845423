//! What the stage knows of the subject before the first message.

use std::{net::SocketAddr, time::Duration};

/// The names of Microsoft's proxies, in the required order (Learn, *Plan Direct Routing*).
pub(super) const PROXIES: [&str; 3] =
    ["sip.pstnhub.microsoft.com", "sip2.pstnhub.microsoft.com", "sip3.pstnhub.microsoft.com"];

/// The subject, seen from outside.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// The trunk's name: the host of `Contact` in its OPTIONS.
    pub(super) fqdn: String,
    /// The customer tenants. The first carries every call that is not about tenants.
    pub(super) tenants: Vec<Tenant>,
    /// A number that the subject routes to the carrier.
    pub(super) outside: String,
    /// Who calls from the carrier.
    pub(super) caller: String,
    /// Where it listens for Teams.
    pub(super) teams: SocketAddr,
    /// Where it listens for the carrier.
    pub(super) carrier: SocketAddr,
    /// Whether emergency numbers may be dialled.
    pub(super) emergency: bool,
    pub(super) limits: Limits,
}

/// One customer behind the trunk.
#[derive(Clone, Debug)]
pub(super) struct Tenant {
    /// The host of `Contact` in its calls.
    pub(super) host: String,
    /// A Teams user's number, as the carrier dials it.
    pub(super) number: String,
}

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// For one step of a call.
    pub(super) step: Duration,
    /// To be sure that nothing comes.
    pub(super) quiet: Duration,
    /// For an 18x or a final response: Teams gives up after ten seconds.
    pub(super) ringing: Duration,
    /// For what must happen at once.
    pub(super) at_once: Duration,
    /// For the first OPTIONS.
    pub(super) options: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            step: Duration::from_secs(4),
            quiet: Duration::from_millis(600),
            ringing: Duration::from_secs(8),
            at_once: Duration::from_secs(1),
            options: Duration::from_secs(75),
        }
    }
}

impl Site {
    /// The tenant of calls that are not about tenants.
    pub(super) fn tenant(&self) -> &Tenant {
        // A site without tenants is not made; the name of the trunk is the first one then.
        self.tenants.first().unwrap_or_else(|| unreachable!("a site has a tenant"))
    }
}
