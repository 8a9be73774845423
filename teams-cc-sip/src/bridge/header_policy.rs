//! What a call brings along, and what of it goes on to the other side.
//!
//! | header | read from | goes to Teams | goes to a carrier |
//! |---|---|---|---|
//! | `P-Asserted-Identity` (RFC 3325) | trusted peers | where it names the number shown | the same |
//! | `Privacy` (RFC 3323) | anybody | yes, and hides the number shown | the same |
//! | `History-Info`, `Diversion` (RFC 7044, RFC 5806) | anybody | as `History-Info` | as `Diversion` |
//! | `User-to-User` (RFC 7433) | anybody | yes, up to 256 characters | the same |
//! | headers of the application's own | anybody | where the list names them | the same |
//! | `Identity` (RFC 8224) | trusted peers | byte for byte | byte for byte |
//! | `Max-Forwards` (RFC 3261 §16.6) | anybody | one less | one less |
//!
//! Teams and whoever is in the laboratory are trusted; a carrier is where
//! [`StaticPeer::trusted`](crate::trunk::StaticPeer::trusted) says so. Locations of emergency
//! calls are no matter of a policy: they go untouched as
//! [`EmergencyData`](crate::trunk::EmergencyData).
//!
//! Whoever is called in the course of a transfer gets what the first call and the REFER brought
//! along, by the same policy: without diversions of the first call, and without signatures, which
//! were made for another one. Whoever is called back gets the diversions as well.

mod answer;
mod history;
mod onward;
#[cfg(test)]
mod tests;

use std::fmt;

use teams_cc_core::PhoneNumber;

use self::history::Step;
pub(crate) use self::onward::Onward;
use crate::message::{
    Header, HeaderName, HeaderRef, Headers,
    typed::{MaxForwards, Privacy},
};

/// The most header lines of one call that are kept to go on; later ones are left out.
const MAX_LINES: usize = 64;
/// The most headers of the application's own in one INVITE (Learn, *Direct routing: SIP protocol*).
const MAX_CUSTOM: usize = 5;
/// The longest name of such a header, in characters (the same page).
const MAX_CUSTOM_NAME: usize = 64;
/// The longest value of such a header and of `User-to-User`, in characters (the same page).
const MAX_CONTEXT_VALUE: usize = 256;
/// How often a call may have left the number it comes for before that is taken for a loop.
const MAX_RETURNS: u32 = 1;
/// How often a call may have been diverted at all.
const MAX_DIVERSIONS: u32 = 20;

/// What goes on to one side, of what calls from the other bring along.
///
/// ```
/// use teams_cc_sip::trunk::{HeaderPolicy, HistoryForm};
///
/// let policy = HeaderPolicy::to_carriers().custom("X-MS-Custom-Ticket").history(HistoryForm::Both);
/// assert!(policy.user_to_user && policy.identity);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is about a header of its own")]
pub struct HeaderPolicy {
    /// Whether a trusted identity goes on, where it names the number shown. Default: yes.
    pub asserted_identity: bool,
    /// Whether the wish for privacy goes on and is heeded. Default: yes.
    pub privacy: bool,
    /// How diversions are told. Default: `History-Info` to Teams, `Diversion` to carriers.
    pub history: HistoryForm,
    /// Whether data between users goes on. Default: yes.
    pub user_to_user: bool,
    /// Names of further headers that go on; `*` at the end stands for any rest. Default: none.
    ///
    /// Headers that SIP or Direct Routing give a meaning to never go on by this list.
    pub custom: Vec<Box<str>>,
    /// Whether signatures over the caller go on. Default: yes.
    pub identity: bool,
}

/// How diversions of a call are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HistoryForm {
    /// As `History-Info` (RFC 7044), the newest last.
    HistoryInfo,
    /// As `Diversion` (RFC 5806), the newest first.
    Diversion,
    /// As both.
    Both,
    /// Not at all.
    Nothing,
}

