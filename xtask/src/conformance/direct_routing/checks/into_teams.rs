//! Calls into Teams.

use std::time::Duration;

use teams_cc_sip::message::{Leniency, Limits, verdict_with};

use super::{Check, check};
use crate::conformance::direct_routing::{
    message::teams_sdp,
    script::IntoTeams,
    site::PROXIES,
    stage::{Heard, Stage},
    verdict::{Fault, HOLDS, Outcome, Setup, broken, ensure, not_applicable},
    wire::{host_of, uri_of, user_of},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-043", the_request_uri_is_the_number_at_the_proxy),
    check!("DR-044", numbers_say_that_they_are_numbers),
    check!("DR-045", from_is_a_number_at_the_trunk),
    check!("DR-046", the_contact_is_the_tenants_name),
    check!("DR-047", there_is_one_contact),
    check!("DR-048", no_address_stands_in_contact_or_record_route),
    check!("DR-049", record_route_is_absent_or_the_contact),
    check!("DR-050", replaces_is_never_sent),
    check!("DR-051", every_invite_offers),
    check!("DR-052", an_extension_stays_an_extension),
    check!("DR-054", a_short_number_does_not_go_out),
    check!("DR-055", several_phones_ring),
    check!("DR-056", ringing_reaches_the_caller),
    check!("DR-057", early_media_goes_to_the_183),
    check!("DR-058", several_183_are_taken),
    check!("DR-059", an_answer_needs_no_183),
    check!("DR-060", another_fork_may_answer),
    check!("DR-061", a_forwarded_call_goes_on),
    check!("DR-062", every_200_is_acknowledged),
    check!("DR-067", a_cancel_says_why),
    check!("DR-068", the_syntax_is_that_of_the_rfc),
    check!("DR-069", history_is_well_formed),
    check!("DR-070", the_vendor_is_named),
];

/// The INVITE of a plain call.
async fn invite(stage: &mut Stage) -> Result<Heard, Fault> {
    Ok(stage.rings_in().await?.invite)
}

async fn the_request_uri_is_the_number_at_the_proxy(stage: &mut Stage) -> Outcome {
    let heard = invite(stage).await?;
    let uri = heard.wire.uri();
    let user = user_of(uri).split(';').next().unwrap_or_default();
    let digits = user.strip_prefix('+').unwrap_or_default();
    ensure(uri.starts_with("sip:") && !digits.is_empty(), || format!("no +E.164 in {uri}"))?;
    ensure(digits.len() <= 15 && digits.bytes().all(|octet| octet.is_ascii_digit()), || {
        format!("{user} is not E.164")
    })?;
    ensure(PROXIES.contains(&host_of(uri)), || format!("{uri} is not at a proxy's name"))?;
    HOLDS
}

async fn numbers_say_that_they_are_numbers(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    for (what, uri) in [
        ("Request-URI", wire.uri()),
        ("From", uri_of(wire.get("From"))),
        ("To", uri_of(wire.get("To"))),
    ] {
        ensure(uri.contains(";user=phone"), || format!("{what} without user=phone: {uri}"))?;
    }
    HOLDS
}

async fn from_is_a_number_at_the_trunk(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    let uri = uri_of(wire.get("From"));
    ensure(user_of(uri).starts_with('+'), || format!("no + in {uri}"))?;
    let host = host_of(uri);
    let names = stage.site.tenants.iter().map(|tenant| &*tenant.host);
    ensure(names.chain([&*stage.site.fqdn]).any(|name| name == host), || {
        format!("the host of {uri} is no name of the trunk")
    })?;
    HOLDS
}

async fn the_contact_is_the_tenants_name(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    let uri = uri_of(wire.get("Contact"));
    let host = host_of(uri);
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Err(Fault::NotJudged("Contact is an address, which DR-048 is about".to_owned()));
    }
    ensure(host == stage.site.tenant().host, || {
        format!("{uri}: not {}", stage.site.tenant().host)
    })?;
    ensure(uri.to_ascii_lowercase().contains(";transport=tls"), || format!("{uri}: no TLS"))?;
    HOLDS
}

async fn there_is_one_contact(stage: &mut Stage) -> Outcome {
    let contacts = invite(stage).await?.wire.elements("Contact").len();
    ensure(contacts == 1, || format!("{contacts} Contact values"))?;
    HOLDS
}

async fn no_address_stands_in_contact_or_record_route(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    for name in ["Contact", "Record-Route"] {
        for value in wire.elements(name) {
            let host = host_of(uri_of(&value));
            ensure(host.parse::<std::net::IpAddr>().is_err(), || format!("{name}: {value}"))?;
        }
    }
    HOLDS
}

