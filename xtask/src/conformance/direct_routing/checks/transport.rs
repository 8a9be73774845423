//! Transport, TLS and certificates.

use std::{net::SocketAddr, sync::Arc};

use rcgen::ExtendedKeyUsagePurpose;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Check, check, options};
use crate::conformance::direct_routing::{
    authority::{Flaw, Identity},
    message::teams_sdp,
    own::Own,
    site::PROXIES,
    stage::{Heard, Side, Stage},
    tls::{self, Certificates},
    verdict::{Fault, HOLDS, Outcome, Setup, broken, ensure, not_applicable},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-001", proxies_are_reached_over_tls),
    check!("DR-003", names_are_resolved_anew),
    check!("DR-004", the_retired_name_is_not_used),
    check!("DR-005", old_versions_of_tls_are_refused),
    check!("DR-006", a_suite_of_microsofts_list_is_offered),
    check!("DR-007", the_whole_chain_is_shown),
    check!("DR-008", the_certificate_covers_every_name),
    check!("DR-009", the_certificate_covers_the_trunks_own_name),
    check!("DR-010", the_certificate_serves_both_ways),
    check!("DR-011", it_does_not_start_with_a_flawed_certificate),
    check!("DR-016", a_server_certificate_is_enough),
    check!("DR-017", the_port_for_teams_listens),
    check!("DR-018", every_address_of_teams_is_heard),
    check!("DR-020", many_connections_are_served),
    check!("DR-021", each_side_keeps_to_its_own_connections),
    check!("DR-023", an_empty_line_is_no_request),
    check!("DR-024", a_call_survives_its_connection),
    check!("DR-025", nothing_is_sent_to_hold_a_connection),
    check!("DR-026", connections_are_used_again),
    check!("DR-028", connections_are_renewed_on_demand),
    check!("DR-029", no_uri_is_secure),
    check!("DR-030", large_messages_pass),
];

pub(super) const CERTIFICATES: &[Check] =
    &[check!("DR-013", an_unknown_root_is_refused), check!("DR-015", another_name_is_refused)];

/// A `ClientHello` of TLS 1.1 with one suite and nothing more.
const TLS_1_1_HELLO: [u8; 50] = [
    0x16, 0x03, 0x01, 0x00, 0x2d, 0x01, 0x00, 0x00, 0x29, 0x03, 0x02, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0x00, 0x00, 0x02, 0xc0, 0x14,
    0x01, 0x00,
];

async fn proxies_are_reached_over_tls(stage: &mut Stage) -> Outcome {
    options::first(stage).await.for_set_up()?;
    stage.listen_for(stage.site.limits.quiet).await;
    if let Some((side, what)) = stage.strays.first() {
        return broken(format!("{}: {what}", side.name()));
    }
    HOLDS
}

async fn names_are_resolved_anew(stage: &mut Stage) -> Outcome {
    if stage.own.is_none() {
        return not_applicable("it needs the subject's DNS server to change its answer");
    }
    options::first(stage).await.for_set_up()?;
    let local: SocketAddr = ([127, 0, 0, 1], 0).into();
    stage.take_down(0);
    stage.bring_up(0);
    let moved = stage.listen(0, local).await.map_err(|e| Fault::NotJudged(e.to_string()))?;
    if let Some(own) = &stage.own {
        own.names.point(PROXIES[0], moved);
    }
    let step = stage.site.limits.step;
    stage
        .until("the old connection is closed", step, |stage| !stage.closed.is_empty())
        .await
        .for_set_up()?;
    stage.listen_for(stage.site.limits.quiet).await;
    let call = stage.rings_in().await?;
    ensure(call.invite.side == Side::Proxy(0), || {
        "the name leads to a new address, and the call did not go there".to_owned()
    })?;
    HOLDS
}

async fn the_retired_name_is_not_used(stage: &mut Stage) -> Outcome {
    stage.rings_in().await?;
    let resolved = stage.own.as_ref().map(|own| own.names.asked()).unwrap_or_default();
    for name in stage.asked_for().into_iter().chain(resolved) {
        ensure(!name.starts_with("sip-all."), || format!("{name} was asked for"))?;
    }
    HOLDS
}

async fn old_versions_of_tls_are_refused(stage: &mut Stage) -> Outcome {
    options::first(stage).await.for_set_up()?;
    let refused = |error: std::io::Error| Fault::NotJudged(error.to_string());
    let mut stream = TcpStream::connect(stage.site.teams).await.map_err(refused)?;
    stream.write_all(&TLS_1_1_HELLO).await.map_err(refused)?;
    let mut record = [0; 5];
    match timeout(stage.site.limits.step, stream.read_exact(&mut record)).await {
        // A handshake record is a ServerHello; anything else is an alert.
        Ok(Ok(_)) if record[0] == 0x16 => broken("a handshake of TLS 1.1 is gone into"),
        Ok(_) => HOLDS,
        Err(_) => broken("a handshake of TLS 1.1 is neither refused nor ended"),
    }
}

