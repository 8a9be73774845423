//! Everything the answer to a first call would wait for.

use http::{Method, StatusCode};

use crate::{
    Client, Error, ErrorKind, call::Calls, jwt::JwtError, request::check::https, webhook::Intake,
};

/// What could not be made ready. The first call will try again, and may be too late.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// No token, or no connection to Graph.
    #[error("the first call would wait for graph")]
    Graph(#[from] Error),
    /// No signing keys, so that no callback could be believed.
    #[error("the first call would wait for the signing keys of callbacks")]
    Keys(#[from] JwtError),
}

impl Calls {
    /// Signs in and connects to Graph, so that no call waits for either.
    ///
    /// A call has 15 s to be answered, 5 s for policy recording; a cold start takes much of that.
    /// Asks Graph for a call that is none, so a 404 is what is wanted. Dropping the future leaves a
    /// sign-in under way.
    ///
    /// # Errors
    ///
    /// Where no token can be had, or Graph cannot be reached;
    /// [`InvalidRequest::NotHttps`](crate::error::InvalidRequest::NotHttps) where Graph takes no such
    /// address for callbacks, with which no call could be answered.
    pub async fn warm_up(&self) -> Result<(), Error> {
        let client = self.client();
        https("callbackUri", self.config().callback_uri.as_str())?;
        client.sign_in().await?;
        connect(client).await
    }
}

/// Makes everything ready that the answer to a call needs: token, connection and signing keys.
///
/// Do it before callbacks can come. Dropping the future leaves a sign-in under way.
///
/// # Errors
///
/// [`NotReady`] says what could not be made ready.
pub async fn warm_up(calls: &Calls, intake: &Intake) -> Result<(), NotReady> {
    let (graph, keys) = tokio::join!(calls.warm_up(), intake.warm_up());
    graph?;
    keys?;
    Ok(())
}

async fn connect(client: &Client) -> Result<(), Error> {
    let none = "/communications/calls/00000000-0000-0000-0000-000000000000";
    let mut request = http::Request::new(bytes::Bytes::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = http::Uri::from_static(none);
    match client.execute(request).await {
        Ok(_) => Ok(()),
        // It answered, which is all that was asked for; what it lacks, the first call tells.
        Err(error) if matches!(error.kind(), ErrorKind::Service(_) | ErrorKind::CallEnded(_)) => {
            match error.status() {
                Some(StatusCode::UNAUTHORIZED) => Err(error),
                _ => Ok(()),
            }
        }
        Err(error) => Err(error),
    }
}
