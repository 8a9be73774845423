//! What is read, what is refused, and that nothing is lost.

use super::*;

const HEAD: &str = "v=0\r\no=- 7 2 IN IP4 192.0.2.1\r\ns=-\r\n";

fn rule(text: &str) -> SdpRule {
    SessionDescription::parse(text.as_bytes()).unwrap_err().rule
}

#[test]
fn lines_without_a_meaning_are_kept() {
    let text = format!(
        "{HEAD}i=about\r\nu=http://a.example/\r\nb=AS:80\r\nx=odd\r\nt=0 0\r\na=ice-lite\r\n\
         m=audio 4000/2 UDP/TLS/RTP/SAVP 0 8 description\r\nc=IN IP6 2001:db8::1\r\na=\r\n\
         a=candidate:1 1 UDP 1 192.0.2.1 9 typ host\r\nm=application 0 TCP/BFCP *\r\n"
    );
    let read = SessionDescription::parse(text.as_bytes()).unwrap();
    assert_eq!(read.encode(), text.as_bytes());
    let bare = text.replace("\r\n", "\n");
    assert_eq!(SessionDescription::parse(bare.as_bytes()).unwrap(), read);
    let audio = read.audio().unwrap();
    assert_eq!(read.address_of(audio), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(read.origin().unwrap().version, 2);
    assert_eq!(read.direction_of(audio), Direction::SendRecv);
}

#[test]
fn broken_descriptions_are_refused_by_their_rule() {
    let table = [
        (String::new(), SdpRule::Version),
        ("v=1\r\n".to_owned(), SdpRule::Version),
        ("o=- 1 1 IN IP4 192.0.2.1\r\n".to_owned(), SdpRule::Version),
        ("v=0\r\ns=-\r\n".to_owned(), SdpRule::Origin),
        ("v=0\r\no=- x 1 IN IP4 192.0.2.1\r\n".to_owned(), SdpRule::Origin),
        (format!("{HEAD}o=- 7 2 IN IP4 192.0.2.1\r\n"), SdpRule::Origin),
        (format!("{HEAD}no line\r\n"), SdpRule::Line),
        (format!("{HEAD}A=upper\r\n"), SdpRule::Line),
        (format!("{HEAD}\r\nt=0 0\r\n"), SdpRule::Line),
        (format!("{HEAD}a=x\ry\r\n"), SdpRule::Line),
        (format!("{HEAD}c=IN IP4\r\n"), SdpRule::Connection),
        (format!("{HEAD}c=IN IP6 192.0.2.1\r\n"), SdpRule::Connection),
        (format!("{HEAD}m=audio 4000 RTP/AVP\r\n"), SdpRule::Media),
        (format!("{HEAD}m=audio 65536 RTP/AVP 0\r\n"), SdpRule::Media),
        (format!("{HEAD}m=audio +1 RTP/AVP 0\r\n"), SdpRule::Media),
        (format!("{HEAD}{}", "a=x\r\n".repeat(600)), SdpRule::TooManyLines),
        (format!("{HEAD}{}", "m=audio 0 RTP/AVP 0\r\n".repeat(33)), SdpRule::TooManyMedia),
        (format!("{HEAD}a={}\r\n", "x".repeat(17_000)), SdpRule::TooLarge),
    ];
    for (text, expected) in table {
        assert_eq!(rule(&text), expected, "{text:.60}");
    }
}

#[test]
fn hold_and_resume_are_new_versions_of_one_session() {
    let audio = LocalAudio::new("192.0.2.1".parse().unwrap(), 4000, 9);
    let held = offer(&audio.clone().with_version(2).with_direction(Direction::Inactive)).unwrap();
    let origin = held.origin().unwrap();
    assert_eq!((origin.session_id, origin.version), (9, 2));
    assert_eq!(held.direction_of(held.audio().unwrap()), Direction::Inactive);
    let resumed = offer(&audio.with_version(3)).unwrap();
    assert_eq!(resumed.origin().unwrap().version, 3);
    assert_eq!(resumed.direction_of(resumed.audio().unwrap()), Direction::SendRecv);
}
