//! The same callee over rsipstack's dialog layer, as its own `bench_ua` serves.

use std::{error::Error, net::SocketAddr, sync::Arc};

use rsipstack::{
    EndpointBuilder,
    dialog::{
        DialogId,
        dialog::{Dialog, DialogState},
        dialog_layer::DialogLayer,
    },
    sip::{Header, Method, Scheme, StatusCode, Uri},
    transport::{TcpListenerConnection, TransportLayer, udp::UdpConnection},
};
use tokio_util::sync::CancellationToken;

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio 40000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-15\r\na=sendrecv\r\n";

pub(crate) async fn serve(address: SocketAddr, tcp: bool) -> Result<(), Box<dyn Error>> {
    let token = CancellationToken::new();
    let transports = TransportLayer::new(token.clone());
    if tcp {
        transports.add_transport(TcpListenerConnection::new(address, None).await?.into());
    } else {
        let udp = UdpConnection::create_connection(address, None, Some(token.child_token()));
        transports.add_transport(udp.await?.into());
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
        params: if tcp {
            vec![rsipstack::sip::Param::Transport(rsipstack::sip::Transport::Tcp)]
        } else {
            vec![]
        },
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
