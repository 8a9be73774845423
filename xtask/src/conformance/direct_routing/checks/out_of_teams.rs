//! Calls out of Teams.

use super::{Check, check};
use crate::conformance::direct_routing::{
    message::{Body, teams_sdp},
    stage::{Heard, Side, Stage},
    verdict::{Fault, HOLDS, Outcome, Setup, broken, ensure, not_applicable},
    wire::{tag_of, user_of},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-071", every_name_of_the_trunk_takes_calls),
    check!("DR-072", something_is_heard_in_time),
    check!("DR-073", a_call_it_cannot_serve_goes_elsewhere),
    check!("DR-074", a_busy_party_stays_busy),
    check!("DR-075", draining_refuses_new_calls),
    check!("DR-076", odd_request_uris_are_read),
    check!("DR-077", asserted_identities_and_privacy_are_read),
    check!("DR-078", an_anonymous_caller_is_taken),
    check!("DR-079", histories_of_every_form_are_read),
    check!("DR-081", emergency_numbers_need_no_plus),
    check!("DR-082", a_location_beside_the_offer_is_taken),
    check!("DR-083", other_media_are_declined_line_by_line),
    check!("DR-084", a_repeated_call_is_not_made_twice),
    check!("DR-086", a_call_is_replaced),
];

async fn every_name_of_the_trunk_takes_calls(stage: &mut Stage) -> Outcome {
    let mut hosts: Vec<String> = stage.site.tenants.iter().map(|one| one.host.clone()).collect();
    hosts.push(stage.site.fqdn.clone());
    hosts.dedup();
    for host in hosts {
        let conn = stage.teams().await?;
        let uri = format!("sip:{}@{host}:5061;user=phone;transport=tls", stage.site.outside);
        let teams = stage.teams_calls_uri(conn, &uri, &[], Some(&teams_sdp("sendrecv", 1)))?;
        let call = stage.reaches_the_carrier(teams).await.map_err(|fault| match fault {
            Fault::Broken(why) => Fault::Broken(format!("{host}: {why}")),
            other => other,
        })?;
        stage.respond(&call.invite, 486, &call.carrier, &[], None)?;
    }
    HOLDS
}

async fn something_is_heard_in_time(stage: &mut Stage) -> Outcome {
    let call = stage.rings_out(&[]).await.for_set_up()?;
    stage.respond(&call.invite, 180, &call.carrier, &[], None)?;
    let (teams, limit) = (call.teams.clone(), stage.site.limits.ringing);
    stage
        .expect("18x or final response", limit, |heard| {
            teams.has(heard) && heard.wire.status().is_some_and(|status| status > 100)
        })
        .await?;
    HOLDS
}

/// The carrier refuses; what Teams hears of it, and whether anything came before.
async fn refused(stage: &mut Stage, status: u16) -> Result<(u16, bool), Fault> {
    let call = stage.rings_out(&[]).await.for_set_up()?;
    stage.respond(&call.invite, status, &call.carrier, &[], None)?;
    let end = stage.response(&call.teams, "INVITE", 200..=699).await?;
    stage.acknowledge(&call.teams, 1)?;
    let rang = stage
        .history
        .iter()
        .any(|heard| call.teams.has(heard) && matches!(heard.wire.status(), Some(101..=199)));
    Ok((end.wire.status().unwrap_or_default(), rang))
}

async fn a_call_it_cannot_serve_goes_elsewhere(stage: &mut Stage) -> Outcome {
    let (status, rang) = refused(stage, 503).await?;
    ensure(!rang, || "an 18x came before, which ends the failover of Teams".to_owned())?;
    ensure(matches!(status, 408 | 503 | 504), || {
        format!("the carrier is out of service, and Teams is told {status}")
    })?;
    HOLDS
}