async fn record_route_is_absent_or_the_contact(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    let contact = host_of(uri_of(wire.get("Contact"))).to_owned();
    for route in wire.elements("Record-Route") {
        ensure(host_of(uri_of(&route)) == contact, || {
            format!("Record-Route {route} is not Contact {contact}")
        })?;
    }
    HOLDS
}

async fn replaces_is_never_sent(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    ensure(!wire.has("Replaces"), || format!("Replaces: {}", wire.get("Replaces")))?;
    ensure(!wire.uri().to_ascii_lowercase().contains("replaces="), || wire.uri().to_owned())?;
    HOLDS
}

async fn every_invite_offers(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    ensure(!wire.sdp().is_empty(), || "an INVITE without a session description".to_owned())?;
    HOLDS
}

async fn an_extension_stays_an_extension(stage: &mut Stage) -> Outcome {
    let number = format!("{};ext=1001", stage.site.tenant().number);
    let call = stage.rings_in_at(&number).await.for_set_up()?;
    let uri = call.invite.wire.uri();
    if !uri.contains("ext") && stage.own.is_none() {
        return not_applicable("the subject takes no extension from its carrier");
    }
    let user = user_of(uri);
    ensure(user.starts_with('+') && user.contains(";ext=1001"), || {
        format!("{uri}: no `;ext=1001` after the number")
    })?;
    HOLDS
}

async fn a_short_number_does_not_go_out(stage: &mut Stage) -> Outcome {
    let call = stage.carrier_calls("5550199", &[])?;
    let quiet = stage.site.limits.quiet;
    let sent = stage
        .expect("INVITE", quiet, |heard| {
            heard.side.is_teams() && heard.wire.method() == Some("INVITE")
        })
        .await;
    match sent {
        Ok(heard) if !user_of(heard.wire.uri()).starts_with('+') => broken(heard.wire.uri()),
        Ok(_) => Ok(Some("the number is translated")),
        Err(_) => {
            stage.response(&call, "INVITE", 400..=699).await?;
            HOLDS
        }
    }
}

/// Rings under several tags, then answers under one.
async fn forks(stage: &mut Stage, early: &[(u16, &str, bool)], answer: &str) -> Outcome {
    let mut call = stage.rings_in().await?;
    for (version, (status, tag, media)) in (1..).zip(early) {
        let body = media.then(|| teams_sdp("sendrecv", version));
        stage.respond_as(&call.invite, *status, tag, &[], body.as_ref())?;
    }
    stage.respond_as(&call.invite, 200, answer, &[], Some(&teams_sdp("sendrecv", 9)))?;
    call.teams.local = format!("{};tag={answer}", call.invite.wire.get("To"));
    stage.carrier_hears_the_answer(&mut call).await?;
    stays_up(stage, &call).await
}

/// A call that is up and stays so: no BYE, no CANCEL on either side.
async fn stays_up(stage: &mut Stage, call: &IntoTeams) -> Outcome {
    let (teams, carrier) = (call.teams.clone(), call.carrier.clone());
    stage
        .stays_quiet("the call ends", |heard| {
            (teams.has(heard) || carrier.has(heard))
                && matches!(heard.wire.method(), Some("BYE" | "CANCEL"))
        })
        .await?;
    stage.hang_up(carrier, &teams).await;
    HOLDS
}

async fn several_phones_ring(stage: &mut Stage) -> Outcome {
    forks(stage, &[(180, "a", false), (180, "b", false), (180, "c", false)], "b").await
}

async fn ringing_reaches_the_caller(stage: &mut Stage) -> Outcome {
    let call = stage.rings_in().await?;
    stage.respond(&call.invite, 180, &call.teams, &[], None)?;
    stage.response(&call.carrier, "INVITE", 180..=183).await?;
    Ok(Some("the tone itself is the carrier's or in its media"))
}

async fn early_media_goes_to_the_183(stage: &mut Stage) -> Outcome {
    let call = stage.rings_in().await?;
    stage.respond(&call.invite, 183, &call.teams, &[], Some(&teams_sdp("sendrecv", 1)))?;
    if let Some(media) = stage.own.as_ref().map(|own| std::sync::Arc::clone(&own.media)) {
        let step = stage.site.limits.step;
        let connected = move |_: &Stage| media.connected().iter().any(|at| at.port() == 50_000);
        stage.listen_for(Duration::from_millis(200)).await;
        return stage.until("media connected", step, connected).await.map(|()| None);
    }
    stage.response(&call.carrier, "INVITE", 180..=183).await?;
    Ok(Some("no media is played: judged by signalling alone"))
}

