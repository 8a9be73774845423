//! What session descriptions say about media.

use super::{Check, check, options};
use crate::conformance::direct_routing::{
    dialog::Dialog,
    message::{Body, KEY, teams_audio, teams_sdp},
    script::OutOfTeams,
    stage::{Heard, Stage},
    verdict::{Fault, HOLDS, Outcome, Setup, broken, ensure},
    wire::Wire,
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-109", every_description_is_encrypted),
    check!("DR-110", the_stronger_key_is_picked_with_its_tag),
    check!("DR-111", lifetimes_and_mki_are_read),
    check!("DR-112", plain_rtp_is_refused),
    check!("DR-113", mux_is_taken_or_left),
    check!("DR-114", codecs_are_of_the_list),
    check!("DR-118", each_stream_has_ports_of_its_own),
    check!("DR-128", stray_words_do_no_harm),
    check!("DR-129", location_headers_are_taken),
];

/// Names of payloads that a trunk may offer (Learn, *Plan Direct Routing*), and what goes with
/// speech.
const CODECS: [&str; 8] = ["PCMU", "PCMA", "G722", "G729", "SILK", "CN", "TELEPHONE-EVENT", "RED"];
/// Payload types without a name of their own (RFC 3551).
const STATIC: [(&str, &str); 6] =
    [("0", "PCMU"), ("8", "PCMA"), ("9", "G722"), ("13", "CN"), ("18", "G729"), ("19", "CN")];

/// The subject's offer to Teams.
async fn offer(stage: &mut Stage) -> Result<Heard, Fault> {
    let heard = stage.rings_in().await?.invite;
    if heard.wire.sdp().is_empty() {
        return Err(Fault::NotJudged("there is no offer, which DR-051 is about".to_owned()));
    }
    Ok(heard)
}

/// The subject's answer to an offer of Teams, or its refusal.
async fn answer(stage: &mut Stage, offer: &Body) -> Result<Heard, Fault> {
    let number = stage.site.outside.clone();
    let teams = stage.teams_calls(&number, &[], Some(offer)).await?;
    let step = stage.site.limits.step;
    let ours = teams.clone();
    let next = stage
        .expect("INVITE at the carrier, or a refusal", step, |heard| {
            let to_carrier =
                heard.side.name() == "carrier" && heard.wire.method() == Some("INVITE");
            to_carrier
                || (ours.has(heard) && heard.wire.status().is_some_and(|status| status >= 300))
        })
        .await?;
    if next.wire.status().is_some() {
        stage.acknowledge(&teams, 1)?;
        return Ok(next);
    }
    let conn = stage.carrier();
    let carrier = Dialog::called(&next, "media", conn);
    let mut call = OutOfTeams { teams, invite: next, carrier };
    let ok = stage.party_answers(&mut call).await?;
    stage.hang_up(call.teams, &call.carrier).await;
    Ok(ok)
}

/// The answer to an offer that must be taken.
async fn taken(stage: &mut Stage, what: &str, offer: &Body) -> Result<Heard, Fault> {
    let heard = answer(stage, offer).await?;
    match heard.wire.status() {
        Some(200) => Ok(heard),
        _ => broken(format!("{} to {what}", heard.wire.start())),
    }
}

fn is_encrypted(what: &str, wire: &Wire) -> Result<(), Fault> {
    for line in wire.sdp_lines("m=audio ") {
        ensure(line.contains("/SAVP"), || format!("m=audio {line} in {what}"))?;
    }
    let keys: Vec<&str> = wire.sdp_lines("a=crypto:").collect();
    ensure(keys.iter().any(|key| key.contains(" AES_CM_128_HMAC_SHA1_80 inline:")), || {
        format!("no AES_CM_128_HMAC_SHA1_80 in {what}: {keys:?}")
    })
}

async fn every_description_is_encrypted(stage: &mut Stage) -> Outcome {
    let invite = offer(stage).await?;
    is_encrypted("the offer", &invite.wire)?;
    let heard = taken(stage, "an offer of SRTP", &teams_sdp("sendrecv", 1)).await.for_set_up()?;
    is_encrypted("the answer", &heard.wire)?;
    HOLDS
}

async fn the_stronger_key_is_picked_with_its_tag(stage: &mut Stage) -> Outcome {
    for (weaker, stronger) in [(1, 2), (1, 0), (0, 7)] {
        let keys = format!(
            "a=crypto:{weaker} AES_CM_128_HMAC_SHA1_32 {KEY}|2^31\r\n\
             a=crypto:{stronger} AES_CM_128_HMAC_SHA1_80 {KEY}|2^31\r\n"
        );
        let offer = teams_audio("sendrecv", 1, &keys);
        let heard = taken(stage, "an offer of both suites", &offer).await?;
        let picked: Vec<&str> = heard.wire.sdp_lines("a=crypto:").collect();
        let [picked] = &*picked else {
            return broken(format!("{} keys in the answer", picked.len()));
        };
        let mut words = picked.split(' ');
        let (tag, suite) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        ensure(suite == "AES_CM_128_HMAC_SHA1_80", || format!("{suite} is picked"))?;
        ensure(tag == stronger.to_string(), || format!("tag {tag} instead of {stronger}"))?;
    }
    HOLDS
}