async fn a_busy_party_stays_busy(stage: &mut Stage) -> Outcome {
    for carriers in [486, 603] {
        let (status, _) = refused(stage, carriers).await?;
        ensure((400..700).contains(&status) && !matches!(status, 408 | 503 | 504), || {
            format!("{carriers} from the carrier becomes {status}, and Teams tries another SBC")
        })?;
    }
    HOLDS
}

async fn draining_refuses_new_calls(stage: &mut Stage) -> Outcome {
    let Some(trunk) = stage.own.as_ref().map(|own| own.trunk.clone()) else {
        return not_applicable("it takes an operator who drains the subject");
    };
    let mut call = stage.answered_out(&[]).await?;
    trunk.take_calls(false).await.map_err(|error| Fault::NotJudged(error.to_string()))?;
    let number = stage.site.outside.clone();
    let late = stage.teams_calls(&number, &[], Some(&teams_sdp("sendrecv", 1))).await?;
    let end = stage.response(&late, "INVITE", 200..=699).await?;
    stage.acknowledge(&late, 1)?;
    ensure(end.wire.status() == Some(503), || format!("{} to a new call", end.wire.start()))?;
    let (teams, carrier) = (call.teams.clone(), call.carrier.clone());
    stage
        .stays_quiet("a call that is up is ended", |heard| {
            (teams.has(heard) || carrier.has(heard)) && heard.wire.method() == Some("BYE")
        })
        .await?;
    let bye = stage.exchange(&mut call.teams, "BYE", &[], None).await?;
    ensure(bye.wire.status() == Some(200), || format!("{} to its BYE", bye.wire.start()))?;
    HOLDS
}

/// An INVITE of this shape reaches the carrier; the INVITE there.
async fn passes(stage: &mut Stage, extra: &[(&str, &str)], what: &str) -> Result<Heard, Fault> {
    let call = stage.rings_out(extra).await.map_err(|fault| match fault {
        Fault::Broken(why) => Fault::Broken(format!("{what}: {why}")),
        other => other,
    })?;
    stage.respond(&call.invite, 486, &call.carrier, &[], None)?;
    let end = stage.response(&call.teams, "INVITE", 300..=699).await.for_set_up()?;
    stage.acknowledge(&call.teams, end.wire.cseq_number())?;
    Ok(call.invite)
}

async fn odd_request_uris_are_read(stage: &mut Stage) -> Outcome {
    let host = stage.site.tenant().host.clone();
    let number = stage.site.outside.clone();
    for uri in [
        format!("sip:{number}@{host}:5061;user=phone;transport=tls;cause=302"),
        format!("sip:{number}#22@{host}:5061;user=phone;transport=tls"),
    ] {
        let conn = stage.teams().await?;
        let teams = stage.teams_calls_uri(conn, &uri, &[], Some(&teams_sdp("sendrecv", 1)))?;
        let step = stage.site.limits.step;
        let (ours, hash) = (teams.clone(), uri.contains('#'));
        let next = stage
            .expect("INVITE at the carrier, or a refusal", step, |heard| {
                (heard.side == Side::Carrier && heard.wire.method() == Some("INVITE"))
                    || (ours.has(heard) && heard.wire.status().is_some_and(|s| s >= 300))
            })
            .await?;
        match next.wire.status() {
            // That such a number leads nowhere is the subject's own matter; reading it is not.
            Some(404 | 484 | 604) if hash => stage.acknowledge(&teams, 1)?,
            Some(status) => return broken(format!("{status} to {uri}")),
            None => {
                stage.respond_as(&next, 486, "odd", &[], None)?;
                let _ = stage.response(&teams, "INVITE", 300..=699).await;
                stage.acknowledge(&teams, 1)?;
            }
        }
    }
    HOLDS
}

