//! The request behind a question of the index.

use super::Input;
use crate::client::Client;
use crate::error::Error;
use crate::model::call_records::CallRecord;

/// Ask for a record, and tell the index what came of it.
///
/// The record comes beside the input, where there is one; the error beside a
/// [`Input::Failed`] says why no answer came. Dropping the future leaves the question open: the
/// index asks again after five minutes.
pub async fn fetch(client: &Client, id: String) -> (Input, Result<Option<CallRecord>, Error>) {
    match client.communications().call_record(&*id).get().await {
        Ok(record) => {
            let version = record.version.get().copied().unwrap_or_default();
            (Input::Recorded { id, version }, Ok(Some(record)))
        }
        Err(error) if error.is_no_call_record() => (Input::Absent { id }, Ok(None)),
        Err(error) => (Input::Failed { id }, Err(error)),
    }
}
