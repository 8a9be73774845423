//! What was heard: pure tones found in recordings.

use std::{f64::consts::TAU, time::Duration};

use crate::command::Failure;

/// Samples in a second.
const RATE: f64 = 8_000.0;
/// Samples of a packet of 20 ms.
const FRAME: usize = 160;
/// How much of a frame's power must be the tone's.
const SHARE: f64 = 0.85;
/// How much of the time must have come as packets, in percent, on a machine that does more.
const PRESENT: usize = 80;
/// How many of the packets must hold the tone, in percent.
const CLEAN: usize = 90;
/// The most packets in a row that may hold something else.
const GAP: usize = 4;

/// A pure tone.
pub(super) fn tone(hertz: u32, time: Duration) -> Vec<i16> {
    let count = time.as_millis() * 8;
    (0..u32::try_from(count).unwrap_or(u32::MAX))
        .map(|n| {
            let angle = f64::from(hertz) / RATE * TAU * f64::from(n);
            #[expect(clippy::cast_possible_truncation, reason = "within the range of i16")]
            let sample = (angle.sin() * 8_000.0) as i16;
            sample
        })
        .collect()
}

/// Whether a recording of this time holds nothing but the tone, without long gaps.
pub(super) fn is_tone(samples: &[i16], hertz: u32, time: Duration) -> Result<(), Failure> {
    let frames: Vec<bool> =
        samples.chunks_exact(FRAME).map(|frame| share(frame, hertz) >= SHARE).collect();
    let due = usize::try_from(time.as_millis() / 20)?;
    if frames.len() * 100 < due * PRESENT {
        return Err(format!("{} packets of {due} came", frames.len()).into());
    }
    let good = frames.iter().filter(|good| **good).count();
    let gap = frames.split(|good| *good).map(<[bool]>::len).max().unwrap_or(0);
    if good * 100 >= frames.len() * CLEAN && gap <= GAP {
        return Ok(());
    }
    let strongest = (1..40).map(|n| n * 50).max_by(|a, b| {
        let of = |hertz: u32| samples.chunks_exact(FRAME).map(|f| share(f, hertz)).sum::<f64>();
        of(*a).total_cmp(&of(*b))
    });
    Err(format!(
        "{good} packets of {} hold {hertz} Hz, {gap} in a row do not, {strongest:?} Hz is there \
         more than others",
        frames.len()
    )
    .into())
}

/// Whether nearly nothing came.
pub(super) fn is_nothing(samples: &[i16]) -> Result<(), Failure> {
    let loud = |frame: &&[i16]| frame.iter().any(|sample| sample.unsigned_abs() > 64);
    match samples.chunks_exact(FRAME).filter(loud).count() {
        0..=GAP => Ok(()),
        count => Err(format!("{count} packets hold sound").into()),
    }
}

/// How much of a frame's power is the tone's, of 1 (Goertzel).
fn share(frame: &[i16], hertz: u32) -> f64 {
    let step = f64::from(hertz) / RATE * TAU;
    let (mut real, mut imaginary, mut power) = (0.0, 0.0, 0.0);
    let mut count = 0.0;
    for sample in frame {
        let sample = f64::from(*sample);
        real += sample * (step * count).cos();
        imaginary += sample * (step * count).sin();
        power += sample * sample;
        count += 1.0;
    }
    if power < count * 64.0 {
        0.0
    } else {
        2.0 * (real * real + imaginary * imaginary) / (count * power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_tone_is_known_from_another_from_silence_and_from_its_pieces() {
        let heard = tone(450, SECOND);
        is_tone(&heard, 450, SECOND).unwrap();
        assert!(is_tone(&heard, 600, SECOND).is_err());
        assert!(is_nothing(&heard).is_err());
        let silence = [0; 8_000];
        assert!(is_tone(&silence, 450, SECOND).is_err());
        is_nothing(&silence).unwrap();
        assert!(is_tone(&heard[..5_000], 450, SECOND).is_err(), "too short");
        let mut gap = heard.clone();
        gap[4_000..4_800].fill(0);
        assert!(is_tone(&gap, 450, SECOND).is_err(), "a gap");
    }
}
