//! What the answer of a called party brings along, for its caller (RFC 3325, RFC 5876, RFC 7433).
//!
//! | of a 200 | reaches the caller |
//! |---|---|
//! | `P-Asserted-Identity` | of a trusted party, by the policy of the caller's side |
//! | the same with `Privacy: id` | only where the caller's side is trusted, with that wish |
//! | `User-to-User`, headers of the application's own | by the policy, within its bounds |

use teams_cc_core::LegId;

use super::{CarriedHeaders, MAX_CONTEXT_VALUE, MAX_CUSTOM};
use crate::{
    message::{Header, HeaderName, Headers},
    trunk::{call::Link, engine::Engine},
};

impl Engine {
    /// Keeps what an answer brings along until its caller is answered.
    pub(crate) fn keep_answer(&mut self, leg: &LegId, headers: &Headers) {
        let Some(record) = self.legs.get(leg).filter(|record| record.hunt.is_some()) else {
            return;
        };
        let trusted = self.config.trusts(record.link.side);
        let wanted = |name: &str| self.config.wants_header(name);
        let read = CarriedHeaders::read(headers, trusted, wanted);
        if !read.is_empty()
            && let Some(record) = self.legs.get_mut(leg)
        {
            record.answer = Some(Box::new(read));
        }
    }

    /// Adds to the answer that a caller gets what that of the called party has brought along.
    pub(crate) fn pass_answer(&mut self, caller: &LegId, link: &Link, headers: &mut Headers) {
        let other = self.legs.get(caller).and_then(|record| record.bridge.clone());
        let other = other.and_then(|other| self.legs.get_mut(&other));
        let Some(brought) = other.and_then(|other| other.answer.take()) else { return };
        let policy = self.config.headers_towards(link.side);
        let private = policy.privacy && brought.wants_privacy();
        let mut pass = |name: &HeaderName| {
            for line in brought.lines(name) {
                headers.push_header(line.clone());
            }
        };
        if policy.asserted_identity && (!private || self.config.trusts(link.side)) {
            pass(&HeaderName::PAssertedIdentity);
            if private {
                pass(&HeaderName::Privacy);
            }
        }
        let fits = |line: &&Header| line.value().len() <= MAX_CONTEXT_VALUE;
        let own = |line: &&Header| match line.name() {
            HeaderName::UserToUser => policy.user_to_user,
            HeaderName::Other(name) => policy.allows(name.as_str()),
            _ => false,
        };
        let further = brought.brought.lines.iter().filter(own).filter(fits).take(MAX_CUSTOM + 1);
        for line in further {
            headers.push_header(line.clone());
        }
    }
}
