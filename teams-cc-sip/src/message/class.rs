//! Byte classes of RFC 3261 §25.1, looked up in one table.

/// `token`.
pub(crate) const TOKEN: u8 = 1;
/// `user` and `password` of a SIP URI, without `%` and `:`.
pub(crate) const USER: u8 = 1 << 1;
/// `paramchar` of a SIP URI, without `%`.
pub(crate) const URI_PARAM: u8 = 1 << 2;
/// `hname` and `hvalue` of a SIP URI with `=` and `&`, without `%`.
pub(crate) const URI_HEADER: u8 = 1 << 3;
/// Host name; `_` is accepted because internal DNS names hold it.
pub(crate) const HOST: u8 = 1 << 4;
/// Unquoted value of a header parameter: `token`, `host` and what peers write beside them.
pub(crate) const PARAM_VALUE: u8 = 1 << 5;
/// `word` of a Call-ID.
pub(crate) const WORD: u8 = 1 << 6;
/// Any character of a URI of an unknown scheme, without `%`.
pub(crate) const URI_ANY: u8 = 1 << 7;

static TABLE: [u8; 256] = build();

const fn among(byte: u8, set: &[u8]) -> bool {
    let mut i = 0;
    while i < set.len() {
        if set[i] == byte {
            return true;
        }
        i += 1;
    }
    false
}

const fn build() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0u8;
    loop {
        let alnum = byte.is_ascii_alphanumeric();
        let mark = among(byte, b"-_.!~*'()");
        let visible = byte.is_ascii_graphic();
        let mut bits = 0;
        if alnum || among(byte, b"-.!%*_+`'~") {
            bits |= TOKEN;
        }
        if alnum || mark || among(byte, b"&=+$,;?/") {
            bits |= USER;
        }
        if alnum || mark || among(byte, b"[]/:&+$") {
            bits |= URI_PARAM;
        }
        if alnum || mark || among(byte, b"[]/?:+$=&") {
            bits |= URI_HEADER;
        }
        if alnum || among(byte, b"-._") {
            bits |= HOST;
        }
        if visible && !among(byte, b"\",;<>\\") {
            bits |= PARAM_VALUE;
        }
        if alnum || among(byte, b"-.!%*_+`'~()<>:\\\"/[]?{}") {
            bits |= WORD;
        }
        if visible && !among(byte, b"\"<>\\^`{|}%") {
            bits |= URI_ANY;
        }
        table[byte as usize] = bits;
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

/// Whether the byte belongs to the class.
pub(crate) const fn is(byte: u8, class: u8) -> bool {
    TABLE[byte as usize] & class != 0
}

/// Bytes that are judged at once.
const STEP: usize = 4;

/// How many bytes from the start belong to the class.
#[inline]
pub(crate) fn run(bytes: &[u8], class: u8) -> usize {
    let mut at = 0;
    let (steps, _) = bytes.as_chunks::<STEP>();
    for &[a, b, c, d] in steps {
        let bits = TABLE[a as usize] & TABLE[b as usize] & TABLE[c as usize] & TABLE[d as usize];
        if bits & class == 0 {
            break;
        }
        at += STEP;
    }
    while let Some(&byte) = bytes.get(at)
        && is(byte, class)
    {
        at += 1;
    }
    at
}

/// Whether every byte belongs to the class and there is at least one.
pub(crate) fn all(bytes: &[u8], class: u8) -> bool {
    !bytes.is_empty() && run(bytes, class) == bytes.len()
}

/// Where the first byte lies that is neither of the class nor a whole `%HH` escape.
pub(crate) fn first_outside(bytes: &[u8], class: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        at += run(rest, class);
        match bytes.get(at..) {
            Some([b'%', a, b, ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => at += 3,
            Some([_, ..]) => return Some(at),
            Some([]) | None => return None,
        }
    }
}

/// What starts with the first control character; DEL is none here.
#[inline]
pub(crate) fn from_control(mut text: &[u8]) -> &[u8] {
    while let Some((two, rest)) = text.split_first_chunk::<16>() {
        let [low, high] = words(two).map(below_space);
        if low | high != 0 {
            let at = if low != 0 { first_marked(low) } else { 8 + first_marked(high) };
            return text.get(at..).unwrap_or_default();
        }
        text = rest;
    }
    while let [byte, rest @ ..] = text
        && *byte >= b' '
    {
        text = rest;
    }
    text
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

/// Marks the high bit of the first octet below a space; marks above it mean nothing.
#[inline]
const fn below_space(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word & HIGHS
}

/// Marks the high bit of the first octet that is this one; marks above it mean nothing.
#[inline]
pub(crate) const fn equal_to(word: u64, octet: u8) -> u64 {
    let zero = word ^ (ONES * octet as u64);
    zero.wrapping_sub(ONES) & !zero & HIGHS
}

/// The octets as little-endian words; those beyond the last whole word are left out.
#[inline]
pub(crate) fn words<const OCTETS: usize, const WORDS: usize>(
    octets: &[u8; OCTETS],
) -> [u64; WORDS] {
    let (words, _) = octets.as_chunks();
    std::array::from_fn(|n| words.get(n).copied().map_or(0, u64::from_le_bytes))
}

/// The first octet of a little-endian word that is marked.
#[inline]
pub(crate) const fn first_marked(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// Whether the byte is linear white space once lines are unfolded.
pub(crate) const fn is_ws(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// The value of two hexadecimal digits.
pub(crate) fn unhex(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| (b as char).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_character_is_found_wherever_it_stands_and_nothing_else_is() {
        for octet in 0..=u8::MAX {
            for at in 0..40 {
                // Octets above ASCII and a space are the nearest to being taken for one.
                for other in [b' ', 0x7f, 0x80, 0x9f, 0xff] {
                    let mut text = [other; 40];
                    text[at] = octet;
                    let rest = if octet < b' ' { &text[at..] } else { &[] };
                    assert_eq!(from_control(&text), rest, "{octet} at {at} among {other}");
                }
            }
        }
    }
}
