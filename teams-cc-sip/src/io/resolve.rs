//! From host names to addresses.

use std::{io, net::SocketAddr};

use async_trait::async_trait;

/// The most addresses of one name that are tried.
pub(crate) const MAX_ADDRESSES: usize = 8;

/// Finds the addresses of a host name, anew for each connection.
///
/// Direct Routing names lead to another datacenter at any time, so nothing is cached here
/// (Learn, *Plan Direct Routing*).
#[async_trait]
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a host, in the order in which they are to be tried.
    ///
    /// Dropping the future abandons the question.
    ///
    /// # Errors
    ///
    /// Any I/O error; the connection then counts as failed.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// Asks the operating system (A and AAAA records, and the hosts file).
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no settings")]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let addresses: Vec<_> =
            tokio::net::lookup_host((host, port)).await?.take(MAX_ADDRESSES).collect();
        if addresses.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        }
        Ok(addresses)
    }
}
