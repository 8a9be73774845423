//! A destination answers with 3xx: where that leads, if anywhere (RFC 3261 §8.1.3.4, §16.7).
//!
//! | a redirection | counts as |
//! |---|---|
//! | of a carrier that is followed, to numbers | themselves: they are called by the same carrier |
//! | the same, but the gate refuses them all | 403, or 503 of a cap |
//! | to numbers that this call has been at | 482 |
//! | of a carrier that is not followed, of Teams, to no number | itself: 410 to the caller |
//! | of a call for help, or to the emergency services | itself: what was dialled is called |
//!
//! Followed is the number alone, never a host that a carrier names. The gate is asked for each as
//! for the destination that led to it, caps included; `History-Info` and `Diversion` tell who has
//! redirected. Nobody dialled an emergency number who is redirected to one: such a call would be
//! made past every rule, for whoever wrote the answer.

use teams_cc_core::{LegId, PhoneNumber};

use super::back_to_back::{Hunt, MAX_DESTINATIONS};
use crate::{
    direct_routing::number_of,
    message::{Contact, Response, StatusCode, Uri},
    trunk::{Destination, Via, engine::Engine},
};

/// The most contacts of one redirection that are looked at.
const MAX_CONTACTS: usize = 8;

impl Engine {
    /// Whether redirections of whoever is called there are followed.
    pub(super) fn may_redirect(&self, to: &Destination) -> bool {
        let Via::Carrier(name) = &to.via else { return false };
        let mut carriers = self.config.carriers.iter();
        carriers.any(|carrier| carrier.name == *name && carrier.follows_redirects)
    }

    /// Whether a destination is the emergency services.
    pub(super) fn helps(&self, to: &Destination) -> bool {
        self.is_emergency(self.tenant_of_call(to).as_ref(), &to.number)
    }

    /// Puts whom a redirection leads to before all others; the status it counts as.
    pub(super) fn redirected(&mut self, head: &LegId, leg: &LegId, response: &Response) -> u16 {
        let own = response.status().as_u16();
        let place = self.legs.get(leg).and_then(|record| record.place.as_deref());
        let Some(from) = place.and_then(|place| place.to.clone()) else { return own };
        let named = self.numbers_of(response, &from);
        let hunt = self.legs.get_mut(head).and_then(|record| record.hunt.as_mut());
        let Some(hunt) = hunt else { return own };
        if named.is_empty() {
            return own;
        }
        hunt.asked.push(from.number.clone());
        let fresh: Vec<PhoneNumber> =
            named.into_iter().filter(|number| !hunt.asked.contains(number)).collect();
        if fresh.is_empty() {
            tracing::info!(leg = %head, "a redirection leads round in a circle");
            return StatusCode::LOOP_DETECTED.as_u16();
        }
        tracing::info!(leg = %head, status = own, to = fresh.len(), "a redirection is followed");
        hunt.follow(&from, &fresh);
        own
    }

    /// The numbers of a redirection that may be called, the preferred first.
    fn numbers_of(&self, response: &Response, from: &Destination) -> Vec<PhoneNumber> {
        let contacts: Vec<Contact> = response.headers().list().unwrap_or_default();
        let tenant = self.tenant_of_call(from);
        let mut numbers: Vec<(u16, PhoneNumber)> = Vec::new();
        for contact in contacts.iter().take(MAX_CONTACTS) {
            let Some(address) = contact.addr() else { continue };
            let number = number_of(&address.uri);
            let help = self.emergency_of(&address.uri).is_some()
                || self.is_emergency(tenant.as_ref(), &number);
            if !help && is_dialable(&address.uri, &number) {
                numbers.push((preference(address.params.get("q")), number));
            }
        }
        numbers.sort_by_key(|(preference, _)| std::cmp::Reverse(*preference));
        numbers.into_iter().map(|(_, number)| number).collect()
    }
}

impl Hunt {
    fn follow(&mut self, from: &Destination, to: &[PhoneNumber]) {
        let waiting = self.left.iter().map(Vec::len).sum::<usize>();
        let room = MAX_DESTINATIONS.saturating_sub(self.tried + waiting);
        for number in to.iter().take(room).rev() {
            let mut next = from.clone();
            next.carried.add_redirection(from.number.clone());
            next.number = number.clone();
            next.redirected = true;
            self.left.push_front(vec![next]);
        }
        self.asked.extend_from_slice(to);
    }
}

fn is_dialable(uri: &Uri, number: &PhoneNumber) -> bool {
    let called = matches!(
        number,
        PhoneNumber::E164(_) | PhoneNumber::ShortCode(_) | PhoneNumber::Extension { .. }
    );
    called && !matches!(uri, Uri::Other(_))
}

/// `q` in thousandths; 1 where none is named (RFC 3261 §20.10).
fn preference(q: Option<&str>) -> u16 {
    let thousandths = |q: &str| {
        let (whole, part) = q.split_once('.').unwrap_or((q, ""));
        let digits = [whole, part].iter().all(|of| of.bytes().all(|o| o.is_ascii_digit()));
        let q = format!("{whole:0>1}{part:0<3}");
        q.parse::<u16>().ok().filter(|q| digits && q <= &1_000)
    };
    q.map_or(1_000, |q| thousandths(q).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_preferred_comes_first() {
        for (q, expected) in [
            (None, 1_000),
            (Some("1"), 1_000),
            (Some("0.5"), 500),
            (Some(".25"), 250),
            (Some("0.001"), 1),
            (Some("0"), 0),
            (Some("2"), 0),
            (Some("NaN"), 0),
            (Some("-1"), 0),
        ] {
            assert_eq!(preference(q), expected, "{q:?}");
        }
    }
}
