//! Session descriptions of the parties: G.711 with SDES, as media processors offer it.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{random::Dice, world::SipParty};

/// Documentation addresses (RFC 5737): no media flows in the world.
const PROCESSOR: &str = "192.0.2.52";
const CARRIER: &str = "203.0.113.9";

/// A description with this direction; `version` grows with each one of a leg.
pub(crate) fn describe(dice: &mut Dice, party: SipParty, version: u32, direction: &str) -> String {
    let (address, secure) = match party {
        SipParty::Proxy(_) => (PROCESSOR, true),
        SipParty::Carrier => (CARRIER, false),
    };
    let profile = if secure { "RTP/SAVP" } else { "RTP/AVP" };
    let mut text = format!(
        "v=0\r\no=- 7 {version} IN IP4 {address}\r\ns=session\r\nc=IN IP4 {address}\r\nt=0 0\r\n\
         m=audio 49170 {profile} 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n"
    );
    if secure {
        let key = STANDARD.encode(dice.key30());
        // Writing into a string cannot fail.
        let _ = write!(text, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}|2^31\r\n");
    }
    let _ = write!(text, "a={direction}\r\n");
    text
}

/// The direction of the first media that names one; `sendrecv` where none does (RFC 8866 §6.7).
pub(crate) fn direction(body: &[u8]) -> &'static str {
    const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];
    body.split(|byte| *byte == b'\n')
        .filter_map(|line| line.strip_prefix(b"a="))
        .find_map(|value| {
            let value = value.trim_ascii();
            DIRECTIONS.into_iter().find(|name| name.as_bytes() == value)
        })
        .unwrap_or("sendrecv")
}

/// The direction that answers an offered one (RFC 3264 §6.1).
pub(crate) fn answering(offered: &str) -> &'static str {
    match offered {
        "sendonly" => "recvonly",
        "recvonly" => "sendonly",
        "inactive" => "inactive",
        _ => "sendrecv",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_offers_srtp_and_the_carrier_plain_rtp() {
        let mut dice = Dice::new(1);
        let teams = describe(&mut dice, SipParty::Proxy(0), 1, "inactive");
        assert!(teams.contains("RTP/SAVP") && teams.contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80"));
        assert_eq!(direction(teams.as_bytes()), "inactive");
        let carrier = describe(&mut dice, SipParty::Carrier, 1, "sendrecv");
        assert!(carrier.contains("RTP/AVP") && !carrier.contains("crypto"));
        assert_eq!(direction(b"v=0\r\nm=audio 1 RTP/AVP 0\r\n"), "sendrecv");
    }
}
