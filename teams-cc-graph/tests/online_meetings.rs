//! Meetings and what they left, against a service on loopback.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use teams_cc_graph::auth::{AccessToken, TokenProvider, TokenRequest};
use teams_cc_graph::model::OnlineMeeting;
use teams_cc_graph::{ActsFor, Client, Config, Download, Error, ErrorKind, RetryPolicy};
use wiremock::matchers::{any, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

async fn service() -> (MockServer, Client) {
    let server = MockServer::start().await;
    let mut config = Config::default();
    config.retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
    config.max_response_bytes = 64 * 1024;
    let client = Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .endpoint(format!("{}/v1.0", server.uri()))
        .config(config)
        .build()
        .unwrap();
    (server, client)
}

async fn answer(server: &MockServer, verb: &str, of: &str, answer: ResponseTemplate) {
    Mock::given(method(verb))
        .and(path(format!("/v1.0{of}")))
        .respond_with(answer)
        .expect(1)
        .mount(server)
        .await;
}

fn json(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

#[tokio::test]
async fn a_meeting_lives_from_its_making_to_its_end() {
    let (server, client) = service().await;
    let root = "/users/u1/onlineMeetings";
    let body = json!({"id": "m1", "joinWebUrl": "https://teams.example.com/l/1"});
    answer(&server, "POST", root, json(201, body.clone())).await;
    answer(&server, "GET", &format!("{root}/m1"), json(200, body)).await;
    let changed = json(200, json!({"id": "m1", "allowRecording": false}));
    answer(&server, "PATCH", &format!("{root}/m1"), changed).await;
    answer(&server, "DELETE", &format!("{root}/m1"), ResponseTemplate::new(204)).await;
    let user = client.user("u1");
    let made = user.online_meetings().create(OnlineMeeting::new().subject("s")).await.unwrap();
    let meeting = user.online_meeting(made.id.text().unwrap());
    assert_eq!(meeting.get().await.unwrap().join_web_url, made.join_web_url);
    let change = OnlineMeeting::new().allow_recording(false);
    assert_eq!(meeting.update(change).await.unwrap().allow_recording.get(), Some(&false));
    meeting.delete().await.unwrap();
}

#[tokio::test]
async fn a_meeting_of_an_external_id_is_asked_for_again_and_one_that_is_made_is_not() {
    let (server, client) = service().await;
    let root = "/v1.0/users/u1/onlineMeetings";
    Mock::given(path(format!("{root}/createOrGet")))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    answer(&server, "POST", "/users/u1/onlineMeetings/createOrGet", json(200, json!({"id": "m1"})))
        .await;
    Mock::given(path(root)).respond_with(ResponseTemplate::new(503)).expect(1).mount(&server).await;
    let meetings = client.user("u1").online_meetings();
    assert_eq!(meetings.create_or_get("case-1").await.unwrap().id.text(), Some("m1"));
    let error = meetings.create(OnlineMeeting::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
}

#[tokio::test]
async fn a_signed_in_user_asks_under_me_and_an_app_under_the_user() {
    let (server, client) = service().await;
    let found = || json(200, json!({"value": [{"id": "m1"}]}));
    answer(&server, "GET", "/me/onlineMeetings", found()).await;
    answer(&server, "GET", "/users/u1/onlineMeetings", found()).await;
    answer(&server, "GET", "/communications/onlineMeetings", found()).await;
    let reports = json(200, json!({"value": [{"id": "a1"}, {"id": "a2"}]}));
    answer(&server, "GET", "/me/onlineMeetings/m1/attendanceReports", reports).await;
    let delegated = client.delegated(ActsFor::SignedInUser).unwrap();
    let url = "https://teams.example.com/l/meetup-join/19%3ameeting";
    let mut found = vec![
        delegated.online_meetings().by_join_web_url(url).await.unwrap(),
        client.user("u1").online_meetings().by_join_meeting_id("1").await.unwrap(),
    ];
    let communications = client.communications();
    found.push(communications.online_meeting_by_video_teleconference_id("1").await.unwrap());
    assert!(found.iter().all(|found| found.items().len() == 1));
    let reports = delegated.online_meeting("m1").attendance_reports().items();
    assert_eq!(reports.try_collect::<Vec<_>>().await.unwrap().len(), 2);
}

/// Trap 41: the address that the service names may be of another host, or not to be fetched.
#[tokio::test]
async fn content_is_fetched_by_ids_and_no_token_goes_to_a_foreign_host() {
    let elsewhere = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
    let (server, client) = service().await;
    let root = "/users/u1/onlineMeetings/m1";
    let foreign = format!("{}/v1.0/$metadata#users('u1')/content", elsewhere.uri());
    let body = json!({"value": [{"id": "r1", "recordingContentUrl": foreign}]});
    answer(&server, "GET", &format!("{root}/recordings"), json(200, body)).await;
    let mp4 = ResponseTemplate::new(200).set_body_raw(vec![0, 159, 146, 150], "video/mp4");
    answer(&server, "GET", &format!("{root}/recordings/r1/content"), mp4).await;
    let meeting = client.user("u1").online_meeting("m1");
    let recordings = meeting.recordings().await.unwrap();
    let recording = &recordings.items()[0];
    let content = meeting.recording_content(recording.id.text().unwrap()).await.unwrap();
    assert_eq!(&content.bytes[..], [0, 159, 146, 150]);
    assert_eq!(content.content_type.as_deref(), Some("video/mp4"));
    // Who follows the named address all the same keeps the token.
    let mut request = http::Request::new(Bytes::new());
    *request.uri_mut() = recording.recording_content_url.get().unwrap().reveal().parse().unwrap();
    let error = client.execute(request).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
    // A content request that is answered by a redirect does not follow it with the token.
    let away = ResponseTemplate::new(302).insert_header("location", elsewhere.uri());
    answer(&server, "GET", &format!("{root}/recordings/r2/content"), away).await;
    let error = meeting.recording_content("r2").await.unwrap_err();
    assert_eq!(error.status().unwrap(), 302);
}

#[tokio::test]
async fn content_is_bounded() {
    let (server, client) = service().await;
    let large = ResponseTemplate::new(200).set_body_raw(vec![0; 65 * 1024], "video/mp4");
    let root = "/users/u1/adhocCalls/c1/recordings/r1/content";
    answer(&server, "GET", root, large).await;
    let call = client.user("u1").adhoc_call("c1");
    let error = call.recording_content("r1").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ResponseTooLarge { limit: 65_536 }), "{error}");
}

/// The parts of a file, and how it ended.
async fn parts(mut file: Download) -> (usize, Vec<u8>, Option<Error>) {
    let (mut count, mut bytes) = (0, Vec::new());
    loop {
        match file.next_part().await {
            Ok(Some(part)) => {
                count += 1;
                bytes.extend_from_slice(&part);
            }
            Ok(None) => return (count, bytes, None),
            Err(error) => {
                let again = file.next_part().await;
                assert!(again.is_err(), "what broke off never looks whole");
                return (count, bytes, Some(error));
            }
        }
    }
}

#[tokio::test]
async fn a_file_larger_than_any_response_comes_in_parts() {
    let (server, client) = service().await;
    let sent: Vec<u8> = (0..1_000_000_u32).map(|nth| (nth % 251) as u8).collect();
    let large = ResponseTemplate::new(200).set_body_raw(sent.clone(), "video/mp4");
    let root = "/users/u1/onlineMeetings/m1/recordings/r1/content";
    Mock::given(path(format!("/v1.0{root}"))).respond_with(large).expect(3).mount(&server).await;
    let meeting = client.user("u1").online_meeting("m1");
    let file = meeting.recording_content("r1").stream().await.unwrap();
    assert_eq!((file.content_type(), file.length()), (Some("video/mp4"), Some(1_000_000)));
    assert!(!format!("{file:?}").contains("251"));
    let (count, came, error) = parts(file).await;
    assert!(error.is_none() && count > 1 && came == sent, "{count} parts, {error:?}");
    let file = meeting.recording_content("r1").stream().await.unwrap().at_most(999_999);
    let (count, _, error) = parts(file).await;
    let error = error.unwrap();
    assert!(matches!(error.kind(), ErrorKind::ResponseTooLarge { limit: 999_999 }), "{error}");
    assert_eq!(count, 0, "its length was told");
    let error = meeting.recording_content("r1").await.unwrap_err();
    assert!(error.to_string().contains("Config::max_response_bytes"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_refused_gives_the_error_before_the_first_part() {
    let (server, client) = service().await;
    let refused = json(403, json!({"error": {"code": "Forbidden"}}));
    answer(&server, "GET", "/users/u1/adhocCalls/c1/recordings/r1/content", refused).await;
    let call = client.user("u1").adhoc_call("c1");
    let error = call.recording_content("r1").stream().await.unwrap_err();
    assert!(error.is_permission(), "{error}");
    assert!(error.to_string().contains("CallRecordings.Read.All"), "{error}");
}

#[tokio::test]
async fn a_file_that_breaks_off_or_stalls_is_not_taken_for_whole() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    for (stalls, head) in [
        (false, "content-length: 100\r\n\r\nhalf"),
        (false, "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
        (true, "content-length: 100\r\n\r\nhalf"),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4096]).await.unwrap();
            socket.write_all(format!("HTTP/1.1 200 OK\r\n{head}").as_bytes()).await.unwrap();
            if stalls {
                std::future::pending::<()>().await;
            }
        });
        let client = Client::builder()
            .tenant("tenant-1".parse().unwrap())
            .token_provider(Arc::new(Fixed))
            .endpoint(format!("http://{address}/v1.0"))
            .config(Config::new().attempt_timeout(Duration::from_millis(300)))
            .build()
            .unwrap();
        let call = client.user("u1").adhoc_call("c1");
        let file = call.recording_content("r1").stream().await.unwrap();
        let (_, came, error) = parts(file).await;
        assert_eq!(came, b"half");
        let error = error.unwrap();
        let as_wanted = match error.kind() {
            ErrorKind::Timeout => stalls,
            ErrorKind::Connection => !stalls,
            _ => false,
        };
        assert!(as_wanted, "{error}");
        server.abort();
    }
}

