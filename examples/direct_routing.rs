//! A Direct Routing trunk as a partner runs it: two customers, one carrier, mutual TLS.
//!
//! ```text
//! CARRIER_PASSWORD=… cargo run --example direct_routing -- chain.pem key.pem roots.pem
//! ```
//!
//! Put your own names in place of these. `cargo xtask conformance direct-routing --against
//! HOST:PORT` plays Microsoft's part against it.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::{env, error::Error, sync::Arc, time::Duration};

use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use teams_cc::sip::{
    carrier::{DigestUser, Registration},
    direct_routing::{Cloud, Customer, SbcFqdn},
    gate::{Cap, GatePolicy, Permission},
    io::{SocketNetwork, Target, TlsIdentity, TokioClock, TransportKind},
    media::{MediaConfig, MediaRelay},
    trunk::{
        BackToBack, IncomingCall, SipLeg, StaticPeer, TeamsPeer, Trunk, TrunkConfig, TrunkEvent,
        Via,
    },
};
use teams_cc_core::contact::{Leg, LegCommand, LegEvent, RejectReason};
use teams_cc_core::{Clock, TenantId};

const NEEDS: &str = "give the files of a chain, its key and the authorities to trust.
This needs a certificate for sbc1.adatum.biz and *.sbc1.adatum.biz, Microsoft's roots (direct_routing
::MICROSOFT_ROOTS names them), ports 5061 (TLS), 5060 (UDP) and 30000 to 34000 (UDP) open to the
outside, and an account at the carrier with its password in CARRIER_PASSWORD.";
/// Name and tenant of each customer, and the numbers it owns, by their common prefix.
const CUSTOMERS: [(&str, &str, &str); 2] = [
    ("bank.sbc1.adatum.biz", "72f988bf-86f1-41af-91ab-2d7cd011db47", "+4989123"),
    ("shop.sbc1.adatum.biz", "0d8a6a7e-2a3f-4f0e-9a55-3f3e6b8a1c11", "+4930456"),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    let [chain, key, roots] = &files[..] else {
        println!("{NEEDS}");
        return Ok(());
    };
    let clock = Arc::new(TokioClock::system());
    let chain = CertificateDer::pem_file_iter(chain)?.collect::<Result<Vec<_>, _>>()?;
    let mut trusted = RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(roots)? {
        trusted.add(root?)?;
    }
    // What must be covered, and of which names whoever connects must prove one.
    let names = ["sbc1.adatum.biz".parse()?, CUSTOMERS[0].0.parse()?, CUSTOMERS[1].0.parse()?];
    let (key, proxies) = (PrivateKeyDer::from_pem_file(key)?, Cloud::Public.proxy_names());
    let identity = TlsIdentity::new(chain, key, trusted, &names, proxies, clock.wall())?;
    println!("our certificate ends {}", identity.own().ends);
    let builder = SocketNetwork::builder().tls("0.0.0.0:5061".parse()?, identity);
    let network = builder.udp("0.0.0.0:5060".parse()?).bind().await?;
    let carrier = StaticPeer::new("carrier", TransportKind::Udp)
        .target(Target::new(TransportKind::Udp, "sip.carrier.example", 5060))
        .address("203.0.113.0/24".parse()?)
        .credentials(DigestUser::new("adatum", env::var("CARRIER_PASSWORD")?))
        .registration(Registration::new("+4989123", "carrier.example"));

    // Whoever is not named here may call no carrier at all.
    let mut gate = GatePolicy::new();
    let mut config = TrunkConfig::new(names[0].clone()).carrier(carrier);
    config = config.teams(TeamsPeer::of_cloud(Cloud::Public));
    for (name, tenant, numbers) in CUSTOMERS {
        let tenant: TenantId = tenant.parse()?;
        let cap = Cap::none().concurrent(50).rate(100, Duration::from_mins(1));
        let permission = Permission::new().allow("+49").owns(numbers).outbound(cap);
        gate = gate.tenant(tenant.clone(), permission);
        config = config.customer(&Customer::new(tenant, name.parse()?))?;
    }
    let sound = MediaConfig::new("0.0.0.0".parse()?, 30_000..=34_000); // peers are told the next
    let media = Arc::new(MediaRelay::start(sound.advertised("192.0.2.1".parse()?), clock.clone())?);
    let (trunk, mut events) = Trunk::start(config.gate(gate), Arc::new(network), clock, media)?;

    let mut legs: Vec<Arc<SipLeg>> = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            TrunkEvent::Incoming(call) => legs.extend(put_through(&trunk, call).await),
            TrunkEvent::Leg { leg, event: LegEvent::Ended(_) } => {
                legs.retain(|held| *held.id() != leg);
            }
            TrunkEvent::Health(peer) => {
                println!("{} by {:?}: {:?}, {}", peer.peer, peer.asked, peer.state, peer.reason);
            }
            _ => {}
        }
    }
    Ok(())
}

/// From Teams to the carrier, and from the carrier to the customer who owns the number.
async fn put_through(trunk: &Trunk, call: IncomingCall) -> Vec<Arc<SipLeg>> {
    let owner = call.tenant.as_ref().and_then(|tenant| {
        let (name, ..) = CUSTOMERS.iter().find(|(_, id, _)| *id == tenant.as_str())?;
        name.parse::<SbcFqdn>().ok()
    });
    let via = match owner {
        _ if call.called.is_emergency() => Via::Carrier("carrier".into()),
        Some(_) if &*call.peer == "teams" => Via::Carrier("carrier".into()),
        Some(name) => Via::Teams { tenant: name },
        None => {
            drop(call.leg.execute(LegCommand::Reject(RejectReason::NotFound)).await);
            return Vec::new();
        }
    };
    let to = call.onward(via, trunk.next_leg());
    match trunk.bridge(&call.leg, BackToBack::new(to)).await {
        Ok(called) => vec![call.leg, called],
        // The caller's handle goes here, and with it the call.
        Err(error) => {
            println!("{}: {error}", call.call_id);
            Vec::new()
        }
    }
}
