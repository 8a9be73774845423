use super::*;
use crate::{digest::Account, message::Method};

const SOURCE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

fn guard() -> Guard {
    Guard::new(7, "sbc1.adatum.biz")
}

fn users() -> Vec<DigestUser> {
    vec![DigestUser::new("ann", "one"), DigestUser::new("bob", "two")]
}

fn invite(to: &str) -> Request {
    Request::new(Method::Invite, Uri::parse(to).unwrap())
}

fn check(now: Instant, source: IpAddr, request: &Request) -> Proof {
    guard().check(now, source, request, &users().iter().enumerate())
}

/// A request that answers our challenge of a time.
fn answered(at: Instant, user: DigestUser, only: Option<Algorithm>) -> Request {
    let mut challenge = guard().challenge(at, SOURCE, false);
    if let Some(only) = only {
        let headers = challenge.headers().clone();
        let name = format!("algorithm={}", only.name());
        challenge.headers_mut().remove(HeaderName::WwwAuthenticate);
        for line in headers.get_all(HeaderName::WwwAuthenticate) {
            if String::from_utf8_lossy(line.value()).ends_with(&name) {
                challenge.headers_mut().push_header(line.to_header());
            }
        }
    }
    let mut account = Account::new(user);
    let mut request = invite("sip:+15550100@sbc1.adatum.biz");
    account.challenged(challenge.status(), challenge.headers(), request.headers()).unwrap();
    assert!(account.authorize(&mut request, "cnonce"));
    request
}

#[test]
fn a_carrier_is_known_by_every_algorithm_that_is_offered() {
    let at = Instant::from_secs(100);
    for only in [None, Some(Algorithm::Md5), Some(Algorithm::Sha256), Some(Algorithm::Sha512_256)] {
        let request = answered(at, DigestUser::new("bob", "two"), only);
        assert_eq!(check(at, SOURCE, &request), Proof::Of(1), "{only:?}");
    }
    let names: Vec<_> = guard()
        .challenge(at, SOURCE, true)
        .headers()
        .get_all(HeaderName::WwwAuthenticate)
        .map(|line| String::from_utf8_lossy(line.value()).into_owned())
        .collect();
    assert_eq!(names.len(), 3);
    assert!(names[0].contains("SHA-512-256") && names[0].contains("stale=true"), "{names:?}");
}

#[test]
fn a_nonce_runs_out_and_then_the_same_credentials_are_stale() {
    let at = Instant::from_secs(100);
    let request = answered(at, DigestUser::new("ann", "one"), None);
    for (seconds, expected) in
        [(0, Proof::Of(0)), (59, Proof::Of(0)), (60, Proof::Stale), (86_400, Proof::Stale)]
    {
        let now = at + Duration::from_secs(seconds);
        assert_eq!(check(now, SOURCE, &request), expected, "{seconds}");
    }
}

#[test]
fn credentials_prove_nothing_elsewhere() {
    let at = Instant::from_secs(100);
    let good = || answered(at, DigestUser::new("ann", "one"), None);
    assert_eq!(check(at, "203.0.113.8".parse().unwrap(), &good()), Proof::None, "address");
    let mut other = good();
    other.set_uri(Uri::parse("sip:+900123@sbc1.adatum.biz").unwrap());
    assert_eq!(check(at, SOURCE, &other), Proof::None, "uri");
    let mut other = good();
    other.set_method(Method::Options);
    assert_eq!(check(at, SOURCE, &other), Proof::None, "method");
    for (user, password) in [("ann", "two"), ("eve", "one"), ("eve", ""), ("", "")] {
        let request = answered(at, DigestUser::new(user, password), None);
        assert_eq!(check(at, SOURCE, &request), Proof::None, "{user} {password}");
    }
    assert_eq!(check(at, SOURCE, &invite("sip:a@b")), Proof::None, "nothing");
    let mut strange = Guard::new(8, "sbc1.adatum.biz");
    let users = users();
    let seen = strange.check(at, SOURCE, &good(), &users.iter().enumerate());
    assert_eq!(seen, Proof::None, "another seed");
}

