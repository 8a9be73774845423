//! What an answer of Teams means, by its status and Microsoft's own subcode.
//!
//! Microsoft logs every failed call with a SIP status and a subcode (`CallEndSubReason`). The
//! rows here say in our words what Learn's pages on *Microsoft SIP response codes* of October 2024
//! say, one row for each pair; where a pair has several causes its row names them all.

use std::fmt;

/// What an answer means and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The SIP status.
    pub status: u16,
    /// Microsoft's subcode, or the cause of the `Reason` header.
    pub subcode: Option<u32>,
    /// Who ended the call.
    pub by: AnsweredBy,
    /// What happened; none where the pair is not known.
    pub meaning: Option<&'static str>,
    /// What to do about it; none where the pair is not known.
    pub action: Option<&'static str>,
}

/// Who gave an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnsweredBy {
    /// Microsoft's side.
    Microsoft,
    /// This side, with this status: what Microsoft logs as 560xyz.
    ThisSide(u16),
    /// That cannot be told.
    Unknown,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(subcode) = self.subcode {
            write!(f, "/{subcode}")?;
        }
        if let AnsweredBy::ThisSide(status) = self.by {
            write!(f, ", answered by this side with {status}")?;
        }
        match (self.meaning, self.action) {
            (Some(meaning), Some(action)) => write!(f, ": {meaning}; {action}"),
            (Some(meaning), None) => write!(f, ": {meaning}"),
            _ => Ok(()),
        }
    }
}

/// Explains an answer by its status and subcode; an unknown pair passes through as it is.
///
/// ```
/// use teams_cc_sip::direct_routing::{AnsweredBy, explain};
///
/// let refused = explain(403, Some(510_532));
/// assert!(refused.to_string().contains("Contact"));
/// assert_eq!(explain(486, Some(560_486)).by, AnsweredBy::ThisSide(486));
/// assert_eq!(explain(499, Some(7)).to_string(), "499/7");
/// ```
#[must_use]
pub fn explain(status: u16, subcode: Option<u32>) -> Explanation {
    let row = ROWS.iter().find(|row| (row.0, row.1) == (status, subcode));
    let ours = subcode.filter(|code| (560_100..=560_699).contains(code));
    let by = match (ours.and_then(|code| u16::try_from(code - 560_000).ok()), row) {
        (Some(status), _) => AnsweredBy::ThisSide(status),
        (None, Some(_)) => AnsweredBy::Microsoft,
        (None, None) => AnsweredBy::Unknown,
    };
    Explanation { status, subcode, by, meaning: row.map(|row| row.2), action: row.map(|row| row.3) }
}

type Row = (u16, Option<u32>, &'static str, &'static str);

const POLICY: &str = "look at the calling policy of the user";
const LICENCE: &str = "give the user a Phone System licence and enable calling by the trunk";
const BOT: &str = "ask whoever runs the bot; for one of Microsoft's, Microsoft's support";
const MEDIA: &str = "open the media ports and ranges in the firewall, in both directions";
const REACH: &str = "see that the trunk listens on its port and that the firewall lets Teams in";

