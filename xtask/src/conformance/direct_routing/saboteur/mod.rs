//! Seeded defects: somebody between our trunk and the stage spoils one thing, and the kit must
//! name the rows that it breaks, and no others.
//!
//! Each defect is played against the rows it breaks and a part of the others, another part for
//! each; with `TEAMS_CC_SOAK` against all.

mod defects;
mod network;

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, task::JoinSet};

use self::{
    defects::{DEFECTS, Defect},
    network::Sabotaged,
};
use super::{
    authority::Authority,
    own::{Own, Setting, Wrap},
    rows,
    runner::{self, Line},
    site::Limits,
    verdict::Fault,
};

/// How many defects are played at a time.
const AT_A_TIME: usize = 2;
/// Into how many parts the rows are split that a defect should not break.
const PARTS: usize = 5;

/// Shorter than in a real run: the subject is in this process.
fn limits() -> Limits {
    Limits {
        quiet: Duration::from_millis(350),
        ringing: Duration::from_secs(2),
        at_once: Duration::from_secs(2),
        options: Duration::from_secs(4),
        ..Limits::default()
    }
}

/// The rows a run found broken, and those it could not judge.
fn found(lines: &[Line]) -> (Vec<&'static str>, Vec<(&'static str, String)>) {
    let broken = lines.iter().filter(|line| matches!(line.outcome, Err(Fault::Broken(_))));
    let not_judged = lines.iter().filter_map(|line| match &line.outcome {
        Err(Fault::NotJudged(why)) => Some((line.row.id, why.clone())),
        _ => None,
    });
    (broken.map(|line| line.row.id).collect(), not_judged.collect())
}

/// The rows that a defect is played against; all where none is named.
fn rows_for(place: usize, defect: &Defect) -> Vec<String> {
    if std::env::var_os("TEAMS_CC_SOAK").is_some() {
        return Vec::new();
    }
    let others = rows::all().enumerate().filter(|(row, _)| row % PARTS == place % PARTS);
    let others = others.map(|(_, row)| row.id).filter(|row| !defect.breaks.contains(row));
    defect.breaks.iter().copied().chain(others).map(str::to_owned).collect()
}

async fn play(
    authority: &Arc<Authority>,
    defect: Option<&'static Defect>,
    only: &[String],
) -> Vec<Line> {
    let wrap: Option<Wrap> = defect.map(|defect| -> Wrap {
        Arc::new(move |network, carrier| Arc::new(Sabotaged::new(network, carrier, defect)))
    });
    runner::against_own(authority, limits(), wrap, only).await
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_trunk_breaks_no_row() {
    let authority = Arc::new(Authority::new().unwrap());
    let lines = play(&authority, None, &[]).await;
    assert_eq!(lines.len(), 140, "every row has a line");
    let (broken, not_judged) = found(&lines);
    assert!(broken.is_empty() && not_judged.is_empty(), "{broken:?} {not_judged:?}");
}

/// One subject that stays, judged from outside, as a foreign one is.
#[tokio::test(flavor = "multi_thread")]
async fn a_subject_that_is_only_seen_from_outside_is_judged_row_by_row() {
    let authority = Arc::new(Authority::new().unwrap());
    let mut stage = Own::stage(&authority, Setting::Plain, limits(), None).await.unwrap();
    let own = stage.own.take();
    let lines = runner::against(&mut stage, &[]).await;
    drop(own);
    let (broken, not_judged) = found(&lines);
    assert!(broken.is_empty() && not_judged.is_empty(), "{broken:?} {not_judged:?}");
    let passed = lines.iter().filter(|line| line.outcome.is_ok()).count();
    assert!(passed > 90, "only {passed} rows were judged");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_seeded_defect_breaks_its_rows_and_no_others() {
    let authority = Arc::new(Authority::new().unwrap());
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = JoinSet::new();
    let only = std::env::var("DEFECT").ok();
    for (place, defect) in DEFECTS.iter().enumerate() {
        if only.as_ref().is_some_and(|only| !defect.name.contains(&**only)) {
            continue;
        }
        let (authority, room) = (Arc::clone(&authority), Arc::clone(&room));
        running.spawn(async move {
            let _turn = room.acquire().await;
            let rows = rows_for(place, defect);
            (defect, play(&authority, Some(defect), &rows).await)
        });
    }
    let mut wrong = Vec::new();
    while let Some(ended) = running.join_next().await {
        let (defect, lines) = ended.unwrap();
        let (broken, _) = found(&lines);
        println!("{}: {broken:?}", defect.name);
        if broken != defect.breaks {
            let told = lines.iter().filter_map(|line| match &line.outcome {
                Err(Fault::Broken(why) | Fault::NotJudged(why)) => {
                    Some(format!("{}: {why}\n{}", line.row.id, line.ladder))
                }
                _ => None,
            });
            let told: Vec<String> = told.collect();
            wrong.push(format!(
                "{}: breaks {broken:?} instead of {:?}\n  {}",
                defect.name,
                defect.breaks,
                told.join("\n  ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), DEFECTS.len(), wrong.join("\n"));
}

#[test]
fn there_are_more_than_thirty_defects_with_names_and_rows() {
    assert!(DEFECTS.len() > 30, "{}", DEFECTS.len());
    for defect in DEFECTS {
        assert!(!defect.breaks.is_empty(), "{}", defect.name);
        assert!(defect.breaks.is_sorted(), "{}", defect.name);
    }
}
