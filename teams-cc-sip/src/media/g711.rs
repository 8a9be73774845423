//! G.711: logarithmic samples of eight bits (ITU-T G.711).

use crate::sdp::Codec;

/// What a µ-law sample is moved by before its logarithm is taken, at 14 bits.
const BIAS: i32 = 33;

/// The octet that stands for silence.
#[must_use]
pub const fn silence(codec: Codec) -> u8 {
    match codec {
        Codec::Pcma => 0xd5,
        _ => 0xff,
    }
}

/// One sample of 16 bits as an octet of the codec; codecs other than A-law count as µ-law.
#[must_use]
pub fn encode(codec: Codec, sample: i16) -> u8 {
    let sample = i32::from(sample);
    let octet = if codec == Codec::Pcma {
        let (sign, magnitude) = if sample >= 0 { (0x80, sample >> 4) } else { (0, !sample >> 4) };
        let code = if magnitude < 32 {
            magnitude
        } else {
            let segment = 31 - magnitude.leading_zeros().cast_signed() - 3;
            segment << 4 | magnitude >> (segment - 1) & 0x0f
        };
        (sign | code) ^ 0x55
    } else {
        let (sign, magnitude) = if sample >= 0 { (0x80, sample >> 2) } else { (0, !sample >> 2) };
        let magnitude = (magnitude + BIAS).min(8_191);
        let segment = 31 - magnitude.leading_zeros().cast_signed() - 5;
        let code = segment << 4 | magnitude >> (segment + 1) & 0x0f;
        sign | (!code & 0x7f)
    };
    u8::try_from(octet & 0xff).unwrap_or_default()
}

/// One octet of the codec as a sample of 16 bits.
#[must_use]
pub fn decode(codec: Codec, octet: u8) -> i16 {
    let sample = if codec == Codec::Pcma {
        let octet = i32::from(octet ^ 0x55);
        let (segment, step) = (octet >> 4 & 7, octet & 0x0f);
        let magnitude = match segment {
            0 => (step << 4) + 8,
            _ => ((step << 4) + 0x108) << (segment - 1),
        };
        if octet & 0x80 != 0 { magnitude } else { -magnitude }
    } else {
        let octet = i32::from(!octet);
        let (segment, step) = (octet >> 4 & 7, octet & 0x0f);
        let magnitude = (((step << 1) + BIAS) << segment) - BIAS;
        let magnitude = magnitude << 2;
        if octet & 0x80 != 0 { -magnitude } else { magnitude }
    };
    i16::try_from(sample).unwrap_or(if sample < 0 { i16::MIN } else { i16::MAX })
}

/// From one of the two forms to the other.
#[must_use]
pub fn convert(from: Codec, to: Codec, octet: u8) -> u8 {
    if from == to { octet } else { encode(to, decode(from, octet)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_samples_have_known_octets() {
        for (codec, sample, octet) in [
            (Codec::Pcmu, 0, 0xff),
            (Codec::Pcmu, 32_767, 0x80),
            (Codec::Pcmu, -32_768, 0x00),
            (Codec::Pcma, 0, 0xd5),
            (Codec::Pcma, 32_767, 0xaa),
            (Codec::Pcma, -32_768, 0x2a),
        ] {
            assert_eq!(encode(codec, sample), octet, "{codec:?} {sample}");
        }
    }

    #[test]
    fn every_octet_decodes_to_what_encodes_to_it() {
        for codec in Codec::G711 {
            for octet in 0..=255 {
                let again = encode(codec, decode(codec, octet));
                // µ-law has two zeros.
                let zero = codec == Codec::Pcmu && octet == 0x7f;
                assert!(again == octet || zero, "{codec:?} {octet:#x} {again:#x}");
            }
        }
    }

    #[test]
    fn the_error_is_a_small_part_of_the_sample() {
        for codec in Codec::G711 {
            for sample in (i16::MIN..=i16::MAX).step_by(7) {
                let error = i32::from(decode(codec, encode(codec, sample))) - i32::from(sample);
                let bound = i32::from(sample).abs() / 16 + 16;
                assert!(error.abs() <= bound, "{codec:?} {sample} {error}");
            }
        }
        let there = convert(Codec::Pcmu, Codec::Pcma, encode(Codec::Pcmu, 8_000));
        assert!((i32::from(decode(Codec::Pcma, there)) - 8_000).abs() < 500);
    }
}
