//! Days to live through: worlds as data, with everybody's plans.

mod day;
mod lab;
mod quickstart;

pub use day::{Colleague, Day, EMERGENCY, EXPERT_NUMBER, MENU_PROMPT};
pub use lab::lab;
pub use quickstart::quickstart;

use teams_cc_core::{E164, contact::Tone};

/// A number this folder made up.
fn e164(text: &str) -> E164 {
    E164::new(text).expect("the numbers of this folder are E.164")
}

/// A key this folder made up.
fn key(key: char) -> Tone {
    Tone::new(key).expect("the keys of this folder have tones")
}
