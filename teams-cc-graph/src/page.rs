//! Collections that come in pages.
//!
//! Graph answers long collections in parts, each with the address of the next
//! ([paging](https://learn.microsoft.com/graph/paging)). [`Pages`] follows it as it was written,
//! with the headers of the first request, and nowhere else: an address of another origin, one that
//! was visited before or one that cannot be fetched ends the stream with a [`PageError`].
//!
//! ```no_run
//! # async fn example(client: teams_cc_graph::Client) -> Result<(), teams_cc_graph::Error> {
//! use futures_util::TryStreamExt;
//! use teams_cc_graph::model::Participant;
//!
//! let request = http::Request::get("/communications/calls/call-1/participants");
//! let request = request.body(bytes::Bytes::new()).expect("it is a valid request");
//! let mut roster = client.pages::<Participant>(request).items();
//! while let Some(participant) = roster.try_next().await? {
//!     println!("{:?}", participant.id);
//! }
//! # Ok(())
//! # }
//! ```

mod error;
mod link;

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use serde::de::DeserializeOwned;

pub use self::error::PageError;
pub use self::link::nested_link;

use self::link::Guard;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::model::Collection;
use crate::request::{Endpoint, ResponseFuture};

/// How many pages are followed, unless configured otherwise. Then the stream ends with
/// [`PageError::TooMany`]; [`Pages::next_link`] tells where to go on.
pub const DEFAULT_MAX_PAGES: usize = 10_000;

/// The pages of a collection, one request each, sent as they are asked for.
///
/// An error ends the stream; pages given before it stay good. Dropping the stream sends nothing
/// more.
#[must_use = "pages are fetched as they are asked for"]
pub struct Pages<T> {
    client: Client,
    step: Step<T>,
    headers: HeaderMap,
    endpoint: Option<&'static Endpoint>,
    guard: Guard,
    next_link: Option<String>,
    delta_link: Option<String>,
}

/// The items of a collection, fetched page by page as they are asked for.
///
/// An error ends the stream; items given before it stay good. Dropping the stream sends nothing
/// more.
#[must_use = "items are fetched as they are asked for"]
pub struct Items<T> {
    pages: Pages<T>,
    waiting: VecDeque<T>,
}

enum Step<T> {
    /// To be sent.
    Ready(Box<http::Request<Bytes>>),
    /// Sent.
    Under(ResponseFuture<Collection<T>>),
    /// Told at the next request for a page.
    Failed(Error),
    Done,
}

impl Client {
    /// The pages of a collection this crate has no builder for.
    ///
    /// The URI is as for [`request`](Self::request).
    pub fn pages<T>(&self, request: http::Request<Bytes>) -> Pages<T> {
        Pages::new(self.clone(), Ok(request))
    }

    /// The pages from a next link or a delta link on.
    ///
    /// It may be one of an expanded collection ([`nested_link`]). The link obeys the rules of every next link; see [`PageError`].
    pub fn follow<T>(&self, link: &str) -> Pages<T> {
        let request = Guard::check(self, link).map(|uri| get(uri, &HeaderMap::new(), None));
        Pages::new(self.clone(), request.map_err(Error::from))
    }
}

impl<T> Pages<T> {
    pub(crate) fn new(client: Client, first: Result<http::Request<Bytes>, Error>) -> Self {
        let mut guard = Guard::new(DEFAULT_MAX_PAGES);
        let (mut headers, mut endpoint, mut next_link) = (HeaderMap::new(), None, None);
        let step = match first {
            Ok(request) => {
                headers = request.headers().clone();
                headers.remove(CONTENT_TYPE);
                endpoint = request.extensions().get::<&'static Endpoint>().copied();
                guard.visited(&client, request.uri());
                next_link = request.uri().authority().map(|_| request.uri().to_string());
                Step::Ready(Box::new(request))
            }
            Err(error) => Step::Failed(error),
        };
        Self { client, step, headers, endpoint, guard, next_link, delta_link: None }
    }

    /// No page at all.
    pub(crate) fn none(client: Client) -> Self {
        let guard = Guard::new(DEFAULT_MAX_PAGES);
        let (headers, endpoint) = (HeaderMap::new(), None);
        let step = Step::Done;
        Self { client, step, headers, endpoint, guard, next_link: None, delta_link: None }
    }

    /// Set how many pages are followed. Default: [`DEFAULT_MAX_PAGES`].
    pub fn max_pages(mut self, pages: usize) -> Self {
        self.guard.limit = pages;
        self
    }

