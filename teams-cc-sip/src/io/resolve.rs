//! From host names to addresses.

#[cfg(feature = "dns")]
mod dns;
mod locator;

use std::{io, net::SocketAddr};

use async_trait::async_trait;

#[cfg(feature = "dns")]
#[cfg_attr(docsrs, doc(cfg(feature = "dns")))]
pub use self::dns::DnsRecords;
pub use self::locator::{Locator, Records};
use crate::transport::Target;

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

    /// The addresses of a target, in the order in which they are to be tried.
    ///
    /// A target without a port is a domain whose servers the DNS names (RFC 3263); whoever does
    /// not ask for them takes the domain for a host, at the transport's own port.
    /// Dropping the future abandons the question.
    ///
    /// # Errors
    ///
    /// As [`Self::resolve`].
    async fn locate(&self, target: &Target) -> io::Result<Vec<SocketAddr>> {
        let port = if target.port == 0 { target.transport.default_port() } else { target.port };
        self.resolve(&target.host, port).await
    }

    /// Nothing is heard of an address: others are tried before it for a while.
    fn failed(&self, address: SocketAddr) {
        let _ = address;
    }

    /// An address was reached.
    fn works(&self, address: SocketAddr) {
        let _ = address;
    }
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
