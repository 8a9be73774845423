//! What is remembered of records that are not written.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::json;
use teams_cc_core::{Clock, store::CallStore};

use super::*;
use crate::{
    BoxError, Client, Error, SystemClock,
    auth::{AccessToken, TokenProvider, TokenRequest},
    call::CallsConfig,
};

#[derive(Debug)]
struct Down;

fn down<T>() -> Result<T, StoreError> {
    Err(StoreError::Backend("down".into()))
}

#[async_trait]
impl CallStore for Down {
    async fn get(&self, _: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError> {
        down()
    }

    async fn put_if(
        &self,
        _: &CallId,
        _: RecordVersion,
        _: CallRecord,
    ) -> Result<RecordVersion, StoreError> {
        down()
    }

    async fn delete(&self, _: &CallId) -> Result<(), StoreError> {
        down()
    }

    async fn list(&self, _: &str) -> Result<Vec<CallId>, StoreError> {
        down()
    }
}

#[async_trait]
impl TokenProvider for Down {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

/// Calls that no driver looks after, over a store that takes nothing.
fn shared() -> Shared {
    let transport = tower::service_fn(|_: http::Request<Bytes>| async {
        Err::<http::Response<Bytes>, _>(BoxError::from("nothing is sent here"))
    });
    let client = Client::builder().tenant("tenant-1".parse().expect("an id"));
    let client = client.token_provider(Arc::new(Down)).transport(transport).build();
    let callback = "https://bot.contoso.com/callback".parse().expect("a url");
    let config = CallsConfig::new(
        "tenant-1".parse().expect("an id"),
        "app-1".parse().expect("an id"),
        callback,
    );
    let clock = Arc::new(SystemClock::new());
    Shared::new(&client.expect("a client"), config.store(Arc::new(Down), "blue"), clock)
}

#[tokio::test]
async fn what_was_written_of_records_left_behind_is_forgotten_where_the_store_is_down() {
    let shared = shared();
    let keeping = shared.keeping.clone().expect("a store");
    let call = |name: &str| CallId::new(name).expect("an id");
    let (live, over, left_behind) = (call("live"), call("over"), call("left-behind"));
    let now = shared.clock.now();
    let incoming = json!({
        "changeType": "created", "resourceUrl": "/communications/calls/live",
        "resourceData": { "@odata.type": "#microsoft.graph.call", "state": "incoming" },
    });
    let incoming = serde_json::from_value(incoming).expect("a notification");
    shared.registry().post(now, now, vec![incoming]);
    shared.registry().note_over(over.clone());
    for call in [&live, &over, &left_behind] {
        shared.save(call, Some(Saved { version: RecordVersion::new(1), body: Vec::new() }));
    }
    assert!(!flush(&shared, &keeping, BATCH).await, "nothing was written");
    let known = [&live, &over, &left_behind].map(|call| shared.saved(call).is_some());
    assert_eq!(known, [true, true, false]);
}
