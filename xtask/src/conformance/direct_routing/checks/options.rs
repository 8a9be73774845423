//! OPTIONS and health.

use super::{Check, check};
use crate::conformance::direct_routing::{
    message::request,
    site::PROXIES,
    stage::{ConnId, Heard, Side, Stage},
    verdict::{Fault, HOLDS, Outcome, Setup, ensure, not_applicable},
    wire::{host_of, tag_of, uri_of},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-031", options_come_first),
    check!("DR-032", each_proxy_is_asked, Brisk),
    check!("DR-033", the_contact_is_the_trunks_name),
    check!("DR-034", no_uri_has_an_empty_user),
    check!("DR-035", the_headers_are_those_of_a_request),
    check!("DR-036", the_proxys_options_are_answered),
    check!("DR-037", options_are_answered_on_any_connection),
    check!("DR-038", only_the_trunks_own_name_asks, Brisk),
    check!("DR-041", a_403_is_reported_as_what_it_is, Brisk),
    check!("DR-042", a_field_200_counts_as_healthy, Brisk),
];

/// The first OPTIONS to any proxy.
pub(super) async fn first(stage: &mut Stage) -> Result<Heard, Fault> {
    let within = stage.site.limits.options;
    stage.expect("OPTIONS at a proxy", within, is_ping).await
}

fn is_ping(heard: &Heard) -> bool {
    heard.side.is_teams() && heard.wire.method() == Some("OPTIONS")
}

async fn options_come_first(stage: &mut Stage) -> Outcome {
    let ping = first(stage).await?;
    ensure(!ping.by_us, || "OPTIONS came on a connection that the proxy had opened".to_owned())?;
    HOLDS
}

async fn each_proxy_is_asked(stage: &mut Stage) -> Outcome {
    let within = stage.site.limits.options;
    for (place, name) in PROXIES.iter().enumerate() {
        stage
            .until(&format!("OPTIONS to {name}"), within, |stage| {
                stage.history.iter().any(|heard| is_ping(heard) && heard.side == Side::Proxy(place))
            })
            .await?;
    }
    Ok(Some("the interval of one minute is not waited for"))
}

async fn the_contact_is_the_trunks_name(stage: &mut Stage) -> Outcome {
    let ping = first(stage).await.for_set_up()?;
    let contacts = ping.wire.elements("Contact");
    let [contact] = &*contacts else {
        return Err(Fault::Broken(format!("{} Contact values", contacts.len())));
    };
    let uri = uri_of(contact);
    let host = host_of(uri);
    ensure(host.parse::<std::net::IpAddr>().is_err(), || format!("an address: {contact}"))?;
    ensure(host == stage.site.fqdn, || format!("{contact} instead of {}", stage.site.fqdn))?;
    ensure(
        contact.starts_with('<') && uri.to_ascii_lowercase().contains(";transport=tls"),
        || format!("{contact}: not `<sip:FQDN;transport=tls>`"),
    )?;
    HOLDS
}

async fn no_uri_has_an_empty_user(stage: &mut Stage) -> Outcome {
    let ping = first(stage).await.for_set_up()?;
    let values = [ping.wire.uri(), ping.wire.get("From"), ping.wire.get("To")];
    for value in values.into_iter().chain(ping.wire.all("Contact")) {
        ensure(!value.contains("sip:@"), || format!("`@` without a user: {value}"))?;
    }
    HOLDS
}

async fn the_headers_are_those_of_a_request(stage: &mut Stage) -> Outcome {
    let wire = first(stage).await.for_set_up()?.wire;
    ensure(!wire.call_id().is_empty(), || "no Call-ID".to_owned())?;
    ensure(tag_of(wire.get("From")).is_some(), || "From has no tag".to_owned())?;
    let cseq = wire.get("CSeq");
    ensure(wire.cseq_method() == "OPTIONS", || format!("CSeq: {cseq}"))?;
    let via = wire.get("Via");
    ensure(via.starts_with("SIP/2.0/TLS ") && via.contains("branch=z9hG4bK"), || {
        format!("Via: {via}")
    })?;
    HOLDS
}

