//! Plays the checks against a subject and collects what they say.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Semaphore, task::JoinSet, time::timeout};

use super::{
    authority::Authority,
    checks::{self, Check, NOT_SHOWN},
    own::{Own, Setting, Wrap},
    rows::{self, Row},
    site::Limits,
    stage::Stage,
    verdict::{Fault, Outcome},
};

/// How long one check may take in all.
const CHECK_LIMIT: Duration = Duration::from_secs(100);
/// How many checks of our own trunk run at a time, each with a trunk and proxies of its own.
const AT_A_TIME: usize = 12;

/// What became of one row.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) row: Row,
    pub(super) outcome: Outcome,
    /// The messages, where there were any.
    pub(super) ladder: String,
    pub(super) took: Duration,
}

/// Plays every check against our own trunk, each on a stage of its own.
pub(super) async fn against_own(
    authority: &Arc<Authority>,
    limits: Limits,
    wrap: Option<Wrap>,
    only: &[String],
) -> Vec<Line> {
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = JoinSet::new();
    for check in checks::all().into_iter().filter(|check| wanted(only, check.row)) {
        let (authority, room, wrap) = (Arc::clone(authority), Arc::clone(&room), wrap.clone());
        running.spawn(async move {
            let _turn = room.acquire().await;
            let started = Instant::now();
            let stage = Own::stage(&authority, check.setting, limits, wrap.as_ref()).await;
            let (outcome, ladder) = match stage {
                Ok(mut stage) => play(&check, &mut stage).await,
                Err(failure) => (Err(Fault::NotJudged(failure.to_string())), String::new()),
            };
            (check.row, outcome, ladder, started.elapsed())
        });
    }
    let mut found = BTreeMap::new();
    while let Some(ended) = running.join_next().await {
        if let Ok((row, outcome, ladder, took)) = ended {
            found.insert(row, (outcome, ladder, took));
        }
    }
    lines(found, only)
}

/// Plays every check against a subject that is there already, one after the other.
pub(super) async fn against(stage: &mut Stage, only: &[String]) -> Vec<Line> {
    let mut found = BTreeMap::new();
    for check in checks::all().into_iter().filter(|check| wanted(only, check.row)) {
        let started = Instant::now();
        let (outcome, ladder) = match check.setting {
            Setting::WithoutRefer => {
                let why = "it takes an operator who turns REFER off";
                (Err(Fault::NotApplicable(why.to_owned())), String::new())
            }
            Setting::Plain | Setting::Brisk => {
                stage.clear();
                let played = play(&check, stage).await;
                stage.tidy().await;
                played
            }
        };
        found.insert(check.row, (outcome, ladder, started.elapsed()));
    }
    lines(found, only)
}

async fn play(check: &Check, stage: &mut Stage) -> (Outcome, String) {
    let outcome = timeout(CHECK_LIMIT, (check.run)(stage)).await.unwrap_or_else(|_| {
        Err(Fault::NotJudged(format!("it takes longer than {} s", CHECK_LIMIT.as_secs())))
    });
    (outcome, stage.ladder.text())
}

/// Every row with its outcome, in order; none is missing.
fn lines(
    mut found: BTreeMap<&'static str, (Outcome, String, Duration)>,
    only: &[String],
) -> Vec<Line> {
    rows::all()
        .filter(|row| wanted(only, row.id))
        .map(|row| {
            let (outcome, ladder, took) = found.remove(row.id).unwrap_or_else(|| {
                let reason = NOT_SHOWN.iter().find(|(id, _)| *id == row.id);
                let fault = match reason {
                    Some((_, reason)) => Fault::NotApplicable((*reason).to_owned()),
                    None => Fault::NotJudged("its check did not come to an end".to_owned()),
                };
                (Err(fault), String::new(), Duration::ZERO)
            });
            Line { row, outcome, ladder, took }
        })
        .collect()
}

fn wanted(only: &[String], row: &str) -> bool {
    only.is_empty() || only.iter().any(|wanted| wanted == row)
}
