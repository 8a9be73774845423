//! The questions of calls, as requests.

use futures_util::{StreamExt, TryStreamExt};
use http::StatusCode;
use teams_cc_core::CallId;

use super::Shared;
use crate::{
    Error,
    call::{Answer, Ask, CallReport, MAX_PARTICIPANTS, OperationReport, RosterReport},
    model::Participant,
};

/// The most pages of one roster that are read.
const MAX_ROSTER_PAGES: usize = MAX_PARTICIPANTS / 10;

/// Asks Graph; an error that tells nothing is [`Answer::NoAnswer`].
///
/// Dropping the future changes nothing at Graph.
pub(super) async fn ask(shared: &Shared, call: &CallId, ask: &Ask) -> Answer {
    let answer = match ask {
        Ask::KeepAlive => shared.one_call(call).keep_alive().await.map(|()| Answer::Alive),
        Ask::Call => shared.one_call(call).get().await.map(|call| {
            // A call that ended a moment ago may still be shown, as terminated.
            Answer::Call(Box::new(CallReport::read(&call, false)))
        }),
        Ask::Participants => participants(shared, call).await,
        Ask::Operation { graph_id, .. } => operation(shared, call, graph_id).await,
    };
    answer.unwrap_or_else(|error| {
        if error.status() == Some(StatusCode::NOT_FOUND) {
            Answer::NotFound
        } else {
            tracing::warn!(%call, ?ask, %error, "a call could not be looked at; trying again");
            Answer::NoAnswer
        }
    })
}

async fn participants(shared: &Shared, call: &CallId) -> Result<Answer, Error> {
    let request = shared.one_call(call).participants().into_request()?;
    let pages = shared.client.pages::<Participant>(request).max_pages(MAX_ROSTER_PAGES);
    // One more than are kept tells that there are too many; the rest is not even held.
    let list: Vec<Participant> = pages.items().take(MAX_PARTICIPANTS + 1).try_collect().await?;
    Ok(Answer::Participants(RosterReport::read(&list)))
}

async fn operation(shared: &Shared, call: &CallId, id: &str) -> Result<Answer, Error> {
    let operation = shared.one_call(call).operation(id).await?;
    Ok(Answer::Operation(OperationReport::read(&operation, false)))
}
