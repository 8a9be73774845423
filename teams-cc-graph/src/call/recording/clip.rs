//! A short recording that must not be kept.

use std::fmt;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, header::AUTHORIZATION};
use zeroize::Zeroize;

use crate::{
    Client, Error, ErrorKind, InvalidRequest, call::OperationResult, error::SignInError,
    model::RecordOperation, wire::Sensitive,
};

/// The largest clip: 120 s of 16-bit samples at 16 kHz, and room for the header.
pub const MAX_CLIP_BYTES: usize = 120 * 32_000 + 64 * 1024;

/// Where a clip can be fetched, and the token that fetches it.
///
/// The clip is gone soon after the call, so fetch it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipLocation {
    uri: Sensitive,
    token: Sensitive,
}

impl ClipLocation {
    /// Reads it from the end of a `recordResponse`; [`None`] where nothing was recorded.
    #[must_use]
    pub fn of(operation: &RecordOperation) -> Option<Self> {
        Some(Self {
            uri: operation.recording_location.get()?.clone(),
            token: operation.recording_access_token.get()?.clone(),
        })
    }

    /// Reads it from how an operation ended; [`None`] where nothing was recorded.
    #[must_use]
    pub fn of_result(result: &OperationResult) -> Option<Self> {
        result.recording().and_then(Self::of)
    }

    /// Fetches the clip, with its own token and never the app's.
    ///
    /// Dropping the future leaves the clip where it is; it can be fetched again while the call
    /// lasts.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest::NotHttps`] for a location that is none or has no public host name, before
    /// anything is sent;
    /// [`ErrorKind::ResponseTooLarge`] beyond [`MAX_CLIP_BYTES`]; otherwise what the service
    /// answers.
    pub async fn fetch(&self, client: &Client) -> Result<EphemeralClip, Error> {
        let response = client.fetch_elsewhere(self.request()?).await?;
        let clip = EphemeralClip::take(response.into_body());
        if clip.len() > MAX_CLIP_BYTES {
            return Err(Error::new(ErrorKind::ResponseTooLarge { limit: MAX_CLIP_BYTES }));
        }
        Ok(clip)
    }

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let not_https = || InvalidRequest::NotHttps { what: "recordingLocation" };
        let uri: http::Uri = self.uri.reveal().parse().map_err(|_| not_https())?;
        if uri.scheme_str() != Some("https") || !is_public(self.uri.reveal()) {
            return Err(not_https().into());
        }
        let token = format!("Bearer {}", self.token.reveal());
        let mut token = HeaderValue::try_from(token).map_err(|_| {
            Error::sign_in(SignInError::new("invalid_token", "the token cannot stand in a header"))
        })?;
        token.set_sensitive(true);
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = uri;
        request.headers_mut().insert(AUTHORIZATION, token);
        Ok(request)
    }
}

/// A short recording of what a caller said, for recognition in memory alone.
///
/// Microsoft's terms of `recordResponse` forbid keeping it: it cannot be copied, written or handed
/// to a [`RecordingSink`](super::RecordingSink), and it is wiped from memory when dropped.
/// [`EphemeralClip::with_bytes`] lends it to a recognizer.
pub struct EphemeralClip {
    bytes: BytesMut,
}

impl EphemeralClip {
    /// Takes over a body; the memory it came in is the memory that is wiped, where nobody else
    /// holds it.
    fn take(body: Bytes) -> Self {
        let bytes = body.try_into_mut().unwrap_or_else(|shared| BytesMut::from(&shared[..]));
        Self { bytes }
    }

    /// Lends the bytes of the WAV file to a recognizer.
    pub fn with_bytes<R>(&self, recognize: impl FnOnce(&[u8]) -> R) -> R {
        recognize(&self.bytes)
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Drop for EphemeralClip {
    fn drop(&mut self) {
        self.bytes.as_mut().zeroize();
    }
}

impl fmt::Debug for EphemeralClip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EphemeralClip").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Whether an address has a host name that may be anybody's: the service keeps clips at such, and
/// an IP address or a short name may be a machine behind the app's own walls.
fn is_public(uri: &str) -> bool {
    let Ok(url) = url::Url::parse(uri) else { return false };
    let Some(url::Host::Domain(name)) = url.host() else { return false };
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && !["localhost", "local", "internal"].contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(uri: &str) -> ClipLocation {
        let operation =
            RecordOperation::new().recording_location(uri).recording_access_token("clip-token");
        ClipLocation::of(&operation).unwrap()
    }

    /// Trap 41.
    #[test]
    fn a_clip_is_asked_for_with_its_own_token_and_over_https_alone() {
        let request = location("https://files.example.com/clip?x=1").request().unwrap();
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer clip-token");
        assert_eq!(request.uri(), "https://files.example.com/clip?x=1");
        let elsewhere = ["http://files.example.com/clip", "/clip", "file:///etc/passwd", ""];
        let within = [
            "https://127.0.0.1/clip",
            "https://169.254.169.254/metadata",
            "https://2130706433/clip",
            "https://0x7f.1/clip",
            "https://[::1]/clip",
            "https://localhost/clip",
            "https://LOCALHOST./clip",
            "https://vault/clip",
            "https://metadata.google.internal/clip",
            "https://files.example.com@10.0.0.1/clip",
        ];
        for uri in elsewhere.into_iter().chain(within) {
            assert!(location(uri).request().is_err(), "{uri}");
        }
    }

    /// Trap 44.
    #[test]
    fn debug_shows_neither_token_nor_location_nor_sound() {
        let shown = format!("{:?}", location("https://files.example.com/clip"));
        assert!(!shown.contains("clip"), "{shown}");
        let clip = EphemeralClip::take(Bytes::from_static(b"RIFF"));
        assert_eq!(format!("{clip:?}"), "EphemeralClip { len: 4, .. }");
        assert_eq!(clip.with_bytes(<[u8]>::to_vec), b"RIFF");
    }

    #[test]
    fn no_recording_has_no_location() {
        assert_eq!(ClipLocation::of(&RecordOperation::new()), None);
    }
}
