//! A short recording that must not be kept.

use std::fmt;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, header::AUTHORIZATION};
use url::{Host, Url};
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
    /// Before anything is sent, [`InvalidRequest::NotHttps`] for a location that is none, and
    /// [`InvalidRequest::NotPublic`] for one whose host is an IP address, a short name or a name of
    /// private networks. What a public name resolves to is the operator's to watch: let the
    /// [transport](crate::ClientBuilder::transport) or the machine's firewall keep requests from
    /// internal addresses, as for every address that comes from outside.
    ///
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
        let what = "recordingLocation";
        let url = Url::parse(self.uri.reveal()).ok();
        let url = url.filter(|url| url.scheme() == "https" && url.username().is_empty());
        let url = url.ok_or(InvalidRequest::NotHttps { what })?;
        if !is_public(&url) {
            return Err(InvalidRequest::NotPublic { what }.into());
        }
        // As it was understood here, so that the transport understands it alike.
        let uri: http::Uri = url.as_str().parse().map_err(|_| InvalidRequest::NotHttps { what })?;
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

/// Top-level names that are never of public hosts: RFC 6761 §6, RFC 6762 §3 and appendix G,
/// RFC 8375 §4, and `internal`, which ICANN keeps for private networks.
const PRIVATE_NAMES: [&str; 12] = [
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
    "test",
];

/// Whether an address has a host name that may be anybody's: the service keeps clips at such, and
/// an IP address or a short name may be a machine behind the app's own walls.
fn is_public(url: &Url) -> bool {
    let Some(Host::Domain(name)) = url.host() else { return false };
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && !PRIVATE_NAMES.contains(&last)
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
        for uri in ["http://files.example.com/clip", "/clip", "file:///etc/passwd", "", "https://"]
        {
            assert_eq!(
                refused(uri),
                InvalidRequest::NotHttps { what: "recordingLocation" },
                "{uri}"
            );
        }
    }

    fn refused(uri: &str) -> InvalidRequest {
        let error = location(uri).request().expect_err(uri);
        match error.kind() {
            ErrorKind::Invalid(invalid) => invalid.clone(),
            other => panic!("{uri}: {other:?}"),
        }
    }

    /// Whatever a record of the service names, the clip's token goes to no machine within.
    #[test]
    fn a_clip_is_never_asked_of_an_address_within() {
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
            "https://10.0.0.1/clip",
            "https://172.16.0.1/clip",
            "https://192.168.1.1/clip",
            "https://100.64.0.1/clip",
            "https://0.0.0.0/clip",
            "https://0177.0.0.1/clip",
            "https://127.1/clip",
            "https://%31%32%37.0.0.1/clip",
            "https://１２７.０.０.１/clip",
            "https://[::]/clip",
            "https://[fe80::1]/clip",
            "https://[fd00:ec2::254]/clip",
            "https://[::ffff:10.0.0.1]/clip",
            "https://[64:ff9b::a00:1]/clip",
            "https://db.corp/clip",
            "https://router.lan./clip",
            "https://printer.local/clip",
            "https://api.svc.cluster.local:8443/clip",
            "https://vault.home.arpa/clip",
        ];
        for uri in within {
            assert_eq!(
                refused(uri),
                InvalidRequest::NotPublic { what: "recordingLocation" },
                "{uri}"
            );
        }
        for uri in ["https://files.example.com@10.0.0.1/clip", "https://a:b@files.example.com/clip"]
        {
            assert_eq!(
                refused(uri),
                InvalidRequest::NotHttps { what: "recordingLocation" },
                "{uri}"
            );
        }
    }

    #[test]
    fn a_location_is_asked_for_as_it_was_understood() {
        for (uri, asked) in [
            ("https://files.example.com", "https://files.example.com/"),
            ("HTTPS://Files.Example.com:443/a/../clip", "https://files.example.com/clip"),
            (
                "https://files.example.com\\@10.0.0.1/clip",
                "https://files.example.com/@10.0.0.1/clip",
            ),
        ] {
            assert_eq!(location(uri).request().expect(uri).uri(), asked);
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
