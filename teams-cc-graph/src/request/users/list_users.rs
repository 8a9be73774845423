use crate::client::Client;
use crate::model::{Collection, User};
use crate::request::Query;

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

directory_list! { ListUsers }

query_options! { ListUsers: select, filter, order_by }
