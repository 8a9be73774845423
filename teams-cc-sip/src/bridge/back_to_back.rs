//! Whom to call for a caller, in order, and when to give up.

use std::{collections::VecDeque, time::Duration};

use teams_cc_core::{LegId, PhoneNumber};

use crate::trunk::Destination;

/// The most destinations tried for one caller; further ones are left out.
pub const MAX_DESTINATIONS: usize = 16;

/// A back-to-back user agent's task (RFC 7092): whom to call for a caller, in which order.
///
/// Given to [`Trunk::bridge`](crate::trunk::Trunk::bridge). Destinations follow one another
/// ([`Self::or_to`]) or ring at once ([`Self::together_with`]): who answers first has the call, the
/// others are withdrawn as `Call completed elsewhere`. Where nobody answers, the caller gets
/// the status that says most (RFC 3261 §16.7: 6xx before 3xx and 4xx before 5xx) as
///
/// | the called side ends with | the caller gets |
/// |---|---|
/// | 486, 600 | 486 |
/// | 603, 607, 608 | 603 |
/// | 404, 604 | 404 |
/// | 403, 410, 433, 482, 483, 484 | the same |
/// | 408, 480, 487, nobody answered in time | 480 |
/// | a redirection that is not followed | 410, with `Q.850;cause=22` for 301 and 23 for others |
/// | a redirection to whom the gate lets nobody, or round in a circle | 403, 482 |
/// | 415, 488, 606, an answer that cannot be used | 488 |
/// | 503 | 503 without `Retry-After` |
/// | 504, nothing came back, nothing could be sent | 504 |
/// | 401, 407 | 403 |
/// | anything else | 500 |
///
/// Redirections are followed where
/// [`StaticPeer::follows_redirects`](crate::trunk::StaticPeer::follows_redirects) says so. A call
/// for help is none of all this: it rings alone, and goes where it was dialled to.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::{LegId, PhoneNumber};
/// use teams_cc_sip::trunk::{BackToBack, Destination, Via};
///
/// let [user, mobile, caller] = ["+14255550100", "+14255550150", "+14255550123"]
///     .map(|number| PhoneNumber::presented(number));
/// let leg = LegId::numbered("L", 1);
/// let teams = Via::Teams { tenant: "bank.sbc1.adatum.biz".parse()? };
/// let plan = BackToBack::new(Destination::new(teams, user, caller.clone(), leg.clone()))
///     .ring_time(Duration::from_secs(20))
///     .or_to(Destination::new(Via::Carrier("carrier".into()), mobile, caller, leg))
///     .next_on([408, 480, 486]);
/// assert_eq!(plan.destinations().count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct BackToBack {
    leg: LegId,
    /// What of each rings at once.
    rounds: VecDeque<Vec<Destination>>,
    next_on: NextOn,
    ring_time: Option<Duration>,
    keeps_caller: bool,
}

/// After which end of a destination the next one is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NextOn {
    /// Any but that the called party declines (6xx) or we have withdrawn the call.
    AnyButDecline,
    /// These.
    Named(Vec<u16>),
}

impl BackToBack {
    /// Calls this destination; the called leg has its id, whoever answers.
    #[must_use]
    pub fn new(first: Destination) -> Self {
        Self {
            leg: first.leg.clone(),
            rounds: VecDeque::from([vec![first]]),
            next_on: NextOn::AnyButDecline,
            ring_time: None,
            keeps_caller: false,
        }
    }

    /// Calls this destination if those before it do not answer; its leg id is not used.
    ///
    /// Beyond [`MAX_DESTINATIONS`] destinations are left out.
    #[must_use]
    pub fn or_to(mut self, next: Destination) -> Self {
        if self.destinations().count() < MAX_DESTINATIONS {
            self.rounds.push_back(vec![next]);
        }
        self
    }

    /// Calls this destination at once with the one before it; its leg id is not used.
    ///
    /// Each counts as a call of its own at the gate; one that may not be called is left out. The
    /// caller hears the early media of whoever sends some first. [`TrunkEvent::Reached`] says who
    /// has answered. Beyond [`MAX_DESTINATIONS`] destinations are left out.
    ///
    /// [`TrunkEvent::Reached`]: crate::trunk::TrunkEvent::Reached
    #[must_use]
    pub fn together_with(mut self, other: Destination) -> Self {
        if self.destinations().count() < MAX_DESTINATIONS
            && let Some(round) = self.rounds.back_mut()
        {
            round.push(other);
        }
        self
    }

    /// Names the ends after which the next destination is called, as SIP statuses.
    ///
    /// 408 stands for nobody answering in the ring time, 504 for silence and a peer that cannot be
    /// reached. Default: any but 6xx, by which a called party declines wherever it may be.
    #[must_use]
    pub fn next_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.next_on = NextOn::Named(statuses.into_iter().collect());
        self
    }

    /// How long each destination may ring; at most, and by default, as long as
    /// [`TrunkConfig::ring_time`](crate::trunk::TrunkConfig::ring_time) says.
    ///
    /// The caller's own patience, and five minutes in all, end the whole.
    #[must_use]
    pub fn ring_time(mut self, each: Duration) -> Self {
        self.ring_time = Some(each);
        self
    }

    /// Leaves a caller whom nobody answers to the application instead of refusing the call.
    #[must_use]
    pub fn keeping_caller(mut self) -> Self {
        self.keeps_caller = true;
        self
    }

    /// The destinations in order.
    pub fn destinations(&self) -> impl Iterator<Item = &Destination> {
        self.rounds.iter().flatten()
    }

    /// The leg that is called.
    pub(crate) fn leg(&self) -> &LegId {
        &self.leg
    }

    /// Takes the plan apart, for this caller.
    pub(super) fn begin(self, caller: LegId) -> Hunt {
        Hunt {
            caller,
            left: self.rounds,
            tried: 0,
            next_on: self.next_on,
            ring_time: self.ring_time,
            until: None,
            keeps_caller: self.keeps_caller,
            best: None,
            asked: Vec::new(),
            round: Round::default(),
        }
    }
}

/// The called leg of a bridge while nobody has answered it.
pub(crate) struct Hunt {
    pub(super) caller: LegId,
    /// Destinations not tried yet, and what of them rings at once.
    pub(super) left: VecDeque<Vec<Destination>>,
    pub(super) tried: usize,
    pub(super) next_on: NextOn,
    pub(super) ring_time: Option<Duration>,
    /// Until when the present destinations may ring, where the plan says so.
    pub(super) until: Option<teams_cc_core::Instant>,
    pub(super) keeps_caller: bool,
    /// The status that says most so far.
    pub(super) best: Option<u16>,
    /// Whom redirections have led away from, or to.
    pub(super) asked: Vec<PhoneNumber>,
    pub(super) round: Round,
}

/// What is known of the destinations that ring now.
#[derive(Default)]
pub(super) struct Round {
    /// The legs that ring beside the called one.
    pub(super) others: Vec<LegId>,
    /// The status that says most, of those of them that are over.
    pub(super) best: Option<u16>,
    /// Whether their time is over.
    pub(super) rang_out: bool,
    /// Whether any rings.
    pub(super) rings: bool,
    /// What the caller was last told, and whether with media.
    pub(super) relayed: Option<(u16, bool)>,
    /// The stream that the caller hears.
    pub(super) heard: Option<LegId>,
}
