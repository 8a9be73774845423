//! The same callee over rsipstack's dialog layer, as its own `bench_ua` serves.

use std::{error::Error, net::SocketAddr, path::PathBuf, sync::Arc};

use rsipstack::{
    EndpointBuilder,
    dialog::{
        DialogId,
        dialog::{Dialog, DialogState},
        dialog_layer::DialogLayer,
    },
    sip::{Header, Method, Scheme, StatusCode, Transport, Uri},
    transport::{
        TcpListenerConnection, TransportLayer,
        tls::{TlsConfig, TlsListenerConnection},
        udp::UdpConnection,
    },
};
use tokio_util::sync::CancellationToken;

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio 40000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-15\r\na=sendrecv\r\n";

/// What it listens to.
pub(crate) enum Kind {
    Udp,
    Tcp,
    /// With the certificates here.
    Tls(PathBuf),
}

impl Kind {
    pub(crate) fn of(transport: &str, files: Option<PathBuf>) -> Self {
        match files {
            Some(files) => Self::Tls(files),
            None if transport == "tcp" => Self::Tcp,
            None => Self::Udp,
        }
    }

    fn transport(&self) -> Option<Transport> {
        match self {
            Self::Udp => None,
            Self::Tcp => Some(Transport::Tcp),
            Self::Tls(_) => Some(Transport::Tls),
        }
    }
}

pub(crate) async fn serve(address: SocketAddr, kind: Kind) -> Result<(), Box<dyn Error>> {
    let token = CancellationToken::new();
    let transports = TransportLayer::new(token.clone());
    match &kind {
        Kind::Udp => {
            let udp = UdpConnection::create_connection(address, None, Some(token.child_token()));
            transports.add_transport(udp.await?.into());
        }
        Kind::Tcp => {
            transports.add_transport(TcpListenerConnection::new(address, None).await?.into());
        }
        Kind::Tls(files) => {
            // The same cryptography as ours.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
            let own = std::fs::read(crate::tls::own(files))?;
            let config =
                TlsConfig { cert: Some(own.clone()), key: Some(own), ..TlsConfig::default() };
            transports
                .add_transport(TlsListenerConnection::new(address, None, config).await?.into());
        }
    }
    let endpoint =
        EndpointBuilder::new().with_cancel_token(token).with_transport_layer(transports).build();
    let incoming = endpoint.incoming_transactions()?;
    let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
    let (states, mut changes) = dialogs.new_dialog_state_channel();
    let contact = Uri {
        scheme: Some(Scheme::Sip),
        auth: None,
        host_with_port: rsipstack::sip::HostWithPort::try_from(address.to_string().as_str())?,
        params: kind.transport().map(rsipstack::sip::Param::Transport).into_iter().collect(),
        headers: vec![],
    };
    let layer = Arc::clone(&dialogs);
    let mut incoming = incoming;
    let calls = async move {
        while let Some(mut transaction) = incoming.recv().await {
            match transaction.original.method {
                Method::Invite => {
                    let made = layer.get_or_create_server_invite(
                        &transaction,
                        states.clone(),
                        None,
                        Some(contact.clone()),
                    );
                    let Ok(mut dialog) = made else { continue };
                    tokio::spawn(async move {
                        let _ = dialog.handle(&mut transaction).await;
                    });
                }
                Method::Bye => {
                    if let Ok(id) = DialogId::try_from(&transaction) {
                        let _ = transaction.reply(StatusCode::OK).await;
                        layer.remove_dialog(&id);
                    }
                }
                _ => {}
            }
        }
    };
    let answers = async {
        while let Some(state) = changes.recv().await {
            match state {
                DialogState::Calling(id) => {
                    if let Some(Dialog::Invite(dialog)) = dialogs.get_dialog(&id) {
                        let _ = dialog.ringing(None, None);
                        let kind = Header::ContentType("application/sdp".into());
                        let _ = dialog.accept(Some(vec![kind]), Some(SDP.into()));
                    }
                }
                DialogState::Terminated(id, _) => dialogs.remove_dialog(&id),
                _ => {}
            }
        }
    };
    // It listens to streams from `serve` on.
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        println!("ready");
    });
    tokio::select! {
        () = endpoint.serve() => {}
        () = calls => {}
        () = answers => {}
    }
    Ok(())
}
