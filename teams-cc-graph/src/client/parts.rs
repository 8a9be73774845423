//! Files that come in parts.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;

use super::Client;
use crate::error::{Error, ErrorKind};

/// The largest file that [`Download`] gives, unless told otherwise: a meeting of a day.
pub const DEFAULT_MAX_DOWNLOAD_BYTES: u64 = 8 * 1024 * 1024 * 1024;

/// Asks the default transport for a body in parts; stands among the extensions of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct InParts;

/// A body still to be read, among the extensions of a response. It is taken once.
#[derive(Clone)]
pub(super) struct Parts(Arc<Mutex<Option<reqwest::Response>>>);

/// A file in parts, of which one is held at a time.
///
/// It takes none of the places that [`Config::max_concurrent_requests`] bounds once its first part
/// is there: how many files are read at once is for the program to bound. A transport of your own gives a whole body: then that is the one part, and
/// [`Config::max_response_bytes`](crate::Config::max_response_bytes) bounds it first. Dropping a
/// download closes its connection.
///
/// [`Config::max_concurrent_requests`]: crate::Config::max_concurrent_requests
pub struct Download {
    rest: Rest,
    content_type: Option<String>,
    length: Option<u64>,
    came: u64,
    limit: u64,
    /// How long each part may take.
    patience: Duration,
}

enum Rest {
    Parts(Box<reqwest::Response>),
    Whole(Bytes),
    Nothing,
    /// It broke off; what came is not the file.
    Broken,
}

impl Parts {
    pub(super) fn new(response: reqwest::Response) -> Self {
        Self(Arc::new(Mutex::new(Some(response))))
    }

    fn take(&self) -> Option<reqwest::Response> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Client {
    /// Send a request and take its answer in parts. Retries end where the first part begins.
    pub(crate) async fn download(
        &self,
        mut request: http::Request<Bytes>,
    ) -> Result<Download, Error> {
        request.extensions_mut().insert(InParts);
        let mut response = self.execute(request).await?;
        let parts = response.extensions_mut().remove::<Parts>().and_then(|parts| parts.take());
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|it| it.to_str().ok()).map(str::to_owned);
        let (rest, length) = if let Some(parts) = parts {
            let length = parts.content_length();
            (Rest::Parts(Box::new(parts)), length)
        } else {
            let body = response.into_body();
            let length = u64::try_from(body.len()).ok();
            (Rest::Whole(body), length)
        };
        let (limit, patience) = (DEFAULT_MAX_DOWNLOAD_BYTES, self.inner().wire.timeout());
        Ok(Download { rest, content_type, length, came: 0, limit, patience })
    }
}

impl Download {
    /// Set the largest file that is given, in bytes.
    ///
    /// A larger one is an error as soon as that is known. Default [`DEFAULT_MAX_DOWNLOAD_BYTES`].
    #[must_use]
    pub fn at_most(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The next part; `None` once the file is whole.
    ///
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ResponseTooLarge`] beyond the [bound](Self::at_most), [`ErrorKind::Timeout`]
    /// where a part takes longer than [`Config::attempt_timeout`](crate::Config::attempt_timeout),
    /// [`ErrorKind::Connection`] where it breaks off. The file is not whole then, and no more comes:
    /// begin anew.
    pub async fn next_part(&mut self) -> Result<Option<Bytes>, Error> {
        let part = self.read().await;
        match &part {
            Ok(Some(_)) => {}
            Ok(None) => self.rest = Rest::Nothing,
            Err(_) => self.rest = Rest::Broken,
        }
        part
    }

    async fn read(&mut self) -> Result<Option<Bytes>, Error> {
        if self.length.is_some_and(|length| length > self.limit) {
            return Err(self.too_large());
        }
        let part = match &mut self.rest {
            Rest::Nothing => return Ok(None),
            Rest::Broken => return Err(Error::connection("the download broke off before")),
            Rest::Whole(_) => match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::Whole(body) => Some(body).filter(|body| !body.is_empty()),
                _ => None,
            },
            Rest::Parts(response) => {
                let chunk = tokio::time::timeout(self.patience, response.chunk());
                let chunk = chunk.await.map_err(|_| Error::new(ErrorKind::Timeout))?;
                // The URL of an error may name people; what failed is said without it.
                chunk.map_err(|error| Error::connection(error.without_url()))?
            }
        };
        let Some(part) = part else { return Ok(None) };
        self.came = self.came.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        if self.came > self.limit { Err(self.too_large()) } else { Ok(Some(part)) }
    }

    /// What the file is, such as `video/mp4`; `None` where the service does not say.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// How large the file is; `None` where the service does not say.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    fn too_large(&self) -> Error {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        Error::new(ErrorKind::ResponseTooLarge { limit })
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .field("came", &self.came)
            .finish_non_exhaustive()
    }
}