async fn a_suite_of_microsofts_list_is_offered(stage: &mut Stage) -> Outcome {
    // The proxies of this stage take no others.
    match options::first(stage).await {
        Ok(_) => HOLDS,
        Err(fault) => match stage.failed_handshakes.first() {
            Some((side, why)) => broken(format!("{}: {why}", side.name())),
            None => Err(fault).for_set_up(),
        },
    }
}

/// The chains the subject has shown, one as client and one as server.
async fn shown(stage: &mut Stage) -> Result<Vec<Certificates>, Fault> {
    options::first(stage).await.for_set_up()?;
    stage.connect(None).await?;
    let all = stage.shared.shown.all();
    let one = |client: bool| all.iter().find(|shown| shown.as_client == client).cloned();
    match (one(true), one(false)) {
        (Some(client), Some(server)) => Ok(vec![client, server]),
        (None, _) => broken("no certificate is shown to the proxy"),
        (_, None) => broken("no certificate is shown to a proxy that connects"),
    }
}

fn way(shown: &Certificates) -> &'static str {
    if shown.as_client { "on a connection it opens" } else { "on a connection it accepts" }
}

async fn the_whole_chain_is_shown(stage: &mut Stage) -> Outcome {
    for shown in shown(stage).await? {
        let roots = stage.roots()?;
        tls::prove(&shown.chain, roots, &stage.site.fqdn).or_else(|why| {
            broken(format!("{}: {} certificates: {why}", way(&shown), shown.chain.len()))
        })?;
    }
    HOLDS
}

async fn the_certificate_covers_every_name(stage: &mut Stage) -> Outcome {
    let shown = shown(stage).await.for_set_up()?;
    let site = Arc::clone(&stage.site);
    for name in site.tenants.iter().map(|tenant| &tenant.host) {
        for shown in &shown {
            tls::prove(&shown.chain, stage.roots()?, name)
                .or_else(|why| broken(format!("{name} {}: {why}", way(shown))))?;
        }
    }
    if stage.own.is_none() {
        return Ok(Some("that it would refuse to start otherwise is not seen"));
    }
    let other = stage.issue(&["other.adatum.biz"])?;
    ensure(!Own::starts_with(&stage.authority, other), || {
        "it starts with a certificate of another name".to_owned()
    })?;
    HOLDS
}

async fn the_certificate_covers_the_trunks_own_name(stage: &mut Stage) -> Outcome {
    for shown in shown(stage).await.for_set_up()? {
        tls::prove(&shown.chain, stage.roots()?, &stage.site.fqdn)
            .or_else(|why| broken(format!("{} {}: {why}", stage.site.fqdn, way(&shown))))?;
    }
    if stage.own.is_none() {
        return HOLDS;
    }
    let wildcard = stage.issue(&["*.sbc1.adatum.biz"])?;
    ensure(!Own::starts_with(&stage.authority, wildcard), || {
        "it starts with a wildcard that does not cover the trunk's own name".to_owned()
    })?;
    HOLDS
}

async fn the_certificate_serves_both_ways(stage: &mut Stage) -> Outcome {
    for shown in shown(stage).await.for_set_up()? {
        let leaf = shown.chain.first().map(AsRef::as_ref).unwrap_or_default();
        let (_, leaf) =
            X509Certificate::from_der(leaf).map_err(|error| Fault::NotJudged(error.to_string()))?;
        let usage = leaf.extended_key_usage().ok().flatten().map(|usage| usage.value);
        let both = usage.is_none_or(|usage| usage.any || (usage.client_auth && usage.server_auth));
        ensure(both, || "it lacks Client or Server Authentication".to_owned())?;
    }
    Ok(Some("the warning about an absence is not shown on the wire"))
}

async fn it_does_not_start_with_a_flawed_certificate(stage: &mut Stage) -> Outcome {
    if stage.own.is_none() {
        return not_applicable("it is about the start of the subject");
    }
    for flaw in [Flaw::SelfSigned, Flaw::Expired] {
        let names = [&*stage.site.fqdn, "*.sbc1.adatum.biz"];
        let identity = stage
            .authority
            .issue_flawed(&names, flaw)
            .map_err(|error| Fault::NotJudged(error.to_string()))?;
        ensure(!Own::starts_with(&stage.authority, identity), || {
            format!("it starts with a certificate that is {flaw:?}")
        })?;
    }
    HOLDS
}

