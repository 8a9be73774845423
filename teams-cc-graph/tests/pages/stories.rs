//! What a reader of pages gets.

use futures_util::{StreamExt, TryStreamExt};
use http::{HeaderName, HeaderValue};
use serde_json::json;
use std::time::Duration;
use teams_cc_graph::model::Presence;
use teams_cc_graph::page::{Items, Pages};
use wiremock::matchers::{path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Service, first};

async fn ids(mut items: Items<Presence>) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => ids.push(item.id.text().unwrap().to_owned()),
            Err(error) => ids.push(format!("({error})")),
        }
    }
    ids
}

#[tokio::test]
async fn items_come_in_order_over_all_pages_empty_ones_too() {
    let service = Service::start().await;
    let (b, c, d) = (service.link("b"), service.link("c"), service.link("d"));
    service.first(&["1", "2"], Some(&b)).await;
    service.later("b", &[], Some(&c)).await;
    service.later("c", &["3"], Some(&d)).await;
    service.later("d", &["4"], None).await;
    assert_eq!(ids(service.client.pages(first()).items()).await, ["1", "2", "3", "4"]);
    assert_eq!(service.asked().await, 4);
}

#[tokio::test]
async fn a_page_is_asked_for_only_when_it_is_wanted() {
    let service = Service::start().await;
    service.first(&["1"], Some(&service.link("b"))).await;
    service.later("b", &["2"], None).await;
    let mut pages: Pages<Presence> = service.client.pages(first());
    assert_eq!(service.asked().await, 0);
    assert_eq!(pages.next_page().await.unwrap().unwrap().items().len(), 1);
    assert_eq!(service.asked().await, 1);
    assert_eq!(pages.next_link(), Some(&*service.link("b")));
    drop(pages);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(service.asked().await, 1);
}

#[tokio::test]
async fn a_link_is_followed_as_it_was_written_with_the_headers_of_the_first_request() {
    let service = Service::start().await;
    let link = format!(
        "{}/v1.0/communications/getPstnCalls(from=2019-11-01,to=2019-12-01)?$skip=1000&x=a%2Bb+c",
        service.server.uri()
    );
    service.first(&["1"], Some(&link)).await;
    Mock::given(path("/v1.0/communications/getPstnCalls(from=2019-11-01,to=2019-12-01)"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"value": [{"id": "2"}]})))
        .expect(1)
        .mount(&service.server)
        .await;
    let mut request = first();
    let prefer = HeaderValue::from_static("include-unknown-enum-members");
    request.headers_mut().insert("prefer", prefer.clone());
    let level = HeaderName::from_static("consistencylevel");
    let pages = service.client.pages::<Presence>(request);
    let pages = pages.header(level.clone(), HeaderValue::from_static("eventual"));
    assert_eq!(ids(pages.items()).await, ["1", "2"]);
    let sent = service.server.received_requests().await.unwrap();
    let sent: Vec<_> = sent.iter().filter(|request| request.method == "GET").collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1].url.query(), Some("$skip=1000&x=a%2Bb+c"));
    for request in sent {
        assert_eq!(request.headers["prefer"], prefer);
        assert_eq!(request.headers[&level], "eventual");
        assert_eq!(request.headers["authorization"], "Bearer token");
    }
}

#[tokio::test]
async fn an_error_ends_the_stream_and_costs_no_earlier_item() {
    let service = Service::start().await;
    service.first(&["1", "2"], Some(&service.link("b"))).await;
    Mock::given(query_param("$skiptoken", "b"))
        .respond_with(ResponseTemplate::new(403))
        .expect(1)
        .mount(&service.server)
        .await;
    let mut items: Items<Presence> = service.client.pages(first()).items();
    for id in ["1", "2"] {
        assert_eq!(items.try_next().await.unwrap().unwrap().id.text(), Some(id));
    }
    assert!(items.try_next().await.unwrap_err().is_permission());
    assert!(items.try_next().await.unwrap().is_none());
    assert_eq!(items.next_link(), Some(&*service.link("b")));
}

#[tokio::test]
async fn a_reader_goes_on_where_an_error_stopped_it() {
    let service = Service::start().await;
    let link = service.link("b");
    service.first(&["1"], Some(&link)).await;
    Mock::given(query_param("$skiptoken", "b"))
        .respond_with(ResponseTemplate::new(400))
        .up_to_n_times(1)
        .mount(&service.server)
        .await;
    service.later("b", &["2"], None).await;
    let mut pages: Pages<Presence> = service.client.pages(first());
    pages.next_page().await.unwrap().unwrap();
    pages.next_page().await.unwrap_err();
    assert_eq!(ids(service.client.follow(pages.next_link().unwrap()).items()).await, ["2"]);
}

#[tokio::test]
async fn a_page_whose_wait_was_given_up_is_not_asked_for_again() {
    let service = Service::start().await;
    let slow = ResponseTemplate::new(200).set_body_json(json!({"value": [{"id": "1"}]}));
    Mock::given(path("/v1.0/users"))
        .respond_with(slow.set_delay(Duration::from_millis(200)))
        .expect(1)
        .mount(&service.server)
        .await;
    let mut pages: Pages<Presence> = service.client.pages(first());
    let waited = tokio::time::timeout(Duration::from_millis(50), pages.next_page()).await;
    assert!(waited.is_err());
    assert_eq!(pages.next_page().await.unwrap().unwrap().items().len(), 1);
    assert!(pages.next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn the_last_page_of_a_delta_says_where_changes_are() {
    let service = Service::start().await;
    let (link, delta) = (service.link("b"), service.link("delta"));
    service.first(&["1"], Some(&link)).await;
    let last = json!({"value": [], "@odata.deltaLink": delta});
    Mock::given(query_param("$skiptoken", "b"))
        .respond_with(ResponseTemplate::new(200).set_body_json(last))
        .mount(&service.server)
        .await;
    let mut items: Items<Presence> = service.client.pages(first()).items();
    assert!(items.try_next().await.unwrap().is_some());
    assert_eq!(items.delta_link(), None);
    assert!(items.try_next().await.unwrap().is_none());
    assert_eq!(items.delta_link(), Some(&*delta));
    assert_eq!(items.next_link(), None);
}

#[tokio::test]
async fn everything_at_once_is_everything_or_an_error() {
    let service = Service::start().await;
    service.first(&["1"], Some(&service.link("b"))).await;
    service.later("b", &["2"], None).await;
    let all = service.client.pages::<Presence>(first()).items().collect_all().await.unwrap();
    assert_eq!(all.len(), 2);
}

static_assertions::assert_impl_all!(Pages<Presence>: Send, Unpin);
static_assertions::assert_impl_all!(Items<Presence>: Send, Unpin);
