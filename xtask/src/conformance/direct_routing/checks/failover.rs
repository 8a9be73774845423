//! The order of the proxies, and what leads to the next one.

use std::time::Duration;

use super::{Check, check};
use crate::conformance::direct_routing::{
    dialog::Dialog,
    message::teams_sdp,
    stage::{Heard, Side, Stage},
    verdict::{Fault, HOLDS, Outcome, Setup, ensure},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-002", proxies_are_tried_in_order),
    check!("DR-040", a_proxy_that_is_down_is_passed_over),
    check!("DR-063", a_503_leads_to_the_next_proxy),
    check!("DR-064", a_lost_connection_leads_to_the_next_proxy),
    check!("DR-065", an_answer_about_the_call_is_final),
];

/// Refuses an INVITE.
fn refuse(
    stage: &mut Stage,
    heard: &Heard,
    status: u16,
    extra: &[(&str, &str)],
) -> Result<(), Fault> {
    stage.respond_as(heard, status, "refused", extra, None)
}

async fn proxies_are_tried_in_order(stage: &mut Stage) -> Outcome {
    let number = stage.site.tenant().number.clone();
    stage.carrier_calls(&number, &[])?;
    let first = stage.invite_at_a_proxy().await.for_set_up()?;
    ensure(first.side == Side::Proxy(0), || {
        format!("the first INVITE went to {}", first.side.name())
    })?;
    refuse(stage, &first, 503, &[("Retry-After", "1")])?;
    let second = stage.invite_at_a_proxy().await.for_set_up()?;
    ensure(second.side == Side::Proxy(1), || format!("the second went to {}", second.side.name()))?;
    refuse(stage, &second, 503, &[("Retry-After", "1")])?;
    let third = stage.invite_at_a_proxy().await.for_set_up()?;
    ensure(third.side == Side::Proxy(2), || format!("the third went to {}", third.side.name()))?;
    HOLDS
}

async fn a_proxy_that_is_down_is_passed_over(stage: &mut Stage) -> Outcome {
    super::options::first(stage).await.for_set_up()?;
    stage.take_down(0);
    stage.listen_for(Duration::from_millis(200)).await;
    let number = stage.site.tenant().number.clone();
    let mut call = stage.carrier_calls(&number, &[])?;
    let invite = stage.invite_at_a_proxy().await?;
    ensure(invite.side != Side::Proxy(0), || format!("it went to {}", invite.side.name()))?;
    let teams = Dialog::called(&invite, "down", stage.teams().await?);
    stage.respond(&invite, 200, &teams, &[], Some(&teams_sdp("sendrecv", 1)))?;
    let ok = stage.response(&call, "INVITE", 200..=200).await?;
    call.settle(&ok.wire);
    HOLDS
}

async fn a_503_leads_to_the_next_proxy(stage: &mut Stage) -> Outcome {
    let number = stage.site.tenant().number.clone();
    stage.carrier_calls(&number, &[])?;
    let first = stage.invite_at_a_proxy().await.for_set_up()?;
    refuse(stage, &first, 503, &[("Retry-After", "1")])?;
    let second = stage.invite_at_a_proxy().await?;
    ensure(second.side != first.side, || format!("again at {}", first.side.name()))?;
    let (step, conn) = (stage.site.limits.step, first.conn);
    stage
        .until("the connection of the 503 is closed", step, |stage| {
            stage.closed.iter().any(|(closed, _)| *closed == conn)
        })
        .await?;
    HOLDS
}

async fn a_lost_connection_leads_to_the_next_proxy(stage: &mut Stage) -> Outcome {
    let number = stage.site.tenant().number.clone();
    stage.carrier_calls(&number, &[])?;
    let first = stage.invite_at_a_proxy().await.for_set_up()?;
    let Side::Proxy(place) = first.side else { return HOLDS };
    stage.take_down(place);
    let second = stage.invite_at_a_proxy().await?;
    ensure(second.side != first.side, || format!("again at {}", first.side.name()))?;
    Ok(Some("a proxy that is silent, which takes 32 s, is not waited for"))
}

async fn an_answer_about_the_call_is_final(stage: &mut Stage) -> Outcome {
    for status in [603, 486, 480, 404, 403] {
        let number = stage.site.tenant().number.clone();
        let call = stage.carrier_calls(&number, &[])?;
        let first = stage.invite_at_a_proxy().await.for_set_up()?;
        refuse(stage, &first, status, &[])?;
        stage
            .stays_quiet(&format!("after {status} it is tried again"), |heard| {
                heard.side.is_teams() && heard.wire.method() == Some("INVITE")
            })
            .await?;
        let end = stage.response(&call, "INVITE", 300..=699).await.for_set_up()?;
        stage.acknowledge(&call, end.wire.cseq_number())?;
    }
    HOLDS
}
