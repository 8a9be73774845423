//! Transfers by REFER.

use super::{Check, check};
use crate::conformance::direct_routing::{
    dialog::Dialog,
    message::teams_sdp,
    script::IntoTeams,
    site::PROXIES,
    stage::{Heard, Side, Stage},
    verdict::{Fault, HOLDS, Outcome, Setup, broken, ensure},
    wire::{host_of, uri_of},
};

pub(super) const CHECKS: &[Check] = &[
    check!("DR-066", a_transfer_is_not_tried_twice),
    check!("DR-087", refer_and_notify_are_allowed),
    check!("DR-088", refer_can_be_left_out, WithoutRefer),
    check!("DR-089", refer_may_come_on_a_new_connection),
    check!("DR-090", refer_is_accepted_at_once),
    check!("DR-091", progress_is_notified),
    check!("DR-092", the_target_is_called_through_the_proxy),
    check!("DR-093", the_request_uri_is_refer_to),
    check!("DR-094", referred_by_is_copied),
    check!("DR-095", long_headers_are_taken),
    check!("DR-096", the_contact_stays_the_tenants),
    check!("DR-097", the_old_call_waits_for_its_bye),
    check!("DR-099", a_failed_transfer_leaves_the_call),
    check!("DR-100", the_external_leg_is_a_new_call),
    check!("DR-101", no_refer_goes_to_teams),
];

/// A target without a user part, with parameters that are Microsoft's own business.
const USER: &str =
    "sip:sip.pstnhub.microsoft.com:5061;transport=tls;x-m=8:orgid:Ab12%2Dcd;x-t=72F988bf";
/// A target outside of Teams.
const OUTSIDE: &str = "sip:+14255550166@sip.pstnhub.microsoft.com:5061;user=phone;transport=tls";
const REFERRED_BY: &str = "<sip:sip.pstnhub.microsoft.com:5061;x-m=8:orgid:c3;x-t=72F988bf;\
    x-ti=5E9f;x-tt=aHR0cHM%3D;new=1>";

/// A transfer under way.
struct Transfer {
    call: IntoTeams,
    accepted: Result<Heard, Fault>,
    sent: tokio::time::Instant,
    /// The INVITE to the target.
    invite: Result<Heard, Fault>,
}

/// A Teams user in a call with the carrier's caller hands it over.
async fn refer(stage: &mut Stage, target: &str, referred_by: &str) -> Result<Transfer, Fault> {
    let mut call = stage.answered_in().await?;
    // On a connection of its own, as any machine of Microsoft's may open it.
    call.teams.conn = stage.connect(None).await?;
    let refer_to = format!("<{target}>");
    let extra = [("Refer-To", &*refer_to), ("Referred-By", referred_by)];
    let mut teams = call.teams.clone();
    let sent = tokio::time::Instant::now();
    let number = stage.ask(&mut teams, "REFER", &extra, None)?;
    call.teams = teams;
    let within = stage.site.limits.step;
    let ours = call.teams.clone();
    let accepted = stage
        .expect("202 to REFER", within, |heard| {
            ours.has(heard)
                && heard.wire.cseq_number() == number
                && heard.wire.cseq_method() == "REFER"
                && heard.wire.status().is_some_and(|status| status >= 200)
        })
        .await;
    let step = stage.site.limits.step;
    let (old, before) = (call.invite.wire.call_id().to_owned(), call.carrier.call_id.clone());
    let invite = stage
        .expect("INVITE to the target", step, |heard| {
            heard.wire.method() == Some("INVITE")
                && heard.wire.call_id() != old
                && heard.wire.call_id() != before
                && !heard.wire.get("To").contains("tag=")
        })
        .await;
    Ok(Transfer { call, accepted, sent, invite })
}