async fn a_server_certificate_is_enough(stage: &mut Stage) -> Outcome {
    let usages = [ExtendedKeyUsagePurpose::ServerAuth];
    let identity = stage
        .authority
        .issue_for(&PROXIES, &usages)
        .map_err(|error| Fault::NotJudged(error.to_string()))?;
    let answered = async {
        let conn = stage.connect_as(&identity, None).await?;
        options::asked(stage, conn).await
    };
    match answered.await {
        Ok(answer) => {
            ensure(answer.wire.status() == Some(200), || answer.wire.start().to_owned())?;
            HOLDS
        }
        Err(Fault::NotJudged(why) | Fault::Broken(why)) => broken(why),
        Err(fault) => Err(fault),
    }
}

async fn the_port_for_teams_listens(stage: &mut Stage) -> Outcome {
    match stage.connect(None).await {
        Ok(_) => HOLDS,
        Err(Fault::NotJudged(why)) => broken(why),
        Err(fault) => Err(fault),
    }
}

async fn every_address_of_teams_is_heard(stage: &mut Stage) -> Outcome {
    if !stage.site.teams.ip().is_loopback() {
        return not_applicable("it needs connections from many addresses of Microsoft's");
    }
    for last in [7, 77] {
        let conn = stage.connect(Some(([127, 0, 7, last], 0).into())).await?;
        let answer = options::asked(stage, conn).await?;
        ensure(answer.wire.status() == Some(200), || answer.wire.start().to_owned())?;
    }
    HOLDS
}

async fn many_connections_are_served(stage: &mut Stage) -> Outcome {
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(stage.connect(None).await?);
    }
    for conn in open {
        options::asked(stage, conn).await?;
    }
    HOLDS
}

async fn each_side_keeps_to_its_own_connections(stage: &mut Stage) -> Outcome {
    let mut call = stage.rings_out(&[]).await.for_set_up()?;
    stage.respond(&call.invite, 180, &call.carrier, &[], None)?;
    let ok = stage.party_answers(&mut call).await.for_set_up()?;
    ensure(ok.conn == call.teams.conn, || "the 200 came on another connection".to_owned())?;
    let teams = call.teams.clone();
    stage.ask(&mut call.carrier, "BYE", &[], None)?;
    let bye = stage.request_of(&teams, "BYE", stage.site.limits.step).await.for_set_up()?;
    stage.respond(&bye, 200, &teams, &[], None)?;
    ensure(!bye.by_us, || "BYE came on a connection that the proxy had opened".to_owned())?;
    HOLDS
}

async fn an_empty_line_is_no_request(stage: &mut Stage) -> Outcome {
    let conn = stage.teams().await?;
    stage.send(conn, b"\r\n\r\n".to_vec())?;
    let answer = options::asked(stage, conn).await?;
    ensure(answer.wire.status() == Some(200), || answer.wire.start().to_owned())?;
    let others = stage
        .history
        .iter()
        .filter(|heard| heard.conn == conn && heard.wire.call_id() != answer.wire.call_id());
    ensure(others.count() == 0, || "the empty line was answered with SIP".to_owned())?;
    HOLDS
}

async fn a_call_survives_its_connection(stage: &mut Stage) -> Outcome {
    let call = stage.answered_in().await?;
    let (mut carrier, teams) = (call.carrier.clone(), call.teams.clone());
    if let Side::Proxy(place) = call.invite.side {
        stage.drop_connections(place);
    }
    let theirs = teams.clone();
    stage
        .stays_quiet("the call ends with the connection", |heard| {
            (carrier.has(heard) || theirs.has(heard)) && heard.wire.method() == Some("BYE")
        })
        .await?;
    stage.ask(&mut carrier, "BYE", &[], None)?;
    let bye = stage.request_of(&teams, "BYE", stage.site.limits.step).await?;
    stage.respond(&bye, 200, &teams, &[], None)?;
    ensure(bye.conn != call.invite.conn, || "BYE came on the closed connection".to_owned())?;
    HOLDS
}

async fn nothing_is_sent_to_hold_a_connection(stage: &mut Stage) -> Outcome {
    let call = stage.answered_out(&[]).await?;
    let teams = call.teams.clone();
    stage
        .stays_quiet("a request in a quiet call", |heard| {
            teams.has(heard) && heard.wire.method().is_some_and(|method| method != "ACK")
        })
        .await?;
    stage.hang_up(call.teams, &call.carrier).await;
    Ok(Some("a short quiet call; minutes are not waited for"))
}

async fn connections_are_used_again(stage: &mut Stage) -> Outcome {
    options::first(stage).await.for_set_up()?;
    for _ in 0..2 {
        let call = stage.answered_in().await?;
        stage.hang_up(call.carrier, &call.teams).await;
    }
    for side in [0, 1, 2].map(Side::Proxy) {
        let count = stage.opened.iter().filter(|(opened, _)| *opened == side).count();
        ensure(count <= 2, || format!("{count} connections to {} for two calls", side.name()))?;
    }
    Ok(Some("the renewal after an hour is not waited for"))
}

