//! Prompts the service can play.
//!
//! Service-hosted media plays [WAV files](https://learn.microsoft.com/graph/api/call-playprompt) of
//! one kind only: PCM, 16 kHz, one channel, 16-bit samples. Anything else fails silently in the
//! caller's ear, so it is checked before it is sent.

mod fetch;

use std::time::Duration;

pub use fetch::{PromptProblem, fetch_prompt};

/// Sample rate of a prompt.
const SAMPLE_RATE: u32 = 16_000;
/// Bytes of one sample of one channel.
const SAMPLE_BYTES: u32 = 2;
/// `WAVE_FORMAT_PCM`.
const PCM: u16 = 1;
/// `WAVE_FORMAT_EXTENSIBLE`, whose sub-format begins with the plain format code.
const EXTENSIBLE: u16 = 0xFFFE;

/// What a checked prompt holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromptInfo {
    /// How long it plays.
    pub duration: Duration,
}

/// Why the service would not play a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromptError {
    /// Not a RIFF/WAVE file.
    #[error("the prompt is not a WAV file")]
    NotWav,
    /// A WAV file that ends early or lacks a part.
    #[error("the WAV file is cut short: encode it again")]
    Truncated,
    /// Another encoding than PCM.
    #[error("the prompt is encoded as format {0}: encode it as PCM")]
    NotPcm(u16),
    /// Another number of channels than one.
    #[error("the prompt has {0} channels: mix it down to one")]
    Channels(u16),
    /// Another sample rate than 16 kHz.
    #[error("the prompt has {0} samples a second: resample it to 16000")]
    SampleRate(u32),
    /// Another sample size than 16 bits.
    #[error("the prompt has {0} bits a sample: convert it to 16")]
    SampleBits(u16),
    /// No sound at all.
    #[error("the prompt holds no sound")]
    Empty,
}

/// Check that the service can play a prompt.
///
/// # Errors
///
/// [`PromptError`] says what to convert.
///
/// ```
/// use teams_cc_graph::prompt::{PromptError, check_wav};
///
/// assert_eq!(check_wav(b"ID3"), Err(PromptError::NotWav));
/// ```
pub fn check_wav(bytes: &[u8]) -> Result<PromptInfo, PromptError> {
    let mut rest = bytes
        .strip_prefix(b"RIFF")
        .and_then(|rest| rest.get(4..))
        .and_then(|rest| rest.strip_prefix(b"WAVE"))
        .ok_or(PromptError::NotWav)?;
    let mut format_seen = false;
    while let Some((name, after)) = rest.split_first_chunk::<4>() {
        let (size, after) = after.split_first_chunk::<4>().ok_or(PromptError::Truncated)?;
        let size =
            usize::try_from(u32::from_le_bytes(*size)).map_err(|_| PromptError::Truncated)?;
        let body = after.get(..size).ok_or(PromptError::Truncated)?;
        match name {
            b"fmt " => {
                check_format(body)?;
                format_seen = true;
            }
            b"data" if format_seen => return duration(size),
            b"data" => return Err(PromptError::Truncated),
            _ => {}
        }
        // Chunks are padded to an even length.
        rest = after.get(size.saturating_add(size % 2)..).unwrap_or_default();
    }
    Err(PromptError::Truncated)
}

fn check_format(body: &[u8]) -> Result<(), PromptError> {
    let short = |at: usize| {
        let bytes = body.get(at..)?.first_chunk::<2>()?;
        Some(u16::from_le_bytes(*bytes))
    };
    let read = |at: usize| short(at).ok_or(PromptError::Truncated);
    let mut format = read(0)?;
    if format == EXTENSIBLE {
        format = read(24)?;
    }
    let channels = read(2)?;
    let rate = u32::from(read(4)?) | (u32::from(read(6)?) << 16);
    let bits = read(14)?;
    match (format, channels, rate, bits) {
        (format, ..) if format != PCM => Err(PromptError::NotPcm(format)),
        (_, channels, ..) if channels != 1 => Err(PromptError::Channels(channels)),
        (_, _, rate, _) if rate != SAMPLE_RATE => Err(PromptError::SampleRate(rate)),
        (.., bits) if bits != 16 => Err(PromptError::SampleBits(bits)),
        _ => Ok(()),
    }
}

fn duration(size: usize) -> Result<PromptInfo, PromptError> {
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    let samples = size / u64::from(SAMPLE_BYTES);
    if samples == 0 {
        return Err(PromptError::Empty);
    }
    let rate = u64::from(SAMPLE_RATE);
    Ok(PromptInfo { duration: Duration::from_millis(samples.saturating_mul(1000) / rate) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(format: u16, channels: u16, rate: u32, bits: u16, samples: u32) -> Vec<u8> {
        let mut out = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        out.extend(format.to_le_bytes());
        out.extend(channels.to_le_bytes());
        out.extend(rate.to_le_bytes());
        out.extend((rate * 2).to_le_bytes());
        out.extend(2_u16.to_le_bytes());
        out.extend(bits.to_le_bytes());
        out.extend(b"LIST\x03\0\0\0abc\0data");
        out.extend((samples * 2).to_le_bytes());
        out.resize(out.len() + usize::try_from(samples * 2).unwrap(), 0);
        out
    }

    #[test]
    fn one_kind_of_wav_is_played_and_every_other_is_named() {
        let second = check_wav(&wav(1, 1, 16_000, 16, 16_000)).unwrap();
        assert_eq!(second.duration, Duration::from_secs(1));
        for (bytes, wanted) in [
            (wav(7, 1, 16_000, 16, 10), PromptError::NotPcm(7)),
            (wav(1, 2, 16_000, 16, 10), PromptError::Channels(2)),
            (wav(1, 1, 8_000, 16, 10), PromptError::SampleRate(8_000)),
            (wav(1, 1, 16_000, 8, 10), PromptError::SampleBits(8)),
            (wav(1, 1, 16_000, 16, 0), PromptError::Empty),
            (b"OggS".to_vec(), PromptError::NotWav),
        ] {
            assert_eq!(check_wav(&bytes), Err(wanted));
        }
    }

    #[test]
    fn a_wav_cut_anywhere_is_refused_and_never_panics() {
        let whole = wav(1, 1, 16_000, 16, 4);
        for length in 0..whole.len() {
            assert!(check_wav(&whole[..length]).is_err(), "{length}");
        }
    }
}
