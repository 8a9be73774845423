//! Several tenants behind one trunk.

use super::{Check, check};
use crate::conformance::direct_routing::{
    message::teams_sdp,
    stage::Stage,
    verdict::{HOLDS, Outcome, ensure, not_applicable},
    wire::{host_of, uri_of},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-130", each_tenant_has_its_contact),
    check!("DR-131", the_same_number_does_not_cross),
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