#[tokio::test]
async fn a_file_of_untold_length_ends_at_the_bound() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        socket.write_all(head).await.unwrap();
        while socket.write_all(b"4\r\nmore\r\n").await.is_ok() {}
    });
    let client = Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .endpoint(format!("http://{address}/v1.0"))
        .build()
        .unwrap();
    let call = client.user("u1").adhoc_call("c1");
    let file = call.recording_content("r1").stream().await.unwrap().at_most(1_000_000);
    assert_eq!(file.length(), None);
    let (_, came, error) = parts(file).await;
    let error = error.unwrap();
    assert!(matches!(error.kind(), ErrorKind::ResponseTooLarge { limit: 1_000_000 }), "{error}");
    assert!(came.len() <= 1_000_000);
    server.await.expect("its connection is closed");
}

#[tokio::test]
async fn a_download_can_be_sent_to_other_threads() {
    fn check<T: Send>(value: T) {
        drop(value);
    }
    let part_of = |file: &mut Download| check(file.next_part());
    let (_, client) = service().await;
    check(client.user("u1").online_meeting("m1").recording_content("r1").stream());
    let _ = part_of;
}

#[tokio::test]
async fn a_transport_of_ones_own_gives_a_file_as_one_part() {
    let whole = tower::service_fn(|_: http::Request<Bytes>| async {
        Ok::<_, teams_cc_graph::BoxError>(http::Response::new(Bytes::from_static(b"WEBVTT")))
    });
    let client = Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .transport(whole)
        .build()
        .unwrap();
    let delegated = client.delegated(ActsFor::SignedInUser).unwrap();
    for limit in [6, 5] {
        let transcript = delegated.online_meeting("m1").transcript_content("t1");
        let (count, came, error) = parts(transcript.stream().await.unwrap().at_most(limit)).await;
        match error {
            None => assert_eq!((limit, count, came.as_slice()), (6, 1, &b"WEBVTT"[..])),
            Some(error) => assert!(
                limit == 5 && matches!(error.kind(), ErrorKind::ResponseTooLarge { limit: 5 })
            ),
        }
    }
}

