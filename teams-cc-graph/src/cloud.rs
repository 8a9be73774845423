//! The clouds Microsoft Graph lives in, as data.

use std::fmt;

/// A cloud: where to sign in, where Graph is, and what is lacking there.
///
/// Sources: [national cloud deployments](https://learn.microsoft.com/graph/deployments),
/// [authentication endpoints](https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud)
/// and the schema of each cloud (August 2026); for the clouds of partners and of air-gapped
/// networks, the built-in environments of Microsoft's own clients. Read on 2026-11-22.
///
/// | cloud | lacks |
/// |---|---|
/// | `UsGovernment`, `UsGovernmentDod` | addLargeGalleryView, sendDtmfTones, the locations of presence |
/// | `Bleu`, `UsNat`, `UsSec` | call records, addLargeGalleryView, sendDtmfTones |
/// | `China`, `Delos`, `GovSg` | all of `/communications` |
///
/// A request for what a cloud lacks is refused before it is sent.
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
    /// Operated by Bleu in France.
    Bleu,
    /// Operated by Delos in Germany; no cloud communications.
    Delos,
    /// The government of Singapore; no cloud communications.
    GovSg,
    /// An air-gapped network of the US Government.
    UsNat,
    /// An air-gapped network of the US Government.
    UsSec,
}

struct Data {
    name: &'static str,
    authority: &'static str,
    graph: &'static str,
    lacks: &'static [&'static str],
}

/// The root of calls, call records and meetings.
const COMMUNICATIONS: &str = "communications";
const CALL_RECORDS: &str = "callRecords";
const LARGE_GALLERY: &str = "addLargeGalleryView";
const SEND_TONES: &str = "sendDtmfTones";

const NOTHING: &[&str] = &[];
const US_GOVERNMENT: &[&str] = &[
    LARGE_GALLERY,
    SEND_TONES,
    "setAutomaticLocation",
    "setManualLocation",
    "clearAutomaticLocation",
    "clearLocation",
];
/// Their schemas have calls; the two actions are documented for the worldwide cloud alone.
const NO_RECORDS: &[&str] = &[CALL_RECORDS, LARGE_GALLERY, SEND_TONES];
const NO_COMMUNICATIONS: &[&str] = &[COMMUNICATIONS];

impl Cloud {
    /// Every cloud.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[
            Self::Global,
            Self::UsGovernment,
            Self::UsGovernmentDod,
            Self::China,
            Self::Bleu,
            Self::Delos,
            Self::GovSg,
            Self::UsNat,
            Self::UsSec,
        ]
    }

    /// The origin of the sign-in service.
    #[must_use]
    pub const fn authority(self) -> &'static str {
        self.data().authority
    }

    /// The origin of Microsoft Graph.
    #[must_use]
    pub const fn graph(self) -> &'static str {
        self.data().graph
    }

    /// The scope of every permission the app was granted.
    #[must_use]
    pub fn scope(self) -> String {
        format!("{}/.default", self.graph())
    }

    /// Whether calls exist in this cloud.
    #[must_use]
    pub fn has_calls(self) -> bool {
        !self.data().lacks.contains(&COMMUNICATIONS)
    }

    /// Roots, resources and actions that do not exist in this cloud, as paths name them.
    #[must_use]
    pub const fn lacks(self) -> &'static [&'static str] {
        self.data().lacks
    }

    /// What a request to this path, below the API version, would need and the cloud lacks.
    pub(crate) fn lacking(self, path: &str) -> Option<&'static str> {
        let lacks = self.data().lacks;
        if lacks.is_empty() {
            return None;
        }
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        segments.find_map(|segment| {
            // An action may be qualified, a function has its parameters behind it.
            let name = segment.strip_prefix("microsoft.graph.").unwrap_or(segment);
            let name = name.split('(').next().unwrap_or(name);
            lacks.iter().copied().find(|lacking| *lacking == name)
        })
    }

    const fn data(self) -> &'static Data {
        macro_rules! data {
            ($name:literal, $authority:literal, $graph:literal, $lacks:ident) => {
                &Data { name: $name, authority: $authority, graph: $graph, lacks: $lacks }
            };
        }
        match self {
            Self::Global => data!(
                "worldwide",
                "https://login.microsoftonline.com",
                "https://graph.microsoft.com",
                NOTHING
            ),
            Self::UsGovernment => data!(
                "US Government",
                "https://login.microsoftonline.us",
                "https://graph.microsoft.us",
                US_GOVERNMENT
            ),
            Self::UsGovernmentDod => data!(
                "US Government DoD",
                "https://login.microsoftonline.us",
                "https://dod-graph.microsoft.us",
                US_GOVERNMENT
            ),
            Self::China => data!(
                "21Vianet",
                "https://login.chinacloudapi.cn",
                "https://microsoftgraph.chinacloudapi.cn",
                NO_COMMUNICATIONS
            ),
            Self::Bleu => data!(
                "Bleu",
                "https://login.sovcloud-identity.fr",
                "https://graph.svc.sovcloud.fr",
                NO_RECORDS
            ),
            Self::Delos => data!(
                "Delos",
                "https://login.sovcloud-identity.de",
                "https://graph.svc.sovcloud.de",
                NO_COMMUNICATIONS
            ),
            Self::GovSg => data!(
                "GovSG",
                "https://login.sovcloud-identity.sg",
                "https://graph.svc.sovcloud.sg",
                NO_COMMUNICATIONS
            ),
            Self::UsNat => data!(
                "USNat",
                "https://login.microsoftonline.eaglex.ic.gov",
                "https://graph.eaglex.ic.gov",
                NO_RECORDS
            ),
            Self::UsSec => data!(
                "USSec",
                "https://login.microsoftonline.microsoft.scloud",
                "https://graph.microsoft.scloud",
                NO_RECORDS
            ),
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.data().name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cloud_lacks_what_its_schema_lacks() {
        let tones = "/communications/calls/c/microsoft.graph.sendDtmfTones";
        let logs = "/communications/callRecords/getPstnCalls(fromDateTime=a,toDateTime=b)";
        for (cloud, path, lacking) in [
            (Cloud::Global, tones, None),
            (Cloud::UsGovernment, tones, Some("sendDtmfTones")),
            (Cloud::UsGovernmentDod, "/users/u/presence/clearLocation", Some("clearLocation")),
            (Cloud::UsGovernment, "/users/u/presence", None),
            (Cloud::UsGovernment, logs, None),
            (Cloud::Bleu, "/communications/calls", None),
            (Cloud::Bleu, logs, Some("callRecords")),
            (Cloud::UsNat, "/communications/callRecords", Some("callRecords")),
            (Cloud::UsSec, tones, Some("sendDtmfTones")),
            (Cloud::China, "/communications/calls", Some("communications")),
            (Cloud::Delos, "/communications/presences/u", Some("communications")),
            (Cloud::GovSg, "/users/u/presence", None),
        ] {
            assert_eq!(cloud.lacking(path), lacking, "{cloud} {path}");
        }
    }

    #[test]
    fn every_cloud_has_hosts_of_its_own() {
        for cloud in Cloud::all() {
            for origin in [cloud.authority(), cloud.graph()] {
                let url = url::Url::parse(origin).unwrap();
                assert_eq!(url.origin().ascii_serialization(), origin);
                assert_eq!(url.scheme(), "https");
            }
            assert_eq!(cloud.scope(), format!("{}/.default", cloud.graph()));
            let same = Cloud::all().iter().filter(|other| other.graph() == cloud.graph()).count();
            assert_eq!(same, 1, "{cloud}");
        }
    }
}
