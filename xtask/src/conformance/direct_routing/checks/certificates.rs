//! TLS and certificates.

use std::sync::Arc;

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
    check!("DR-005", old_versions_of_tls_are_refused),
    check!("DR-006", a_suite_of_microsofts_list_is_offered),
    check!("DR-007", the_whole_chain_is_shown),
    check!("DR-008", the_certificate_covers_every_name),
    check!("DR-009", the_certificate_covers_the_trunks_own_name),
    check!("DR-010", the_certificate_serves_both_ways),
    check!("DR-011", it_does_not_start_with_a_flawed_certificate),
    check!("DR-016", a_server_certificate_is_enough),
];

/// Those after which a proxy shows another certificate.
pub(super) const OTHERS: &[Check] =
    &[check!("DR-013", an_unknown_root_is_refused), check!("DR-015", another_name_is_refused)];

/// A `ClientHello` of TLS 1.1 with one suite and nothing more.
const TLS_1_1_HELLO: [u8; 50] = [
    0x16, 0x03, 0x01, 0x00, 0x2d, 0x01, 0x00, 0x00, 0x29, 0x03, 0x02, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0x00, 0x00, 0x02, 0xc0, 0x14,
    0x01, 0x00,
];

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

/// Waits until no connection is being opened to a proxy any more: it would have been shown the
/// certificate that the proxies are about to put away.
async fn all_stand(stage: &mut Stage) -> Result<(), Fault> {
    options::first(stage).await.for_set_up()?;
    let everywhere = |stage: &Stage| {
        let has = |number| stage.opened.iter().any(|(side, _)| *side == Side::Proxy(number));
        (0..PROXIES.len()).all(has)
    };
    // A subject that calls fewer proxies is judged by those.
    let quiet = stage.site.limits.quiet;
    let _ = stage.until("a connection to each proxy", quiet, everywhere).await;
    Ok(())
}

async fn an_unknown_root_is_refused(stage: &mut Stage) -> Outcome {
    all_stand(stage).await?;
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
    all_stand(stage).await?;
    let other = stage.issue(&["sip.pstnhub.example.com"])?;
    turns_away(stage, &other).await?;
    stage.show(&other)?;
    let outcome = distrusts(stage, "a proxy of another name").await;
    let known = stage.issue(&PROXIES)?;
    stage.show(&known)?;
    outcome
}
