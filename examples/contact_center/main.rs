//! A contact center's day in small: every way into Teams, told by one ladder.
//!
//! Customers call a service number and a bot answers, asks and queues them; an expert is asked
//! directly; a call for a Teams user crosses the trunk, is held and handed on; one call finds
//! nobody; one is an emergency. All of it runs offline in virtual time.
//!
//! ```sh
//! cargo run --example contact_center                             # the day of seed 42
//! cargo run --example contact_center -- --seed 43                # another day
//! cargo run --example contact_center -- --listen 127.0.0.1:5060  # take real calls
//! ```

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to its reader")]

mod listen;
mod options;
mod staff;

use std::{error::Error, time::Duration};

use teams_cc::{
    Contact, ContactCenter, Platform,
    core::{
        Address, PhoneNumber, TeamsUser,
        contact::Tone,
        emergency::EmergencyPlan,
        queue::Exit,
        routing::{
            RingMode,
            policy::{agent_id, eligible, longest_idle, skill},
        },
    },
};
use teams_cc_sim::{Sim, run, scenario::Day};

use options::{Mode, Options};

/// How long the night desk, where nobody works, lets a call wait.
const NIGHT_DESK_WAIT: Duration = Duration::from_secs(8);

fn main() {
    if let Err(error) = tell() {
        eprintln!("contact_center: {error}");
        std::process::exit(1);
    }
}

fn tell() -> Result<(), Box<dyn Error>> {
    // RUST_LOG=info shows what the crates say while they work.
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let options = Options::read(std::env::args().skip(1))?;
    match options.mode {
        Mode::Day { seed } => run(day(seed))?,
        Mode::Listen { at } => listen::run(at),
        Mode::Help => {
            println!("{}", options::USAGE);
            Ok(())
        }
    }
}

/// Lives through the day of a seed and prints it.
async fn day(seed: u64) -> Result<(), Box<dyn Error>> {
    let Day { setup, staff, .. } = Day::new(seed);
    let sim = Sim::new(setup)?;
    println!("platform: {}\n", sim.label());

    let night_desk = eligible()
        .rank(longest_idle().then(agent_id()))
        .ring(RingMode::One)
        .or_after(NIGHT_DESK_WAIT, Exit::Voicemail);
    let center = ContactCenter::builder(sim.clone())
        .prompts("https://bot.contoso.test/prompts/")
        .queue("sales", skill("en"))
        .queue("night desk", night_desk)
        .agents(staff.iter().map(staff::agent).collect::<Result<Vec<_>, _>>()?)
        .emergency(EmergencyPlan::new("carrier").country("DE")?)
        .on_contact(serve)
        .start()
        .await?;

    sim.quiet().await;
    let report = center.shutdown(Duration::from_secs(1)).await;
    println!("{}", sim.ladder());
    for rule in sim.broken() {
        println!("broken: {rule}");
    }
    println!("contact_center: {report}, seed {seed}, log sha256 {:#}", sim.hash());
    Ok(())
}

/// What happens to each contact.
async fn serve(contact: Contact) -> Result<(), teams_cc::Error> {
    // Connect: a call on the trunk for somebody's own number rings that person's Teams.
    if let Address::Phone(PhoneNumber::E164(number)) = contact.called() {
        let user = TeamsUser::of_number(number.clone());
        let taken = contact.dial(user.into()).await?;
        return contact.connect(taken).await.map(drop);
    }
    // Extend: a bot answers the service number, asks, and finds somebody.
    contact.prompt("hello.wav").await?;
    let found = match contact.menu("menu.wav").await?.map(Tone::reveal) {
        Some('1') => contact.route("sales").await,
        Some('2') => contact.reach("dora").await,
        _ => contact.route("night desk").await,
    };
    match found {
        Ok(taken) => contact.connect(taken).await.map(drop),
        Err(error) if error.is_overflow() => contact.prompt("sorry.wav").await,
        Err(error) => Err(error),
    }
}
