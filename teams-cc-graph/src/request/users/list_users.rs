use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, User};
use crate::request::{Query, Via, check, eventual};

/// `GET /users`: find people in the directory.
///
/// Conditions such as `endsWith`, and every search, need the eventual form of the directory:
/// [`search`](Self::search) and [`count`](Self::count) ask for it, [`eventual`](Self::eventual)
/// does for conditions.
///
/// [Learn](https://learn.microsoft.com/graph/api/user-list)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `User.Read.All` | `User.ReadWrite.All`, `Directory.Read.All` |
/// | Delegated | `User.ReadBasic.All` | `User.Read.All`, `Directory.Read.All` |
///
/// # Limits
///
/// At most 999 users a page. Only some properties are answered unless they are selected.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::users::ListUsers;
///
/// let users = ListUsers::new().search("\"displayName:wa\"").select(["id", "displayName"]);
/// let request = users.into_request()?;
/// assert_eq!(request.headers()["consistencylevel"], "eventual");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list users")]
#[doc(alias = "search users")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListUsers<C = Client> {
    via: C,
    eventual: bool,
    query: Query,
    top: Option<u32>,
}

graph_request! {
    ListUsers => (Collection<User>),
    "listUsers" GET "/users",
    repeat: Harmless, on_call: false,
    application: ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"],
    delegated: ["User.ReadBasic.All", "User.Read.All", "Directory.Read.All"]
}

paged_request! { ListUsers => User }

eventual_query! { ListUsers }

query_options! { ListUsers: select, filter, order_by }

impl ListUsers<()> {
    /// The request without a client.
    pub fn new() -> Self {
        Self::with(())
    }
}

impl Default for ListUsers<()> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Via> ListUsers<C> {
    pub(crate) fn with(via: C) -> Self {
        Self { via, eventual: false, query: Query::new(), top: None }
    }

    /// Set how many items a page holds (`$top`), at most 999. Default: the service's choice.
    pub fn top(mut self, items: u32) -> Self {
        self.top = Some(items);
        self.query = self.query.top(items);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::top(self.top, 999)?;
        let draft = Self::ENDPOINT.draft(&[])?.query(&self.query);
        eventual::draft(draft, self.eventual)?.bare()
    }
}
