//! The proxies: where they listen, what they show, and their connections to the subject.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rustls_pki_types::ServerName;
use tokio::{
    net::{TcpListener, TcpStream, UdpSocket},
    task::AbortHandle,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{
    authority::Identity,
    connection,
    report::{ConnId, Side},
    site::PROXIES,
    stage::Stage,
    tls::{self, Showing, lock},
    verdict::Fault,
};
use crate::command::Failure;

/// How long a TCP connection and a handshake may take.
const CONNECT: Duration = Duration::from_secs(5);

/// A proxy that listens.
pub(super) struct Proxy {
    pub(super) showing: Showing,
    pub(super) tasks: Vec<AbortHandle>,
}

impl Stage {
    /// Lets a proxy listen at an address, besides where it listens already.
    pub(super) async fn listen(
        &mut self,
        number: usize,
        address: SocketAddr,
    ) -> Result<SocketAddr, Failure> {
        let proxy = self.proxies.get_mut(number).ok_or("there are three proxies")?;
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::new(proxy.showing.server(&self.shared.shown)?));
        let (side, shared, alone) = (Side::Proxy(number), Arc::clone(&self.shared), self.alone);
        proxy.tasks.push(connection::listen(shared, side, listener, acceptor, alone));
        // Nothing belongs there; whatever comes is a call over the wrong transport.
        if let Ok(socket) = UdpSocket::bind(address).await {
            proxy.tasks.push(connection::watch(Arc::clone(&self.shared), side, socket));
        }
        Ok(address)
    }

    /// Takes a proxy down: it ends its connections and takes no new ones.
    pub(super) fn take_down(&mut self, number: usize) {
        self.set_down(number, true);
        self.drop_connections(number);
    }

    /// Lets a proxy take connections again.
    pub(super) fn bring_up(&mut self, number: usize) {
        self.set_down(number, false);
    }

    fn set_down(&mut self, number: usize, down: bool) {
        if let Some(flag) = lock(&self.shared.down).get_mut(number) {
            *flag = down;
        }
    }

    /// Closes the connections that the subject opened to a proxy.
    pub(super) fn drop_connections(&mut self, number: usize) {
        let side = Side::Proxy(number);
        for (_, line) in lock(&self.shared.lines).iter().filter(|(_, line)| line.side == side) {
            if !line.by_us {
                line.close();
            }
        }
    }

    /// Changes the certificate every proxy shows from now on.
    pub(super) fn show(&mut self, identity: &Identity) -> Result<(), Fault> {
        for proxy in &self.proxies {
            proxy.showing.change(identity).map_err(|error| Fault::NotJudged(error.to_string()))?;
        }
        Ok(())
    }

    /// The server names that the subject asked proxies for.
    pub(super) fn asked_for(&self) -> Vec<String> {
        self.proxies.iter().flat_map(|proxy| lock(&proxy.showing.asked).clone()).collect()
    }

    /// Sets the status a proxy answers OPTIONS with.
    pub(super) fn options(&mut self, number: usize, status: u16) {
        if let Some(options) = lock(&self.shared.options).get_mut(number) {
            *options = status;
        }
    }

    /// The connection Teams sends its requests on; opened when first used.
    pub(super) async fn teams(&mut self) -> Result<ConnId, Fault> {
        if let Some(conn) = self.ours
            && lock(&self.shared.lines).contains_key(&conn)
        {
            return Ok(conn);
        }
        let conn = self.connect(None).await?;
        self.ours = Some(conn);
        Ok(conn)
    }

    /// A new connection to the subject, as a proxy opens it; from an address where one is named.
    pub(super) async fn connect(&mut self, from: Option<SocketAddr>) -> Result<ConnId, Fault> {
        let identity = self.issue(&PROXIES)?;
        self.connect_as(&identity, from).await
    }

    /// A new connection to the subject under an identity.
    pub(super) async fn connect_as(
        &mut self,
        identity: &Identity,
        from: Option<SocketAddr>,
    ) -> Result<ConnId, Fault> {
        let fault =
            |what: String| Fault::NotJudged(format!("no connection to the subject: {what}"));
        let config = tls::client(identity, &self.shared.shown).map_err(|e| fault(e.to_string()))?;
        let name =
            ServerName::try_from(self.site.fqdn.clone()).map_err(|e| fault(e.to_string()))?;
        let opened = async {
            let stream = match from {
                None => TcpStream::connect(self.site.teams).await?,
                Some(address) => {
                    let socket = tokio::net::TcpSocket::new_v4()?;
                    socket.bind(address)?;
                    socket.connect(self.site.teams).await?
                }
            };
            stream.set_nodelay(true)?;
            TlsConnector::from(Arc::new(config)).connect(name, stream).await
        };
        let stream = timeout(CONNECT, opened)
            .await
            .map_err(|_| fault("nothing for five seconds".to_owned()))?
            .map_err(|error| fault(error.to_string()))?;
        let conn = self.shared.number();
        connection::carry(Arc::clone(&self.shared), Side::Proxy(0), conn, true, stream);
        Ok(conn)
    }
}
