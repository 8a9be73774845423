//! Several tenants behind one trunk.

use super::{Check, check};
use crate::conformance::direct_routing::{
    message::teams_sdp,
    stage::{Side, Stage},
    verdict::{Fault, HOLDS, Outcome, ensure, not_applicable},
    wire::{host_of, uri_of},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-085", callers_are_screened),
    check!("DR-130", each_tenant_has_its_contact),
    check!("DR-131", the_same_number_does_not_cross),
    check!("DR-133", tenants_come_and_go),
];

async fn each_tenant_has_its_contact(stage: &mut Stage) -> Outcome {
    let tenants = stage.site.tenants.clone();
    if tenants.len() < 2 {
        return not_applicable("one tenant only is given by --tenant");
    }
    for tenant in tenants {
        let call = stage.rings_in_at(&tenant.number).await?;
        let host = host_of(uri_of(call.invite.wire.get("Contact"))).to_owned();
        ensure(host == tenant.host, || format!("Contact host {host} for {}", tenant.host))?;
    }
    HOLDS
}

async fn the_same_number_does_not_cross(stage: &mut Stage) -> Outcome {
    if stage.own.is_none() {
        return not_applicable("which tenant a call was taken for is not shown at the carrier");
    }
    let mut shown = Vec::new();
    for tenant in stage.site.tenants.clone() {
        let conn = stage.teams().await?;
        let uri =
            format!("sip:{}@{}:5061;user=phone;transport=tls", stage.site.outside, tenant.host);
        let teams = stage.teams_calls_uri(conn, &uri, &[], Some(&teams_sdp("sendrecv", 1)))?;
        let call = stage.reaches_the_carrier(teams).await?;
        // Our application shows the tenant's id as the caller's name.
        let from = call.invite.wire.get("From");
        shown.push(from.split('"').nth(1).unwrap_or_default().to_owned());
        stage.respond(&call.invite, 486, &call.carrier, &[], None)?;
    }
    ensure(shown.iter().all(|name| !name.is_empty()), || "a call without tenant".to_owned())?;
    ensure(shown.windows(2).all(|two| two.first() != two.last()), || {
        "two tenants' calls are taken for the same one's".to_owned()
    })?;
    HOLDS
}

/// Whether a call of Teams at this host reaches the carrier.
async fn reaches(stage: &mut Stage, host: &str) -> Result<bool, Fault> {
    let conn = stage.teams().await?;
    let uri = format!("sip:{}@{host}:5061;user=phone;transport=tls", stage.site.outside);
    let teams = stage.teams_calls_uri(conn, &uri, &[], Some(&teams_sdp("sendrecv", 1)))?;
    let (ours, step) = (teams.clone(), stage.site.limits.step);
    let next = stage
        .expect("INVITE at the carrier, or a refusal", step, |heard| {
            (heard.side == Side::Carrier && heard.wire.method() == Some("INVITE"))
                || (ours.has(heard) && heard.wire.status().is_some_and(|status| status >= 300))
        })
        .await?;
    if next.side == Side::Carrier {
        stage.respond_as(&next, 486, "tenant", &[], None)?;
        stage.response(&teams, "INVITE", 300..=699).await?;
    }
    stage.acknowledge(&teams, 1)?;
    Ok(next.side == Side::Carrier)
}

async fn tenants_come_and_go(stage: &mut Stage) -> Outcome {
    const WHY: &str = "it takes an operator who adds and removes a tenant while calls are up";
    let [one, other] = &*stage.site.tenants.clone() else { return not_applicable(WHY) };
    if stage.own.is_none() {
        return not_applicable(WHY);
    }
    let call = stage.answered_out(&[]).await?;
    for wanted in [true, false, true] {
        if let Some(own) = &stage.own {
            let done = own.serve_second(wanted).await;
            done.map_err(|error| Fault::NotJudged(error.to_string()))?;
        }
        ensure(reaches(stage, &other.host).await? == wanted, || {
            format!("{} is {}served", other.host, if wanted { "not " } else { "still " })
        })?;
        ensure(reaches(stage, &one.host).await?, || format!("{} is not served", one.host))?;
    }
    stage.hang_up(call.teams, &call.carrier).await;
    let asked = stage.history.iter().any(|heard| {
        heard.wire.method() == Some("OPTIONS") && heard.wire.get("Contact").contains(&*other.host)
    });
    ensure(!asked, || format!("OPTIONS with {} in Contact", other.host))?;
    HOLDS
}

async fn callers_are_screened(stage: &mut Stage) -> Outcome {
    let Some(own) = &stage.own else {
        return not_applicable("it takes an operator who says which numbers are the tenant's");
    };
    own.screen_first().await.map_err(|error| Fault::NotJudged(error.to_string()))?;
    let host = stage.site.tenant().host.clone();
    ensure(!reaches(stage, &host).await?, || "a foreign number is shown".to_owned())?;
    HOLDS
}
