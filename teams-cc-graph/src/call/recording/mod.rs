//! Recording, within what Microsoft allows.
//!
//! Two things are called recording, and neither may be taken for the other:
//!
//! * a **policy recording** bot is brought into calls by a compliance policy. It may keep media
//!   once Graph confirmed [`updateRecordingStatus`](https://learn.microsoft.com/graph/api/call-updaterecordingstatus):
//!   [`RecordingGuard::start`] gives the [`RecordingPermit`] that every [`RecordingSink`] asks for;
//! * [`recordResponse`](https://learn.microsoft.com/graph/api/call-record) records a short answer
//!   for recognition. Its [`EphemeralClip`] stays in memory, and no sink takes it.

mod clip;
mod guard;
mod sink;

pub use clip::{ClipLocation, EphemeralClip, MAX_CLIP_BYTES};
pub use guard::{NotRecording, RecordingGuard, RecordingPermit};
pub use sink::{Keepable, Media, RecordingSink};
