//! Numbers of one tenant in another form, by rules of its own.

use std::fmt;

use teams_cc_core::PhoneNumber;

use super::{Towards, permission::dialled};

/// The most rules of a list that are looked at; further ones never match.
const MAX_RULES: usize = 256;

/// Rewrites numbers that begin with a prefix. Hidden in [`Debug`] as numbers are.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    prefix: Box<str>,
    digits: Option<(usize, usize)>,
    strip: usize,
    prepend: Box<str>,
}

impl Rule {
    /// A rule for numbers that begin so; the prefix is compared as it is dialled.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into(), digits: None, strip: 0, prepend: "".into() }
    }

    /// Only numbers of so many characters, the plus sign included.
    #[must_use]
    pub fn of_length(mut self, least: usize, most: usize) -> Self {
        self.digits = Some((least, most));
        self
    }

    /// Takes so many characters away at the front.
    #[must_use]
    pub fn strip(mut self, characters: usize) -> Self {
        self.strip = characters;
        self
    }

    /// Puts something in front.
    #[must_use]
    pub fn prepend(mut self, text: &str) -> Self {
        self.prepend = text.into();
        self
    }

    fn apply(&self, number: &str) -> Option<PhoneNumber> {
        let length = number.chars().count();
        let fits = self.digits.is_none_or(|(least, most)| (least..=most).contains(&length));
        if !fits || !number.starts_with(&*self.prefix) {
            return None;
        }
        let rest: String = number.chars().skip(self.strip).collect();
        Some(PhoneNumber::presented(&format!("{}{rest}", self.prepend)))
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rule(…)")
    }
}

/// The rules of one tenant; nobody inherits them, and the first that fits is the one.
///
/// Emergency numbers are never translated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Translation {
    called: [Vec<Rule>; 2],
    shown: [Vec<Rule>; 2],
}

impl Translation {
    /// Every number stays as it is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule for the number that is called.
    #[must_use]
    pub fn called(mut self, towards: Towards, rule: Rule) -> Self {
        self.called[towards as usize].push(rule);
        self
    }

    /// Adds a rule for the number that is shown.
    #[must_use]
    pub fn shown(mut self, towards: Towards, rule: Rule) -> Self {
        self.shown[towards as usize].push(rule);
        self
    }

    pub(super) fn of_called(&self, towards: Towards, number: &PhoneNumber) -> PhoneNumber {
        translate(&self.called[towards as usize], number)
    }

    pub(super) fn of_shown(&self, towards: Towards, number: &PhoneNumber) -> PhoneNumber {
        translate(&self.shown[towards as usize], number)
    }
}

fn translate(rules: &[Rule], number: &PhoneNumber) -> PhoneNumber {
    let extension = match number {
        PhoneNumber::Emergency(_) | PhoneNumber::Anonymous => return number.clone(),
        PhoneNumber::Extension { main: Some(_), extension } => Some(extension),
        _ => None,
    };
    let found = rules.iter().take(MAX_RULES).find_map(|rule| rule.apply(dialled(number)));
    match (found, extension) {
        (None, _) => number.clone(),
        // The extension is behind the main number, and stays there.
        (Some(PhoneNumber::E164(main)), Some(extension)) => {
            PhoneNumber::Extension { main: Some(main), extension: extension.clone() }
        }
        (Some(found), _) => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_fits_rewrites_a_number_and_no_rule_an_emergency_number() {
        let rules = Translation::new()
            .called(Towards::Teams, Rule::new("00").strip(2).prepend("+"))
            .called(Towards::Teams, Rule::new("0").strip(1).prepend("+49"))
            .called(Towards::Teams, Rule::new("").of_length(3, 3).prepend("+4989123"));
        let cases = [
            ("0041449876543", "+41449876543"),
            ("089987654321", "+4989987654321"),
            ("100", "+4989123100"),
            ("+14255550100", "+14255550100"),
        ];
        for (dialled, expected) in cases {
            let number = PhoneNumber::presented(dialled);
            assert_eq!(rules.of_called(Towards::Teams, &number).reveal(), expected);
            assert_eq!(rules.of_called(Towards::Carrier, &number), number, "the other direction");
            assert_eq!(rules.of_shown(Towards::Teams, &number), number, "the other number");
        }
        let behind = PhoneNumber::presented("+4989555;ext=100");
        let moved = Translation::new()
            .called(Towards::Teams, Rule::new("").of_length(3, 3).prepend("+4989123"))
            .called(Towards::Teams, Rule::new("+4989").strip(5).prepend("+4930"));
        let moved = moved.of_called(Towards::Teams, &behind);
        assert_eq!(moved, PhoneNumber::presented("+4930555;ext=100"), "only what is dialled");
        let help = PhoneNumber::Emergency("112".into());
        assert_eq!(rules.of_called(Towards::Teams, &help), help);
    }
}
