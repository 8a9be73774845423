//! Links that must not be followed.

use futures_util::TryStreamExt;
use teams_cc_graph::model::Presence;
use teams_cc_graph::page::{Items, PageError};
use teams_cc_graph::{Error, ErrorKind};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Service, first};

/// The items before the error, and the error.
async fn read(mut items: Items<Presence>) -> (usize, Error) {
    let mut good = 0;
    loop {
        match items.try_next().await {
            Ok(Some(_)) => good += 1,
            Ok(None) => panic!("the link was followed, or dropped in silence"),
            Err(error) => {
                assert!(items.try_next().await.unwrap().is_none());
                return (good, error);
            }
        }
    }
}

fn refused(error: &Error) -> &PageError {
    let ErrorKind::Page(page) = error.kind() else { panic!("{error}") };
    page
}

/// Trap 40.
#[tokio::test]
async fn a_link_that_cannot_or_must_not_be_fetched_is_refused() {
    let elsewhere = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
    let cases = [
        ("OWN/v1.0/$metadata#communications/callRecords('1')/x", PageError::Fragment),
        ("ELSEWHERE/v1.0/users?$skiptoken=b", PageError::ForeignOrigin),
        ("OWN.evil.example/v1.0/users", PageError::ForeignOrigin),
        ("OWN@evil.example/v1.0/users", PageError::ForeignOrigin),
        ("httpsOWN/v1.0/users", PageError::ForeignOrigin),
        ("/users?$skiptoken=b", PageError::Malformed),
        ("users?$skiptoken=b", PageError::Malformed),
        ("not a link", PageError::Malformed),
    ];
    for (link, wanted) in cases {
        let service = Service::start().await;
        let own = service.server.uri();
        let link = link.replace("httpsOWN", &own.replace("http:", "https:"));
        let link = link.replace("OWN", &own).replace("ELSEWHERE", &elsewhere.uri());
        service.first(&["1", "2"], Some(&link)).await;
        let (good, error) = read(service.client.pages(first()).items()).await;
        assert_eq!((good, refused(&error)), (2, &wanted), "{link}");
        assert!(!error.to_string().contains(&link));
        assert_eq!(service.asked().await, 1, "{link}");
        let error = service.client.follow::<Presence>(&link).next_page().await.unwrap_err();
        assert_eq!(refused(&error), &wanted, "{link}");
    }
}

/// Trap 40: Microsoft's own sample links to itself.
#[tokio::test]
async fn a_link_to_the_request_itself_is_a_loop() {
    for own in ["/v1.0/users", "/v1.0/%75sers"] {
        let service = Service::start().await;
        let link = format!("{}{own}", service.server.uri());
        service.first(&["1"], Some(&link)).await;
        let (good, error) = read(service.client.pages(first()).items()).await;
        assert_eq!((good, refused(&error)), (1, &PageError::Loop));
        assert_eq!(service.asked().await, 1);
    }
}

/// Trap 40.
#[tokio::test]
async fn a_longer_circle_is_a_loop_too() {
    let service = Service::start().await;
    let (b, c) = (service.link("b"), service.link("c"));
    service.first(&["1"], Some(&b)).await;
    service.later("b", &["2"], Some(&c)).await;
    service.later("c", &["3"], Some(&b)).await;
    let (good, error) = read(service.client.pages(first()).items()).await;
    assert_eq!((good, refused(&error)), (3, &PageError::Loop));
    assert_eq!(service.asked().await, 3);
}

#[tokio::test]
async fn a_collection_without_end_ends_at_the_bound() {
    let service = Service::start().await;
    let (b, c) = (service.link("b"), service.link("c"));
    service.first(&["1"], Some(&b)).await;
    service.later("b", &["2"], Some(&c)).await;
    let pages = service.client.pages(first()).max_pages(2);
    let mut items: Items<Presence> = pages.items();
    assert!(items.try_next().await.unwrap().is_some());
    assert!(items.try_next().await.unwrap().is_some());
    let error = items.try_next().await.unwrap_err();
    assert_eq!(refused(&error), &PageError::TooMany { limit: 2 });
    assert_eq!(items.next_link(), Some(&*c));
    assert_eq!(service.asked().await, 2);
}
