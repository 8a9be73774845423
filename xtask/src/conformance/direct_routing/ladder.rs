//! Who sent what to whom, with numbers and keys hidden.

use std::fmt::Write as _;

use super::wire::Wire;

/// The most messages a ladder keeps; the oldest are told as a count.
const MAX_LINES: usize = 200;
/// How many digits make a telephone number.
const NUMBER_DIGITS: usize = 6;

/// The messages of one check, as they went.
#[derive(Debug, Default)]
pub(super) struct Ladder {
    lines: Vec<(f64, String)>,
    left_out: usize,
}

impl Ladder {
    /// Notes a message; `sent` are ours, the others came from the subject.
    pub(super) fn note(&mut self, at: f64, party: &str, sent: bool, wire: &Wire) {
        let arrow = if sent { "──▶ SBC" } else { "◀── SBC" };
        self.push(at, format!("{at:8.3}  {party:<22} {arrow}  {}", mask(&wire.summary())));
    }

    /// Notes what happened to a connection.
    pub(super) fn remark(&mut self, at: f64, party: &str, what: &str) {
        self.push(at, format!("{at:8.3}  {party:<22}          ({what})"));
    }

    /// The ladder as text, indented.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if self.left_out > 0 {
            let _ = writeln!(text, "      ({} earlier lines are not shown)", self.left_out);
        }
        let mut lines: Vec<_> = self.lines.iter().collect();
        // What we send at once is told later than what is sent by the checks.
        lines.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        for (_, line) in lines {
            let _ = writeln!(text, "      {line}");
        }
        text
    }

    fn push(&mut self, at: f64, line: String) {
        if self.lines.len() >= MAX_LINES {
            self.lines.remove(0);
            self.left_out += 1;
        }
        self.lines.push((at, line));
    }
}

/// Hides telephone numbers but for three digits, and keys whole.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("inline:") {
            masked.push_str("inline:…");
            let end = after.find(['|', ' ', '\r', '\n']).unwrap_or(after.len());
            rest = after.get(end..).unwrap_or_default();
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= NUMBER_DIGITS {
            let (number, after) = rest.split_at(digits);
            let (hidden, shown) = number.split_at(digits - 3);
            masked.extend(hidden.chars().map(|_| '•'));
            masked.push_str(shown);
            rest = after;
        } else if digits > 0 {
            let (number, after) = rest.split_at(digits);
            masked.push_str(number);
            rest = after;
        } else {
            masked.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_keys_are_hidden_and_the_rest_is_not() {
        assert_eq!(mask("INVITE sip:+14255550199@sbc1:5061"), "INVITE sip:+••••••••199@sbc1:5061");
        assert_eq!(mask("a=crypto:1 X inline:AbC9/+=|2^31"), "a=crypto:1 X inline:…|2^31");
        assert_eq!(mask("a=crypto:1 X inline:AbC"), "a=crypto:1 X inline:…");
    }
}
