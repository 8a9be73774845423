//! Hold, re-INVITE, and what travels within a call.

use std::time::Duration;

use super::{Check, check};
use crate::conformance::direct_routing::{
    message::{carrier_sdp, teams_sdp},
    script::{IntoTeams, TEAMS_CONTACT},
    stage::{Heard, Stage},
    verdict::{Fault, HOLDS, Outcome, ensure},
    wire::{Wire, host_of, uri_of},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-102", hold_is_inactive),
    check!("DR-103", hold_by_teams_is_answered_in_kind),
    check!("DR-104", a_reinvite_keeps_its_media_address),
    check!("DR-105", requests_follow_the_route_set),
    check!("DR-106", session_timers_are_taken),
    check!("DR-107", glare_is_answered_with_491),
    check!("DR-108", prack_and_update_are_not_sent_unasked),
];

/// The carrier holds; the re-INVITE that Teams gets, unanswered.
async fn held(stage: &mut Stage) -> Result<(IntoTeams, Heard), Fault> {
    let mut call = stage.answered_in().await?;
    let body = carrier_sdp("sendonly", 2);
    let number = stage.ask(&mut call.carrier, "INVITE", &[], Some(&body))?;
    let reinvite = stage.request_of(&call.teams, "INVITE", stage.site.limits.step).await;
    let reinvite = reinvite.map_err(|_| {
        Fault::NotApplicable("the subject does not hand the carrier's hold on".to_owned())
    })?;
    let _ = stage.final_of(&call.carrier, number).await;
    stage.acknowledge(&call.carrier, number)?;
    Ok((call, reinvite))
}

async fn hold_is_inactive(stage: &mut Stage) -> Outcome {
    let (call, reinvite) = held(stage).await?;
    ensure(reinvite.wire.flow() == "inactive", || format!("hold by a={}", reinvite.wire.flow()))?;
    for line in reinvite.wire.sdp_lines("c=") {
        ensure(!line.ends_with(" 0.0.0.0"), || format!("hold by c={line}"))?;
    }
    stage.respond(&reinvite, 200, &call.teams, &[], Some(&teams_sdp("inactive", 2)))?;
    stage.hang_up(call.carrier, &call.teams).await;
    HOLDS
}

async fn hold_by_teams_is_answered_in_kind(stage: &mut Stage) -> Outcome {
    let mut call = stage.answered_out(&[]).await?;
    for (version, flow) in [(2, "inactive"), (3, "sendrecv")] {
        let body = teams_sdp(flow, version);
        let number = stage.ask(&mut call.teams, "INVITE", &[], Some(&body))?;
        let ok = stage.final_of(&call.teams, number).await?;
        ensure(ok.wire.status() == Some(200), || format!("{} to a={flow}", ok.wire.start()))?;
        stage.acknowledge(&call.teams, number)?;
        ensure(ok.wire.flow() == flow, || format!("a={flow} is answered a={}", ok.wire.flow()))?;
        // Where it is handed on, the carrier agrees.
        let wait = Duration::from_millis(300);
        if let Ok(onward) = stage.request_of(&call.carrier, "INVITE", wait).await {
            let answer = match onward.wire.flow() {
                "sendonly" => "recvonly",
                "inactive" => "inactive",
                _ => "sendrecv",
            };
            let body = carrier_sdp(answer, version);
            stage.respond(&onward, 200, &call.carrier, &[], Some(&body))?;
            let _ = stage.request_of(&call.carrier, "ACK", wait).await;
        }
    }
    stage.hang_up(call.teams, &call.carrier).await;
    HOLDS
}

/// Where media is wanted: address, port and transport.
fn place(wire: &Wire) -> (String, String, String) {
    let audio = wire.sdp_lines("m=audio ").next().unwrap_or_default().to_owned();
    let mut words = audio.split(' ').map(str::to_owned);
    let address = wire.sdp_lines("c=").last().unwrap_or_default().to_owned();
    (address, words.next().unwrap_or_default(), words.next().unwrap_or_default())
}

async fn a_reinvite_keeps_its_media_address(stage: &mut Stage) -> Outcome {
    let (call, reinvite) = held(stage).await?;
    let (before, after) = (place(&call.invite.wire), place(&reinvite.wire));
    if call.invite.wire.sdp().is_empty() {
        return Err(Fault::NotJudged("there was no offer, which DR-051 is about".to_owned()));
    }
    stage.respond(&reinvite, 200, &call.teams, &[], Some(&teams_sdp("inactive", 2)))?;
    let address = |place: &(String, String, String)| place.0.ends_with(" 0.0.0.0");
    if address(&after) {
        return Err(Fault::NotJudged("hold by 0.0.0.0, which DR-102 is about".to_owned()));
    }
    ensure(before == after, || format!("media at {before:?} moves to {after:?}"))?;
    stage.hang_up(call.carrier, &call.teams).await;
    HOLDS
}

