//! Keys as they come in, and when they are enough.

use teams_cc_core::contact::Tone;

use super::{Digits, Keys, Next, Verdict};

/// The input of one try.
#[derive(Debug, Default)]
pub(super) struct Collect {
    digits: Digits,
}

/// What an input came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Collected {
    pub(super) keys: Digits,
    pub(super) terminated: bool,
    pub(super) verdict: Verdict,
    /// Where it leads, if it was accepted.
    pub(super) next: Option<Next>,
}

impl Collect {
    /// Takes what was typed so far.
    pub(super) fn take(&mut self) -> Digits {
        self.digits.take()
    }

    /// Takes a key; gives the input once it is complete.
    pub(super) fn key(&mut self, keys: &Keys, tone: Tone) -> Option<Collected> {
        if keys.terminator == Some(tone) {
            return Some(self.finish(keys, true));
        }
        self.digits.push(tone);
        self.is_decided(keys).then(|| self.finish(keys, false))
    }

    /// The time for a key is over.
    pub(super) fn time_out(&mut self, keys: &Keys) -> Collected {
        if self.digits.is_empty() {
            let keys = Digits::default();
            return Collected { keys, terminated: false, verdict: Verdict::NoInput, next: None };
        }
        self.finish(keys, false)
    }

    /// Whether no further key could change what the input is taken for.
    fn is_decided(&self, keys: &Keys) -> bool {
        let typed = self.digits.reveal();
        if typed.len() >= keys.max {
            return true;
        }
        let mut longer =
            keys.branches.keys().filter(|branch| branch.starts_with(typed) && ***branch != *typed);
        keys.accept.is_none() && longer.next().is_none()
    }

    fn finish(&mut self, keys: &Keys, terminated: bool) -> Collected {
        let typed = self.digits.take();
        let branch = keys.branches.get(typed.reveal());
        let entry = keys.accept.as_ref().filter(|_| typed.len() >= keys.min);
        let next = branch.or(entry).cloned();
        let verdict = if next.is_some() { Verdict::Accepted } else { Verdict::Invalid };
        Collected { keys: typed, terminated, verdict, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_in(keys: &Keys, typed: &str) -> (usize, Option<Collected>) {
        let mut collect = Collect::default();
        for (nth, key) in typed.chars().enumerate() {
            if let Some(collected) = collect.key(keys, Tone::new(key).unwrap()) {
                return (nth + 1, Some(collected));
            }
        }
        (typed.len(), None)
    }

    #[test]
    fn an_input_is_over_as_soon_as_no_key_could_change_it() {
        let next = |label: &str| Next::done(label);
        let menu = Keys::menu([("1", next("one")), ("12", next("twelve")), ("3", next("three"))]);
        let entry = Keys::entry(2, 4, next("entry")).terminator(Tone::new('#').unwrap());
        let cases = [
            (&menu, "3", Some((1, "3", Some("three")))),
            (&menu, "9", Some((1, "9", None))),
            (&menu, "1", None),
            (&menu, "12", Some((2, "12", Some("twelve")))),
            (&menu, "13", Some((2, "13", None))),
            (&entry, "123", None),
            (&entry, "1234", Some((4, "1234", Some("entry")))),
            (&entry, "12#", Some((3, "12", Some("entry")))),
            (&entry, "1#", Some((2, "1", None))),
            (&entry, "#", Some((1, "", None))),
        ];
        for (keys, typed, wanted) in cases {
            let (taken, collected) = type_in(keys, typed);
            let found = collected.as_ref().map(|collected| {
                let next = match &collected.next {
                    Some(Next::Done(label)) => Some(&**label),
                    _ => None,
                };
                (taken, collected.keys.reveal(), next)
            });
            assert_eq!(found, wanted, "{typed}");
        }
    }

    #[test]
    fn silence_takes_what_was_typed_or_says_that_nothing_was() {
        let menu = Keys::menu([("1", Next::done("one")), ("12", Next::done("twelve"))]);
        let mut collect = Collect::default();
        assert_eq!(collect.time_out(&menu).verdict, Verdict::NoInput);
        collect.key(&menu, Tone::new('1').unwrap());
        assert_eq!(collect.time_out(&menu).next, Some(Next::done("one")));
    }
}
