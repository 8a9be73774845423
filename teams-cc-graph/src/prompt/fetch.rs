//! Fetching a prompt as the service would, before a caller has to hear it.

use bytes::Bytes;
use http::{Request, StatusCode, Uri};

use super::{PromptError, PromptInfo, check_wav};
use crate::{Client, Error, InvalidRequest};

/// Why the service would not play a prompt that stands under an address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PromptProblem {
    /// The address is no absolute HTTPS URI.
    #[error(transparent)]
    Address(#[from] InvalidRequest),
    /// The address does not give the file. Graph says 8536 then.
    #[error("the address of the prompt answers {0}: publish the file there, without a sign-in")]
    NotThere(StatusCode),
    /// The address cannot be reached from here.
    #[error("the address of the prompt cannot be reached: check name, port and certificate")]
    Unreachable(#[source] Error),
    /// The file is not what the service plays.
    #[error(transparent)]
    File(#[from] PromptError),
}

/// Fetches a prompt as the service would, and checks that it can be played.
///
/// Do it at the start for every prompt: where the service cannot fetch one, the caller hears
/// nothing. It goes from here and not from Microsoft's network, so a host that answers only inside
/// the own network is not found out. No token goes along. Dropping the future changes nothing.
///
/// # Errors
///
/// [`PromptProblem`] says what to mend.
pub async fn fetch_prompt(client: &Client, uri: &str) -> Result<PromptInfo, PromptProblem> {
    let what = "the URI of a prompt";
    let uri: Uri = uri.parse().map_err(|_| InvalidRequest::NotHttps { what })?;
    if uri.scheme_str() != Some("https") || uri.host().is_none() {
        return Err(InvalidRequest::NotHttps { what }.into());
    }
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = uri;
    match client.fetch_elsewhere(request).await {
        Ok(response) => Ok(check_wav(response.body())?),
        Err(error) => Err(match error.status() {
            Some(status) => PromptProblem::NotThere(status),
            None => PromptProblem::Unreachable(error),
        }),
    }
}