/// OPTIONS of a proxy on a connection; its answer.
pub(super) async fn asked(stage: &mut Stage, conn: ConnId) -> Result<Heard, Fault> {
    stage.serial += 1;
    let (serial, fqdn) = (stage.serial, stage.site.fqdn.clone());
    let call = format!("ping-{serial}-{}", stage.carrier_at.port());
    let via = format!("SIP/2.0/TLS {}:5061;branch=z9hG4bKping{serial}", PROXIES[0]);
    let headers = [
        ("Via", &*via),
        ("Max-Forwards", "70"),
        ("From", &format!("<sip:{}:5061>;tag=p{serial}", PROXIES[0])),
        ("To", &format!("<sip:{fqdn}>")),
        ("Call-ID", &call),
        ("CSeq", "1 OPTIONS"),
        ("Contact", &format!("<sip:{}:5061;transport=tls>", PROXIES[0])),
    ];
    let octets = request("OPTIONS", &format!("sip:{fqdn}:5061;transport=tls"), &headers, None);
    stage.send(conn, octets)?;
    let step = stage.site.limits.step;
    stage
        .expect("answer to OPTIONS", step, |heard| {
            heard.wire.call_id() == call && heard.wire.status().is_some()
        })
        .await
}

async fn the_proxys_options_are_answered(stage: &mut Stage) -> Outcome {
    let conn = stage.teams().await?;
    let answer = asked(stage, conn).await?;
    ensure(answer.wire.status() == Some(200), || answer.wire.start().to_owned())?;
    HOLDS
}

async fn options_are_answered_on_any_connection(stage: &mut Stage) -> Outcome {
    for _ in 0..3 {
        let conn = stage.connect(None).await?;
        let answer = asked(stage, conn).await?;
        ensure(answer.wire.status() == Some(200), || answer.wire.start().to_owned())?;
    }
    HOLDS
}

async fn only_the_trunks_own_name_asks(stage: &mut Stage) -> Outcome {
    first(stage).await.for_set_up()?;
    let quiet = stage.site.limits.quiet;
    stage.listen_for(quiet * 2).await;
    for ping in stage.history.iter().filter(|heard| is_ping(heard)) {
        for contact in ping.wire.elements("Contact") {
            let host = host_of(uri_of(&contact));
            ensure(
                !stage
                    .site
                    .tenants
                    .iter()
                    .any(|tenant| tenant.host == host && tenant.host != stage.site.fqdn),
                || format!("OPTIONS for a tenant: {contact}"),
            )?;
        }
    }
    HOLDS
}

async fn a_403_is_reported_as_what_it_is(stage: &mut Stage) -> Outcome {
    if stage.own.is_none() {
        return not_applicable("it is about what the subject reports, not about what it sends");
    }
    stage.options(0, 403);
    first(stage).await.for_set_up()?;
    let step = stage.site.limits.step;
    stage
        .until("health says that the Contact host is not accepted", step, |stage| {
            let health = stage.own.as_ref().map(|own| own.trunk.health()).unwrap_or_default();
            health.iter().any(|peer| peer.reason.to_string().contains("Contact host"))
        })
        .await?;
    HOLDS
}

async fn a_field_200_counts_as_healthy(stage: &mut Stage) -> Outcome {
    first(stage).await.for_set_up()?;
    // Once it has taken the answer, a call goes to the first proxy as always.
    stage.listen_for(stage.site.limits.quiet).await;
    let call = stage.rings_in().await?;
    let failed = stage.own.is_none() && call.invite.side.name() != "sip";
    if failed {
        return not_applicable("an earlier check made the first proxy look unwell");
    }
    ensure(call.invite.side.name() == "sip", || {
        format!("the call went to {} although every OPTIONS was answered", call.invite.side.name())
    })?;
    HOLDS
}