async fn several_183_are_taken(stage: &mut Stage) -> Outcome {
    let early = [(180, "a", false), (183, "a", true), (183, "b", true), (183, "c", true)];
    forks(stage, &early, "c").await
}

async fn an_answer_needs_no_183(stage: &mut Stage) -> Outcome {
    forks(stage, &[(180, "a", false)], "a").await?;
    forks(stage, &[], "a").await
}

async fn another_fork_may_answer(stage: &mut Stage) -> Outcome {
    forks(stage, &[(183, "a", true), (180, "b", false)], "b").await
}

async fn a_forwarded_call_goes_on(stage: &mut Stage) -> Outcome {
    forks(stage, &[(181, "a", false), (180, "a", false)], "a").await
}

async fn every_200_is_acknowledged(stage: &mut Stage) -> Outcome {
    let call = stage.rings_in().await?;
    let ack = |stage: &mut Stage| {
        stage.respond(&call.invite, 200, &call.teams, &[], Some(&teams_sdp("sendrecv", 1)))
    };
    let wait = stage.site.limits.step;
    ack(stage)?;
    stage.request_of(&call.teams, "ACK", wait).await?;
    // Lost on the way, as far as the proxy knows.
    ack(stage)?;
    stage
        .request_of(&call.teams, "ACK", wait)
        .await
        .map_err(|_| Fault::Broken("a repeated 200 is not acknowledged again".to_owned()))?;
    HOLDS
}

async fn a_cancel_says_why(stage: &mut Stage) -> Outcome {
    const WHY: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";
    let call = stage.rings_in().await?;
    stage.respond(&call.invite, 180, &call.teams, &[], None)?;
    stage.response(&call.carrier, "INVITE", 180..=183).await.for_set_up()?;
    stage.cancel(&call.carrier, &[("Reason", WHY)])?;
    let cancel = stage.request_of(&call.teams, "CANCEL", stage.site.limits.step).await?;
    stage.respond(&cancel, 200, &call.teams, &[], None)?;
    stage.respond(&call.invite, 487, &call.teams, &[], None)?;
    // What a foreign subject's carrier says of its own CANCEL the subject need not hand on.
    if stage.own.is_none() && !cancel.wire.has("Reason") {
        return not_applicable("the subject does not hand the carrier's Reason on, which it may");
    }
    let reason = cancel.wire.all("Reason").find(|reason| reason.contains("cause=200"));
    ensure(reason.is_some_and(|reason| reason.contains("Call completed elsewhere")), || {
        format!("CANCEL with Reason `{}`", cancel.wire.get("Reason"))
    })?;
    HOLDS
}

async fn the_syntax_is_that_of_the_rfc(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    ensure(wire.start().ends_with(" SIP/2.0"), || wire.start().to_owned())?;
    for via in wire.all("Via") {
        ensure(via.starts_with("SIP/2.0/TLS "), || format!("Via: {via}"))?;
    }
    let limits = Limits::default().leniency(Leniency::STRICT);
    let read = verdict_with(&wire.raw, &limits);
    ensure(read.is_ok(), || format!("a strict reader refuses it: {read:?}"))?;
    HOLDS
}

async fn history_is_well_formed(stage: &mut Stage) -> Outcome {
    let number = stage.site.tenant().number.clone();
    let history = "<sip:+14255550177@carrier.example;user=phone?Reason=SIP%3Bcause%3D302>;index=1, \
                   <sip:+14255550199@carrier.example;user=phone>;index=1.1";
    stage.carrier_calls(&number, &[("History-Info", history)])?;
    let wire = stage.invite_at_a_proxy().await.for_set_up()?.wire;
    if !wire.has("History-Info") {
        return not_applicable("the subject sends no History-Info, which it may");
    }
    for entry in wire.elements("History-Info") {
        ensure(entry.contains('<') && entry.contains(";index="), || {
            format!("History-Info without an index: {entry}")
        })?;
        ensure(!entry.contains("?Reason=SIP;"), || format!("a header not escaped: {entry}"))?;
    }
    HOLDS
}

async fn the_vendor_is_named(stage: &mut Stage) -> Outcome {
    let wire = invite(stage).await?.wire;
    let named = ["X-MS-SBC", "User-Agent", "Server"].into_iter().find(|name| wire.has(name));
    let Some(name) = named else {
        return not_applicable("the subject names neither X-MS-SBC nor User-Agent, which it may");
    };
    let value = wire.get(name);
    ensure(value.split('/').count() >= 2, || format!("{name}: {value}: not vendor/model/version"))?;
    HOLDS
}
