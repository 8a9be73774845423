//! Clips of `recordResponse`: another host, and a token of each clip's own.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use http::{Response, StatusCode, header};

use super::problem::plain;
use crate::{log::Column, world::World};

/// Where clips lie: not at Graph, whose token must not go there.
const HOST: &str = "https://clips.example.com";
/// 16 kHz, 16 bits, one channel.
const RATE: u32 = 16_000;

/// Where a clip lies; on sockets it is the door that is asked.
pub(super) fn origin(graph: &str) -> String {
    let host = graph.split("://").nth(1).unwrap_or_default();
    let local = ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| host.starts_with(name));
    if local { graph.to_owned() } else { HOST.to_owned() }
}

/// `GET /clips/{id}`, with the token of the clip and no other.
pub(super) fn fetch(
    world: &mut World,
    id: &str,
    request: &http::Request<Bytes>,
) -> Response<Bytes> {
    let authorization = request.headers().get(header::AUTHORIZATION);
    let token = authorization.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let clip = world.clips.get(id).cloned();
    let (status, text) = match &clip {
        None => (StatusCode::NOT_FOUND, "a clip that is gone: 404"),
        Some(clip) if token != Some(&*clip.token) => {
            (StatusCode::UNAUTHORIZED, "a clip with a token that is not its own: 401")
        }
        Some(_) => (StatusCode::OK, "a clip: 200"),
    };
    world.log.push(world.now, Column::Center, Column::Teams, format!("GET {text}"));
    let mut response = plain(status);
    if let Some(clip) = clip.filter(|_| status == StatusCode::OK) {
        let wav = header::HeaderValue::from_static("audio/wav");
        response.headers_mut().insert(header::CONTENT_TYPE, wav);
        *response.body_mut() = silence(clip.length);
    }
    response
}

/// A WAV file of nothing: nobody's voice is simulated.
fn silence(length: Duration) -> Bytes {
    let samples = length.as_millis() * u128::from(RATE) / 1000;
    let bytes = u32::try_from(samples * 2).unwrap_or(0);
    let mut wav = BytesMut::with_capacity(44 + bytes as usize);
    wav.put_slice(b"RIFF");
    wav.put_u32_le(bytes + 36);
    wav.put_slice(b"WAVEfmt ");
    wav.put_u32_le(16);
    wav.put_u16_le(1);
    wav.put_u16_le(1);
    wav.put_u32_le(RATE);
    wav.put_u32_le(RATE * 2);
    wav.put_u16_le(2);
    wav.put_u16_le(16);
    wav.put_slice(b"data");
    wav.put_u32_le(bytes);
    wav.put_bytes(0, bytes as usize);
    wav.freeze()
}
