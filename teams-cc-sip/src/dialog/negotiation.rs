//! Offers and answers of one dialog, over all messages that may carry them (RFC 6337).
//!
//! | offer in | answer in | RFC |
//! |---|---|---|
//! | INVITE | 2xx to INVITE, or a reliable provisional response | 3261, 3262 |
//! | 2xx to INVITE | ACK | 3261 |
//! | reliable provisional response | PRACK | 3262 |
//! | PRACK | 2xx to PRACK | 3262 |
//! | UPDATE | 2xx to UPDATE | 3311 |
//!
//! At most one offer is open at a time, whoever made it.

use crate::message::{HeaderName, Headers};

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Us,
    Them,
}

/// A message that may carry an offer or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// An INVITE or re-INVITE.
    Invite,
    /// A reliable provisional response to it; others only foretell an answer.
    Reliable,
    /// A 2xx to it.
    Success,
    /// The ACK to that.
    Ack,
    Prack,
    /// A 2xx to PRACK.
    PrackSuccess,
    Update,
    /// A 2xx to UPDATE.
    UpdateSuccess,
}

/// What a session description in a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A new offer, open from now on.
    Offer,
    /// The answer to the open offer, which is thereby closed.
    Answer,
    /// Nothing: there is none, or it only repeats what is settled.
    Nothing,
    /// An offer that meets an open one of the other side: 491.
    Glare,
    /// An offer of a side whose earlier one is still open: 500 with Retry-After.
    Busy,
}

/// How far the offers and answers of a dialog have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Negotiation {
    open: Option<(Side, Carrier)>,
    /// Whether the INVITE under way has had its offer, after which its responses make none.
    offered: bool,
}

impl Negotiation {
    /// The state once an INVITE is sent or taken.
    pub(crate) fn of_invite(by: Side, session: bool) -> Self {
        let mut negotiation = Self::default();
        negotiation.note(by, Carrier::Invite, session);
        negotiation
    }

    /// Whether an offer waits for its answer.
    pub(crate) fn is_open(self) -> bool {
        self.open.is_some()
    }

    /// Whether the offer in that message of that side waits for its answer.
    pub(crate) fn awaits(self, by: Side, carrier: Carrier) -> bool {
        self.open == Some((by, carrier))
    }

    /// Takes note of a message, seen for the first time, and says what its description is.
    pub(crate) fn note(&mut self, by: Side, carrier: Carrier, session: bool) -> Reading {
        match carrier {
            Carrier::Invite => {
                if session && let Some(conflict) = self.conflict(by) {
                    return conflict;
                }
                self.offered = session;
                self.offer(by, carrier, session)
            }
            Carrier::Update => self.conflict(by).filter(|_| session).unwrap_or_else(|| {
                if session { self.offer(by, carrier, session) } else { Reading::Nothing }
            }),
            Carrier::Reliable | Carrier::Success => {
                let closes = session || carrier == Carrier::Success;
                if self.open == Some((by.other(), Carrier::Invite)) && closes {
                    return self.answer(session);
                }
                if self.offered || self.open.is_some() {
                    return Reading::Nothing;
                }
                self.offered = session;
                self.offer(by, carrier, session)
            }
            Carrier::Prack => {
                if self.open == Some((by.other(), Carrier::Reliable)) {
                    return self.answer(session);
                }
                self.conflict(by)
                    .filter(|_| session)
                    .unwrap_or_else(|| self.offer(by, carrier, session))
            }
            Carrier::Ack => self.close(by, Carrier::Success, session),
            Carrier::PrackSuccess => self.close(by, Carrier::Prack, session),
            Carrier::UpdateSuccess => self.close(by, Carrier::Update, session),
        }
    }

    /// Takes back the offer of a request that was refused (RFC 6141 §3.4).
    ///
    /// With an INVITE goes the offer of a provisional response to it.
    pub(crate) fn refused(&mut self, by: Side, request: Carrier) {
        let gone = match (self.open, request) {
            (Some((Side::Us | Side::Them, Carrier::Reliable)), Carrier::Invite) => true,
            (open, _) => open == Some((by, request)),
        };
        if gone {
            self.open = None;
        }
    }

