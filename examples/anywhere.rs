//! The same contact center on a live tenant or on the simulator: the environment decides.
//!
//! ```sh
//! cargo run --example anywhere    # the simulator's day of one call
//! TEAMS_CC_TENANT_ID=… TEAMS_CC_CLIENT_ID=… TEAMS_CC_CLIENT_SECRET=… \
//! TEAMS_CC_CALLBACK_URL=https://… TEAMS_CC_AGENT=USER-OBJECT-ID \
//! cargo run --example anywhere    # your tenant, until Ctrl-C
//! ```
//!
//! Live, the app needs the application permissions `Calls.Initiate.All`, `Calls.JoinGroupCall.All`,
//! `Calls.AccessMedia.All` and `Presence.Read.All`, and a TLS proxy in front of `TEAMS_CC_LISTEN`.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::{env, error::Error, time::Duration};

use teams_cc::{
    Contact, ContactCenter, Env, Platform,
    core::{
        Address, TeamsUser,
        agent::{Agent, Skill},
        routing::policy::skill,
    },
    platform::EnvError,
};
use teams_cc_sim::Sim;

/// How long calls may take to end after Ctrl-C.
const GOODBYE: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn Error>> {
    match Env::from_vars(env::vars()) {
        Ok(tenant) => live(tenant),
        Err(EnvError::NotLive) => teams_cc_sim::run(simulated())?,
        Err(error) => Err(error.into()),
    }
}

/// Your tenant, on real time and sockets.
fn live(tenant: Env) -> Result<(), Box<dyn Error>> {
    let agent = env::var("TEAMS_CC_AGENT").map_err(|_| "TEAMS_CC_AGENT names who is rung")?;
    let address = TeamsUser::new(agent.parse()?).into();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let center = start(tenant, address).await?;
        tokio::signal::ctrl_c().await?;
        println!("{}", center.shutdown(GOODBYE).await);
        Ok(())
    })
}

/// The simulator, in virtual time.
async fn simulated() -> Result<(), Box<dyn Error>> {
    let sim = Sim::seed(42);
    let center = start(sim.clone(), sim.address("ada")?).await?;
    sim.quiet().await;
    println!("{}", center.shutdown(GOODBYE).await);
    Ok(())
}

/// What does not change between the two.
async fn start(platform: impl Platform, agent: Address) -> Result<ContactCenter, Box<dyn Error>> {
    println!("platform: {}", platform.label());
    let ada = Agent::new("ada".parse()?, agent).skill(Skill::new("en", 5)?);
    Ok(ContactCenter::builder(platform)
        .prompts("https://bot.contoso.test/prompts/")
        .queue("sales", skill("en"))
        .agents([ada.queue("sales".parse()?)])
        .on_contact(serve)
        .start()
        .await?)
}

async fn serve(contact: Contact) -> Result<(), teams_cc::Error> {
    contact.prompt("hello.wav").await?;
    let agent = contact.route("sales").await?;
    contact.connect(agent).await.map(drop)
}
