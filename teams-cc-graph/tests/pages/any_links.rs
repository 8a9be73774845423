//! Whatever a service links to, a reader comes to an end.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use proptest::prelude::*;
use serde_json::json;
use teams_cc_graph::auth::{AccessToken, TokenProvider, TokenRequest};
use teams_cc_graph::model::Presence;
use teams_cc_graph::{Client, Error, ErrorKind};

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

/// What page `n` links to: another page, in either spelling, or something not to be followed.
#[derive(Clone, Debug)]
enum Link {
    None,
    To(usize),
    Spelled(usize),
    Odd(&'static str),
}

const ODD: [&str; 4] =
    ["", "/v1.0/p?n=1", "https://evil.example/v1.0/p?n=1", "https://graph.microsoft.com/v1.0/p#1"];

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![
        1 => Just(Link::None),
        6 => (0..8_usize).prop_map(Link::To),
        1 => (0..8_usize).prop_map(Link::Spelled),
        1 => prop::sample::select(ODD.to_vec()).prop_map(Link::Odd),
    ]
}

/// The pages asked for, in order, and what the reader got: ids, then perhaps an error.
async fn read(links: Vec<Link>, limit: usize) -> (Vec<usize>, Vec<String>, Option<Error>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let transport = tower::service_fn(move |request: http::Request<Bytes>| {
        assert_eq!(request.uri().host(), Some("graph.microsoft.com"));
        let query = request.uri().query().unwrap_or_default();
        let nth: usize = query.rsplit('=').next().unwrap().parse().unwrap();
        seen.lock().unwrap().push(nth);
        let mut body = json!({"value": [{"id": nth.to_string()}]});
        let to =
            |name: &str, nth: usize| format!("https://graph.microsoft.com/v1.0/p?{name}={nth}");
        match &links[nth] {
            Link::None => {}
            Link::To(nth) => body["@odata.nextLink"] = to("n", *nth).into(),
            Link::Spelled(nth) => body["@odata.nextLink"] = to("%6E", *nth).into(),
            Link::Odd(odd) => body["@odata.nextLink"] = (*odd).into(),
        }
        let response = http::Response::new(Bytes::from(body.to_string()));
        async move { Ok::<_, Infallible>(response) }
    });
    let client = Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .transport(transport)
        .build()
        .unwrap();
    let first = http::Request::get("/p?n=0").body(Bytes::new()).unwrap();
    let mut items = client.pages::<Presence>(first).max_pages(limit).items();
    let (mut ids, mut error) = (Vec::new(), None);
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => ids.push(item.id.text().unwrap().to_owned()),
            Err(refused) => {
                assert!(error.is_none(), "an error ends the stream");
                error = Some(refused);
            }
        }
    }
    let asked = asked.lock().unwrap().clone();
    (asked, ids, error)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Trap 40: no page is asked for twice, nothing that came is lost, and the bound holds.
    #[test]
    fn no_page_is_asked_for_twice(links in prop::collection::vec(link(), 8), limit in 1..10_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (asked, ids, error) = runtime.block_on(read(links.clone(), limit));
        let distinct: BTreeSet<_> = asked.iter().collect();
        prop_assert_eq!(distinct.len(), asked.len());
        prop_assert!(asked.len() <= limit);
        let wanted: Vec<_> = asked.iter().map(ToString::to_string).collect();
        prop_assert_eq!(ids, wanted);
        // It ends in silence only where the last page links nowhere.
        let last = &links[*asked.last().unwrap()];
        let over = matches!(last, Link::None | Link::Odd(""));
        match error {
            None => prop_assert!(over),
            Some(error) => {
                prop_assert!(!over);
                prop_assert!(matches!(error.kind(), ErrorKind::Page(_)), "{}", error);
            }
        }
    }
}