async fn asserted_identities_and_privacy_are_read(stage: &mut Stage) -> Outcome {
    let asserted = "<tel:+14255550111>,<sip:+14255550111@sbc1.adatum.biz>";
    let extra = [("P-Asserted-Identity", asserted), ("Privacy", "id")];
    let invite = passes(stage, &extra, "P-Asserted-Identity with Privacy: id").await?;
    let from = invite.wire.get("From");
    let hidden = from.contains("anonymous") || invite.wire.get("Privacy").contains("id");
    ensure(hidden, || format!("the caller asked for privacy and the carrier sees {from}"))?;
    HOLDS
}

async fn an_anonymous_caller_is_taken(stage: &mut Stage) -> Outcome {
    let extra = [
        ("From", "\"Anonymous\" <sip:anonymous@anonymous.invalid>"),
        ("P-Asserted-Identity", "<tel:+14255550111>"),
        ("Privacy", "id"),
    ];
    passes(stage, &extra, "an anonymous From with P-Asserted-Identity").await?;
    HOLDS
}

async fn histories_of_every_form_are_read(stage: &mut Stage) -> Outcome {
    const ESCAPED: &str = "<sip:+14255550122@sip.pstnhub.microsoft.com;user=phone?Reason=\
        SIP%3Bcause%3D302%3Btext%3D%22Moved%20Temporarily%22>;index=1,\
        <sip:+14255550100@sbc1.adatum.biz;user=phone>;index=1.1";
    const FOLDED: &str = "<sip:+14255550122@sip.pstnhub.microsoft.com>;index=1,\r\n \
        <sip:+14255550100@sbc1.adatum.biz>;index=1.1";
    const OLD: &str = "<sip:+14255550122@sip.pstnhub.microsoft.com?Reason=SIP\\;cause=302\\;\
        text=\u{201c}Moved\u{201d}>\\;index=1 <sip:+14255550100@sbc1.adatum.biz>\\;index=1.1";
    const REFERRED: &str = "<sip:sip.pstnhub.microsoft.com:5061;transport=tls;x-m=8:orgid:a%2Db;\
        x-t=72f988bf;x-ti=5e9f;x-tt=aHR0cHM%3D>";
    for (what, history) in [("escaped", ESCAPED), ("folded", FOLDED), ("of the older form", OLD)] {
        let extra = [("History-Info", history), ("Referred-By", REFERRED)];
        passes(stage, &extra, &format!("History-Info {what}")).await?;
    }
    HOLDS
}

async fn emergency_numbers_need_no_plus(stage: &mut Stage) -> Outcome {
    if !stage.site.emergency {
        return not_applicable("112 is dialled with --emergency only");
    }
    let teams = stage.teams_calls("112", &[], Some(&teams_sdp("sendrecv", 1))).await?;
    let call = stage.reaches_the_carrier(teams).await?;
    stage.respond(&call.invite, 486, &call.carrier, &[], None)?;
    let user = user_of(call.invite.wire.uri());
    ensure(user.contains("112") || call.invite.wire.uri().contains("sos"), || {
        format!("112 became {}", call.invite.wire.uri())
    })?;
    HOLDS
}

async fn a_location_beside_the_offer_is_taken(stage: &mut Stage) -> Outcome {
    const LOCATION: &str = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
        entity=\"pres:kit@example.com\"><tuple id=\"kit\"/></presence>";
    let offer = teams_sdp("sendrecv", 1).text;
    let text = format!(
        "--kit\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--kit\r\n\
         Content-Type: application/pidf+xml\r\nContent-ID: <kit@example.com>\r\n\r\n{LOCATION}\r\n\
         --kit--\r\n"
    );
    let body = Body { kind: "multipart/mixed;boundary=kit".to_owned(), text };
    let number = if stage.site.emergency { "112".to_owned() } else { stage.site.outside.clone() };
    let extra = [("Geolocation", "<cid:kit@example.com>"), ("Geolocation-Routing", "yes")];
    let teams = stage.teams_calls(&number, &extra, Some(&body)).await?;
    let call = stage.reaches_the_carrier(teams).await?;
    stage.respond(&call.invite, 486, &call.carrier, &[], None)?;
    let wire = &call.invite.wire;
    if stage.own.is_some() {
        // Our application hands on whatever it was given.
        ensure(wire.body().contains(LOCATION), || "the location is not handed on".to_owned())?;
    }
    ensure(!wire.sdp().is_empty(), || "no session description reaches the carrier".to_owned())?;
    HOLDS
}

