//! Headers of the extensions: what each reads, refuses and writes.

use super::*;
use crate::message::{HeaderName, Headers, ParseError, TelUri, Uri, every_typed_header};

fn judge(name: &str, value: &str) -> Result<(), ParseError> {
    let mut headers = Headers::new();
    headers.push(name, value).unwrap();
    every_typed_header(&headers)
}

fn typed<T: crate::message::TypedHeader>(value: &str) -> T {
    let mut headers = Headers::new();
    headers.push(T::name(), value).unwrap();
    headers.first().unwrap().unwrap()
}

#[test]
fn each_extension_reads_its_values_and_refuses_others() {
    let table: &[(&str, &[&str], &[&str])] = &[
        (
            "Identity",
            &[
                "aGk.e30.c2ln;info=<https://c.example/x.pem>;alg=ES256;ppt=shaken",
                "..c2ln;info=<https://c.example/x>",
            ],
            &["", ";info=x", "a.b.c;info=<https://x"],
        ),
        ("User-to-User", &["56a390f3d2b7;encoding=hex", "\"a b\";purpose=isdn-uui"], &["", "a b"]),
        (
            "Geolocation",
            &["<cid:target@example.com>", "<https://l.example/1>;inserted-by=\"p\", <sip:a@b>"],
            &["<cid:a", "<>"],
        ),
        ("Geolocation-Routing", &["yes", "no", "later;x=1"], &["", "yes no"]),
        ("Geolocation-Error", &["100;code=\"Cannot Process Location\""], &["\"x\""]),
        (
            "Call-Info",
            &["<http://example.com/p.jpg>;purpose=icon, <sip:a@b>;purpose=info"],
            &["<http"],
        ),
        ("Content-Disposition", &["session", "render;handling=optional"], &["", "a/b"]),
        ("Content-ID", &["<a@b>"], &["a@b", "<>", "<a b>"]),
        ("MIME-Version", &["1.0"], &["1", "1.x", "99999999999.0"]),
        ("Target-Dialog", &["c@d;local-tag=1;remote-tag=2"], &["c@d;local-tag=1", "c@d"]),
        ("Path", &["<sip:p.example.com;lr>"], &["p"]),
        ("Service-Route", &["<sip:p.example.com;lr>"], &["p"]),
        ("SIP-ETag", &["dx200xyz"], &["a b"]),
        ("SIP-If-Match", &["dx200xyz"], &["a,b"]),
        ("Info-Package", &["dtmf"], &["", "a b"]),
        ("Recv-Info", &["", "dtmf, x;y=1"], &["a,,b"]),
        ("Accept-Encoding", &["", "gzip;q=1.0, *;q=0"], &["gzip deflate"]),
        ("Accept-Language", &["da, en-gb;q=0.8, *"], &["en gb"]),
        ("Alert-Info", &["<http://example.com/ring.wav>"], &["<"]),
        ("Error-Info", &["<sip:a@b>"], &["<"]),
        ("In-Reply-To", &["a@b, c"], &["a b"]),
        ("Priority", &["emergency"], &["non urgent"]),
        ("Timestamp", &["54", "54.21 0.5", "5."], &["", ".", "1.2.3", "5 x"]),
        ("Resource-Priority", &["esnet.0, q735.3"], &["esnet", "a.b.c", ".0", "esnet."]),
        ("Refer-Sub", &["false", "true;x"], &["a b"]),
        ("Max-Breadth", &["60"], &["-1", "4294967296"]),
        ("Flow-Timer", &["126"], &["x"]),
        ("Reason", &["Q.850;cause=16;text=\"Terminated\""], &[";cause=1"]),
        (
            "Diversion",
            &["<sip:+14255550100@a.example>;reason=user-busy;counter=2;privacy=full"],
            &["<sip:a@b>;;"],
        ),
        ("Privacy", &["none", "id;critical"], &["", ";id"]),
    ];
    for (name, good, bad) in table {
        for value in *good {
            judge(name, value).unwrap_or_else(|e| panic!("{name}: {value}: {e}"));
        }
        for value in *bad {
            assert!(judge(name, value).is_err() || value.is_empty(), "{name}: {value}");
        }
        let known = HeaderName::parse(name).unwrap();
        assert!(!matches!(known, HeaderName::Other(_)), "{name}");
    }
}

/// RFC 8224: whoever passes a signature on changes no byte of it.
#[test]
fn an_identity_is_written_as_it_was_read_and_its_parts_can_be_looked_at() {
    let text = "eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjF9.c2ln ; info = <https://c.example/x.pem>;\
                alg=ES256 ;ppt=\"shaken\";unknown=1";
    let identity: Identity = typed(text);
    let mut headers = Headers::new();
    headers.push_typed(&identity);
    assert_eq!(headers.get_str("y"), Some(text));
    let passport = identity.passport().unwrap();
    assert_eq!(passport.header, b"{\"alg\":\"ES256\"}");
    assert_eq!(passport.claims, b"{\"iat\":1}");
    assert_eq!(passport.signature, b"sig");
    assert_eq!(identity.info(), Some("https://c.example/x.pem"));
    assert_eq!(identity.algorithm(), Some("ES256"));
    assert_eq!(identity.extension().as_deref(), Some("shaken"));
    assert!(!format!("{identity:?}{passport:?}").contains("eyJ"));
    for broken in ["a.b", "a.b.c.d", "!.e30.c2ln", "e30.e30.="] {
        assert!(typed::<Identity>(&format!("{broken};info=<https://x>")).passport().is_none());
    }
}