async fn lifetimes_and_mki_are_read(stage: &mut Stage) -> Outcome {
    for rest in ["|2^31", "|2^31|1:1", "|1:1", ""] {
        let keys = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}{rest}\r\n");
        let offer = teams_audio("sendrecv", 1, &keys);
        let heard = taken(stage, &format!("a key with `{rest}`"), &offer).await?;
        for key in heard.wire.sdp_lines("a=crypto:") {
            ensure(!key.split('|').skip(1).any(|part| part.contains(':')), || {
                "the answer has an MKI".to_owned()
            })?;
        }
    }
    let invite = offer(stage).await?;
    for key in invite.wire.sdp_lines("a=crypto:") {
        ensure(!key.split('|').skip(1).any(|part| part.contains(':')), || {
            "the offer has an MKI".to_owned()
        })?;
    }
    HOLDS
}

async fn plain_rtp_is_refused(stage: &mut Stage) -> Outcome {
    let mut plain = teams_audio("sendrecv", 1, "");
    plain.text = plain.text.replace("RTP/SAVP", "RTP/AVP");
    let heard = answer(stage, &plain).await?;
    let status = heard.wire.status().unwrap_or_default();
    ensure((400..700).contains(&status), || format!("{status} to an offer of plain RTP"))?;
    HOLDS
}

async fn mux_is_taken_or_left(stage: &mut Stage) -> Outcome {
    let without = teams_sdp("sendrecv", 1);
    let heard = taken(stage, "an offer without rtcp-mux", &without).await?;
    ensure(heard.wire.sdp_lines("a=rtcp-mux").count() == 0, || {
        "rtcp-mux is answered where it was not offered".to_owned()
    })?;
    let mut with = teams_sdp("sendrecv", 1);
    with.text = with.text.replace("a=rtcp:50001", "a=rtcp:50000\r\na=rtcp-mux");
    taken(stage, "an offer with rtcp-mux and a=rtcp", &with).await?;
    HOLDS
}

/// The payloads of an audio line, by name.
fn names(wire: &Wire) -> Vec<String> {
    let audio = wire.sdp_lines("m=audio ").next().unwrap_or_default();
    let maps: Vec<&str> = wire.sdp_lines("a=rtpmap:").collect();
    let name = |format: &str| {
        let mapped = maps.iter().find_map(|map| map.strip_prefix(format)?.strip_prefix(' '));
        let fixed = STATIC.iter().find(|(known, _)| *known == format).map(|(_, name)| *name);
        let name = mapped.map_or(fixed, |map| map.split('/').next());
        name.unwrap_or(format).to_ascii_uppercase()
    };
    audio.split(' ').skip(2).map(name).collect()
}

async fn codecs_are_of_the_list(stage: &mut Stage) -> Outcome {
    let wire = offer(stage).await?.wire;
    let names = names(&wire);
    ensure(names.iter().any(|name| name == "PCMU" || name == "PCMA"), || {
        format!("no G.711 among {names:?}")
    })?;
    for name in &names {
        ensure(CODECS.contains(&&**name), || format!("{name} is not of Microsoft's list"))?;
    }
    HOLDS
}

async fn each_stream_has_ports_of_its_own(stage: &mut Stage) -> Outcome {
    let port = |heard: &Heard| {
        let audio = heard.wire.sdp_lines("m=audio ").next().unwrap_or_default().to_owned();
        audio.split(' ').next().and_then(|port| port.parse::<u16>().ok())
    };
    let one = stage.answered_in().await?;
    let other = stage.answered_in().await?;
    let (Some(first), Some(second)) = (port(&one.invite), port(&other.invite)) else {
        return Err(Fault::NotJudged("an offer names no port".to_owned()));
    };
    ensure(first != second, || format!("two calls share port {first}"))?;
    ensure(first.abs_diff(second) > 1, || {
        format!("calls at {first} and {second} have no port for RTCP between them")
    })?;
    stage.hang_up(one.carrier, &one.teams).await;
    stage.hang_up(other.carrier, &other.teams).await;
    HOLDS
}

async fn stray_words_do_no_harm(stage: &mut Stage) -> Outcome {
    let mut odd = teams_sdp("sendrecv", 1);
    odd.text = odd.text.replace("RTP/SAVP 8 0 101 13", "RTP/SAVP 8 0 IP4 101 13");
    let heard = answer(stage, &odd).await?;
    let status = heard.wire.status().unwrap_or_default();
    ensure(matches!(status, 200 | 400 | 488), || format!("{status} to a stray word"))?;
    let conn = stage.teams().await?;
    let ping = options::asked(stage, conn).await?;
    ensure(ping.wire.status() == Some(200), || "it no longer answers OPTIONS".to_owned())?;
    HOLDS
}

async fn location_headers_are_taken(stage: &mut Stage) -> Outcome {
    let extra = [
        ("X-MS-UserLocation", "internal"),
        ("X-MS-MediaPath", "sbc1.adatum.biz,sbc2.adatum.biz"),
        ("X-MS-UserSite", "usersiteID"),
    ];
    let call = stage.rings_out(&extra).await?;
    stage.respond(&call.invite, 486, &call.carrier, &[], None)?;
    Ok(Some("what the application is told is not shown on the wire"))
}
