//! A clip of `recordResponse` is for recognition, even where something else may be recorded.

use teams_cc_graph::call::recording::{EphemeralClip, RecordingPermit, RecordingSink};

fn keep<S: RecordingSink>(permit: RecordingPermit, sink: &mut S, clip: EphemeralClip) {
    let _ = permit.keep(sink, clip);
}

fn main() {}
