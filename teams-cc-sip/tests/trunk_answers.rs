//! What the answer of a called party brings along reaches the caller by policy.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use support::{PutThrough, Stage, answer, mobile, rtp, srtp, two_carriers, user};
use teams_cc_sip::{
    message::{Method, Response, StatusCode},
    trunk::{BackToBack, HeaderPolicy, TrunkConfig},
};

const WHO: &str = "\"Bo\" <sip:+14255550166@sip.pstnhub.test;user=phone>";

/// What the caller's 200 says, where Teams' says this.
async fn told(config: TrunkConfig, extra: &[(&str, &str)]) -> Response {
    let stage = Stage::new(config);
    let plan = |call: &_| BackToBack::new(user(call));
    let mut p = PutThrough::with(stage, &[], &rtp("sendrecv", 1), plan).await;
    let mut ok = answer(&p.out, StatusCode::OK, Some(&srtp("sendrecv", 1)));
    for (name, value) in extra {
        ok.headers_mut().push(*name, *value).unwrap();
    }
    p.proxy.send(ok).await;
    p.proxy.request(&Method::Ack).await;
    p.answered().await
}

fn get<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get_str(name)
}

fn changed(trusted: bool, change: impl FnOnce(HeaderPolicy) -> HeaderPolicy) -> TrunkConfig {
    let mut config = two_carriers();
    config.carriers[0].trusted = trusted;
    config.carriers[0].headers = change(HeaderPolicy::to_carriers());
    config
}

#[tokio::test(start_paused = true)]
async fn who_has_answered_reaches_the_caller_unless_that_is_withheld() {
    let pai = ("P-Asserted-Identity", WHO);
    let ok = told(two_carriers(), &[pai]).await;
    assert_eq!(get(&ok, "P-Asserted-Identity"), Some(WHO));
    assert_eq!(get(&ok, "Privacy"), None);
    // RFC 3325 §7: not to whom it is not trusted to withhold it.
    for (trusted, seen) in [(false, None), (true, Some(WHO))] {
        let ok = told(changed(trusted, |policy| policy), &[pai, ("Privacy", "id")]).await;
        assert_eq!(get(&ok, "P-Asserted-Identity"), seen, "{trusted}");
        assert_eq!(get(&ok, "Privacy"), seen.map(|_| "id"));
    }
    let ok = told(changed(true, |policy| policy.asserted_identity(false)), &[pai]).await;
    assert_eq!(get(&ok, "P-Asserted-Identity"), None);
}

#[tokio::test(start_paused = true)]
async fn data_of_the_called_user_reaches_the_caller_by_the_policy_of_its_side() {
    let extra = [
        ("User-to-User", "00C0FFEE;encoding=hex"),
        ("X-Ticket", "7"),
        ("X-Secret", "8"),
        ("Diversion", "<sip:+1@a>"),
    ];
    let ok = told(changed(false, |policy| policy.custom("X-Ticket")), &extra).await;
    assert_eq!(get(&ok, "User-to-User"), Some("00C0FFEE;encoding=hex"));
    assert_eq!(get(&ok, "X-Ticket"), Some("7"));
    for name in ["X-Secret", "Diversion"] {
        assert_eq!(get(&ok, name), None, "{name}");
    }
    let ok = told(changed(false, |policy| policy.user_to_user(false)), &extra).await;
    assert_eq!(get(&ok, "User-to-User"), None);
    let long = "0".repeat(257);
    let ok = told(two_carriers(), &[("User-to-User", &long)]).await;
    assert_eq!(get(&ok, "User-to-User"), None);
}

/// A carrier may claim anything; only one that is trusted is believed.
#[tokio::test(start_paused = true)]
async fn a_carriers_word_on_who_has_answered_goes_on_where_it_is_trusted() {
    for trusted in [false, true] {
        let mut config = two_carriers();
        config.carriers[1].trusted = trusted;
        let plan = |call: &_| BackToBack::new(user(call)).or_to(mobile(call));
        let mut p = PutThrough::by(config, &[], plan).await;
        p.ends(486, &[]).await;
        let (mut backup, out) = p.at_the_mobile().await;
        let mut ok = answer(&out, StatusCode::OK, Some(&rtp("sendrecv", 3)));
        ok.headers_mut().push("P-Asserted-Identity", "<tel:+14255550150>").unwrap();
        backup.send(ok).await;
        backup.request(&Method::Ack).await;
        let ok = p.answered().await;
        let seen = get(&ok, "P-Asserted-Identity");
        assert_eq!(seen, trusted.then_some("<tel:+14255550150>"));
    }
}
