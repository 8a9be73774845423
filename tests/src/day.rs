//! The day of the main example, as a story can look at it.

use std::{sync::Arc, time::Duration};

use teams_cc::{
    Contact, ContactCenter, Report,
    core::{
        Address, PhoneNumber, TeamsUser,
        agent::{Agent, Skill},
        contact::Tone,
        emergency::EmergencyPlan,
        queue::Exit,
        routing::{
            RingMode,
            policy::{agent_id, eligible, longest_idle, skill},
        },
    },
};
use teams_cc_sim::{
    Sim,
    log::EventLog,
    run,
    scenario::{Colleague, Day},
    world::Broken,
};

use crate::{PROMPTS, Watched};

/// The recording after which customers choose.
pub const MENU: &str = teams_cc_sim::scenario::MENU_PROMPT;

/// A day that is over.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ended {
    /// The count of contacts.
    pub report: Report,
    /// Everything that happened.
    pub log: EventLog,
    /// What the contact center told.
    pub watched: Watched,
    /// Rules that were broken.
    pub broken: Vec<Broken>,
}

/// Lives through a day in virtual time, with something done to its world before it begins.
///
/// # Panics
///
/// Where the contact center does not start.
pub fn day(seed: u64, change: impl FnOnce(&mut Day)) -> Ended {
    run(async {
        let mut day = Day::new(seed);
        change(&mut day);
        let Day { setup, staff, .. } = day;
        let sim = Sim::new(setup).expect("a sound day");
        let watched = Watched::new(sim.clone());
        let night_desk = eligible()
            .rank(longest_idle().then(agent_id()))
            .ring(RingMode::One)
            .or_after(Duration::from_secs(8), Exit::Voicemail);
        let center = ContactCenter::builder(Arc::new(watched.clone()))
            .prompts(PROMPTS)
            .queue("sales", skill("en"))
            .queue("night desk", night_desk)
            .agents(staff.iter().map(agent))
            .emergency(EmergencyPlan::new("carrier").country("DE").expect("a country"))
            .on_contact(serve)
            .start()
            .await
            .expect("the platform is whole");
        sim.quiet().await;
        let report = center.shutdown(Duration::from_secs(1)).await;
        Ended { report, log: sim.log(), watched, broken: sim.broken() }
    })
    .expect("a runtime")
}

/// What happens to each contact of the day.
///
/// # Errors
///
/// Whatever keeps a contact from being served.
pub async fn serve(contact: Contact) -> Result<(), teams_cc::Error> {
    if let Address::Phone(PhoneNumber::E164(number)) = contact.called() {
        let user = TeamsUser::of_number(number.clone());
        let taken = contact.dial(user.into()).await?;
        return contact.connect(taken).await.map(drop);
    }
    contact.prompt("hello.wav").await?;
    let found = match contact.menu(MENU).await?.map(Tone::reveal) {
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

fn agent(colleague: &Colleague) -> Agent {
    let id = colleague.handle.parse().expect("an id");
    let mut agent = Agent::new(id, colleague.address.clone().into());
    for (name, level) in &colleague.skills {
        agent = agent.skill(Skill::new(name, *level).expect("a skill"));
    }
    if colleague.queues { agent.queue("sales".parse().expect("an id")) } else { agent }
}
