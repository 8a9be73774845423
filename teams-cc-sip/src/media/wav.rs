//! Prompts: WAV files of telephone sound.

use std::{fmt, sync::Arc};

use super::g711;
use crate::sdp::Codec;

/// Samples a second of a prompt.
pub const SAMPLE_RATE: u32 = 8_000;
/// The most octets of a file: ten minutes of 16 bits.
pub const MAX_WAV: usize = MAX_SAMPLES * 2 + 1_024;
/// Samples of ten minutes.
const MAX_SAMPLES: usize = 10 * 60 * 8_000;

/// Why a file is no prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WavError {
    /// The file is longer than ten minutes.
    #[error("the prompt is longer than ten minutes")]
    TooLong,
    /// The file is no RIFF file with a format and data.
    #[error("the file is not a wav file")]
    Malformed,
    /// The sound has another form.
    #[error("the sound must be one channel of 8000 samples: pcm of 16 bits, µ-law or a-law")]
    Format,
}

/// A prompt that can be played on any G.711 leg; clones share it.
#[derive(Clone, PartialEq, Eq)]
pub struct WavPrompt {
    samples: Arc<[i16]>,
}

impl fmt::Debug for WavPrompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WavPrompt({} samples)", self.samples.len())
    }
}

impl WavPrompt {
    /// Reads a WAV file: one channel, 8000 samples a second, PCM of 16 bits, µ-law or A-law.
    ///
    /// Graph plays files of 16000 samples a second: one file cannot serve both.
    ///
    /// # Errors
    ///
    /// [`WavError`] says what the file would have to be.
    pub fn parse(file: &[u8]) -> Result<Self, WavError> {
        if file.len() > MAX_WAV {
            return Err(WavError::TooLong);
        }
        let rest = file.strip_prefix(b"RIFF").and_then(|rest| rest.get(4..));
        let mut rest =
            rest.and_then(|rest| rest.strip_prefix(b"WAVE")).ok_or(WavError::Malformed)?;
        let mut format = None;
        loop {
            let (name, after) = rest.split_first_chunk::<4>().ok_or(WavError::Malformed)?;
            let (length, after) = after.split_first_chunk::<4>().ok_or(WavError::Malformed)?;
            let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
            // A recorder that was cut off leaves a length beyond the file's end.
            let length = if name == b"data" { length.min(after.len()) } else { length };
            let (chunk, after) = after.split_at_checked(length).ok_or(WavError::Malformed)?;
            match (name, format) {
                (b"fmt ", _) => format = Some(form(chunk)?),
                (b"data", Some(form)) => {
                    let samples = samples(form, chunk);
                    let fits = samples.len() <= MAX_SAMPLES;
                    return if fits { Ok(Self { samples }) } else { Err(WavError::TooLong) };
                }
                _ => {}
            }
            // A chunk of odd length is followed by an octet that means nothing.
            rest = after.get(length % 2..).unwrap_or_default();
        }
    }

    /// A prompt of samples of 16 bits, 8000 a second.
    #[must_use]
    pub fn from_samples(samples: &[i16]) -> Self {
        Self { samples: samples.into() }
    }

    /// The samples.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }
}

#[derive(Clone, Copy)]
enum Form {
    Pcm,
    G711(Codec),
}

fn form(chunk: &[u8]) -> Result<Form, WavError> {
    let &[k0, k1, c0, c1, r0, r1, r2, r3, _, _, _, _, _, _, b0, b1] =
        chunk.first_chunk::<16>().ok_or(WavError::Malformed)?;
    let [kind, channels, bits] = [[k0, k1], [c0, c1], [b0, b1]].map(u16::from_le_bytes);
    let rate = u32::from_le_bytes([r0, r1, r2, r3]);
    match (kind, bits) {
        _ if channels != 1 || rate != SAMPLE_RATE => Err(WavError::Format),
        (1, 16) => Ok(Form::Pcm),
        (6, 8) => Ok(Form::G711(Codec::Pcma)),
        (7, 8) => Ok(Form::G711(Codec::Pcmu)),
        _ => Err(WavError::Format),
    }
}

fn samples(form: Form, data: &[u8]) -> Arc<[i16]> {
    match form {
        Form::Pcm => data
            .chunks_exact(2)
            .filter_map(|pair| pair.first_chunk().copied())
            .map(i16::from_le_bytes)
            .collect(),
        Form::G711(codec) => data.iter().map(|octet| g711::decode(codec, *octet)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wav(kind: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        file.extend(kind.to_le_bytes());
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend([0; 6]);
        file.extend(bits.to_le_bytes());
        file.extend(b"data");
        file.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        file.extend(data);
        file
    }

    #[test]
    fn three_forms_of_one_channel_are_read_and_others_refused() {
        let pcm = WavPrompt::parse(&wav(1, 1, 8_000, 16, &[0, 1, 0, 0x80])).unwrap();
        assert_eq!(pcm.samples(), [256, i16::MIN]);
        assert_eq!(WavPrompt::parse(&wav(7, 1, 8_000, 8, &[0xff])).unwrap().samples(), [0]);
        assert_eq!(WavPrompt::parse(&wav(6, 1, 8_000, 8, &[0xd5])).unwrap().samples(), [8]);
        for (kind, channels, rate, bits) in
            [(1, 2, 8_000, 16), (1, 1, 16_000, 16), (1, 1, 8_000, 8), (3, 1, 8_000, 32)]
        {
            let error = WavPrompt::parse(&wav(kind, channels, rate, bits, &[0; 8]));
            assert_eq!(error, Err(WavError::Format));
        }
        assert_eq!(WavPrompt::parse(b"RIFF\0\0\0\0WAVEdata\0\0\0\0"), Err(WavError::Malformed));
        assert_eq!(WavPrompt::parse(b"MP3"), Err(WavError::Malformed));
        assert_eq!(WavPrompt::parse(&vec![0; MAX_WAV + 1]), Err(WavError::TooLong));
        let long = wav(7, 1, 8_000, 8, &vec![0; MAX_SAMPLES + 1]);
        assert_eq!(WavPrompt::parse(&long), Err(WavError::TooLong), "an octet is a sample");
    }

    proptest! {
        #[test]
        fn no_octets_panic(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
            file.extend(octets);
            let _ = WavPrompt::parse(&file);
        }
    }
}
