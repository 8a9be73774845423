//! Branches, tags and delays from one seed.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Makes tokens that only the holder of the seed can foresee (RFC 3261 §19.3).
#[derive(Debug)]
pub(crate) struct Tokens {
    seed: u64,
    count: u64,
}

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// The next number of 64 bits.
    pub(crate) fn number(&mut self) -> u64 {
        self.count = self.count.wrapping_add(1);
        let count = self.count;
        self.hash(b"next", &count.to_be_bytes())
    }

    /// The next token of 16 hexadecimal digits.
    pub(crate) fn tag(&mut self) -> String {
        format!("{:016x}", self.number())
    }

    /// The next branch (§8.1.1.7).
    pub(crate) fn branch(&mut self) -> String {
        format!("{}{:016x}", crate::message::BRANCH_COOKIE, self.number())
    }

    /// The next Call-ID.
    pub(crate) fn call_id(&mut self) -> String {
        let mut text = self.tag();
        // Writing to a String never fails.
        let _ = write!(text, "{:016x}", self.number());
        text
    }

    /// A tag that is the same whenever the same request is refused without state (§8.2.7).
    pub(crate) fn tag_for(&self, text: &str) -> String {
        format!("{:016x}", self.hash(b"tag", text.as_bytes()))
    }

    fn hash(&self, kind: &[u8], data: &[u8]) -> u64 {
        let digest = Sha256::new()
            .chain_update(self.seed.to_be_bytes())
            .chain_update(kind)
            .chain_update(data)
            .finalize();
        digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_repeat_with_the_seed_and_with_nothing_else() {
        let run = |seed| {
            let mut tokens = Tokens::new(seed);
            [tokens.tag(), tokens.tag(), tokens.branch(), tokens.call_id()]
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let [one, two, branch, call_id] = run(1);
        assert_ne!(one, two);
        assert_eq!((one.len(), branch.len(), call_id.len()), (16, 23, 32));
        assert!(branch.starts_with("z9hG4bK"));
    }

    #[test]
    fn a_stateless_tag_depends_on_the_request_alone() {
        let mut tokens = Tokens::new(1);
        let first = tokens.tag_for("branch");
        tokens.tag();
        assert_eq!(tokens.tag_for("branch"), first);
        assert_ne!(tokens.tag_for("another"), first);
        assert_ne!(Tokens::new(2).tag_for("branch"), first);
    }
}
