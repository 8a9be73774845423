//! Where media is kept, and what may be kept there.

use std::{fmt, future::Future, marker::PhantomData};

use bytes::Bytes;

use super::RecordingPermit;

mod sealed {
    #[expect(unnameable_types, reason = "a sealed trait is not to be named")]
    pub trait Sealed {}
}

/// Where the media of a recording is kept; implemented by partners.
pub trait RecordingSink: Send {
    /// Why something could not be kept.
    type Error;

    /// Keeps media; the permit shows that Teams knows of the recording.
    ///
    /// Say what dropping the future leaves behind.
    fn write(
        &mut self,
        permit: &RecordingPermit,
        media: &[u8],
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Media that may be kept under a permit.
#[diagnostic::on_unimplemented(
    message = "`{Self}` must not be kept",
    label = "this is no media of a recording that Teams was told of",
    note = "a clip of `recordResponse` is for recognition in memory: lend it with `with_bytes`",
    note = "media of a call that a recording policy brought comes from `RecordingPermit::media`"
)]
pub trait Keepable: sealed::Sealed + Send {
    /// The bytes to keep.
    fn bytes(&self) -> &[u8];
}

/// Media of a call whose recording Teams was told of; lasts as long as the permit.
pub struct Media<'permit> {
    bytes: Bytes,
    permit: PhantomData<&'permit RecordingPermit>,
}

impl Media<'_> {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes, permit: PhantomData }
    }
}

impl sealed::Sealed for Media<'_> {}

impl Keepable for Media<'_> {
    fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Media<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media").field("len", &self.bytes.len()).finish_non_exhaustive()
    }
}