    fn conflict(self, by: Side) -> Option<Reading> {
        self.open.map(|(owner, _)| if owner == by { Reading::Busy } else { Reading::Glare })
    }

    fn offer(&mut self, by: Side, carrier: Carrier, session: bool) -> Reading {
        if !session {
            return Reading::Nothing;
        }
        self.open = Some((by, carrier));
        Reading::Offer
    }

    /// A message that can only answer. One without description closes the offer too: its peer
    /// waits for nothing more.
    fn close(&mut self, by: Side, offer: Carrier, session: bool) -> Reading {
        if self.open == Some((by.other(), offer)) {
            return self.answer(session);
        }
        Reading::Nothing
    }

    fn answer(&mut self, session: bool) -> Reading {
        self.open = None;
        if session { Reading::Answer } else { Reading::Nothing }
    }
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Us => Self::Them,
            Self::Them => Self::Us,
        }
    }
}

/// Whether a message describes a session; a multipart body is taken to.
pub(crate) fn has_session(headers: &Headers, body: &[u8]) -> bool {
    if body.is_empty() {
        return false;
    }
    let kind = headers.get_str(HeaderName::ContentType).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/sdp")
        || kind.get(..10).is_some_and(|family| family.eq_ignore_ascii_case("multipart/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Carrier::{Ack, Invite, Prack, PrackSuccess, Reliable, Success, Update, UpdateSuccess};
    use Reading::{Answer, Busy, Glare, Nothing, Offer};
    use Side::{Them, Us};

    type Exchange = &'static [(Side, Carrier, bool, Reading)];

    fn play(exchange: Exchange, swap: bool) -> Negotiation {
        let mut negotiation = Negotiation::default();
        for (at, (by, carrier, session, expected)) in exchange.iter().enumerate() {
            let by = if swap { by.other() } else { *by };
            let reading = negotiation.note(by, *carrier, *session);
            assert_eq!(reading, *expected, "message {at} of {exchange:?}");
        }
        negotiation
    }

    /// RFC 6337 table 1.
    #[test]
    fn every_pattern_of_the_rfc_settles_whichever_side_begins() {
        let patterns: [Exchange; 10] = [
            &[(Us, Invite, true, Offer), (Them, Success, true, Answer), (Us, Ack, false, Nothing)],
            &[(Us, Invite, false, Nothing), (Them, Success, true, Offer), (Us, Ack, true, Answer)],
            &[
                (Us, Invite, true, Offer),
                (Them, Reliable, true, Answer),
                (Us, Prack, false, Nothing),
            ],
            &[
                (Us, Invite, false, Nothing),
                (Them, Reliable, true, Offer),
                (Us, Prack, true, Answer),
            ],
            &[
                (Us, Invite, true, Offer),
                (Them, Reliable, true, Answer),
                (Us, Prack, true, Offer),
                (Them, PrackSuccess, true, Answer),
                (Them, Success, false, Nothing),
            ],
            &[
                (Us, Invite, true, Offer),
                (Them, Reliable, true, Answer),
                (Us, Update, true, Offer),
                (Them, UpdateSuccess, true, Answer),
                (Them, Update, true, Offer),
                (Us, UpdateSuccess, true, Answer),
            ],
            // The 2xx repeats what the reliable response answered; peers do that.
            &[
                (Us, Invite, true, Offer),
                (Them, Reliable, true, Answer),
                (Them, Success, true, Nothing),
            ],
            // A reliable response without description leaves the offer open for the 2xx.
            &[
                (Us, Invite, true, Offer),
                (Them, Reliable, false, Nothing),
                (Them, Success, true, Answer),
            ],
            // Each INVITE begins anew.
            &[
                (Us, Invite, true, Offer),
                (Them, Success, true, Answer),
                (Them, Invite, false, Nothing),
                (Us, Success, true, Offer),
                (Them, Ack, true, Answer),
            ],
            // A peer that owes an answer and sends none has had its turn.
            &[(Us, Invite, true, Offer), (Them, Success, false, Nothing)],
        ];
        for pattern in patterns {
            for swap in [false, true] {
                assert!(!play(pattern, swap).is_open(), "{pattern:?}");
            }
        }
    }

    #[test]
    fn an_offer_that_meets_another_is_glare_and_one_too_many_is_busy() {
        let patterns: [Exchange; 7] = [
            &[(Us, Update, true, Offer), (Them, Update, true, Glare)],
            &[(Them, Update, true, Offer), (Them, Update, true, Busy)],
            &[(Us, Invite, true, Offer), (Them, Update, true, Glare)],
            &[(Us, Invite, true, Offer), (Us, Update, true, Busy)],
            &[(Them, Update, true, Offer), (Us, Invite, true, Glare)],
            &[
                (Us, Invite, true, Offer),
                (Them, Reliable, true, Answer),
                (Them, Update, true, Offer),
                (Us, Prack, true, Glare),
            ],
            // One that offers nothing disturbs nothing.
            &[(Us, Update, true, Offer), (Them, Update, false, Nothing)],
        ];
        for pattern in patterns {
            for swap in [false, true] {
                assert!(play(pattern, swap).is_open(), "{pattern:?}");
            }
        }
    }

    #[test]
    fn a_refused_request_takes_its_own_offer_back_and_no_other() {
        for (exchange, by, request, open) in [
            (&[(Us, Invite, true, Offer)] as Exchange, Us, Invite, false),
            (&[(Us, Invite, true, Offer)], Us, Update, true),
            (&[(Us, Invite, true, Offer)], Them, Invite, true),
            (&[(Us, Invite, false, Nothing), (Them, Reliable, true, Offer)], Us, Invite, false),
            (
                &[
                    (Us, Invite, true, Offer),
                    (Them, Reliable, true, Answer),
                    (Us, Prack, true, Offer),
                ],
                Us,
                Prack,
                false,
            ),
            (&[(Them, Update, true, Offer)], Them, Update, false),
            (&[(Us, Update, true, Offer)], Us, Invite, true),
        ] {
            let mut negotiation = play(exchange, false);
            negotiation.refused(by, request);
            assert_eq!(negotiation.is_open(), open, "{exchange:?} {request:?}");
        }
    }

    #[test]
    fn whatever_comes_in_whatever_order_at_most_one_offer_is_open_and_a_refusal_closes_it() {
        use proptest::prelude::*;
        let carriers = [Invite, Reliable, Success, Ack, Prack, PrackSuccess, Update, UpdateSuccess];
        proptest!(|(steps in prop::collection::vec((any::<bool>(), 0..8usize, any::<bool>()), 0..40))| {
            let mut negotiation = Negotiation::default();
            for (us, carrier, session) in steps {
                let (by, carrier) = (if us { Us } else { Them }, carriers[carrier]);
                let before = negotiation.open;
                match negotiation.note(by, carrier, session) {
                    Offer => prop_assert!(before.is_none() && negotiation.awaits(by, carrier)),
                    Answer => prop_assert!(before.is_some() && !negotiation.is_open()),
                    Glare | Busy => prop_assert!(negotiation.open == before && before.is_some()),
                    Nothing => prop_assert!(negotiation.open.is_none() || negotiation.open == before),
                }
            }
            if let Some((by, carrier)) = negotiation.open {
                let request = if matches!(carrier, Reliable | Success) { Invite } else { carrier };
                negotiation.refused(by, request);
                prop_assert!(!negotiation.is_open() || carrier == Success);
            }
        });
    }

    #[test]
    fn only_bodies_that_describe_sessions_count() {
        for (kind, body, expected) in [
            (Some("application/sdp"), "v=0", true),
            (Some("Application/SDP; x=y"), "v=0", true),
            (Some("multipart/mixed;boundary=b"), "--b", true),
            (Some("application/sdp"), "", false),
            (Some("text/plain"), "v=0", false),
            (None, "v=0", false),
        ] {
            let mut headers = Headers::new();
            if let Some(kind) = kind {
                headers.push(HeaderName::ContentType, kind).unwrap();
            }
            assert_eq!(has_session(&headers, body.as_bytes()), expected, "{kind:?}");
        }
    }
}
