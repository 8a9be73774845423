use super::*;
use crate::message::{HeaderName, Headers};

const TOKEN: &str = "t0ken";

fn registrar(config: Registration) -> Registrar {
    let contact = ("sbc1.adatum.biz".into(), 5060, TransportKind::Udp);
    Registrar::new(config, contact, TOKEN, "call-id")
}

fn config() -> Registration {
    Registration::new("+14255550100", "carrier.example")
}

fn text(request: &Request, name: HeaderName) -> String {
    request.headers().get_str(name).unwrap().to_owned()
}

fn answer(code: u16, lines: &[(&str, &str)]) -> Response {
    let mut headers = Headers::new();
    for (name, value) in lines {
        headers.push(*name, value).unwrap();
    }
    let mut response = Response::new(StatusCode::new(code).unwrap());
    for header in &headers {
        response.headers_mut().push_header(header);
    }
    response
}

fn bound(expires: u32) -> Response {
    answer(200, &[("Contact", &format!("<sip:{TOKEN}@sbc1.adatum.biz>;expires={expires}"))])
}

/// Asks at this time, and hears this.
fn ask(registrar: &mut Registrar, now: Instant, response: &Response) -> Outcome {
    registrar.due(now).expect("nothing is due").unwrap();
    registrar.answered(now, response, 0)
}

const fn at(seconds: u64) -> Instant {
    Instant::from_secs(seconds)
}

#[test]
fn a_register_says_who_where_and_for_how_long() {
    let mut registrar = registrar(config().expires(Duration::from_mins(10)));
    let request = registrar.due(at(0)).unwrap().unwrap();
    assert_eq!(request.uri().reveal(), "sip:carrier.example");
    assert_eq!(text(&request, HeaderName::To), "<sip:+14255550100@carrier.example>");
    assert_eq!(text(&request, HeaderName::Expires), "600");
    let contact = text(&request, HeaderName::Contact);
    assert_eq!(contact, "<sip:t0ken@sbc1.adatum.biz:5060;transport=udp>;expires=600");
    assert!(registrar.due(at(1)).is_none(), "one at a time");
}

#[test]
fn a_binding_is_renewed_at_four_fifths_of_the_life_it_was_given() {
    let table = [
        (bound(3600), 2880),
        (bound(600), 480),
        // Never later than a day's binding would be.
        (bound(u32::MAX), 69_120),
        // Never more often than every ten seconds.
        (bound(5), 10),
        (answer(200, &[("Expires", "100")]), 80),
        (answer(200, &[]), 2880),
        // Bindings of others say nothing about ours.
        (
            answer(
                200,
                &[("Contact", "<sip:x@h>;expires=7, <sip:t0ken@sbc1.adatum.biz>;expires=50")],
            ),
            40,
        ),
    ];
    for (response, refresh) in table {
        let mut registrar = registrar(config());
        let outcome = ask(&mut registrar, at(100), &response);
        assert!(outcome.changed);
        assert_eq!((registrar.state, registrar.reason), (PeerState::Up, HealthReason::Registered));
        assert_eq!(registrar.deadline(), Some(at(100 + refresh)), "{response:?}");
        let again = registrar.due(at(100 + refresh)).unwrap().unwrap();
        assert_eq!(text(&again, HeaderName::CSeq), "5 REGISTER");
        assert_eq!(text(&again, HeaderName::CallId), "call-id");
        assert!(!registrar.answered(at(200), &response, 0).changed, "no news");
    }
}

#[test]
fn a_registrar_that_keeps_no_binding_of_ours_is_told_as_such() {
    for response in [bound(0), answer(200, &[("Contact", "<sip:other@h>;expires=60")])] {
        let mut registrar = registrar(config());
        assert!(ask(&mut registrar, at(0), &response).changed);
        assert_eq!((registrar.state, registrar.reason), (PeerState::Down, HealthReason::NotBound));
    }
}

#[test]
fn what_the_registrar_insists_on_is_asked_for_at_once_but_once() {
    let brief = |least: &str| answer(423, &[("Min-Expires", least)]);
    let mut registrar = registrar(config());
    assert!(!ask(&mut registrar, at(0), &brief("7200")).changed);
    let again = registrar.due(at(0)).unwrap().unwrap();
    assert_eq!(text(&again, HeaderName::Expires), "7200");
    assert!(registrar.answered(at(0), &brief("7300"), 0).changed);
    assert_eq!(registrar.reason, HealthReason::RegistrationRefused(423));
    for least in ["10", "3600", "90000"] {
        let mut registrar = self::registrar(config());
        ask(&mut registrar, at(0), &brief(least));
        assert!(registrar.deadline() > Some(at(0)), "{least}");
    }
}