async fn other_media_are_declined_line_by_line(stage: &mut Stage) -> Outcome {
    let mut offer = teams_sdp("sendrecv", 1);
    offer.text.push_str(
        "m=video 50002 RTP/SAVP 122\r\na=rtpmap:122 X-H264UC/90000\r\na=sendrecv\r\n\
         m=application 50004 RTP/SAVP 127\r\na=inactive\r\n",
    );
    let number = stage.site.outside.clone();
    let teams = stage.teams_calls(&number, &[], Some(&offer)).await?;
    let mut call = stage.reaches_the_carrier(teams).await?;
    let ok = stage.party_answers(&mut call).await?;
    let lines: Vec<&str> = ok.wire.sdp_lines("m=").collect();
    ensure(lines.len() == 3, || format!("{} m-lines answer three", lines.len()))?;
    for (line, kind) in lines.iter().zip(["audio", "video", "application"]) {
        let mut words = line.split(' ');
        let (found, port) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        ensure(found == kind, || format!("m={line} answers {kind}"))?;
        ensure((port == "0") != (kind == "audio"), || format!("m={line}"))?;
    }
    stage.hang_up(call.teams, &call.carrier).await;
    HOLDS
}

async fn a_repeated_call_is_not_made_twice(stage: &mut Stage) -> Outcome {
    let call = stage.rings_out(&[]).await.for_set_up()?;
    // The same INVITE over a new connection, as another datacenter sends it.
    let conn = stage.connect(None).await?;
    let mut again = call.teams.clone();
    again.conn = conn;
    let number = stage.site.outside.clone();
    let uri = format!("sip:{number}@{}:5061;user=phone;transport=tls", stage.site.tenant().host);
    again.target = uri;
    stage.repeat(&mut again, &teams_sdp("sendrecv", 1))?;
    let carrier = call.carrier.clone();
    stage
        .stays_quiet("a second call at the carrier", |heard| {
            heard.side == Side::Carrier
                && heard.wire.method() == Some("INVITE")
                && heard.wire.call_id() != carrier.call_id
        })
        .await?;
    stage.respond(&call.invite, 486, &call.carrier, &[], None)?;
    HOLDS
}

async fn a_call_is_replaced(stage: &mut Stage) -> Outcome {
    let call = stage.answered_out(&[]).await?;
    let old = call.teams.clone();
    let theirs = tag_of(&old.remote).unwrap_or_default().to_owned();
    let replaces = format!("{};to-tag={theirs};from-tag={}", old.call_id, old.tag());
    let conn = stage.connect(None).await?;
    let uri = old.target.clone();
    let extra = [("Replaces", &*replaces), ("Require", "replaces")];
    let mut new = stage.teams_calls_uri(conn, &uri, &extra, Some(&teams_sdp("sendrecv", 2)))?;
    let ok = stage.response(&new, "INVITE", 200..=699).await?;
    ensure(ok.wire.status() == Some(200), || ok.wire.start().to_owned())?;
    new.settle(&ok.wire);
    stage.acknowledge(&new, ok.wire.cseq_number())?;
    let bye = stage.request_of(&old, "BYE", stage.site.limits.step).await?;
    stage.respond(&bye, 200, &old, &[], None)?;
    let carrier = call.carrier.clone();
    stage
        .stays_quiet("the carrier's party is hung up", |heard| {
            carrier.has(heard) && heard.wire.method() == Some("BYE")
        })
        .await?;
    stage.hang_up(new, &call.carrier).await;
    HOLDS
}