impl Transfer {
    /// The INVITE at the proxy, as what other rows are about.
    fn at_the_proxy(&self) -> Result<Heard, Fault> {
        match &self.invite {
            Ok(heard) if heard.side.is_teams() => Ok(heard.clone()),
            Ok(_) => Err(Fault::NotJudged("the target was called at the carrier".to_owned())),
            Err(_) => Err(Fault::NotJudged("the target was not called".to_owned())),
        }
    }

    /// Takes every NOTIFY up to one that will do; the statuses in order.
    async fn notified(&self, stage: &mut Stage, will_do: impl Fn(u16) -> bool) -> Vec<u16> {
        let mut statuses = Vec::new();
        let step = stage.site.limits.step;
        while !statuses.last().is_some_and(|status| will_do(*status)) {
            let Ok(notify) = stage.request_of(&self.call.teams, "NOTIFY", step).await else {
                break;
            };
            let _ = stage.respond(&notify, 200, &self.call.teams, &[], None);
            let kind = notify.wire.get("Content-Type").to_ascii_lowercase();
            let rest = notify.wire.body().strip_prefix("SIP/2.0 ");
            let status = rest.and_then(|rest| rest.split(' ').next()?.trim().parse().ok());
            if let Some(status) = status.filter(|_| kind.starts_with("message/sipfrag")) {
                statuses.push(status);
            }
        }
        statuses
    }

    /// The target rings and answers.
    fn completes(&self, stage: &mut Stage) -> Result<Dialog, Fault> {
        let invite = self.at_the_proxy()?;
        let target = Dialog::called(&invite, "target", self.call.teams.conn);
        stage.respond(&invite, 180, &target, &[], None)?;
        stage.respond(&invite, 200, &target, &[], Some(&teams_sdp("sendrecv", 3)))?;
        Ok(target)
    }
}

async fn refer_and_notify_are_allowed(stage: &mut Stage) -> Outcome {
    let allows = |what: &str, heard: &Heard| {
        let allow = heard.wire.elements("Allow");
        for method in ["REFER", "NOTIFY"] {
            ensure(allow.iter().any(|one| one == method), || {
                format!("Allow of {what} is `{}`: no {method}", allow.join(", "))
            })?;
        }
        Ok(())
    };
    let call = stage.rings_in().await?;
    allows("the INVITE", &call.invite)?;
    let mut call = stage.rings_out(&[]).await.for_set_up()?;
    let ok = stage.party_answers(&mut call).await.for_set_up()?;
    allows("the 200", &ok)?;
    stage.hang_up(call.teams, &call.carrier).await;
    HOLDS
}

async fn refer_can_be_left_out(stage: &mut Stage) -> Outcome {
    let call = stage.rings_in().await?;
    let allow = call.invite.wire.elements("Allow");
    ensure(!allow.iter().any(|one| one == "REFER"), || "Allow lists REFER".to_owned())?;
    ensure(allow.iter().any(|one| one == "NOTIFY"), || "Allow does not list NOTIFY".to_owned())?;
    HOLDS
}

async fn refer_may_come_on_a_new_connection(stage: &mut Stage) -> Outcome {
    let transfer = refer(stage, USER, REFERRED_BY).await?;
    let heard = transfer.accepted.for_set_up()?;
    ensure(heard.wire.status().is_some_and(|status| status < 300), || {
        format!("{} on a new connection", heard.wire.start())
    })?;
    ensure(heard.conn == transfer.call.teams.conn, || "answered on another connection".to_owned())?;
    HOLDS
}

async fn refer_is_accepted_at_once(stage: &mut Stage) -> Outcome {
    let transfer = refer(stage, USER, REFERRED_BY).await?;
    let heard = transfer.accepted?;
    ensure(heard.wire.status() == Some(202), || heard.wire.start().to_owned())?;
    let after = heard.at.duration_since(transfer.sent);
    ensure(after < stage.site.limits.at_once, || {
        format!("202 after {:.1} s", after.as_secs_f32())
    })?;
    HOLDS
}

