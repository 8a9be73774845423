//! What goes along to whoever is called by a transfer, or called back after one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use support::{PutThrough, answer, config, from_callee, srtp, user};
use teams_cc_sip::{
    message::{Method, Request, StatusCode},
    trunk::{BackToBack, HeaderPolicy, TrunkConfig},
};

const TARGET: &str = "<sip:sip.pstnhub.test:5061;transport=tls;x-m=8:orgid:Ab12%2D>";
const BROUGHT: &[(&str, &str)] = &[
    ("User-to-User", "00C0FFEE;encoding=hex"),
    ("X-Ticket", "4711"),
    ("X-Secret", "not listed"),
    ("Diversion", "<sip:+14255550111@old.test>;reason=no-answer;counter=1"),
    ("Identity", "eyJhbGciOiJFUzI1NiJ9.eyJvcmlnIjp7fX0.c2ln;info=<https://c.example/c>;alg=ES256"),
    ("P-Asserted-Identity", "<sip:+14255550123@carrier.test;user=phone>"),
    ("Max-Forwards", "9"),
];

fn listing() -> TrunkConfig {
    let mut config = config().headers_to_teams(HeaderPolicy::to_teams().custom("X-Ticket"));
    config.carriers[0].trusted = true;
    config
}

fn get<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get_str(name)
}

/// A customer with a Teams user, who transfers with a REFER of these headers; the target's INVITE.
async fn transferred(config: TrunkConfig, extra: &[(&str, &str)]) -> (PutThrough, Request) {
    let mut p = PutThrough::by(config, BROUGHT, |call| BackToBack::new(user(call))).await;
    assert!(get(&p.out, "Identity").is_some() && get(&p.out, "History-Info").is_some());
    p.proxy.answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1))).await;
    p.proxy.request(&Method::Ack).await;
    p.answered().await;
    let mut teams = p.stage.teams_connects().await;
    let extra = [&[("Refer-To", TARGET)], extra].concat();
    teams.send(from_callee(&p.out, "REFER", 1, &extra, None)).await;
    teams.response(202).await;
    let notify = p.proxy.request(&Method::Notify).await;
    p.proxy.answer(&notify, StatusCode::OK, None).await;
    let invite = p.proxy.request(&Method::Invite).await;
    (p, invite)
}

#[tokio::test(start_paused = true)]
async fn the_target_of_a_transfer_gets_what_the_customer_brought_along() {
    let (_p, invite) = transferred(listing(), &[("User-to-User", "00BEEF;encoding=hex")]).await;
    assert_eq!(get(&invite, "User-to-User"), Some("00BEEF;encoding=hex"), "the REFER's own");
    assert_eq!(invite.headers().get_all("User-to-User").count(), 1);
    assert_eq!(get(&invite, "X-Ticket"), Some("4711"));
    assert!(get(&invite, "P-Asserted-Identity").is_some_and(|id| id.contains("+14255550123")));
    assert_eq!(get(&invite, "Identity"), None, "signed for another call");
    assert_eq!(get(&invite, "History-Info"), None, "the way of another call");
    assert_eq!(get(&invite, "Max-Forwards"), Some("70"));
    assert_eq!(get(&invite, "X-Secret"), None);
}

#[tokio::test(start_paused = true)]
async fn the_policy_of_the_side_decides_what_a_transfer_takes_along() {
    let silent = HeaderPolicy::to_teams().user_to_user(false).asserted_identity(false);
    let mut config = listing().headers_to_teams(silent);
    config.carriers[0].trusted = true;
    let (_p, invite) = transferred(config, &[("X-Ticket", "1")]).await;
    for name in ["User-to-User", "X-Ticket", "P-Asserted-Identity", "Identity"] {
        assert_eq!(get(&invite, name), None, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_called_back_gets_what_the_first_call_brought_along() {
    let (mut p, invite) = transferred(listing(), &[]).await;
    // Teams hangs up before the target has answered, and nobody answers.
    let mut teams = p.stage.teams_connects().await;
    teams.send(from_callee(&p.out, "BYE", 2, &[], None)).await;
    teams.response(200).await;
    p.proxy.send(answer(&invite, StatusCode::BUSY_HERE, None)).await;
    p.proxy.request(&Method::Ack).await;
    let back = loop {
        let request = p.proxy.any_request().await;
        if *request.method() == Method::Invite {
            break request;
        }
        p.proxy.answer(&request, StatusCode::OK, None).await;
    };
    assert_eq!(get(&back, "User-to-User"), Some("00C0FFEE;encoding=hex"));
    assert_eq!(get(&back, "X-Ticket"), Some("4711"));
    assert!(get(&back, "History-Info").is_some_and(|way| way.contains("+14255550111")));
    assert_eq!(get(&back, "Identity"), None);
    assert_eq!(get(&back, "Max-Forwards"), Some("70"));
}
