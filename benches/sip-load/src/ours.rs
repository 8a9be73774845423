//! The trunk as a callee: it rings and answers every call, and counts.

use std::{error::Error, net::SocketAddr, path::PathBuf, sync::Arc};

use teams_cc_core::contact::{Leg as _, LegCommand, LegEvent};
use teams_cc_sip::{
    io::{FixedMedia, Network, SocketNetwork, TokioClock},
    trunk::{LabPeer, Trunk, TrunkConfig, TrunkEvent, TrunkLimits},
};

/// More than any run holds.
const ROOM: usize = 400_000;

pub(crate) async fn serve(
    address: SocketAddr,
    files: Option<PathBuf>,
) -> Result<(), Box<dyn Error>> {
    let network = match files {
        Some(files) => SocketNetwork::builder().tls(address, crate::tls::identity(&files)?),
        None => SocketNetwork::builder().udp(address).tcp(address),
    };
    let network = network.bind().await?;
    answer(Arc::new(network), address.port(), || println!("ready")).await
}

/// Answers every call that comes over a network.
pub(crate) async fn answer(
    network: Arc<dyn Network>,
    port: u16,
    ready: impl FnOnce(),
) -> Result<(), Box<dyn Error>> {
    let config = TrunkConfig::new("sbc1.adatum.biz".parse()?)
        .seed(42)
        .trust_loopback(LabPeer::new("127.0.0.1", port, port))
        .limits(TrunkLimits::default().legs(ROOM));
    let media = Arc::new(FixedMedia::new("127.0.0.1:40000".parse()?));
    let clock = Arc::new(TokioClock::system());
    let (_trunk, mut events) = Trunk::start(config, network, clock, media)?;
    let mut legs = std::collections::HashMap::new();
    ready();
    while let Some(event) = events.next().await {
        match event {
            TrunkEvent::Incoming(call) => {
                let leg = Arc::clone(&call.leg);
                legs.insert(leg.id().clone(), Arc::clone(&leg));
                tokio::spawn(async move {
                    let _ = leg.execute(LegCommand::Ring).await;
                    let _ = leg.execute(LegCommand::Answer).await;
                });
            }
            TrunkEvent::Leg { leg, event: LegEvent::Ended(_) } => {
                legs.remove(&leg);
            }
            _ => {}
        }
    }
    Ok(())
}
