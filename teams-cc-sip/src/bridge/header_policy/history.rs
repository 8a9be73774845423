//! Diversions, as `History-Info` and as `Diversion` tell them (RFC 7544).
//!
//! | `Diversion` reason | cause |
//! |---|---|
//! | `unconditional` | 302 |
//! | `user-busy` | 486 |
//! | `no-answer` | 408 |
//! | `deflection` | 480; 487 is read as well |
//! | `unavailable` | 503 |
//! | any other, `unknown` | 404 |
//!
//! An entry that must not be shown has `Privacy=history` here and `privacy=full` there. Where an
//! index skips levels, the entry stands for as many diversions as `counter` says.

use std::fmt::Write;

use teams_cc_core::PhoneNumber;

use crate::{
    direct_routing::{caller_uri, number_of},
    message::{
        Grammar, Headers, Uri,
        typed::{Diversion, HistoryInfo, Reason, TargetChange},
    },
};

/// The most diversions that one entry is taken to stand for.
const MAX_COUNT: u32 = 100;
/// The most levels that one entry skips in an index of ours.
const MAX_SKIP: u32 = 5;
/// The most entries that are written; the newest go on.
const MAX_ENTRIES: usize = 20;
/// What stands for somebody who must not be shown (RFC 7044 §10.1).
const HIDDEN: &str = "sip:anonymous@anonymous.invalid";

const REASONS: &[(&str, u16)] = &[
    ("unconditional", 302),
    ("user-busy", 486),
    ("no-answer", 408),
    ("deflection", 480),
    ("deflection", 487),
    ("unavailable", 503),
    ("unknown", 404),
];

/// One party that the call has left.
pub(super) struct Step {
    uri: Uri,
    cause: u16,
    private: bool,
    pub(super) count: u32,
}

impl Step {
    /// A party that forwards all its calls.
    pub(super) fn forwarding(by: &PhoneNumber) -> Option<Self> {
        let uri = Uri::Sip(caller_uri(by, "forwarded.invalid")?);
        Some(Self { uri, cause: 302, private: false, count: 1 })
    }

    pub(super) fn number(&self) -> PhoneNumber {
        number_of(&self.uri)
    }

    pub(super) const fn is_private(&self) -> bool {
        self.private
    }

    /// The party as we name it: by its number at our own host, or as it stood.
    fn named(&self, host: &str, hide: bool) -> String {
        if hide && self.private {
            return HIDDEN.into();
        }
        match caller_uri(&self.number(), host) {
            Some(uri) => Uri::Sip(uri).reveal(),
            None => self.uri.reveal(),
        }
    }
}

/// Reads the diversions, the oldest first; `History-Info` counts where both stand.
pub(super) fn read(info: &Headers, diversion: &Headers, all_private: bool) -> Vec<Step> {
    let entries: Vec<HistoryInfo> = info.list().unwrap_or_default();
    let mut steps: Vec<Step> = if entries.is_empty() {
        let lines: Vec<Diversion> = diversion.list().unwrap_or_default();
        lines.iter().rev().map(of_diversion).collect()
    } else {
        let nexts = entries.iter().skip(1).map(Some).chain([None]);
        entries.iter().zip(nexts).filter_map(|(entry, next)| of_history(entry, next)).collect()
    };
    for step in &mut steps {
        step.private |= all_private;
    }
    steps
}

fn of_diversion(line: &Diversion) -> Step {
    let word = line.reason();
    let known = REASONS.iter().find(|(name, _)| word.as_deref() == Some(*name));
    Step {
        uri: plain(&line.uri),
        cause: known.map_or(404, |(_, cause)| *cause),
        private: line.is_private(),
        count: line.counter().clamp(1, MAX_COUNT),
    }
}

/// An entry is a diversion where it says why it was left, or the next says that it follows from it.
fn of_history(entry: &HistoryInfo, next: Option<&HistoryInfo>) -> Option<Step> {
    let cause_of = |entry: &HistoryInfo| {
        entry.uri.as_sip().and_then(|uri| uri.param("cause")?.parse::<u16>().ok())
    };
    let reasons = entry.reasons();
    let own = reasons.iter().find(|reason| !reason.is_q850()).and_then(Reason::cause);
    let told = next.and_then(cause_of);
    let mapped = next.and_then(HistoryInfo::change);
    let mapped = mapped.is_some_and(|(change, _)| change == TargetChange::Mapped);
    if reasons.is_empty() && told.is_none() && !mapped {
        return None;
    }
    let levels = |entry: &HistoryInfo| entry.index().map(|index| index.levels().len());
    let skipped = next.and_then(|next| levels(next)?.checked_sub(levels(entry)?));
    let count = skipped.and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
    Some(Step {
        uri: plain(&entry.uri),
        cause: told.or(own).unwrap_or(404),
        private: entry.privacy().is_some_and(|wish| wish.contains("history")),
        count: count.clamp(1, MAX_COUNT),
    })
}

fn plain(uri: &Uri) -> Uri {
    let mut uri = uri.clone();
    if let Some(sip) = uri.as_sip_mut() {
        sip.remove_headers();
        sip.remove_param("cause");
    }
    uri
}

/// Writes `History-Info`, escaped and with commas between entries; the target is the last one.
pub(super) fn write_info(steps: &[Step], target: &Uri, host: &str, hide: bool) -> String {
    let mut index = "1".to_owned();
    let mut before: Option<(String, u16)> = None;
    let mut line = String::new();
    for step in newest(steps) {
        let privacy = if step.private { "Privacy=history&" } else { "" };
        let reason = format!("?{privacy}Reason=SIP%3Bcause%3D{}", step.cause);
        entry(&mut line, &step.named(host, hide), &reason, &index, before.as_ref());
        before = Some((index.clone(), step.cause));
        for _ in 0..step.count.min(MAX_SKIP) {
            index.push_str(".1");
        }
    }
    entry(&mut line, &plain(target).reveal(), "", &index, before.as_ref());
    line
}

fn entry(line: &mut String, uri: &str, hidden: &str, index: &str, before: Option<&(String, u16)>) {
    let comma = if line.is_empty() { "" } else { ", " };
    // Writing to a text cannot fail.
    let _ = match before {
        Some((parent, cause)) if uri.starts_with("sip") => {
            write!(line, "{comma}<{uri};cause={cause}{hidden}>;index={index};mp={parent}")
        }
        Some((parent, _)) => write!(line, "{comma}<{uri}{hidden}>;index={index};mp={parent}"),
        None => write!(line, "{comma}<{uri}{hidden}>;index={index}"),
    };
}

/// Writes `Diversion`, the newest first.
pub(super) fn write_diversion(steps: &[Step], host: &str, hide: bool) -> String {
    let lines = newest(steps).iter().rev().map(|step| {
        let word = REASONS.iter().find(|(_, cause)| *cause == step.cause);
        let (reason, _) = word.unwrap_or(&("unknown", 404));
        let privacy = if step.private { "full" } else { "off" };
        let uri = step.named(host, hide);
        format!("<{uri}>;reason={reason};counter={};privacy={privacy}", step.count)
    });
    lines.collect::<Vec<_>>().join(", ")
}

fn newest(steps: &[Step]) -> &[Step] {
    steps.get(steps.len().saturating_sub(MAX_ENTRIES.min(Grammar::PARAMS))..).unwrap_or_default()
}