async fn connections_are_renewed_on_demand(stage: &mut Stage) -> Outcome {
    let Some(trunk) = stage.own.as_ref().map(|own| own.trunk.clone()) else {
        return not_applicable("it takes an operator who renews the subject's connections");
    };
    let call = stage.answered_in().await?;
    trunk.renew_connections().await.map_err(|error| Fault::NotJudged(error.to_string()))?;
    let (mut carrier, teams) = (call.carrier.clone(), call.teams.clone());
    stage.listen_for(stage.site.limits.quiet).await;
    stage.ask(&mut carrier, "BYE", &[], None)?;
    let bye = stage.request_of(&teams, "BYE", stage.site.limits.step).await?;
    stage.respond(&bye, 200, &teams, &[], None)?;
    ensure(bye.conn != call.invite.conn, || "BYE came on the old connection".to_owned())?;
    HOLDS
}

async fn no_uri_is_secure(stage: &mut Stage) -> Outcome {
    let one = stage.answered_in().await?;
    stage.hang_up(one.carrier, &one.teams).await;
    let other = stage.answered_out(&[]).await?;
    stage.hang_up(other.carrier, &other.teams).await;
    for heard in stage.history.iter().filter(|heard| heard.side.is_teams()) {
        let text = String::from_utf8_lossy(&heard.wire.raw).to_ascii_lowercase();
        let line = text.lines().find(|line| line.contains("sips:"));
        ensure(line.is_none(), || line.unwrap_or_default().to_owned())?;
    }
    HOLDS
}

async fn large_messages_pass(stage: &mut Stage) -> Outcome {
    let history = (1..40)
        .map(|n| format!("<sip:+142555502{n:02}@sip.pstnhub.microsoft.com;user=phone>;index=1.{n}"))
        .collect::<Vec<_>>()
        .join(", ");
    let extra = [("History-Info", &*history)];
    let call = stage.rings_out(&extra).await?;
    ensure(!call.invite.wire.raw.is_empty(), String::new)?;
    stage.respond(&call.invite, 486, &call.carrier, &[], None)?;
    Ok(Some("receiving; what it sends is as large as its calls make it"))
}

/// The carrier calls while no proxy can be trusted: no INVITE may come.
async fn distrusts(stage: &mut Stage, what: &str) -> Outcome {
    for place in 0..PROXIES.len() {
        stage.drop_connections(place);
    }
    stage.listen_for(stage.site.limits.quiet).await;
    let number = stage.site.tenant().number.clone();
    stage.carrier_calls(&number, &[])?;
    let step = stage.site.limits.step;
    stage
        .until("a handshake that fails", step, |stage| !stage.failed_handshakes.is_empty())
        .await
        .for_set_up()?;
    stage
        .stays_quiet(&format!("a call goes to {what}"), |heard| {
            heard.side.is_teams() && heard.wire.method() == Some("INVITE")
        })
        .await?;
    HOLDS
}

/// A stranger connects: it must get no further than a refusal.
async fn turns_away(stage: &mut Stage, identity: &Identity) -> Outcome {
    let Ok(conn) = stage.connect_as(identity, None).await else { return HOLDS };
    let tenant = stage.site.tenant().host.clone();
    let uri = format!("sip:{}@{tenant}:5061;user=phone", stage.site.outside);
    if stage.teams_calls_uri(conn, &uri, &[], Some(&teams_sdp("sendrecv", 1))).is_err() {
        return HOLDS;
    }
    stage
        .stays_quiet("a stranger's call goes through", |heard: &Heard| {
            heard.side == Side::Carrier && heard.wire.method() == Some("INVITE")
        })
        .await?;
    HOLDS
}

async fn an_unknown_root_is_refused(stage: &mut Stage) -> Outcome {
    options::first(stage).await.for_set_up()?;
    let other = stage
        .authority
        .stranger()
        .and_then(|other| other.issue(&PROXIES))
        .map_err(|error| Fault::NotJudged(error.to_string()))?;
    turns_away(stage, &other).await?;
    stage.show(&other)?;
    let outcome = distrusts(stage, "a proxy of an unknown root").await;
    let known = stage.issue(&PROXIES)?;
    stage.show(&known)?;
    outcome
}

async fn another_name_is_refused(stage: &mut Stage) -> Outcome {
    options::first(stage).await.for_set_up()?;
    let other = stage.issue(&["sip.pstnhub.example.com"])?;
    turns_away(stage, &other).await?;
    stage.show(&other)?;
    let outcome = distrusts(stage, "a proxy of another name").await;
    let known = stage.issue(&PROXIES)?;
    stage.show(&known)?;
    outcome
}
