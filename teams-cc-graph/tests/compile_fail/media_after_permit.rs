//! Media may be kept for as long as its permit lasts.

use bytes::Bytes;
use teams_cc_graph::call::recording::{Media, RecordingPermit};

async fn keep_later(permit: RecordingPermit, sound: Bytes) -> Result<(), ()> {
    let media: Media<'_> = permit.media(sound);
    let _ = permit.stop().await;
    println!("{media:?}");
    Ok(())
}

fn main() {}
