//! A menu on a bot's calls, without a contact center: `teams-cc-graph` alone, on the simulator.
//!
//! A caller who knows the menu cuts it short, silence and wrong keys are asked again, and who never
//! presses any key comes to an operator.
//!
//! On a tenant the app needs the application permissions `Calls.JoinGroupCall.All`,
//! `Calls.AccessMedia.All` and `Calls.Initiate.All`.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

mod callers;

use std::{error::Error, sync::Arc, time::Duration};

use teams_cc::{
    Platform,
    core::{
        Address,
        contact::{Prompt, Tone},
    },
    graph::{
        Client,
        call::{
            Calls, CallsConfig,
            control::{Arrival, IncomingCalls, Switchboard, Target},
        },
        ivr::{Dialog, End, Keys, Next, Step},
        webhook::{Intake, IntakeConfig, KeySource},
    },
};
use teams_cc_sim::{Sim, run};

type Failure = Box<dyn Error + Send + Sync>;
const SECOND: Duration = Duration::from_secs(1);

fn main() -> Result<(), Failure> {
    run(async {
        let sim = Sim::new(callers::world()?)?;
        println!("platform: {}\n", sim.label());
        let mut calls = open(&sim)?;
        let menu = Arc::new(menu()?);
        for nth in 1..=4 {
            let arrival = calls.next().await.ok_or("nobody calls")?;
            serve(&sim, nth, arrival, Arc::clone(&menu)).await?;
        }
        sim.quiet().await;
        println!("\n{}\nivr: 4 calls, log sha256 {:#}", sim.ladder(), sim.hash());
        Ok(())
    })?
}

/// What callers hear, and where their keys lead. Graph plays at most 20 prompts at once.
fn menu() -> Result<Dialog, Failure> {
    let prompt = |name| Prompt::new(format!("https://bot.contoso.test/{name}.wav"));
    // A key pressed while a prompt plays stops it, unless a question says otherwise.
    let menu = Keys::menu([("1", Next::step("number")), ("2", Next::done("support"))])
        .first_key(4 * SECOND)
        .after_no_input([prompt("still_there")?])
        .after_invalid([prompt("not_a_choice")?])
        .tries(3)
        .exhausted(Next::done("operator"));
    let number = Keys::entry(4, 6, Next::done("sales")).terminator(Tone::new('#')?);
    let dialog = Dialog::builder("welcome")
        .step("welcome", Step::say([prompt("welcome")?], Next::step("menu")))
        .step("menu", Step::ask([prompt("menu")?], menu))
        .step("number", Step::ask([prompt("number")?], number));
    Ok(dialog.build()?)
}

/// Answers a call, runs the menu, and hands the caller on.
async fn serve(sim: &Sim, nth: u32, arrival: Arrival, menu: Arc<Dialog>) -> Result<(), Failure> {
    let mut call = arrival.call.answer().await?.media_active().await?;
    let ran = call.run_dialog(menu).await?;
    for answer in &ran.result.answers {
        // The keys themselves are the caller's: they are shown to nobody who does not ask.
        println!("call {nth} {}: {:?}, keys: {}", answer.step, answer.verdict, answer.keys.len());
    }
    let End::Finished(wish) = ran.result.end else {
        println!("call {nth}: the caller left");
        return Ok(());
    };
    let agent = if &*wish == "sales" { "ada" } else { "bo" };
    let Address::TeamsUser(user) = sim.address(agent)? else { return Err("no user".into()) };
    let handed = call.transfer(&Target::user(&user)).await?;
    println!("call {nth} {wish}: to {agent}, {:?}", handed.outcome);
    Ok(())
}

/// A client, its calls, and the callbacks that tell of them.
fn open(sim: &Sim) -> Result<IncomingCalls, Failure> {
    let mut graph = sim.graph().ok_or("the world has a bot")?;
    let client = Client::builder()
        .tenant(graph.tenant.clone())
        .client_credential(graph.app.clone(), graph.credential)
        .transport(graph.transport.clone())
        .clock(sim.clock())
        .build()?;
    let config = CallsConfig::new(graph.tenant.clone(), graph.app.clone(), graph.callback_url);
    let (calls, events) = Calls::new(client, config, sim.clock());
    let whose = IntakeConfig::new(graph.app, [graph.tenant]);
    let sink = Arc::new(calls.clone());
    let intake = Intake::new(whose, KeySource::new(graph.transport), sim.clock(), sink);
    tokio::spawn(async move {
        while let Some(callback) = graph.callbacks.recv().await {
            let _ = callback.reply.send(intake.handle(callback.request).await);
        }
    });
    // The switchboard lets the events of each call pass to it by itself.
    Ok(Switchboard::new(calls, events).1)
}
