use teams_cc_core::PhoneNumber;

use super::{CarriedHeaders, HeaderPolicy, HistoryForm, Onward};
use crate::message::{Headers, Uri};

const HOST: &str = "sbc1.adatum.biz";
const SHOWN: &str = "+14255550123";
const TOKEN: &str =
    "eyJhbGciOiJFUzI1NiJ9.eyJvcmlnIjp7fX0.c2ln;info=<https://c.example/c>;alg=ES256;ppt=shaken";

/// Name, value, whether the peer is trusted, the policy, and what goes on.
type Case<'a> = (&'a str, &'a str, bool, HeaderPolicy, Option<&'a str>);

fn carried(lines: &[(&str, &str)], trusted: bool) -> CarriedHeaders {
    let mut headers = Headers::new();
    for (name, value) in lines {
        headers.push(*name, value).unwrap();
    }
    CarriedHeaders::read(&headers, trusted, |_| true)
}

/// What goes on, as `Name: value` lines.
fn onward(carried: &CarriedHeaders, policy: &HeaderPolicy, trusted: bool) -> Vec<String> {
    let mut headers = Headers::new();
    let target = Uri::parse("sip:+14255550100@carrier.test;user=phone").unwrap();
    let onward = Onward {
        policy,
        trusted,
        shown: &PhoneNumber::presented(SHOWN),
        private: carried.wants_privacy(),
        target: &target,
        host: HOST,
    };
    onward.write(carried, &mut headers).unwrap();
    let line =
        |h: crate::message::HeaderRef<'_>| format!("{}: {}", h.name_str(), h.as_str().unwrap());
    headers.iter().map(line).collect()
}

#[test]
fn each_header_goes_on_as_its_row_says() {
    let teams = HeaderPolicy::to_teams;
    let long = "a".repeat(257);
    let pai = "<sip:+14255550123@carrier.test;user=phone>";
    let other = "<sip:+19995550123@carrier.test;user=phone>";
    let shown = format!("P-Asserted-Identity: {pai}");
    let signed = format!("Identity: {TOKEN}");
    let cases: Vec<Case<'_>> = vec![
        ("P-Asserted-Identity", pai, true, teams(), Some(shown.as_str())),
        ("P-Asserted-Identity", pai, false, teams(), None),
        ("P-Asserted-Identity", other, true, teams(), None),
        ("P-Asserted-Identity", pai, true, teams().asserted_identity(false), None),
        ("Privacy", "none", false, teams(), Some("Privacy: none")),
        ("Privacy", "user", false, teams(), Some("Privacy: user;id")),
        ("Privacy", "id", false, teams().privacy(false), None),
        (
            "User-to-User",
            "00C0FFEE;encoding=hex",
            false,
            teams(),
            Some("User-to-User: 00C0FFEE;encoding=hex"),
        ),
        ("User-to-User", "00", false, teams().user_to_user(false), None),
        ("User-to-User", &long, false, teams(), None),
        ("Identity", TOKEN, true, teams(), Some(signed.as_str())),
        ("Identity", TOKEN, false, teams(), None),
        ("Identity", TOKEN, true, teams().identity(false), None),
        ("X-MS-Custom-Ticket", "7", false, teams(), None),
        (
            "X-MS-Custom-Ticket",
            "7",
            false,
            teams().custom("x-ms-custom-*"),
            Some("X-MS-Custom-Ticket: 7"),
        ),
        ("X-MS-Custom-Ticket", "7", false, teams().custom("X-Other"), None),
        ("X-MS-Custom-Ticket", &long, false, teams().custom("*"), None),
        ("X-MS-SBC", "forged/model/1", false, teams().custom("*"), None),
        ("Contact", "<sip:evil.example>", false, teams().custom("*"), None),
        ("Replaces", "a;to-tag=b;from-tag=c", true, teams().custom("*"), None),
        ("Max-Forwards", "70", false, teams(), Some("Max-Forwards: 69")),
        ("Max-Forwards", "1", false, teams(), Some("Max-Forwards: 0")),
    ];
    for (name, value, trusted, policy, expected) in cases {
        let found = onward(&carried(&[(name, value)], trusted), &policy, true);
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(found, expected, "{name}: {value} {trusted}");
    }
}

