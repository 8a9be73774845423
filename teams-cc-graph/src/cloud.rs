//! The clouds Microsoft Graph lives in, as data.

/// A cloud: where to sign in, and where Graph is.
///
/// Sources: [national cloud deployments](https://learn.microsoft.com/graph/deployments) and
/// [authentication endpoints](https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// The worldwide cloud, GCC included.
    #[default]
    Global,
    /// US Government L4 (GCC High).
    UsGovernment,
    /// US Government L5 (`DoD`).
    UsGovernmentDod,
    /// Operated by 21Vianet; it has presence and no cloud communications.
    China,
}

impl Cloud {
    /// The origin of the sign-in service.
    #[must_use]
    pub const fn authority(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGovernment | Self::UsGovernmentDod => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// The origin of Microsoft Graph.
    #[must_use]
    pub const fn graph(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGovernment => "https://graph.microsoft.us",
            Self::UsGovernmentDod => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// The scope of every permission the app was granted.
    #[must_use]
    pub fn scope(self) -> String {
        format!("{}/.default", self.graph())
    }

    /// Whether calls exist in this cloud (per-cloud schema, August 2026).
    #[must_use]
    pub const fn has_calls(self) -> bool {
        !matches!(self, Self::China)
    }
}
