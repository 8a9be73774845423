//! The contact center's day in small: three models, four customers, one emergency.

use std::time::Duration;

use teams_cc_core::TeamsUser;

use super::{e164, key};
use crate::{
    random::Dice,
    world::{
        Answering, ClientAction, Customer, PromptFile, ProxyState, SERVICE_NUMBER, Setup, Tenant,
        User,
    },
};

/// The prompt after which customers choose.
pub const MENU_PROMPT: &str = "menu.wav";
/// The Direct Routing number of the user who is called over the trunk.
pub const EXPERT_NUMBER: &str = "+14255550150";
/// The number of the emergency services that somebody dials.
pub const EMERGENCY: &str = "112";

/// Somebody of the contact center's staff.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Colleague {
    /// The handle, which serves as agent id.
    pub handle: &'static str,
    /// Where the colleague is reached.
    pub address: TeamsUser,
    /// What the colleague is good at, with a level.
    pub skills: Vec<(&'static str, u8)>,
    /// Whether the colleague works in queues; the others are experts who are asked directly.
    pub queues: bool,
}

/// A day and who works on it.
///
/// | who | what |
/// |---|---|
/// | `ada`, `bo`, `cleo` | sales agents with skill `en`: one is do-not-disturb, the first of the others declines, the last one confirms |
/// | `dora` | an expert in no queue |
/// | `eve` | called over the trunk: holds, resumes, transfers to `finn` |
/// | `gus` | dials 112 from his desk |
/// | customer 1 | service number, key 1: sales |
/// | customer 2 | service number, key 2: the expert |
/// | customer 3 | [`EXPERT_NUMBER`] through the carrier, while `sip` refuses TLS |
/// | customer 4 | service number, key 3: a queue in which nobody works |
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Day {
    /// The world.
    pub setup: Setup,
    /// The staff, in order of their handles.
    pub staff: Vec<Colleague>,
}

/// The three sales agents.
const SALES: [&str; 3] = ["ada", "bo", "cleo"];

impl Day {
    /// The day of this seed. It decides who is not to be disturbed, who declines, when people call
    /// and how long everything takes.
    ///
    /// # Panics
    ///
    /// Does not panic: the numbers and keys in it are constants.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let tenant = Tenant::new("contoso.test");
        let mut dice = Dice::new(seed ^ 0x00da_7000);
        let mut setup = Setup::contoso(seed)
            .proxy(0, ProxyState::RefusesTls)
            .prompt(recording("hello.wav", 3))
            .prompt(recording(MENU_PROMPT, 4))
            .prompt(recording("accept.wav", 2))
            .prompt(recording("sorry.wav", 3));
        let silent = usize::try_from(seed % 3).unwrap_or(0);
        let decliner = usize::from(silent == 0);
        for (n, handle) in SALES.into_iter().enumerate() {
            let user = User::new(handle, &tenant);
            setup = setup.user(if n == silent {
                user.presence("DoNotDisturb")
            } else if n == decliner {
                user.answering([Answering::declines(dice.millis(3000..=5000)), takes(&mut dice)])
            } else {
                user.answering([takes(&mut dice)])
            });
        }
        let eve = User::new("eve", &tenant)
            .number(e164(EXPERT_NUMBER))
            .answering([Answering::after(dice.millis(2500..=4000))])
            .acts(Duration::from_secs(5), ClientAction::Hold)
            .acts(Duration::from_secs(9), ClientAction::Resume)
            .acts(Duration::from_secs(13), ClientAction::Transfer("finn".into()));
        let finn = User::new("finn", &tenant)
            .number(e164("+14255550151"))
            .answering([Answering::after(dice.millis(2000..=3500))]);
        let gus = User::new("gus", &tenant)
            .number(e164("+14255550152"))
            .dials(after(&mut dice, 75), EMERGENCY);
        setup = setup
            .user(User::new("dora", &tenant).answering([takes(&mut dice)]))
            .user(eve)
            .user(finn)
            .user(gus)
            .customer(
                Customer::new("customer 1", "+14255550171")
                    .dials(after(&mut dice, 2), SERVICE_NUMBER)
                    .presses_after(MENU_PROMPT, key('1'), dice.millis(700..=1500))
                    .talks(Duration::from_secs(45)),
            )
            .customer(
                Customer::new("customer 2", "+14255550172")
                    .dials(after(&mut dice, 18), SERVICE_NUMBER)
                    .presses_after(MENU_PROMPT, key('2'), dice.millis(700..=1500))
                    .talks(Duration::from_secs(40)),
            )
            .customer(
                Customer::new("customer 3", "+14255550173")
                    .dials(after(&mut dice, 36), EXPERT_NUMBER)
                    .talks(Duration::from_secs(35)),
            )
            .customer(
                Customer::new("customer 4", "anonymous")
                    .dials(after(&mut dice, 52), SERVICE_NUMBER)
                    .presses_after(MENU_PROMPT, key('3'), dice.millis(700..=1500)),
            );
        let staff = setup
            .users
            .iter()
            .filter_map(|user| {
                let handle = ["ada", "bo", "cleo", "dora"]
                    .into_iter()
                    .find(|handle| **handle == *user.handle)?;
                let queues = SALES.contains(&handle);
                Some(Colleague {
                    handle,
                    address: user.address(),
                    skills: vec![if queues { ("en", 5) } else { ("contracts", 9) }],
                    queues,
                })
            })
            .collect();
        Self { setup, staff }
    }
}

/// An agent who answers and confirms with key 1.
fn takes(dice: &mut Dice) -> Answering {
    Answering::after(dice.millis(2000..=4500)).confirms(key('1'), dice.millis(600..=1400))
}

/// A time of the day: up to four seconds after `seconds`.
fn after(dice: &mut Dice, seconds: u64) -> Duration {
    Duration::from_secs(seconds) + dice.millis(0..=4000)
}

fn recording(name: &str, seconds: u64) -> PromptFile {
    PromptFile::new(
        &format!("https://bot.contoso.test/prompts/{name}"),
        Duration::from_secs(seconds),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn every_seed_gives_a_sound_day_and_neighbours_differ() {
        let silent = |seed| {
            let day = Day::new(seed);
            World::new(day.setup.clone()).unwrap();
            assert_eq!(day.staff.len(), 4);
            day.setup
                .users
                .iter()
                .find(|user| &*user.presence.availability == "DoNotDisturb")
                .map(|user| user.handle.clone())
        };
        assert_eq!(silent(42).as_deref(), Some("ada"));
        assert_eq!(silent(43).as_deref(), Some("bo"));
        assert_eq!(silent(44).as_deref(), Some("cleo"));
    }
}