#[test]
fn no_more_than_five_headers_of_the_applications_own_go_on() {
    let names: Vec<String> = (0..9).map(|n| format!("X-Own-{n}")).collect();
    let lines: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    let policy = HeaderPolicy::to_carriers().custom("X-Own-*");
    assert_eq!(onward(&carried(&lines, false), &policy, false).len(), 5);
    let name = format!("X-{}", "n".repeat(63));
    let policy = HeaderPolicy::to_carriers().custom("*");
    assert!(onward(&carried(&[(&name, "v")], false), &policy, false).is_empty());
}

#[test]
fn diversions_are_told_in_the_form_of_the_other_side() {
    let info = |history: &str| vec![format!("History-Info: {history}")];
    let diversion = |diversion: &str| vec![format!("Diversion: {diversion}")];
    let one = "<sip:+14255550111@sbc1.adatum.biz;user=phone?Reason=SIP%3Bcause%3D486>;index=1, \
               <sip:+14255550100@carrier.test;user=phone;cause=486>;index=1.1;mp=1";
    let two = "<sip:+14255550111@sbc1.adatum.biz;user=phone?Privacy=history&Reason=SIP%3Bcause%3D302>;index=1, \
               <sip:+14255550112@sbc1.adatum.biz;user=phone;cause=302?Reason=SIP%3Bcause%3D408>;index=1.1.1;mp=1, \
               <sip:+14255550100@carrier.test;user=phone;cause=408>;index=1.1.1.1;mp=1.1.1";
    let newest_first = "<sip:+14255550112@old.test>;reason=no-answer;counter=1, \
                        <tel:+14255550111>;reason=unconditional;counter=2;privacy=full";
    let cases = [
        (
            vec![("Diversion", "\"Al\" <sip:+14255550111@old.test>;reason=user-busy")],
            HistoryForm::HistoryInfo,
            info(one),
        ),
        (vec![("Diversion", newest_first)], HistoryForm::HistoryInfo, info(two)),
        (
            vec![("History-Info", two)],
            HistoryForm::Diversion,
            diversion(
                "<sip:+14255550112@sbc1.adatum.biz;user=phone>;reason=no-answer;counter=1;privacy=off, \
                 <sip:+14255550111@sbc1.adatum.biz;user=phone>;reason=unconditional;counter=2;privacy=full",
            ),
        ),
        // As it came, byte for byte, where nothing has to be added or hidden.
        (
            vec![("History-Info", "<sip:a@b.test>;index=1;np=1")],
            HistoryForm::HistoryInfo,
            info("<sip:a@b.test>;index=1;np=1"),
        ),
        (vec![("History-Info", "<sip:a@b.test>;index=1;np=1")], HistoryForm::Diversion, vec![]),
        (vec![("Diversion", newest_first)], HistoryForm::Nothing, vec![]),
        // The words of RFC 7544, and whatever has none.
        (
            vec![("Diversion", "<sip:+1425@a.test>;reason=\"follow-me\"")],
            HistoryForm::Diversion,
            diversion(
                "<sip:+1425@sbc1.adatum.biz;user=phone>;reason=unknown;counter=1;privacy=off",
            ),
        ),
        // Broken ones are not told at all.
        (vec![("Diversion", "<sip:;;;")], HistoryForm::Both, vec![]),
    ];
    for (lines, form, expected) in cases {
        let policy = HeaderPolicy::to_carriers().history(form);
        assert_eq!(onward(&carried(&lines, false), &policy, true), expected, "{lines:?} {form:?}");
    }
    let policy = HeaderPolicy::to_carriers().history(HistoryForm::Both);
    assert_eq!(onward(&carried(&[("Diversion", newest_first)], false), &policy, true).len(), 2);
}

