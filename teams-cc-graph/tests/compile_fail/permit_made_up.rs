//! A permit comes from Graph's confirmation and from nowhere else.

use teams_cc_graph::call::recording::{RecordingGuard, RecordingPermit};

fn permit(guard: RecordingGuard) -> RecordingPermit {
    RecordingPermit { guard }
}

fn main() {}
