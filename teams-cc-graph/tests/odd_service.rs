//! Answers that are legal but odd, and answers that break off: read, refused, and never half taken.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use std::time::{Duration, Instant};

use teams_cc_graph::{ErrorKind, model::Prompt};

#[expect(dead_code, reason = "the traps need more of it")]
#[path = "traps/service.rs"]
mod service;

use service::{raw, raw_in_parts};

#[tokio::test]
async fn odd_answers_are_read() {
    for octets in [
        // Hints before the answer.
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{\"id\":\"x\"}",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{\"id\":\"x\"}",
        // No reason, a reason of other octets, an unknown 2xx.
        "HTTP/1.1 200 \r\n\r\n{\"id\":\"x\"}",
        "HTTP/1.1 200 \u{e4}\r\n\r\n{\"id\":\"x\"}",
        "HTTP/1.1 299 Odd\r\n\r\n{\"id\":\"x\"}",
        // Every content type, and none.
        "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n{\"id\":\"x\"}",
        "HTTP/1.1 200 OK\r\ncontent-type: \r\n\r\n{\"id\":\"x\"}",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json;odata.metadata=minimal;\
         odata.streaming=true;IEEE754Compatible=true;charset=utf-8\r\n\r\n{\"id\":\"x\"}",
        // A mark before the body, space around it, names twice.
        "HTTP/1.1 200 OK\r\n\r\n\u{feff}{\"id\":\"x\"}",
        "HTTP/1.1 200 OK\r\n\r\n\r\n\t {\"id\":\"x\"} \r\n",
        "HTTP/1.1 200 OK\r\n\r\n{\"id\":\"w\",\"id\":\"x\"}",
        "HTTP/1.1 200 OK\r\n\r\n{\"\\u0069d\":\"\\u0078\"}",
    ] {
        let call = raw(octets).await.communications().call("c1").get().await;
        assert_eq!(call.unwrap().id.text(), Some("x"), "{octets}");
    }
}

#[tokio::test]
async fn an_answer_octet_by_octet_is_read_whole() {
    let octets = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                  1\r\n{\r\n9\r\n\"id\":\"x\"}\r\n0\r\n\r\n";
    let client = raw_in_parts(octets, 1, Duration::from_millis(2)).await;
    let call = client.communications().call("c1").get().await.unwrap();
    assert_eq!(call.id.text(), Some("x"));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    for octets in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":\"x\"}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n{\"id\":\"x\"}\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{\"id\":\"x\"}\r\n0\r\n\r\n",
        "SIP/2.0 200 OK\r\n\r\n{\"id\":\"x\"}",
        "HTTP/1.1 20 OK\r\n\r\n{\"id\":\"x\"}",
    ] {
        let client = raw(octets).await;
        let prompt = Prompt::wav("https://cdn.example.com/a.wav");
        let call = client.communications().call("c1");
        let error = call.play_prompt([prompt]).await.map(drop).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Connection), "{octets:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_an_error_that_does_not_quote_it() {
    for body in [
        &b"<html>secret</html>"[..],
        b"\"secret\"",
        b"[\"secret\"]",
        b"{\"id\":[\"secret\"]}",
        b"{\"id\":\"secret",
        b"{\"id\":\"secret\xff\"}",
        b"s\0e\0c\0",
        b"nullnull",
        b"\x1f\x8b\x08secret",
    ] {
        let mut octets = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        octets.extend_from_slice(body);
        let error = raw(octets).await.communications().call("c1").get().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decode), "{error:?}");
        let words = format!("{error} {error:?}");
        assert!(!words.contains("secret"), "{words}");
    }
}

#[tokio::test]
async fn an_error_page_leaves_the_status_to_speak() {
    for (head, status) in [
        ("HTTP/1.1 403 FORBIDDEN\r\ncontent-type: text/html\r\n\r\n<html>", 403),
        ("HTTP/1.1 400 Bad Request\r\n\r\n\u{feff}{\"error\":{\"code\":\"7503\"}}", 400),
        ("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"7503\"}", 400),
        ("HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":{\"code\":{\"a\":1}}}", 400),
        ("HTTP/1.1 418 I'm a teapot\r\ncontent-length: 0\r\n\r\n", 418),
        ("HTTP/1.1 304 Not Modified\r\n\r\n", 304),
        ("HTTP/1.1 999 Denied\r\n\r\n", 999),
    ] {
        let error = raw(head).await.communications().call("c1").reject().await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{head}");
        if head.contains("\u{feff}") {
            assert_eq!(error.diagnosis().unwrap().code, "7503", "read behind its mark");
        }
    }
}

#[tokio::test]
async fn an_answer_without_end_is_given_up_at_the_bound() {
    let mut octets = b"HTTP/1.1 200 OK\r\n\r\n{\"id\":\"".to_vec();
    octets.resize(9 * 1024 * 1024, b'x');
    let started = Instant::now();
    let error = raw(octets).await.communications().call("c1").get().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ResponseTooLarge { .. }), "{error}");
    let mut octets = b"HTTP/1.1 200 OK\r\n".to_vec();
    for _ in 0..20_000 {
        octets.extend_from_slice(b"x-odd: of a server that does not stop\r\n");
    }
    let call = raw(octets).await.communications().call("c1").reject().await;
    assert!(matches!(call.unwrap_err().kind(), ErrorKind::Connection));
    assert!(started.elapsed() < Duration::from_secs(30));
}