    /// Set a header that every page is asked for with. Default: those of the first request.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if let Step::Ready(request) = &mut self.step {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        self.headers.insert(name, value);
        self
    }

    /// Item by item instead of page by page.
    pub fn items(self) -> Items<T> {
        Items { pages: self, waiting: VecDeque::new() }
    }

    /// Where the next page is, as the service wrote it.
    ///
    /// After an error it is where [`Client::follow`] goes on; `None` before the first page and
    /// after the last.
    #[must_use]
    pub fn next_link(&self) -> Option<&str> {
        self.next_link.as_deref()
    }

    /// Where later changes are, once the last page of a `delta` request was read.
    #[must_use]
    pub fn delta_link(&self) -> Option<&str> {
        self.delta_link.as_deref()
    }
}

impl<T> Pages<T>
where
    T: 'static,
    Collection<T>: DeserializeOwned,
{
    /// The next page; `None` after the last.
    ///
    /// Dropping the future loses nothing: the page that was asked for is given next time.
    ///
    /// # Errors
    ///
    /// What the service answers, and [`ErrorKind::Page`] for a link that must not be followed.
    /// After an error there are no more pages.
    pub async fn next_page(&mut self) -> Result<Option<Collection<T>>, Error> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await.transpose()
    }

    fn send(&self, request: http::Request<Bytes>) -> ResponseFuture<Collection<T>> {
        let client = self.client.clone();
        ResponseFuture::new(async move { client.request(request).await })
    }

    /// What follows a page that came.
    fn after(&mut self, page: &Collection<T>) -> Step<T> {
        let annotation = |name| page.additional.get(name).and_then(serde_json::Value::as_str);
        self.delta_link = annotation("@odata.deltaLink").map(str::to_owned);
        self.next_link = page.next_link.get().filter(|link| !link.is_empty()).cloned();
        let Some(link) = &self.next_link else { return Step::Done };
        match self.guard.admit(&self.client, link) {
            Ok(uri) => Step::Ready(Box::new(get(uri, &self.headers, self.endpoint))),
            Err(error) => Step::Failed(error.into()),
        }
    }
}

impl<T> Stream for Pages<T>
where
    T: 'static,
    Collection<T>: DeserializeOwned,
{
    type Item = Result<Collection<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match std::mem::replace(&mut this.step, Step::Done) {
                Step::Ready(request) => this.step = Step::Under(this.send(*request)),
                Step::Under(mut answer) => {
                    let Poll::Ready(page) = Pin::new(&mut answer).poll(context) else {
                        this.step = Step::Under(answer);
                        return Poll::Pending;
                    };
                    if let Ok(page) = &page {
                        this.step = this.after(page);
                    }
                    return Poll::Ready(Some(page));
                }
                Step::Failed(error) => return Poll::Ready(Some(Err(error))),
                Step::Done => return Poll::Ready(None),
            }
        }
    }
}

impl<T> Items<T> {
    /// Where the page after the present one is; see [`Pages::next_link`].
    #[must_use]
    pub fn next_link(&self) -> Option<&str> {
        self.pages.next_link()
    }

    /// Where changes after this reading are; see [`Pages::delta_link`].
    #[must_use]
    pub fn delta_link(&self) -> Option<&str> {
        self.pages.delta_link()
    }
}

impl<T> Items<T>
where
    T: 'static,
    Collection<T>: DeserializeOwned,
{
    /// Every item that is left, at once.
    ///
    /// It takes as much memory as there are items; [`Pages::max_pages`] bounds it. Dropping the
    /// future drops the items read so far.
    ///
    /// # Errors
    ///
    /// As [`Pages::next_page`]; items read before the error are dropped.
    pub async fn collect_all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::from(self.waiting);
        while let Some(page) = self.pages.next_page().await? {
            all.extend(page.into_items());
        }
        Ok(all)
    }
}

impl<T> Stream for Items<T>
where
    T: Unpin + 'static,
    Collection<T>: DeserializeOwned,
{
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.waiting.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut this.pages).poll_next(context)) {
                Some(Ok(page)) => this.waiting = page.into_items().into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// A request for a page that is not the first.
fn get(uri: Uri, headers: &HeaderMap, endpoint: Option<&'static Endpoint>) -> http::Request<Bytes> {
    let mut request = http::Request::new(Bytes::new());
    *request.uri_mut() = uri;
    *request.headers_mut() = headers.clone();
    if let Some(endpoint) = endpoint {
        request.extensions_mut().insert(endpoint);
    }
    request
}

impl From<PageError> for Error {
    fn from(error: PageError) -> Self {
        Self::new(ErrorKind::Page(error))
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("followed", &self.guard.followed())
            .field("done", &matches!(self.step, Step::Done))
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("waiting", &self.waiting.len())
            .field("pages", &self.pages)
            .finish()
    }
}
