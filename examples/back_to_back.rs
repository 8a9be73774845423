//! A caller is put through: one order calls the destinations in turn and joins whoever answers.
//!
//! Four trunks on this machine's UDP ports: a caller, two telephones, and the back-to-back user
//! agent between them, which is the part you would write. The first telephone is busy.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::{error::Error, net::Ipv4Addr, sync::Arc, time::Duration};

use teams_cc::sip::{
    gate::{GatePolicy, Permission},
    io::{SilentMedia, SocketNetwork, TokioClock},
    trunk::{
        BackToBack, Destination, IncomingCall, SipLeg, StaticPeer, Trunk, TrunkConfig, TrunkEvent,
        TrunkEvents, Via,
    },
};
use teams_cc_core::{
    PhoneNumber,
    contact::{Leg, LegCommand, LegEvent, RejectReason},
};

type Failure = Box<dyn Error + Send + Sync>;
type Peers<'a> = &'a [(&'a str, u16)];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let [caller, desk, mobile, us] = [port().await?, port().await?, port().await?, port().await?];
    let peers = [("desk", desk), ("mobile", mobile), ("outside", caller)];
    // Without a permission nobody calls out: this one lets calls to a few numbers through.
    let gate = GatePolicy::new().others(Permission::new().allow("+1425555").any_caller());
    let (trunk, events) = start("sbc1.adatum.biz", us, &peers, gate).await?;
    // The others are telephones; a telephone may call whom it likes.
    let sbc = [("sbc", us)];
    let phone = |name, port| start(name, port, &sbc, GatePolicy::unrestricted());
    let (caller, told) = phone("caller.example.org", caller).await?;
    let (desk, at_the_desk) = phone("desk.example.org", desk).await?;
    let (mobile, on_the_way) = phone("mobile.example.org", mobile).await?;
    let agent = tokio::spawn(put_through(trunk.clone(), events));
    tokio::spawn(pick_up(at_the_desk, LegCommand::Reject(RejectReason::Busy)));
    tokio::spawn(pick_up(on_the_way, LegCommand::Answer));
    call(&caller, told).await?;
    agent.await??;
    for trunk in [caller, desk, mobile, trunk] {
        trunk.shutdown(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// The back-to-back user agent: this is all it takes.
async fn put_through(trunk: Trunk, mut events: TrunkEvents) -> Result<(), Failure> {
    let mut legs = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            TrunkEvent::Incoming(call) => legs.extend(bridge(&trunk, call).await),
            TrunkEvent::NextDestination { place, status, .. } => {
                println!("us      destination {place} is called now; the one before said {status}");
            }
            TrunkEvent::Leg { leg, event: LegEvent::Bridged { with } } => {
                println!("us      {leg} talks to {with}");
            }
            TrunkEvent::Leg { leg, event: LegEvent::Ended(cause) } => {
                println!("us      {leg} is over: {cause}");
                legs.retain(|held: &Arc<SipLeg>| *held.id() != leg);
                if legs.is_empty() {
                    break;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// First the desk for ten seconds, then the mobile phone. Both legs live as long as they are held.
///
/// What goes wrong with one call ends that one: its handle goes, and all other calls stay.
async fn bridge(trunk: &Trunk, call: IncomingCall) -> Vec<Arc<SipLeg>> {
    // The called leg has a name of its own, whichever of the destinations answers.
    let leg = trunk.next_leg();
    let to = |carrier: &str| call.onward(Via::Carrier(carrier.into()), leg.clone());
    // `together_with` instead of `or_to` lets both ring at once.
    let plan = BackToBack::new(to("desk")).or_to(to("mobile")).ring_time(Duration::from_secs(10));
    match trunk.bridge(&call.leg, plan).await {
        Ok(called) => vec![call.leg, called],
        Err(error) => {
            println!("us      nobody could be called: {error}");
            Vec::new()
        }
    }
}

async fn call(caller: &Trunk, mut told: TrunkEvents) -> Result<(), Failure> {
    let [to, from] = ["+14255550100", "+14255550123"].map(PhoneNumber::presented);
    let to = Destination::new(Via::Carrier("sbc".into()), to, from, caller.next_leg());
    let leg = caller.dial(to).await?;
    while let Some(event) = told.next().await {
        let TrunkEvent::Leg { event, .. } = event else { continue };
        println!("caller  {event:?}");
        if matches!(event, LegEvent::Ended(_)) {
            break;
        } else if event == LegEvent::MediaActive {
            leg.execute(LegCommand::HangUp).await?;
        }
    }
    Ok(())
}

/// A telephone: it rings, and does this.
async fn pick_up(mut events: TrunkEvents, then: LegCommand) -> Result<(), Failure> {
    let mut held = Vec::new();
    while let Some(event) = events.next().await {
        let TrunkEvent::Incoming(call) = event else { continue };
        call.leg.execute(LegCommand::Ring).await?;
        call.leg.execute(then.clone()).await?;
        held.push(call.leg);
    }
    Ok(())
}

async fn start(
    name: &str,
    port: u16,
    peers: Peers<'_>,
    gate: GatePolicy,
) -> Result<(Trunk, TrunkEvents), Failure> {
    let here = Ipv4Addr::LOCALHOST.into();
    let network = SocketNetwork::builder().udp((here, port).into()).bind().await?;
    let config = TrunkConfig::new(name.parse()?).gate(gate);
    let config = peers.iter().fold(config.plain_port(port), |config, (peer, at)| {
        config.carrier(StaticPeer::udp(peer, here, *at).contact("127.0.0.1", port))
    });
    // Nobody hears anybody: where people are to talk take a `MediaRelay` (feature `media`).
    let media = Arc::new(SilentMedia::bind((here, 0).into(), None).await?);
    Ok(Trunk::start(config, Arc::new(network), Arc::new(TokioClock::system()), media)?)
}

async fn port() -> Result<u16, Failure> {
    Ok(tokio::net::UdpSocket::bind("127.0.0.1:0").await?.local_addr()?.port())
}
