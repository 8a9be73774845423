use super::*;
use crate::message::{Response, Uri};

const REFUSED: StatusCode = StatusCode::UNAUTHORIZED;

fn account() -> Account {
    Account::new(DigestUser::new("bob", "zanzibar"))
}

fn challenge(lines: &[&str]) -> Headers {
    let mut headers = Headers::new();
    for line in lines {
        headers.push(HeaderName::WwwAuthenticate, line).unwrap();
    }
    headers
}

fn register() -> Request {
    Request::new(Method::Register, Uri::parse("sip:carrier.example.com").unwrap())
}

/// The credentials a request carries after a challenge.
fn sent(account: &mut Account) -> Headers {
    let mut request = register();
    account.authorize(&mut request, "c");
    request.headers().clone()
}

fn part(headers: &Headers, name: &str) -> Option<String> {
    let answers = credentials(false, headers);
    answers.first()?.reveal(name).map(std::borrow::Cow::into_owned)
}

#[test]
fn the_strongest_known_challenge_is_answered() {
    const D: &str = r#"Digest realm="r", nonce="n""#;
    let with = |rest: &str| format!("{D}, {rest}");
    let table: [(&[&str], Result<&str, DigestError>); 9] = [
        (&[D], Ok("")),
        (&[&with("algorithm=MD5"), &with("algorithm=SHA-256, qop=\"auth\"")], Ok("SHA-256")),
        (&[&with("algorithm=SHA-512-256"), &with("algorithm=SHA-256")], Ok("SHA-512-256")),
        (&[&with("algorithm=SHA-512"), &with("algorithm=MD5")], Ok("MD5")),
        (&[&with("algorithm=AKAv1-MD5")], Err(DigestError::Algorithm)),
        (&["Basic realm=\"r\"", D], Ok("")),
        (&["Basic realm=\"r\""], Err(DigestError::NotDigest)),
        (&[r#"Digest nonce="n""#, r#"Digest realm="r""#], Err(DigestError::NotDigest)),
        (&[&with("qop=\"conf\"")], Err(DigestError::Qop)),
    ];
    for (lines, expected) in table {
        let mut account = account();
        let read = account.challenged(REFUSED, &challenge(lines), &Headers::new());
        match expected {
            Ok(named) => {
                assert_eq!(read, Ok(()), "{lines:?}");
                let sent = sent(&mut account);
                assert_eq!(part(&sent, "algorithm").unwrap_or_default(), named, "{lines:?}");
                assert_eq!(part(&sent, "username").as_deref(), Some("bob"));
            }
            Err(error) => assert_eq!(read, Err(error), "{lines:?}"),
        }
    }
}

#[test]
fn a_broken_challenge_does_not_hide_a_whole_one() {
    let lines = ["Digest realm=", r#"Digest realm="r", nonce="n""#];
    assert_eq!(account().challenged(REFUSED, &challenge(&lines), &Headers::new()), Ok(()));
}

#[test]
fn every_use_of_a_nonce_is_counted_in_hexadecimal() {
    for algorithm in ["MD5", "SHA-256", "SHA-512-256"] {
        let line = format!(r#"Digest realm="r", nonce="n", qop="auth", algorithm={algorithm}"#);
        let mut account = account();
        account.challenged(REFUSED, &challenge(&[&line]), &Headers::new()).unwrap();
        for use_of_it in 1..=20_u32 {
            let sent = sent(&mut account);
            let expected = format!("{use_of_it:08x}");
            assert_eq!(part(&sent, "nc").as_deref(), Some(expected.as_str()));
            let formula = Formula {
                algorithm: Algorithm::read(Some(algorithm)).unwrap().0,
                session: false,
                user: "bob",
                realm: "r",
                password: "zanzibar",
                nonce: "n",
                cnonce: "c",
                count: &expected,
                qop: Some(Qop::Auth),
                method: "REGISTER",
                uri: "sip:carrier.example.com",
                body: b"",
            };
            // The first nine of MD5 and SHA-256 are computed by `rsip`, where it is there.
            assert_eq!(part(&sent, "response"), Some(formula.response()), "{use_of_it}");
        }
    }
}

#[test]
fn the_body_is_protected_only_where_nothing_else_is_offered() {
    for (offered, expected) in [
        ("auth", "auth"),
        ("auth-int, auth", "auth"),
        ("auth-int", "auth-int"),
        ("conf,auth-int", "auth-int"),
    ] {
        let line = format!(r#"Digest realm="r", nonce="n", qop="{offered}""#);
        let mut account = account();
        account.challenged(REFUSED, &challenge(&[&line]), &Headers::new()).unwrap();
        assert_eq!(part(&sent(&mut account), "qop").as_deref(), Some(expected), "{offered}");
    }
}

#[test]
fn a_wrong_password_is_not_sent_again_and_a_stale_nonce_is_renewed() {
    let line = |nonce: &str, rest: &str| {
        challenge(&[&format!(r#"Digest realm="r", nonce="{nonce}", qop="auth"{rest}"#)])
    };
    // (nonce of the second challenge, its rest, uses of the first nonce, outcome)
    let table = [
        ("n2", "", 1, Err(DigestError::Refused)),
        ("n1", "", 1, Err(DigestError::Refused)),
        ("n2", ", stale=true", 1, Ok(())),
        ("n2", ", stale=TRUE", 1, Ok(())),
        ("n2", ", stale=false", 1, Err(DigestError::Refused)),
        // A nonce that served before has run out.
        ("n2", "", 2, Ok(())),
        ("n1", "", 2, Err(DigestError::Refused)),
    ];
    for (nonce, rest, uses, expected) in table {
        let mut account = account();
        account.challenged(REFUSED, &line("n1", ""), &Headers::new()).unwrap();
        let mut tried = Headers::new();
        for _ in 0..uses {
            tried = sent(&mut account);
        }
        let second = account.challenged(REFUSED, &line(nonce, rest), &tried);
        assert_eq!(second, expected, "{nonce} {rest} {uses}");
        let named = part(&sent(&mut account), "nonce");
        assert_eq!(named.as_deref(), expected.is_ok().then_some(nonce), "{nonce} {rest} {uses}");
    }
}

#[test]
fn a_proxy_and_a_server_are_both_answered() {
    let mut account = account();
    let mut proxy = Headers::new();
    proxy.push(HeaderName::ProxyAuthenticate, r#"Digest realm="p", nonce="1""#).unwrap();
    let status = StatusCode::PROXY_AUTHENTICATION_REQUIRED;
    account.challenged(status, &proxy, &Headers::new()).unwrap();
    let tried = sent(&mut account);
    let server = challenge(&[r#"Digest realm="s", nonce="2""#]);
    account.challenged(REFUSED, &server, &tried).unwrap();
    let sent = sent(&mut account);
    assert_eq!(part(&sent, "realm").as_deref(), Some("s"));
    let proxy = credentials(true, &sent);
    assert_eq!(proxy.first().unwrap().reveal("realm").as_deref(), Some("p"));
}

#[test]
fn only_the_realm_of_the_account_is_answered_and_no_more_than_a_few_without_one() {
    let user = DigestUser::new("bob", "zanzibar").realm("ours");
    let mut account = Account::new(user);
    let ask = |realm: &str| challenge(&[&format!(r#"Digest realm="{realm}", nonce="n""#)]);
    let none = Headers::new();
    assert_eq!(account.challenged(REFUSED, &ask("theirs"), &none), Err(DigestError::Realm));
    assert_eq!(account.challenged(REFUSED, &ask("ours"), &none), Ok(()));
    let mut account = self::account();
    for at in 0..MAX_REALMS {
        assert_eq!(account.challenged(REFUSED, &ask(&format!("r{at}")), &none), Ok(()));
    }
    assert_eq!(account.challenged(REFUSED, &ask("more"), &none), Err(DigestError::Realms));
}

#[test]
fn nothing_shows_the_user_or_the_password() {
    let mut account = account();
    account
        .challenged(REFUSED, &challenge(&[r#"Digest realm="r", nonce="n""#]), &Headers::new())
        .unwrap();
    let request = sent(&mut account);
    let shown = format!("{account:?} {request:?} {:?}", Response::new(REFUSED));
    for secret in ["bob", "zanzibar", &part(&request, "response").unwrap()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// Two requests without credentials cross, and both are given the same nonce.
#[test]
fn a_count_is_never_used_twice_with_one_nonce() {
    let line =
        |rest: &str| challenge(&[&format!(r#"Digest realm="r", nonce="n", qop="auth"{rest}"#)]);
    let mut account = account();
    account.challenged(REFUSED, &line(""), &Headers::new()).unwrap();
    assert_eq!(part(&sent(&mut account), "nc").as_deref(), Some("00000001"));
    account.challenged(REFUSED, &line(""), &Headers::new()).unwrap();
    let tried = sent(&mut account);
    assert_eq!(part(&tried, "nc").as_deref(), Some("00000002"));
    account.challenged(REFUSED, &line(", stale=true"), &tried).unwrap();
    assert_eq!(part(&sent(&mut account), "nc").as_deref(), Some("00000003"));
}
