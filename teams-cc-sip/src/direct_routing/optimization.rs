//! Where a Teams user is, as local media optimisation tells a trunk.

use crate::message::Headers;

/// The longest value that is passed on; a longer one counts as absent.
const MAX_BYTES: usize = 1_024;

/// What the headers of local media optimisation say (Learn, *Configure Local Media Optimization*).
///
/// They come with INVITE and re-INVITE where the trunk's `BypassMode` is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaOptimization {
    /// `X-MS-UserLocation`: `internal` or `external`.
    pub user_location: Option<Box<str>>,
    /// `X-MS-MediaPath`: the trunks that media passes, the target last.
    pub media_path: Option<Box<str>>,
    /// `X-MS-UserSite`: the site the user is at.
    pub user_site: Option<Box<str>>,
}

impl MediaOptimization {
    /// Reads the headers of a request; none where there are none.
    #[must_use]
    pub fn read(headers: &Headers) -> Option<Self> {
        let value = |name| {
            headers.get_str(name).filter(|text| text.len() <= MAX_BYTES).map(Box::<str>::from)
        };
        let read = Self {
            user_location: value("X-MS-UserLocation"),
            media_path: value("X-MS-MediaPath"),
            user_site: value("X-MS-UserSite"),
        };
        (read != Self::default()).then_some(read)
    }
}