/// Status, subcode, what happened, what to do.
const ROWS: [Row; 42] = [
    (181, None, "the Teams user forwards the call", "wait: it is under way"),
    (
        403,
        None,
        "the host in Contact is an address, or no trunk of any tenant",
        "put the registered trunk name into Contact",
    ),
    (403, Some(10_199), "the callee takes no private calls", POLICY),
    (
        403,
        Some(10_500),
        "location-based routing forbids the call at this site",
        "check the sites and gateways of location-based routing",
    ),
    (403, Some(10_553), "a recorder that must be there could not join", BOT),
    (
        403,
        Some(510_532),
        "the tenant has no trunk of the name in Contact",
        "send the customer's own name in Contact and see that it is registered there",
    ),
    (403, Some(510_534), "the tenant blocks the caller's number", "look at its blocked numbers"),
    (
        403,
        Some(510_559),
        "no voice route takes the number",
        "see that a route's pattern matches what was dialled and that policy allows it",
    ),
    (403, Some(510_560), "the user is not enabled for telephony", LICENCE),
    (403, Some(510_562), "the user may not call out", LICENCE),
    (403, Some(510_563), "the user may call at home only, and this is abroad", POLICY),
    (403, Some(560_403), "the trunk refused the call", "look into the trunk's own log"),
    (
        404,
        Some(10_202),
        "the call to be replaced is gone",
        "send the INVITE of a transfer once, and to no second proxy",
    ),
    (
        404,
        Some(511_404),
        "no user or resource account has the number",
        "call the number in the form in which it is assigned, with its plus sign",
    ),
    (408, Some(0), "the call could not be set up in time", "look at the client's network"),
    (408, Some(1_106), "no ACK came for the answer", "see that ACKs leave on a live connection"),
    (
        408,
        Some(500_001),
        "the trunk did not answer the INVITE in time",
        "ring or answer within ten seconds, or raise the trunk's failover time",
    ),
    (408, Some(560_408), "nobody answered behind the trunk", "look for a pattern in the numbers"),
    (410, Some(531_000), "a session description could not be read", "check what the trunk offers"),
    (410, Some(531_004), "no path for media was found", MEDIA),
    (410, Some(531_005), "the path for media broke", MEDIA),
    (412, Some(510_412), "the called number is malformed", "send E.164 with its plus sign"),
    (
        480,
        Some(31),
        "the trunk's name is known to two services",
        "give Communication Services and Teams a trunk name each",
    ),
    (480, Some(10_037), "the callee is signed in nowhere", "let the callee sign in again"),
    (480, Some(10_140), "the bot is not provisioned for calls", BOT),
    (480, Some(10_191), "the callee's policy has no voicemail", POLICY),
    (
        484,
        Some(560_484),
        "the trunk took the number for incomplete",
        "normalise extensions and short numbers before they reach the trunk",
    ),
    (486, Some(10_321), "the bot is busy", BOT),
    (
        487,
        Some(540_200),
        "the call was taken on another branch of the trunk",
        "nothing: it counts as an attempt and shows as no missed call",
    ),
    (
        488,
        Some(531_000),
        "no media in the offer can be used, or it has no SRTP",
        "offer G.711 over RTP/SAVP with SDES keys",
    ),
    (
        488,
        Some(531_027),
        "media bypass needs ICE candidates, and the offer has none",
        "turn ICE on, or media bypass off",
    ),
    (500, Some(510_482), "the call goes in a circle", "look for forwarding that returns"),
    (
        500,
        Some(510_544),
        "the tenant has no trunk for the call, or none for its emergency route",
        "check the voice routes and the emergency call routing policy",
    ),
    (503, None, "the datacentre cannot serve now", "try the next proxy and honour Retry-After"),
    (503, Some(10_320), "the bot was not reached in time", BOT),
    (
        503,
        Some(560_503),
        "the trunk is overloaded or under maintenance",
        "look into its log and its limits on calls",
    ),
    (
        504,
        Some(549_002),
        "Teams has no connection to the trunk, or could not read its start lines",
        REACH,
    ),
    (
        504,
        Some(569_002),
        "Teams could not connect: refused, no answer, or a certificate of another name or use",
        "see that the trunk listens, and run the certificate doctor over its name and usage",
    ),
    (
        504,
        Some(569_003),
        "Teams does not accept the trunk's certificate",
        "run the certificate doctor: authority, chain and dates",
    ),
    (
        504,
        Some(569_008),
        "the trunk's certificate has expired",
        "renew it, replace it in the running trunk and renew the connections",
    ),
    (
        504,
        Some(569_009),
        "Teams trusts no authority above the trunk's certificate",
        "take one of Microsoft's Trusted Root Program and send every intermediate",
    ),
    (603, None, "the callee declined", "do not try another proxy"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_own_pair_and_they_stand_in_order() {
        let pairs: Vec<_> = ROWS.iter().map(|row| (row.0, row.1)).collect();
        assert!(pairs.is_sorted_by(|one, next| one < next), "{pairs:?}");
        for row in ROWS {
            assert!(row.2.len() > 10 && row.3.len() > 10, "{} {:?}", row.0, row.1);
            assert!(!row.2.ends_with('.') && !row.3.ends_with('.'), "{}", row.2);
        }
    }

    #[test]
    fn a_subcode_of_560_names_this_side_whether_its_row_is_known_or_not() {
        assert_eq!(explain(503, Some(560_503)).by, AnsweredBy::ThisSide(503));
        let unknown = explain(480, Some(560_480));
        assert_eq!(unknown.by, AnsweredBy::ThisSide(480));
        assert_eq!(unknown.to_string(), "480/560480, answered by this side with 480");
        for (code, by) in [(560_099, AnsweredBy::Unknown), (560_700, AnsweredBy::Unknown)] {
            assert_eq!(explain(480, Some(code)).by, by, "{code}");
        }
        assert_eq!(explain(404, Some(10_202)).by, AnsweredBy::Microsoft);
    }

    /// Pain 79.
    #[test]
    fn a_name_used_by_two_services_is_explained() {
        assert!(explain(480, Some(31)).to_string().contains("two services"));
    }

    #[test]
    fn an_unknown_pair_passes_through() {
        let found = explain(418, Some(123));
        assert_eq!((found.status, found.subcode, found.meaning), (418, Some(123), None));
        assert_eq!(found.by, AnsweredBy::Unknown);
    }
}