impl HeaderPolicy {
    /// What goes to Teams where nothing else is said.
    #[must_use]
    pub fn to_teams() -> Self {
        Self {
            asserted_identity: true,
            privacy: true,
            history: HistoryForm::HistoryInfo,
            user_to_user: true,
            custom: Vec::new(),
            identity: true,
        }
    }

    /// What goes to a carrier where nothing else is said.
    #[must_use]
    pub fn to_carriers() -> Self {
        Self { history: HistoryForm::Diversion, ..Self::to_teams() }
    }

    /// Sets whether a trusted identity goes on.
    #[must_use]
    pub fn asserted_identity(mut self, goes_on: bool) -> Self {
        self.asserted_identity = goes_on;
        self
    }

    /// Sets whether the wish for privacy goes on.
    #[must_use]
    pub fn privacy(mut self, goes_on: bool) -> Self {
        self.privacy = goes_on;
        self
    }

    /// Sets how diversions are told.
    #[must_use]
    pub fn history(mut self, form: HistoryForm) -> Self {
        self.history = form;
        self
    }

    /// Sets whether data between users goes on.
    #[must_use]
    pub fn user_to_user(mut self, goes_on: bool) -> Self {
        self.user_to_user = goes_on;
        self
    }

    /// Lets a header of the application's own go on, such as `X-MS-Custom-Ticket` or `X-Acme-*`.
    #[must_use]
    pub fn custom(mut self, name: &str) -> Self {
        self.custom.push(name.into());
        self
    }

    /// Sets whether signatures over the caller go on.
    #[must_use]
    pub fn identity(mut self, goes_on: bool) -> Self {
        self.identity = goes_on;
        self
    }

    /// Whether the list names a header.
    pub(crate) fn allows(&self, name: &str) -> bool {
        let same = |pattern: &str| match pattern.strip_suffix('*') {
            Some(start) => {
                name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
            }
            None => name.eq_ignore_ascii_case(pattern),
        };
        name.len() <= MAX_CUSTOM_NAME
            && !name.eq_ignore_ascii_case(crate::direct_routing::headers::PRODUCT_HEADER)
            && self.custom.iter().any(|pattern| same(pattern))
    }
}

/// The headers a call has brought along; hidden in [`Debug`].
///
/// Give it to [`Destination::carrying`](crate::trunk::Destination::carrying): the policy of where
/// the call goes then decides what of it goes on.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CarriedHeaders {
    brought: Box<Brought>,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Brought {
    lines: Vec<Header>,
    /// What stood in `Max-Forwards`.
    hops: Option<u8>,
    /// Who forwards the call here and now, the first one first.
    forwarded_by: Vec<PhoneNumber>,
}

/// Read from everybody.
const OPEN: &[HeaderName] =
    &[HeaderName::Privacy, HeaderName::HistoryInfo, HeaderName::Diversion, HeaderName::UserToUser];
/// Read from trusted peers alone: whoever else writes them may claim anything.
const TRUSTED: &[HeaderName] = &[HeaderName::PAssertedIdentity, HeaderName::Identity];