async fn requests_follow_the_route_set(stage: &mut Stage) -> Outcome {
    let call = stage.answered_in().await?;
    let mut carrier = call.carrier.clone();
    stage.ask(&mut carrier, "BYE", &[], None)?;
    let bye = stage.request_of(&call.teams, "BYE", stage.site.limits.step).await?;
    stage.respond(&bye, 200, &call.teams, &[], None)?;
    let contact = uri_of(TEAMS_CONTACT);
    ensure(bye.wire.uri() == contact, || {
        format!("BYE to {} instead of the Contact {contact}", bye.wire.uri())
    })?;
    let routes = bye.wire.elements("Route");
    ensure(routes.len() == 1, || format!("{} Route values", routes.len()))?;
    let route = routes.first().map(|route| host_of(uri_of(route)).to_owned()).unwrap_or_default();
    ensure(route == "sip.pstnhub.microsoft.com", || format!("Route {routes:?}"))?;
    HOLDS
}

async fn session_timers_are_taken(stage: &mut Stage) -> Outcome {
    let cases: [&[(&str, &str)]; 3] = [
        &[],
        &[("Session-Expires", "1800"), ("Min-SE", "90"), ("Supported", "timer")],
        &[("Session-Expires", "1800;refresher=uas"), ("Min-SE", "90"), ("Supported", "timer")],
    ];
    for extra in cases {
        let mut call = stage.rings_out(extra).await?;
        let ok = stage.party_answers(&mut call).await?;
        let expires = ok.wire.get("Session-Expires").to_owned();
        if extra.iter().any(|(_, value)| value.contains("refresher=uas")) {
            ensure(expires.is_empty() || expires.contains("refresher=uas"), || {
                format!("named refresher, it answers Session-Expires: {expires}")
            })?;
        }
        if extra.is_empty() {
            ensure(!ok.wire.get("Require").contains("timer"), || {
                "it requires timers of a peer that has none".to_owned()
            })?;
        }
        stage.hang_up(call.teams, &call.carrier).await;
    }
    Ok(Some("the refresh itself, after half an interval, is not waited for"))
}

async fn glare_is_answered_with_491(stage: &mut Stage) -> Outcome {
    let (mut call, reinvite) = held(stage).await?;
    // Its re-INVITE waits for an answer; now comes one of Teams.
    let number = stage.ask(&mut call.teams, "INVITE", &[], Some(&teams_sdp("inactive", 2)))?;
    let answer = stage.final_of(&call.teams, number).await?;
    stage.acknowledge(&call.teams, number)?;
    ensure(answer.wire.status() == Some(491), || format!("{} to glare", answer.wire.start()))?;
    stage.respond(&reinvite, 491, &call.teams, &[], None)?;
    // RFC 3261 §14.1: two to four seconds for whoever made the call.
    let refused = reinvite.at;
    let again = stage.request_of(&call.teams, "INVITE", Duration::from_secs(6)).await?;
    let after = again.at.duration_since(refused);
    ensure(after > Duration::from_millis(1900), || {
        format!("tried again after {:.1} s", after.as_secs_f32())
    })?;
    stage.respond(&again, 200, &call.teams, &[], Some(&teams_sdp("inactive", 3)))?;
    stage.hang_up(call.carrier, &call.teams).await;
    HOLDS
}

async fn prack_and_update_are_not_sent_unasked(stage: &mut Stage) -> Outcome {
    let mut call = stage.rings_in().await?;
    stage.respond(&call.invite, 183, &call.teams, &[], Some(&teams_sdp("sendrecv", 1)))?;
    stage.listen_for(Duration::from_millis(100)).await;
    stage.take_up(&mut call, &[]).await?;
    let quiet = stage.site.limits.quiet;
    stage.listen_for(quiet).await;
    let sent = stage.history.iter().find(|heard| {
        heard.side.is_teams() && matches!(heard.wire.method(), Some("PRACK" | "UPDATE"))
    });
    ensure(sent.is_none(), || sent.map(|heard| heard.wire.summary()).unwrap_or_default())?;
    stage.hang_up(call.carrier, &call.teams).await;
    HOLDS
}
