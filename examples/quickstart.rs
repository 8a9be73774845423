//! One call, one queue, two agents: the smallest contact center there is.

use teams_cc::core::agent::{Agent, Skill};
use teams_cc::core::routing::policy::skill;
use teams_cc::{ContactCenter, Platform};
use teams_cc_sim::{Sim, run};

#[expect(clippy::print_stdout, reason = "an example talks to its reader")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(async {
        let sim = Sim::seed(42);
        println!("platform: {}", sim.label());
        let ada = Agent::new("ada".parse()?, sim.address("ada")?).queue("sales".parse()?);
        let bo = Agent::new("bo".parse()?, sim.address("bo")?).queue("sales".parse()?);
        let center = ContactCenter::builder(sim.clone())
            .prompts("https://bot.contoso.test/prompts/")
            .queue("sales", skill("en"))
            .agents([ada.skill(Skill::new("en", 5)?), bo.skill(Skill::new("en", 3)?)])
            .on_contact(|contact| async move {
                contact.prompt("hello.wav").await?;
                let agent = contact.route("sales").await?;
                contact.connect(agent).await.map(drop)
            })
            .start()
            .await?;
        sim.quiet().await;
        println!("{}{}", sim.ladder(), center.shutdown(std::time::Duration::ZERO).await);
        Ok(())
    })?
}