#[test]
fn every_cause_of_a_diversion_comes_back_as_its_word() {
    let words = ["unconditional", "user-busy", "no-answer", "deflection", "unavailable", "unknown"];
    for word in words {
        let value = format!("<sip:+14255550111@a.test>;reason={word}");
        let there =
            onward(&carried(&[("Diversion", &value)], false), &HeaderPolicy::to_teams(), true);
        let history = there[0].strip_prefix("History-Info: ").unwrap();
        let back = onward(
            &carried(&[("History-Info", history)], false),
            &HeaderPolicy::to_carriers(),
            true,
        );
        assert!(back[0].contains(&format!("reason={word};")), "{back:?}");
    }
}

#[test]
fn whoever_is_not_trusted_is_not_told_who_must_not_be_shown() {
    let private =
        "<sip:+14255550111@a.test;user=phone?Privacy=history&Reason=SIP%3Bcause%3D302>;index=1";
    for form in [HistoryForm::HistoryInfo, HistoryForm::Diversion, HistoryForm::Both] {
        let policy = HeaderPolicy::to_carriers().history(form);
        for lines in [
            vec![("History-Info", private)],
            vec![
                ("Privacy", "history"),
                ("Diversion", "<sip:+14255550111@a.test>;reason=user-busy"),
            ],
        ] {
            let hidden = onward(&carried(&lines, false), &policy, false).join("\n");
            assert!(!hidden.contains("5550111"), "{hidden}");
            assert!(hidden.contains("anonymous@anonymous.invalid"), "{hidden}");
            assert!(onward(&carried(&lines, false), &policy, true).join("\n").contains("5550111"));
        }
    }
}

#[test]
fn a_forwarding_of_ours_is_added_to_what_came() {
    let mut call = carried(&[("Diversion", "<sip:+14255550111@a.test>;reason=user-busy")], false);
    call.add_forwarding(PhoneNumber::presented("+14255550112"));
    let found = onward(&call, &HeaderPolicy::to_carriers(), false);
    assert_eq!(
        found,
        [
            "Diversion: <sip:+14255550112@sbc1.adatum.biz;user=phone>;reason=unconditional;counter=1;privacy=off, \
          <sip:+14255550111@sbc1.adatum.biz;user=phone>;reason=user-busy;counter=1;privacy=off"
        ]
    );
}

#[test]
fn a_call_that_comes_back_a_second_time_goes_round() {
    let called = PhoneNumber::presented("+14255550100");
    let entry = |number: &str, index: &str| {
        format!("<sip:{number}@a.test?Reason=SIP%3Bcause%3D302>;index={index}")
    };
    let here = "+14255550100";
    let away = "+14255550111";
    let cases = [
        (vec![], false),
        (vec![(here, "1")], false),
        (vec![(here, "1"), (away, "1.1")], false),
        (vec![(here, "1"), (away, "1.1"), (here, "1.1.1")], true),
        (vec![(away, "1"), (away, "1.1"), (away, "1.1.1")], false),
    ];
    for (entries, expected) in cases {
        let lines: Vec<String> =
            entries.iter().map(|(number, index)| entry(number, index)).collect();
        let lines = lines.join(", ");
        let headers: &[(&str, &str)] =
            if lines.is_empty() { &[] } else { &[("History-Info", &lines)] };
        assert_eq!(carried(headers, false).goes_round(&called), expected, "{entries:?}");
    }
    let counted = |n: u32| format!("<sip:{away}@a.test>;reason=unknown;counter={n}");
    assert!(!carried(&[("Diversion", &counted(20))], false).goes_round(&called));
    assert!(carried(&[("Diversion", &counted(21))], false).goes_round(&called));
    assert!(carried(&[("Diversion", &counted(u32::MAX))], false).goes_round(&called));
}

#[test]
fn nothing_that_was_brought_along_is_shown() {
    let lines = [
        ("P-Asserted-Identity", "<sip:+14255550123@carrier.test>"),
        ("User-to-User", "5ec2e7"),
        ("Identity", TOKEN),
        ("X-MS-Custom-Ticket", "s3cret"),
        ("Diversion", "<sip:+14255550111@a.test>"),
    ];
    let call = carried(&lines, true);
    let shown = format!("{call:?}");
    assert_eq!(shown, "CarriedHeaders(5 lines)");
    assert_eq!(call.reveal("user-to-user").next(), Some(b"5ec2e7".as_slice()));
    assert!(!call.is_empty());
}
