//! Microsoft's clouds: where their SIP proxies are and where their signalling comes from.

use super::AddressRange;
use crate::transport::{Target, TransportKind};

/// The port of every Direct Routing proxy (Learn, *Plan Direct Routing*, SIP signalling ports).
const PROXY_PORT: u16 = 5061;

/// A cloud that Teams runs in; carrier and customers must share one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// Microsoft 365, Office 365 and GCC.
    #[default]
    Public,
    /// Office 365 GCC High.
    GccHigh,
    /// Office 365 of the Department of Defense.
    Dod,
}

impl Cloud {
    /// The names of the proxies, in the order in which they must be tried.
    ///
    /// The government clouds have a single one. Names are resolved at each connection: the first
    /// leads to the datacenter assigned to the trunk, the others to two further regions.
    #[must_use]
    pub fn proxy_names(self) -> &'static [&'static str] {
        match self {
            Self::Public => &[
                "sip.pstnhub.microsoft.com",
                "sip2.pstnhub.microsoft.com",
                "sip3.pstnhub.microsoft.com",
            ],
            Self::GccHigh => &["sip.pstnhub.gov.teams.microsoft.us"],
            Self::Dod => &["sip.pstnhub.dod.teams.microsoft.us"],
        }
    }

    /// The proxies as TLS targets, in the order in which they must be tried.
    #[must_use]
    pub fn proxies(self) -> Vec<Target> {
        self.proxy_names()
            .iter()
            .map(|name| Target::new(TransportKind::Tls, name, PROXY_PORT))
            .collect()
    }

    /// The ranges signalling may come from, whatever the proxies' names resolve to.
    #[must_use]
    pub fn signalling_ranges(self) -> Vec<AddressRange> {
        let texts: &[&str] = match self {
            Self::Public => &["52.112.0.0/14", "52.122.0.0/15"],
            Self::GccHigh => &["52.127.88.0/21"],
            Self::Dod => &["52.127.64.0/21"],
        };
        texts.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_cloud_has_three_proxies_in_order_and_each_other_one() {
        let names: Vec<_> = Cloud::Public.proxies().iter().map(|t| t.host.clone()).collect();
        assert_eq!(
            names,
            [
                "sip.pstnhub.microsoft.com".into(),
                "sip2.pstnhub.microsoft.com".into(),
                "sip3.pstnhub.microsoft.com".into()
            ] as [Box<str>; 3]
        );
        assert_eq!(Cloud::GccHigh.proxies().len(), 1);
        assert_eq!(Cloud::Dod.proxies().len(), 1);
    }

    #[test]
    fn every_written_range_is_one() {
        assert_eq!(Cloud::Public.signalling_ranges().len(), 2);
        assert_eq!(Cloud::GccHigh.signalling_ranges().len(), 1);
        assert_eq!(Cloud::Dod.signalling_ranges().len(), 1);
    }
}