#[test]
fn a_part_that_is_changed_or_left_out_spoils_the_rest() {
    let at = Instant::from_secs(100);
    let request = answered(at, DigestUser::new("ann", "one"), None);
    let line = request.headers().get_str(HeaderName::Authorization).unwrap().to_owned();
    let parts: Vec<&str> = line.trim_start_matches("Digest ").split(", ").collect();
    assert_eq!(parts.len(), 9, "{line}");
    for dropped in 0..parts.len() {
        for changed in [None, Some(parts[dropped].replacen('=', "=\"0\" ,x=", 1))] {
            let mut rest: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            match changed {
                None => drop(rest.remove(dropped)),
                Some(changed) => rest[dropped] = changed,
            }
            let mut other = invite("sip:+15550100@sbc1.adatum.biz");
            let line = format!("Digest {}", rest.join(", "));
            other.headers_mut().push(HeaderName::Authorization, &line).unwrap();
            assert_eq!(check(at, SOURCE, &other), Proof::None, "{line}");
        }
    }
    let mut whole = invite("sip:+15550100@sbc1.adatum.biz");
    whole.headers_mut().push(HeaderName::Authorization, "Digest realm=").unwrap();
    whole.headers_mut().push(HeaderName::Authorization, &line).unwrap();
    assert_eq!(check(at, SOURCE, &whole), Proof::Of(0));
}

#[test]
fn no_count_of_a_nonce_is_taken_twice() {
    let (mut guard, users) = (guard(), users());
    let at = Instant::from_secs(100);
    let challenge = guard.challenge(at, SOURCE, false);
    let mut account = Account::new(DigestUser::new("bob", "two"));
    let mut request = invite("sip:+15550100@sbc1.adatum.biz");
    account.challenged(challenge.status(), challenge.headers(), request.headers()).unwrap();
    let mut sent: Vec<Request> = Vec::new();
    for _ in 0..100 {
        assert!(account.authorize(&mut request, "cnonce"));
        sent.push(request.clone());
    }
    let mut proof = |at, n: usize| guard.check(at, SOURCE, &sent[n], &users.iter().enumerate());
    assert_eq!(proof(at, 0), Proof::Of(1));
    assert_eq!(proof(at, 0), Proof::Stale, "sent again by whoever overheard it");
    // Datagrams overtake one another.
    assert_eq!(proof(at, 3), Proof::Of(1));
    assert_eq!(proof(at, 1), Proof::Of(1));
    assert_eq!(proof(at, 1), Proof::Stale);
    assert_eq!(proof(at, 99), Proof::Of(1));
    assert_eq!(proof(at, 36), Proof::Of(1), "63 behind");
    assert_eq!(proof(at, 36), Proof::Stale);
    assert_eq!(proof(at, 35), Proof::Stale, "nobody knows any more");
    // What has run out is forgotten, and proves nothing all the same.
    assert_eq!(proof(at + NONCE_LIFETIME, 50), Proof::Stale);
}

#[test]
fn the_nonces_that_are_kept_are_bounded_and_a_forgotten_one_is_stale() {
    let mut guard = guard();
    let now = Instant::from_secs(100);
    let nonce = |n: u64| (Instant::from_millis(100_000 + n), format!("{n}"));
    let most = u64::try_from(MAX_NONCES).unwrap();
    for n in 0..=most {
        let (given, text) = nonce(n);
        assert!(guard.is_unused(now, given, &text, 1), "{n}");
    }
    assert_eq!(guard.used.len(), MAX_NONCES);
    let (given, text) = nonce(0);
    assert!(!guard.is_unused(now, given, &text, 2), "its counts are forgotten");
    let (given, text) = nonce(1);
    assert!(guard.is_unused(now, given, &text, 2));
    let later = now + NONCE_LIFETIME + NONCE_LIFETIME;
    assert!(guard.is_unused(later, later, "new", 1));
    assert_eq!(guard.used.len(), 1, "what has run out is not kept");
}

#[test]
fn a_nonce_of_others_is_none_of_ours() {
    let at = Instant::from_secs(100);
    let guard = guard();
    let ours = guard.nonce(at, SOURCE, Algorithm::Md5);
    let fresh = |now, algorithm, nonce: &str| {
        guard.is_fresh(now, SOURCE, algorithm, nonce).map(|(_, fresh)| fresh)
    };
    assert_eq!(fresh(at, Algorithm::Md5, &ours), Some(true));
    assert_eq!(fresh(at, Algorithm::Sha256, &ours), None);
    let early = at - Instant::from_secs(1);
    let before = fresh(Instant::ZERO + early, Algorithm::Md5, &ours);
    assert_eq!(before, Some(false), "of another run");
    for nonce in ["", "0", "é", &ours[1..], &ours.replace('0', "1"), &format!("{ours}0")] {
        assert_eq!(fresh(at, Algorithm::Md5, nonce), None, "{nonce}");
    }
}
