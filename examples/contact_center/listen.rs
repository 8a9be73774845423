//! Takes calls from any SIP client of this machine, and routes them to simulated agents.

use std::{error::Error, net::SocketAddr, path::Path, time::Duration};

use teams_cc::{
    Contact, ContactCenter, Platform,
    core::{
        agent::{Agent, Skill},
        contact::RejectReason,
        queue::{Exit, QueueLimits},
        routing::{
            RingMode,
            policy::{agent_id, eligible, longest_idle, skill},
        },
    },
};
use teams_cc_sim::{Lab, Sim, scenario, world::SERVICE_NUMBER};

/// How many simulated agents take calls.
const AGENTS: usize = 200;
/// Where the certificates for TLS clients are written.
const CERTIFICATES: &str = "target/contact_center-tls";
/// How long calls may take to end after Ctrl-C.
const GOODBYE: Duration = Duration::from_secs(5);

/// Listens until Ctrl-C.
pub(crate) fn run(at: SocketAddr) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(at))
}

async fn serve(at: SocketAddr) -> Result<(), Box<dyn Error>> {
    let sim = Sim::new(scenario::lab(42, AGENTS))?;
    let lab = Lab::open(sim, at, Path::new(CERTIFICATES)).await?;
    println!("platform: {}", lab.label());
    println!("tls files: {}", lab.certificates().canonicalize()?.display());
    println!("call {SERVICE_NUMBER} to reach an agent, anything else gets 404; Ctrl-C ends");
    println!("RUST_LOG=info shows each call");

    let agents: Result<Vec<Agent>, Box<dyn Error>> = (1..=AGENTS)
        .map(|n| {
            let name = format!("agent{n}");
            let agent = Agent::new(name.parse()?, lab.sim().address(&name)?);
            Ok(agent.skill(Skill::new("en", 5)?).queue("sales".parse()?))
        })
        .collect();
    // Nobody's presence is asked: whoever is free by our own count takes the call.
    let whoever_is_free =
        eligible().require(skill("en")?).rank(longest_idle().then(agent_id())).ring(RingMode::One);
    let limits = QueueLimits::default().length(1000, Exit::Disconnect);
    let center = ContactCenter::builder(lab.clone())
        .queue_with("sales", whoever_is_free, limits)
        .agents(agents?)
        .on_contact(answer)
        .start()
        .await?;

    tokio::signal::ctrl_c().await?;
    println!("contact_center: {}", center.shutdown(GOODBYE).await);
    Ok(())
}

/// The service number reaches an agent; there is no other number here.
async fn answer(contact: Contact) -> Result<(), teams_cc::Error> {
    let number = contact.called_number();
    if number.is_none_or(|number| number.reveal() != SERVICE_NUMBER) {
        return contact.reject(RejectReason::NotFound).await;
    }
    let agent = contact.route("sales").await?;
    contact.connect(agent).await.map(drop)
}