async fn progress_is_notified(stage: &mut Stage) -> Outcome {
    let transfer = refer(stage, USER, REFERRED_BY).await?;
    let invite = transfer.at_the_proxy()?;
    // The target rings for a moment, so that there is progress to tell.
    stage.respond_as(&invite, 180, "target", &[], None)?;
    let mut statuses = transfer.notified(stage, |status| status >= 180).await;
    stage.respond_as(&invite, 200, "target", &[], Some(&teams_sdp("sendrecv", 3)))?;
    statuses.extend(transfer.notified(stage, |status| status >= 200).await);
    ensure(statuses.first() == Some(&100), || format!("not 100 first: {statuses:?}"))?;
    ensure(statuses.iter().any(|status| matches!(status, 180 | 183)), || {
        format!("neither 180 nor 183: {statuses:?}")
    })?;
    ensure(statuses.last() == Some(&200), || format!("no final 200: {statuses:?}"))?;
    HOLDS
}

async fn the_target_is_called_through_the_proxy(stage: &mut Stage) -> Outcome {
    for target in [USER, OUTSIDE] {
        let transfer = refer(stage, target, REFERRED_BY).await?;
        let heard = transfer.invite?;
        ensure(heard.side.is_teams(), || {
            format!("INVITE {} went to the carrier", heard.wire.uri())
        })?;
    }
    HOLDS
}

async fn the_request_uri_is_refer_to(stage: &mut Stage) -> Outcome {
    for target in [USER, OUTSIDE] {
        let transfer = refer(stage, target, REFERRED_BY).await?;
        let invite = transfer.at_the_proxy()?;
        let uri = invite.wire.uri();
        ensure(uri == target, || format!("`{uri}` instead of `{target}`"))?;
    }
    HOLDS
}

async fn referred_by_is_copied(stage: &mut Stage) -> Outcome {
    let transfer = refer(stage, USER, REFERRED_BY).await?;
    let invite = transfer.at_the_proxy()?;
    let copy = invite.wire.get("Referred-By");
    ensure(copy == REFERRED_BY, || format!("`{copy}` instead of `{REFERRED_BY}`"))?;
    HOLDS
}

async fn long_headers_are_taken(stage: &mut Stage) -> Outcome {
    let filler = "a1B2%2D".repeat(60);
    let target = format!("{USER};x-long={filler}");
    let referred_by = format!("{};x-long={filler}>", REFERRED_BY.trim_end_matches('>'));
    let transfer = refer(stage, &target, &referred_by).await?;
    let accepted = transfer.accepted.as_ref().map(|heard| heard.wire.status().unwrap_or_default());
    if let Ok(status @ 300..) = accepted {
        return broken(format!("{status} to a REFER with headers of {} octets", target.len()));
    }
    let invite = transfer.at_the_proxy()?;
    let (uri, by) = (invite.wire.uri().len(), invite.wire.get("Referred-By").len());
    ensure(uri + 2 >= target.len() && by + 2 >= referred_by.len(), || {
        format!("{} octets became {uri}, {} became {by}", target.len(), referred_by.len())
    })?;
    HOLDS
}

async fn the_contact_stays_the_tenants(stage: &mut Stage) -> Outcome {
    let transfer = refer(stage, USER, REFERRED_BY).await?;
    let invite = transfer.at_the_proxy()?;
    let before = host_of(uri_of(transfer.call.invite.wire.get("Contact"))).to_owned();
    let host = host_of(uri_of(invite.wire.get("Contact")));
    ensure(host == before, || format!("Contact host {host} instead of {before}"))?;
    HOLDS
}