#[tokio::test]
async fn a_transcript_comes_as_text() {
    let (server, client) = service().await;
    let text = ResponseTemplate::new(200).set_body_raw("WEBVTT\n", "text/vtt");
    Mock::given(path("/v1.0/users/u1/onlineMeetings/m1/transcripts/t1/content"))
        .and(query_param("$format", "text/vtt"))
        .respond_with(text)
        .expect(1)
        .mount(&server)
        .await;
    let meeting = client.user("u1").online_meeting("m1");
    let content = meeting.transcript_content("t1").await.unwrap();
    assert_eq!(content.text().unwrap(), "WEBVTT\n");
    assert!(!format!("{content:?}").contains("WEBVTT"));
}

#[tokio::test]
async fn what_was_added_is_read_on_from_the_last_reading() {
    let (server, client) = service().await;
    let of = "/users/u1/onlineMeetings/getAllRecordings(meetingOrganizerUserId='u1')/delta";
    let delta = format!("{}/v1.0/later?$deltatoken=d", server.uri());
    let first = json!({"value": [{"id": "r1"}], "@odata.deltaLink": delta});
    answer(&server, "GET", of, json(200, first)).await;
    answer(&server, "GET", "/later", json(200, json!({"value": [{"id": "r2"}]}))).await;
    let mut pages = client.user("u1").all_meeting_recordings_delta().pages();
    assert_eq!(pages.next_page().await.unwrap().unwrap().items().len(), 1);
    assert!(pages.next_page().await.unwrap().is_none());
    let mut added = client.follow(pages.delta_link().unwrap()).items();
    let recording: teams_cc_graph::model::CallRecording = added.try_next().await.unwrap().unwrap();
    assert_eq!(recording.id.text(), Some("r2"));
}
