//! A stream: however it is cut, the same frames and the same error come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teams_cc_sip::message::{Frame, Limits, ParseError, StreamDecoder};

fn drain(decoder: &mut StreamDecoder, frames: &mut Vec<Frame>) -> Option<ParseError> {
    loop {
        match decoder.next_frame() {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => return None,
            Err(fault) => return Some(fault.error),
        }
    }
}

fn decode(data: &[u8], sizes: &[u8]) -> (Vec<Frame>, bool) {
    let mut decoder = StreamDecoder::new(Limits::default());
    let mut frames = Vec::new();
    let mut rest = data;
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = usize::from(*sizes.next().unwrap_or(&255)).max(1).min(rest.len());
        let (chunk, tail) = rest.split_at(size);
        rest = tail;
        decoder.push(chunk);
        if drain(&mut decoder, &mut frames).is_some() {
            return (frames, true);
        }
    }
    (frames, false)
}

fuzz_target!(|data: &[u8]| {
    let Some((&count, rest)) = data.split_first() else { return };
    let count = usize::from(count % 8).min(rest.len());
    let (sizes, stream) = rest.split_at(count);
    let mut decoder = StreamDecoder::new(Limits::default());
    decoder.push(stream);
    let mut frames = Vec::new();
    let failed = drain(&mut decoder, &mut frames).is_some();
    assert_eq!((frames, failed), decode(stream, sizes), "cutting a stream changes nothing");
});
