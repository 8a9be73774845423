//! Media of a call: [mediaConfig](https://learn.microsoft.com/graph/api/resources/mediaconfig) and
//! [prompt](https://learn.microsoft.com/graph/api/resources/prompt).

use crate::wire::Sensitive;

polymorphic! {
    /// Who hosts the media of a call.
    pub enum MediaConfig {
        /// The service plays prompts and hears tones.
        ServiceHosted(ServiceHostedMediaConfig),
        /// The app's own media platform does.
        AppHosted(AppHostedMediaConfig),
    }
}

resource! {
    /// Media hosted by the service.
    pub struct ServiceHostedMediaConfig("microsoft.graph.serviceHostedMediaConfig") {
        /// Prompts the service fetches ahead.
        pre_fetch_media: Vec<MediaInfo> = "preFetchMedia",
    }
}

resource! {
    /// Media hosted by the app.
    pub struct AppHostedMediaConfig("microsoft.graph.appHostedMediaConfig") {
        /// The media session, opaque and secret.
        blob: Sensitive = "blob",
    }
}

resource! {
    /// A piece of media.
    pub struct MediaInfo("microsoft.graph.mediaInfo") {
        /// Cache key of the media: the service does not fetch an id it knows again.
        resource_id: String = "resourceId",
        /// Where the service fetches the WAV file. It may carry a signature, so Debug hides it.
        uri: Sensitive = "uri",
    }
}

polymorphic! {
    /// Something to play.
    pub enum Prompt {
        /// A WAV file.
        Media(MediaPrompt),
    }
}

resource! {
    /// A WAV file to play: 16 kHz, one channel, 16-bit samples.
    pub struct MediaPrompt("microsoft.graph.mediaPrompt") {
        /// The file.
        media_info: MediaInfo = "mediaInfo",
    }
}

open_enum! {
    /// A kind of media in a call.
    pub enum Modality {
        /// Sound.
        Audio = "audio",
        /// Picture.
        Video = "video",
        /// A shared screen.
        VideoBasedScreenSharing = "videoBasedScreenSharing",
        /// Data.
        Data = "data",
        /// Documented, absent from the v1.0 schema.
        Unknown = "unknown",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

impl Prompt {
    /// A WAV file under a URI.
    #[must_use]
    pub fn wav(uri: impl Into<Sensitive>) -> Self {
        MediaPrompt::new().media_info(MediaInfo::new().uri(uri.into())).into()
    }

    /// A WAV file under a URI, cached by the service under `resource_id`.
    #[must_use]
    pub fn cached_wav(uri: impl Into<Sensitive>, resource_id: impl Into<String>) -> Self {
        let media = MediaInfo::new().uri(uri.into()).resource_id(resource_id.into());
        MediaPrompt::new().media_info(media).into()
    }
}
