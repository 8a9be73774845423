//! Whoever is handed over to the emergency services reaches them, whatever stands in the way.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use proptest::prelude::*;
use support::{Bridged, Party, Stage, TENANT, config, from_callee, srtp};
use teams_cc_core::emergency::EmergencyPlan;
use teams_cc_sip::{
    gate::{Cap, Permission},
    message::{Method, StatusCode},
};

/// How long a target may ring that is none of theirs.
const RECALL_TIME: Duration = Duration::from_secs(20);

/// When the trunk is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stopped {
    Never,
    WhileItRings,
    OnceItIsAnswered,
}

/// Everything that stands in the way of other transfers.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an obstacle of its own")]
struct Obstacles {
    /// Teams may not transfer by REFER at all.
    refer_off: bool,
    /// The tenant may call nobody, and no more calls.
    nobody_may: bool,
    rings_long: bool,
    /// Whoever transfers hangs up before the answer.
    alone: bool,
    stopped: Stopped,
}

fn obstacles() -> impl Strategy<Value = Obstacles> {
    let stops = vec![Stopped::Never, Stopped::WhileItRings, Stopped::OnceItIsAnswered];
    (prop::array::uniform4(any::<bool>()), prop::sample::select(stops)).prop_map(
        |([refer_off, nobody_may, rings_long, alone], stopped)| Obstacles {
            refer_off,
            nobody_may,
            rings_long,
            alone,
            stopped,
        },
    )
}

async fn stop(stage: &Stage, deadline: Duration) {
    let trunk = stage.trunk.clone();
    tokio::spawn(async move { trunk.shutdown(deadline).await });
    tokio::time::sleep(Duration::from_millis(10)).await;
}

/// Answers whatever comes for a while; none of it ends this call.
async fn goes_on(party: &mut Party, call: &str, time: Duration) {
    let until = tokio::time::Instant::now() + time;
    while let Ok(request) = tokio::time::timeout_at(until, party.any_request()).await {
        let ends = matches!(*request.method(), Method::Bye | Method::Cancel);
        let about = request.headers().get_str("Call-ID");
        assert!(!(ends && about == Some(call)), "{} in the call for help", request.method());
        if *request.method() != Method::Ack {
            party.answer(&request, StatusCode::OK, None).await;
        }
    }
}

async fn handed_over(o: Obstacles, dialled: &str) {
    let plan = EmergencyPlan::new("").country("DE").unwrap();
    let config = config().emergency(plan).recall_time(RECALL_TIME).refer(!o.refer_off);
    let mut b = Bridged::on(Stage::new(config)).await;
    if o.nobody_may {
        let nobody = Permission::new().refuse("1").outbound(Cap::none().concurrent(0));
        b.stage.trunk.permit(TENANT.parse().unwrap(), Some(nobody)).await.unwrap();
    }
    let target = format!("sip:{dialled}@sip.pstnhub.test:5061;transport=tls;x-m=8:orgid:a");
    let refer_to = format!("<{target}>");
    let mut teams = b.stage.teams_connects().await;
    let refer = from_callee(&b.teams_invite, "REFER", 1, &[("Refer-To", &refer_to)], None);
    teams.send(refer).await;
    teams.response(202).await;
    let notify = b.proxy.request(&Method::Notify).await;
    b.proxy.answer(&notify, StatusCode::OK, None).await;
    let invite = b.proxy.request(&Method::Invite).await;
    assert_eq!(invite.uri().reveal(), target, "rewritten");
    let call = invite.headers().get_str("Call-ID").unwrap().to_owned();
    b.proxy.answer(&invite, StatusCode::RINGING, None).await;
    if o.alone {
        teams.send(from_callee(&b.teams_invite, "BYE", 2, &[], None)).await;
        teams.response(200).await;
    }
    if o.stopped == Stopped::WhileItRings {
        stop(&b.stage, Duration::from_mins(30)).await;
    }
    let rings = if o.rings_long { RECALL_TIME * 4 } else { Duration::from_secs(2) };
    goes_on(&mut b.proxy, &call, rings).await;
    b.proxy.answer(&invite, StatusCode::OK, Some(&srtp("sendrecv", 3))).await;
    goes_on(&mut b.proxy, &call, Duration::from_secs(2)).await;
    if o.stopped == Stopped::OnceItIsAnswered {
        stop(&b.stage, Duration::from_secs(75)).await;
    }
    goes_on(&mut b.proxy, &call, Duration::from_secs(30)).await;
    b.carrier.hears_nothing(Duration::from_secs(30)).await;
    if o.stopped == Stopped::OnceItIsAnswered {
        is_ended(&mut b.proxy, &call).await;
    }
}

/// At the deadline of the shutdown also the call for help gets its BYE.
async fn is_ended(party: &mut Party, call: &str) {
    loop {
        let request = party.any_request().await;
        let about = request.headers().get_str("Call-ID");
        if *request.method() == Method::Bye && about == Some(call) {
            return;
        }
        if *request.method() != Method::Ack {
            party.answer(&request, StatusCode::OK, None).await;
        }
    }
}

/// A REFER for anybody else is refused where REFER is off.
#[tokio::test(start_paused = true)]
async fn a_trunk_that_takes_no_refer_takes_one_for_help() {
    let b = Bridged::on(Stage::new(config().refer(false))).await;
    let mut teams = b.stage.teams_connects().await;
    for (cseq, dialled, status) in [(1, "+14255550177", 405), (2, "112", 202)] {
        let target = format!("<sip:{dialled}@sip.pstnhub.test:5061;transport=tls>");
        let refer = from_callee(&b.teams_invite, "REFER", cseq, &[("Refer-To", &target)], None);
        teams.send(refer).await;
        let answer = teams.response(status).await;
        let allow = answer.headers().get_str("Allow").unwrap_or_default();
        assert!(!allow.contains("REFER"), "{allow}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn nothing_keeps_a_call_that_is_handed_over_from_help(
        o in obstacles(),
        dialled in prop::sample::select(&["112", "110", "+112"][..]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(handed_over(o, dialled));
    }
}