#[test]
fn failures_are_tried_again_ever_later_up_to_a_bound() {
    let mut registrar = registrar(config());
    let mut now = at(0);
    let mut waits = Vec::new();
    for _ in 0..9 {
        registrar.due(now).unwrap().unwrap();
        registrar.unanswered(now, Failure::TimedOut, 100);
        let next = registrar.deadline().unwrap();
        waits.push(next.since(now).as_secs());
        now = next;
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
    assert_eq!(registrar.reason, HealthReason::RegistrationUnanswered);
    let mut registrar = self::registrar(config());
    registrar.due(at(0)).unwrap().unwrap();
    registrar.unanswered(at(0), Failure::Unreachable, 0);
    assert_eq!(registrar.deadline(), Some(at(15)), "half of it for sure");
    assert_eq!(registrar.reason, HealthReason::NotReached);
}

#[test]
fn a_refusal_says_why_and_how_long_to_wait() {
    use HealthReason::{CredentialsRefused, RegistrationRefused};
    let later = |seconds| answer(503, &[("Retry-After", seconds)]);
    let table = [
        (answer(401, &[]), CredentialsRefused(401), 300),
        (answer(403, &[]), CredentialsRefused(403), 300),
        (answer(407, &[]), CredentialsRefused(407), 300),
        (answer(404, &[]), RegistrationRefused(404), 15),
        (answer(503, &[]), RegistrationRefused(503), 15),
        (later("77"), RegistrationRefused(503), 77),
        (later("0"), RegistrationRefused(503), 5),
        (later("99999"), RegistrationRefused(503), 1800),
    ];
    for (response, reason, wait) in table {
        let mut registrar = registrar(config());
        assert!(ask(&mut registrar, at(0), &response).changed);
        assert_eq!((registrar.state, registrar.reason), (PeerState::Down, reason));
        assert_eq!(registrar.deadline(), Some(at(wait)), "{reason}");
        assert!(reason.to_string().len() > 20, "{reason}");
    }
}

#[test]
fn a_binding_that_still_holds_outlives_a_failed_renewal() {
    let mut registrar = registrar(config());
    ask(&mut registrar, at(0), &bound(100));
    registrar.due(at(80)).unwrap().unwrap();
    registrar.unanswered(at(90), Failure::TimedOut, 0);
    assert_eq!(registrar.state, PeerState::Up);
    let next = registrar.deadline().unwrap();
    registrar.due(next).unwrap().unwrap();
    registrar.unanswered(next, Failure::TimedOut, 0);
    assert_eq!((next, registrar.state), (at(105), PeerState::Down));
}

#[test]
fn behind_a_nat_the_address_the_registrar_saw_is_registered_instead() {
    let via = "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK1;rport=31234;received=198.51.100.9";
    let seen = |contact: &str| answer(200, &[("Via", via), ("Contact", contact)]);
    let mut registrar = registrar(config().behind_nat(true));
    let outcome = ask(&mut registrar, at(0), &seen("<sip:t0ken@sbc1.adatum.biz>;expires=60"));
    assert_eq!(outcome.learned, Some(("198.51.100.9".into(), 31234)));
    let again = registrar.due(at(0)).unwrap().unwrap();
    let contacts: Vec<_> = again
        .headers()
        .get_all(HeaderName::Contact)
        .map(|line| String::from_utf8_lossy(line.value()).into_owned())
        .collect();
    assert_eq!(
        contacts,
        [
            "<sip:t0ken@198.51.100.9:31234;transport=udp>;expires=3600",
            "<sip:t0ken@sbc1.adatum.biz:5060;transport=udp>;expires=0",
        ]
    );
    let outcome = registrar.answered(at(0), &seen("<sip:t0ken@198.51.100.9:31234>;expires=60"), 0);
    assert_eq!(outcome.learned, None);
    assert_eq!(registrar.deadline(), Some(at(48)), "the next is the renewal");
    // Without that setting nothing is learned.
    let mut registrar = self::registrar(config());
    assert_eq!(ask(&mut registrar, at(0), &seen("<sip:t0ken@h>;expires=60")).learned, None);
}

#[test]
fn the_end_takes_the_binding_away_once() {
    let mut registrar = registrar(config());
    assert!(registrar.leave().is_none(), "nothing was registered");
    let mut registrar = self::registrar(config().keep_alive(Duration::from_secs(25)));
    assert_eq!(registrar.keep_alive(), None);
    ask(&mut registrar, at(0), &bound(60));
    assert_eq!(registrar.keep_alive(), Some(Duration::from_secs(25)));
    let last = registrar.leave().unwrap().unwrap();
    assert_eq!(text(&last, HeaderName::Expires), "0");
    assert!(text(&last, HeaderName::Contact).ends_with(";expires=0"));
    assert!(registrar.leave().is_none());
    assert_eq!((registrar.deadline(), registrar.keep_alive()), (None, None));
    assert!(!registrar.answered(at(1), &answer(500, &[]), 0).changed);
}

#[test]
fn a_registration_does_not_show_whose_it_is() {
    assert!(!format!("{:?}", config()).contains("4255550100"));
}
