//! `cargo xtask conformance routing FILE`: routing scenarios, played and compared.
//!
//! Each scenario names a product, its settings, agents, calls and what that product did or says it
//! does. The preset of that product is given the same, in virtual time, and must offer, answer and
//! give up the same calls to the same agents in the same seconds.

use std::path::Path;

use serde_json::Value;

use super::Summary;

mod expect;
mod play;
mod scenario;
mod setup;
mod staff;

use scenario::Scenario;

/// Plays every scenario of a file.
pub(crate) fn routing(file: &Path) -> Summary {
    let mut summary = Summary::default();
    let scenarios = match read(file) {
        Ok(scenarios) => scenarios,
        Err(error) => {
            println!("  FAIL {}: {error}", file.display());
            summary.failed += 1;
            return summary;
        }
    };
    for scenario in &scenarios {
        match expect::check(scenario) {
            Ok(()) => summary.passed += 1,
            Err(why) => {
                summary.failed += 1;
                println!("  FAIL {} ({})", scenario.id, scenario.title);
                for line in why.lines() {
                    println!("       {line}");
                }
            }
        }
    }
    summary
}

fn read(file: &Path) -> Result<Vec<Scenario>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let mut file: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let scenarios: Vec<Scenario> =
        serde_json::from_value(file["scenarios"].take()).map_err(|error| error.to_string())?;
    Ok(scenarios.into_iter().map(Scenario::with_crowd).collect())
}
