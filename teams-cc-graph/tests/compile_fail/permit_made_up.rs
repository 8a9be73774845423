//! A permit comes from Graph's confirmation and from nowhere else.

use teams_cc_graph::call::recording::RecordingPermit;

fn permit() -> RecordingPermit {
    RecordingPermit {}
}

fn main() {}
