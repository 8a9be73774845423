//! Media kept before Teams was told that the call is recorded.

use teams_cc_graph::call::recording::RecordingSink;

async fn keep<S: RecordingSink>(sink: &mut S, media: &[u8]) {
    let _ = sink.write(media).await;
}

fn main() {}