#[test]
fn user_data_is_read_from_hexadecimal_and_hidden_in_debug() {
    let data: UserToUser = typed("48692E;encoding=hex;purpose=isdn-uui");
    assert_eq!(data.reveal_octets().unwrap(), b"Hi.");
    assert!(!format!("{data:?}").contains("4869"));
    assert_eq!(typed::<UserToUser>("486;encoding=hex").reveal_octets(), None);
    assert_eq!(typed::<UserToUser>("4869;encoding=other").reveal_octets(), None);
    assert_eq!(UserToUser::hex(b"Hi.").reveal_octets().unwrap(), b"Hi.");
}

/// RFC 7044 §10: index, kind of change, and the headers escaped in the URI.
#[test]
fn a_history_says_how_and_why_the_call_went_on() {
    let mut headers = Headers::new();
    headers
        .push(
            "History-Info",
            "<sip:+14255550100@a.example?Privacy=history&Reason=SIP%3Bcause%3D302%3Btext%3D%22\
             Moved%2C%20on%22%2CQ.850%3Bcause%3D16>;index=1, <sip:b@b.example>;index=1.1;mp=1, \
             <sip:c@c.example>;index=1.1.2;rc=1.1, <sip:d@d.example>;index=x;np=1",
        )
        .unwrap();
    let entries: Vec<HistoryInfo> = headers.list().unwrap();
    let [first, second, third, fourth] = entries.as_slice() else { panic!() };
    assert_eq!(first.index().unwrap().levels(), [1]);
    let reasons = first.reasons();
    assert_eq!(reasons.iter().map(Reason::cause).collect::<Vec<_>>(), [Some(302), Some(16)]);
    assert_eq!(reasons[0].text().as_deref(), Some("Moved, on"));
    assert!(reasons[1].is_q850() && !reasons[0].is_q850());
    assert!(first.privacy().unwrap().contains("history"));
    assert_eq!(second.change().unwrap(), (TargetChange::Mapped, first.index().unwrap()));
    assert_eq!(third.change().unwrap(), (TargetChange::Contact, second.index().unwrap()));
    assert!(third.index().unwrap().is_below(&second.index().unwrap()));
    assert!(!second.index().unwrap().is_below(&third.index().unwrap()));
    assert_eq!(third.index().unwrap().to_string(), "1.1.2");
    assert!(fourth.index().is_none());
    assert_eq!(fourth.change().unwrap().0, TargetChange::Unchanged);
    for bad in ["", ".", "1.", "1..2", "+1", "4294967296", &"1.".repeat(70)] {
        assert!(HistoryIndex::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn a_diversion_says_why_and_how_often() {
    let one: Diversion = typed("<tel:+14255550100>;reason=\"no-answer\";privacy=full");
    assert_eq!(one.reason().as_deref(), Some("no-answer"));
    assert_eq!((one.counter(), one.is_private()), (1, true));
    let many: Diversion = typed("<tel:+14255550100>;reason=user-busy;counter=3;privacy=off");
    assert_eq!((many.counter(), many.is_private()), (3, false));
}

/// RFC 3966 §4 and §5.
#[test]
fn telephone_uris_compare_by_their_digits_and_parameters() {
    let same = [
        ("tel:+1-425-555-0100", "tel:+1(425)555.0100"),
        ("tel:+14255550100;ext=1-2", "TEL:+14255550100;EXT=12"),
        ("tel:7042;phone-context=example.com", "tel:7042;phone-context=EXAMPLE.COM"),
        ("tel:7042;phone-context=+1-914", "tel:7042;phone-context=+1914"),
        ("tel:+14255550100;a=b;ext=1", "tel:+14255550100;ext=1;A=B"),
    ];
    let different = [
        ("tel:+14255550100", "tel:14255550100"),
        ("tel:+14255550100", "tel:+14255550100;ext=1"),
        ("tel:7042;phone-context=example.com", "tel:7042;phone-context=example.net"),
        ("tel:+14255550100;isub=1", "tel:+14255550100;isub=2"),
    ];
    for (pairs, equal) in [(same.as_slice(), true), (different.as_slice(), false)] {
        for (a, b) in pairs {
            let (one, other) = (Uri::parse(a).unwrap(), Uri::parse(b).unwrap());
            assert_eq!(one.equivalent(&other), equal, "{a} {b}");
            assert_eq!(other.equivalent(&one), equal, "{b} {a}");
        }
    }
    let tel = TelUri::new("7042;phone-context=example.com;ext=1-2;isub=a").unwrap();
    assert_eq!(tel.phone_context(), Some("example.com"));
    assert_eq!(tel.extension().as_deref(), Some("12"));
    assert_eq!(tel.isdn_subaddress(), Some("a"));
}
