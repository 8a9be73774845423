//! Microsoft's proxies and a carrier, played against an SBC: which rows of Direct Routing hold.
//!
//! The judge shares no code with the judged but a strict reader of syntax: messages are split,
//! framed and written by hand here, and verdicts come from the text of each row.

use std::sync::Arc;

use self::{
    arguments::{Against, Arguments},
    authority::Authority,
    ladder::mask,
    runner::Line,
    site::Limits,
    verdict::Fault,
};
use crate::{command::Failure, tally::Tally};

mod arguments;
mod authority;
mod checks;
mod connection;
mod dialog;
mod foreign;
mod ladder;
mod message;
mod own;
mod proxies;
mod report;
mod rows;
mod runner;
mod script;
mod site;
mod stage;
mod tidy;
mod tls;
mod verdict;
mod wire;

#[cfg(test)]
mod saboteur;

pub(crate) use arguments::HELP;

/// Runs the kit as the command line says and prints the tally.
pub(crate) fn run(words: &[&str]) -> Result<Tally, Failure> {
    let tally = collect(words)?;
    tally.print();
    Ok(tally)
}

/// Runs the kit; `ci` adds the result to its own.
pub(crate) fn collect(words: &[&str]) -> Result<Tally, Failure> {
    let arguments = Arguments::read(words)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let lines = runtime.block_on(async {
        match &arguments.against {
            None => {
                println!("conformance direct-routing against this project's own trunk");
                let authority = Arc::new(Authority::new()?);
                let only = &arguments.only;
                Ok(runner::against_own(&authority, Limits::default(), None, only).await)
            }
            Some(against) => foreign(against, &arguments).await,
        }
    })?;
    runtime.shutdown_background();
    Ok(tell(&lines))
}

async fn foreign(against: &Against, arguments: &Arguments) -> Result<Vec<Line>, Failure> {
    println!("conformance direct-routing against {}", against.teams);
    let mut stage = foreign::stage(against).await?;
    Ok(runner::against(&mut stage, &arguments.only).await)
}

/// Prints every row, a ladder for each that fails, and counts.
fn tell(lines: &[Line]) -> Tally {
    let mut tally = Tally::default();
    let mut not_applicable = 0;
    for Line { row, outcome, ladder, took } in lines {
        let head = format!("{} {}", row.id, row.grade);
        match outcome {
            Ok(remark) => {
                let remark = remark.map(|remark| format!("  ({remark})")).unwrap_or_default();
                println!("{head}  pass            {}{remark}", row.text);
                tally.passed += 1;
            }
            Err(Fault::NotApplicable(why)) => {
                println!("{head}  not applicable  {}  ({})", row.text, mask(why));
                not_applicable += 1;
            }
            Err(fault @ (Fault::Broken(why) | Fault::NotJudged(why))) => {
                let what = if matches!(fault, Fault::Broken(_)) { "FAIL" } else { "NOT JUDGED" };
                let why = mask(why);
                println!("{head}  {what:<14}  {}", row.text);
                println!("      {why}  (after {:.1} s)", took.as_secs_f32());
                print!("{ladder}");
                tally.failed += 1;
                tally.failures.push(format!("{} {}: {why}", row.id, row.text));
            }
        }
    }
    println!("\n{not_applicable} rows are not applicable, each with its reason above");
    tally
}
