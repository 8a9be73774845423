//! What to play: [prompt](https://learn.microsoft.com/graph/api/resources/prompt).

use super::{MediaInfo, MediaPrompt, Prompt};
use crate::wire::Sensitive;

impl Prompt {
    /// A WAV file under a URI.
    #[must_use]
    pub fn wav(uri: impl Into<Sensitive>) -> Self {
        MediaPrompt::new(MediaInfo::new(uri.into())).into()
    }

    /// A WAV file under a URI, cached by the service under `resource_id`.
    #[must_use]
    pub fn cached_wav(uri: impl Into<Sensitive>, resource_id: impl Into<String>) -> Self {
        let media = MediaInfo::new(uri.into()).resource_id(resource_id.into());
        MediaPrompt::new(media).into()
    }
}
