//! Where a Teams user is, as local media optimisation tells a trunk.

use crate::message::{Headers, ParseError};

/// The longest value that is passed on; a longer one counts as absent.
const MAX_BYTES: usize = 1_024;

/// Where the user is, which way media goes, and at which site.
const NAMES: [&str; 3] = ["X-MS-UserLocation", "X-MS-MediaPath", "X-MS-UserSite"];

/// What the headers of local media optimisation say (Learn, *Configure Local Media Optimization*).
///
/// They come with INVITE and re-INVITE where the trunk's `BypassMode` is set. A proxy SBC hands them
/// on to the SBC of the user's site ([`Destination::optimization`]), which needs them to choose its
/// media.
///
/// [`Destination::optimization`]: crate::trunk::Destination::optimization
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
        let [user_location, media_path, user_site] = NAMES.map(value);
        let read = Self { user_location, media_path, user_site };
        (read != Self::default()).then_some(read)
    }

    /// Writes the headers into a request to another SBC, as they came.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where a value cannot stand in a header.
    pub fn write(&self, headers: &mut Headers) -> Result<(), ParseError> {
        let [location, path, site] = NAMES;
        let values = [&self.user_location, &self.media_path, &self.user_site];
        for (name, value) in [location, path, site].into_iter().zip(values) {
            if let Some(value) = value {
                headers.set(name, &**value)?;
            }
        }
        Ok(())
    }
}