impl CarriedHeaders {
    /// Whether nothing was brought along.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.brought.lines.is_empty()
    }

    /// The values of one header, in order; they may hold anything about a person.
    pub fn reveal(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.brought
            .lines
            .iter()
            .filter(move |line| line.name().as_str().eq_ignore_ascii_case(name))
            .map(Header::value)
    }

    /// Reads a request; `custom` says which further headers are wanted.
    pub(crate) fn read(headers: &Headers, trusted: bool, custom: impl Fn(&str) -> bool) -> Self {
        let wanted = |header: &HeaderRef<'_>| match header.name() {
            HeaderName::Other(name) => custom(name.as_str()),
            name => OPEN.contains(&name) || (trusted && TRUSTED.contains(&name)),
        };
        let lines = headers.iter().filter(wanted).take(MAX_LINES).map(HeaderRef::to_header);
        let hops = headers.typed::<MaxForwards>().ok().flatten().map(MaxForwards::get);
        let brought = Brought { lines: lines.collect(), hops, forwarded_by: Vec::new() };
        Self { brought: Box::new(brought) }
    }

    /// For a second call to the party they were for; none where nothing is left to go on.
    ///
    /// A signature was made for the first call, and its hops are gone.
    pub(crate) fn again(self) -> Option<Self> {
        let Brought { mut lines, forwarded_by, .. } = *self.brought;
        lines.retain(|line| *line.name() != HeaderName::Identity);
        let brought = Brought { lines, hops: None, forwarded_by };
        (!brought.lines.is_empty()).then(|| Self { brought: Box::new(brought) })
    }

    /// For whoever is called in that party's place by a REFER that brought `refer` along.
    ///
    /// What the REFER brings stands before what was there. The way of the first call is not that
    /// of this one.
    pub(crate) fn for_target(kept: Option<&Self>, refer: Self) -> Self {
        let mut lines = refer.brought.lines;
        let said: Vec<HeaderName> = lines.iter().map(|line| line.name().clone()).collect();
        let way = [HeaderName::HistoryInfo, HeaderName::Diversion];
        let kept = kept.map_or(&[][..], |kept| &kept.brought.lines);
        let more =
            kept.iter().filter(|line| !way.contains(line.name()) && !said.contains(line.name()));
        lines.extend(more.cloned());
        lines.retain(|line| *line.name() != HeaderName::Identity);
        lines.truncate(MAX_LINES);
        Self { brought: Box::new(Brought { lines, hops: None, forwarded_by: Vec::new() }) }
    }

    /// Adds who forwards the call here and now.
    pub(crate) fn add_forwarding(&mut self, by: PhoneNumber) {
        self.brought.forwarded_by.insert(0, by);
    }

    /// Adds who has been called and led elsewhere.
    pub(crate) fn add_redirection(&mut self, by: PhoneNumber) {
        self.brought.forwarded_by.push(by);
    }

    /// Takes the wish for privacy away: whoever helps must see who calls.
    pub(crate) fn drop_privacy(&mut self) {
        self.brought.lines.retain(|line| *line.name() != HeaderName::Privacy);
    }

    /// Whether the caller wants its number withheld.
    pub(crate) fn wants_privacy(&self) -> bool {
        let wish = self.privacy();
        wish.is_some_and(|wish| ["id", "user", "header"].iter().any(|word| wish.contains(word)))
    }

    /// Whether the call has been at this number before, or at too many others (RFC 7044 §1).
    pub(crate) fn goes_round(&self, called: &PhoneNumber) -> bool {
        let steps = self.steps();
        let count = |steps: &mut dyn Iterator<Item = &Step>| {
            steps.fold(0_u32, |sum, step| sum.saturating_add(step.count))
        };
        let here = count(&mut steps.iter().filter(|step| step.number() == *called));
        here > MAX_RETURNS || count(&mut steps.iter()) > MAX_DIVERSIONS
    }

    fn privacy(&self) -> Option<Privacy> {
        self.headers(&HeaderName::Privacy).typed().ok().flatten()
    }

    fn steps(&self) -> Vec<Step> {
        let all = self.privacy().is_some_and(|wish| wish.contains("history"));
        let mut steps = history::read(
            &self.headers(&HeaderName::HistoryInfo),
            &self.headers(&HeaderName::Diversion),
            all,
        );
        steps.extend(self.brought.forwarded_by.iter().filter_map(Step::forwarding));
        steps
    }

    fn headers(&self, name: &HeaderName) -> Headers {
        let mut headers = Headers::new();
        for line in self.lines(name) {
            headers.push_header(line.clone());
        }
        headers
    }

    fn lines<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a Header> {
        self.brought.lines.iter().filter(move |line| line.name() == name)
    }
}

impl fmt::Debug for CarriedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CarriedHeaders({} lines)", self.brought.lines.len())
    }
}