async fn the_old_call_waits_for_its_bye(stage: &mut Stage) -> Outcome {
    let mut transfer = refer(stage, USER, REFERRED_BY).await?;
    let old = transfer.call.teams.clone();
    transfer.completes(stage)?;
    let statuses = transfer.notified(stage, |status| status >= 200).await;
    stage
        .stays_quiet("the old call is ended by the SBC", |heard| {
            old.has(heard) && heard.wire.method() == Some("BYE")
        })
        .await?;
    if statuses.last() != Some(&200) {
        return Err(Fault::NotJudged("there was no final NOTIFY".to_owned()));
    }
    let teams = &mut transfer.call.teams;
    let mut ours = teams.clone();
    let end = stage.exchange(&mut ours, "BYE", &[], None).await?;
    ensure(end.wire.status() == Some(200), || format!("{} to BYE", end.wire.start()))?;
    let carrier = transfer.call.carrier.clone();
    stage
        .stays_quiet("the transferee is hung up", |heard| {
            carrier.has(heard) && heard.wire.method() == Some("BYE")
        })
        .await?;
    HOLDS
}

/// The target refuses; the INVITE that was refused.
async fn fails(stage: &mut Stage, status: u16) -> Result<Transfer, Fault> {
    let transfer = refer(stage, USER, REFERRED_BY).await?;
    let invite = transfer.at_the_proxy()?;
    stage.respond_as(&invite, status, "target", &[], None)?;
    Ok(transfer)
}

async fn a_transfer_is_not_tried_twice(stage: &mut Stage) -> Outcome {
    for status in [404, 503] {
        let transfer = fails(stage, status).await?;
        let first = transfer.at_the_proxy()?;
        let old = transfer.call.invite.wire.call_id().to_owned();
        stage
            .stays_quiet(&format!("tried again after {status}"), |heard| {
                heard.side.is_teams()
                    && heard.wire.method() == Some("INVITE")
                    && heard.wire.call_id() != old
                    && (heard.wire.call_id() != first.wire.call_id() || heard.conn != first.conn)
            })
            .await?;
    }
    HOLDS
}

async fn a_failed_transfer_leaves_the_call(stage: &mut Stage) -> Outcome {
    let transfer = fails(stage, 486).await?;
    let statuses = transfer.notified(stage, |status| status >= 200).await;
    let (teams, carrier) = (transfer.call.teams.clone(), transfer.call.carrier.clone());
    stage
        .stays_quiet("the original call is ended", |heard| {
            (teams.has(heard) || carrier.has(heard)) && heard.wire.method() == Some("BYE")
        })
        .await?;
    let Some(last) = statuses.last() else {
        return Err(Fault::NotJudged("no NOTIFY came, which DR-091 is about".to_owned()));
    };
    ensure(*last >= 300, || format!("the failure is not reported: {statuses:?}"))?;
    HOLDS
}

async fn the_external_leg_is_a_new_call(stage: &mut Stage) -> Outcome {
    let transfer = refer(stage, OUTSIDE, REFERRED_BY).await?;
    transfer.at_the_proxy()?;
    // Microsoft's proxy now calls the number through the same trunk.
    let extra = [("Referred-By", REFERRED_BY)];
    let call = stage.rings_out(&extra).await?;
    stage.respond(&call.invite, 180, &call.carrier, &[], None)?;
    stage.response(&call.teams, "INVITE", 101..=200).await?;
    HOLDS
}

async fn no_refer_goes_to_teams(stage: &mut Stage) -> Outcome {
    let mut call = stage.answered_in().await?;
    let target = format!("<sip:{}@{}>", stage.site.outside, PROXIES[0]);
    stage.ask(&mut call.carrier, "REFER", &[("Refer-To", &target)], None)?;
    let quiet = stage.site.limits.quiet;
    stage.listen_for(quiet).await;
    let sent = stage
        .history
        .iter()
        .find(|heard| matches!(heard.side, Side::Proxy(_)) && heard.wire.method() == Some("REFER"));
    ensure(sent.is_none(), || "REFER was sent to Teams".to_owned())?;
    stage.hang_up(call.carrier, &call.teams).await;
    HOLDS
}
