//! Transport: who connects to whom, how, and for how long.

use std::net::SocketAddr;

use super::{Check, check, options};
use crate::conformance::direct_routing::{
    site::PROXIES,
    stage::{Side, Stage},
    verdict::{Fault, HOLDS, Outcome, Setup, broken, ensure, not_applicable},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-001", proxies_are_reached_over_tls),
    check!("DR-003", names_are_resolved_anew),
    check!("DR-004", the_retired_name_is_not_used),
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
    let step = stage.site.limits.step;
    let asked = |stage: &Stage| stage.history.iter().any(|heard| heard.side == Side::Proxy(0));
    stage.until("sip is asked for OPTIONS", step, asked).await.for_set_up()?;
    let local: SocketAddr = ([127, 0, 0, 1], 0).into();
    stage.take_down(0);
    stage.bring_up(0);
    let moved = stage.listen(0, local).await.map_err(|e| Fault::NotJudged(e.to_string()))?;
    if let Some(own) = &stage.own {
        own.names.point(PROXIES[0], moved);
    }
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
