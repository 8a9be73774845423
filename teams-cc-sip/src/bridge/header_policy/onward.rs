//! Writes what goes on into an INVITE of ours.

use teams_cc_core::PhoneNumber;

use super::{CarriedHeaders, HeaderPolicy, HistoryForm, MAX_CONTEXT_VALUE, MAX_CUSTOM, history};
use crate::{
    direct_routing::number_of,
    message::{
        Header, HeaderName, Headers, ParseError, Uri,
        typed::{MaxForwards, PAssertedIdentity, Privacy},
    },
    trunk::{TrunkConfig, admission::Side},
};

/// Where an INVITE of ours goes, as far as its headers care.
pub(crate) struct Onward<'a> {
    pub(crate) policy: &'a HeaderPolicy,
    /// Whether the peer may see what shall be withheld from others.
    pub(crate) trusted: bool,
    /// The number shown.
    pub(crate) shown: &'a PhoneNumber,
    /// Whether it is withheld.
    pub(crate) private: bool,
    /// Whom the INVITE calls.
    pub(crate) target: &'a Uri,
    /// The name we have at this peer.
    pub(crate) host: &'a str,
}

impl TrunkConfig {
    /// What goes on to a side.
    pub(crate) fn headers_towards(&self, side: Side) -> &HeaderPolicy {
        let carrier = match side {
            Side::Carrier(place) => self.carriers.get(place),
            Side::Teams | Side::Lab => None,
        };
        carrier.map_or(&self.headers_to_teams, |carrier| &carrier.headers)
    }

    /// Whether a side is believed who calls, and shown what is private.
    pub(crate) fn trusts(&self, side: Side) -> bool {
        match side {
            Side::Teams | Side::Lab => true,
            Side::Carrier(place) => self.carriers.get(place).is_some_and(|peer| peer.trusted),
        }
    }

    /// Whether any side is to have a header of the application's own.
    pub(crate) fn wants_header(&self, name: &str) -> bool {
        self.headers_to_teams.allows(name)
            || self.carriers.iter().any(|carrier| carrier.headers.allows(name))
    }
}

impl Onward<'_> {
    /// Adds to an INVITE what goes on.
    pub(crate) fn write(
        &self,
        carried: &CarriedHeaders,
        headers: &mut Headers,
    ) -> Result<(), ParseError> {
        if let Some(hops) = carried.brought.hops {
            headers.set_typed(&MaxForwards::new(hops.saturating_sub(1)));
        }
        if self.policy.asserted_identity && !headers.contains(HeaderName::PAssertedIdentity) {
            self.write_identity(carried, headers);
        }
        if self.policy.privacy
            && let Some(wish) = carried.privacy()
        {
            let mut words: Vec<&str> = wish.iter().collect();
            if self.private && !wish.contains("id") {
                words.retain(|word| !word.eq_ignore_ascii_case("none"));
                words.push("id");
            }
            headers.set_typed(&Privacy::new(&words)?);
        }
        self.write_history(carried, headers)?;
        let fits = |line: &&Header| line.value().len() <= MAX_CONTEXT_VALUE;
        if self.policy.user_to_user {
            push_all(headers, carried.lines(&HeaderName::UserToUser).filter(fits));
        }
        if self.policy.identity {
            push_all(headers, carried.lines(&HeaderName::Identity));
        }
        let own = |line: &&Header| match line.name() {
            HeaderName::Other(name) => self.policy.allows(name.as_str()),
            _ => false,
        };
        push_all(headers, carried.brought.lines.iter().filter(own).filter(fits).take(MAX_CUSTOM));
        Ok(())
    }

    /// Who the network says calls, as far as that is who we say calls.
    fn write_identity(&self, carried: &CarriedHeaders, headers: &mut Headers) {
        let asserted = carried.headers(&HeaderName::PAssertedIdentity);
        let asserted = asserted.list::<PAssertedIdentity>().unwrap_or_default();
        for identity in asserted.iter().filter(|one| number_of(&one.uri) == *self.shown) {
            headers.push_typed(identity);
        }
    }

    fn write_history(
        &self,
        carried: &CarriedHeaders,
        headers: &mut Headers,
    ) -> Result<(), ParseError> {
        let steps = carried.steps();
        let info = matches!(self.policy.history, HistoryForm::HistoryInfo | HistoryForm::Both);
        let diversion = matches!(self.policy.history, HistoryForm::Diversion | HistoryForm::Both);
        let hide = !self.trusted;
        let hides = hide && steps.iter().any(history::Step::is_private);
        let as_it_came = carried.brought.forwarded_by.is_empty() && !hides;
        if info && as_it_came && carried.lines(&HeaderName::HistoryInfo).next().is_some() {
            push_all(headers, carried.lines(&HeaderName::HistoryInfo));
        } else if info && !steps.is_empty() {
            let line = history::write_info(&steps, self.target, self.host, hide);
            headers.push(HeaderName::HistoryInfo, line)?;
        }
        if diversion && !steps.is_empty() {
            let line = history::write_diversion(&steps, self.host, hide);
            headers.push(HeaderName::Diversion, line)?;
        }
        Ok(())
    }
}

fn push_all<'a>(headers: &mut Headers, lines: impl Iterator<Item = &'a Header>) {
    for line in lines {
        headers.push_header(line.clone());
    }
}
