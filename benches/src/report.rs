//! Tables for people, JSON for machines, and thresholds that hold or do not.

use serde_json::{Value, json};

use crate::machine;
use crate::rounds::{Series, median};

#[derive(Default)]
pub(crate) struct Report {
    name: &'static str,
    tables: Vec<Table>,
    thresholds: Vec<Threshold>,
    notes: Vec<String>,
}

struct Table {
    title: String,
    unit: &'static str,
    series: Vec<Series>,
}

struct Threshold {
    what: String,
    found: f64,
    wanted: f64,
    at_most: bool,
}

impl Report {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn table(
        &mut self,
        title: impl Into<String>,
        unit: &'static str,
        series: Vec<Series>,
    ) {
        self.tables.push(Table { title: title.into(), unit, series });
    }

    pub(crate) fn at_most(&mut self, what: impl Into<String>, found: f64, wanted: f64) {
        self.thresholds.push(Threshold { what: what.into(), found, wanted, at_most: true });
    }

    pub(crate) fn at_least(&mut self, what: impl Into<String>, found: f64, wanted: f64) {
        self.thresholds.push(Threshold { what: what.into(), found, wanted, at_most: false });
    }

    pub(crate) fn holds(&self) -> bool {
        self.thresholds.iter().all(Threshold::holds)
    }

    pub(crate) fn print(&self) {
        println!("# {}", self.name);
        for (name, value) in machine::describe().as_object().into_iter().flatten() {
            println!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        for note in &self.notes {
            println!("{note}");
        }
        for table in &self.tables {
            let Some(first) = table.series.first() else { continue };
            println!("\n{} ({}, {} rounds)", table.title, table.unit, first.figures.len());
            println!("{:<28}{:>12}{:>26}{:>10}", "", "median", "spread", "ratio");
            for series in &table.series {
                let (least, most) = series.spread();
                let ratio = median(&series.over(first));
                println!(
                    "{:<28}{:>12.2}{:>26}{ratio:>10.3}",
                    series.name,
                    series.median(),
                    format!("{least:.2} – {most:.2}"),
                );
            }
        }
        println!();
        for threshold in &self.thresholds {
            let verdict = if threshold.holds() { "PASS" } else { "FAIL" };
            let sign = if threshold.at_most { "≤" } else { "≥" };
            println!(
                "{verdict}: {}: {:.3} {sign} {}",
                threshold.what, threshold.found, threshold.wanted
            );
        }
    }

    pub(crate) fn json(&self) -> String {
        let tables = self.tables.iter().map(|table| {
            let first = table.series.first();
            let series = table.series.iter().map(|series| {
                let (least, most) = series.spread();
                let ratio = first.map(|first| median(&series.over(first)));
                json!({ "name": series.name, "median": series.median(), "least": least,
                        "most": most, "ratio": ratio, "rounds": series.figures })
            });
            json!({ "title": table.title, "unit": table.unit, "series": series.collect::<Vec<_>>() })
        });
        let thresholds = self.thresholds.iter().map(|threshold| {
            json!({ "what": threshold.what, "found": threshold.found, "wanted": threshold.wanted,
                    "at_most": threshold.at_most, "holds": threshold.holds() })
        });
        let report: Value = json!({
            "name": self.name, "machine": machine::describe(), "notes": self.notes,
            "tables": tables.collect::<Vec<_>>(), "thresholds": thresholds.collect::<Vec<_>>(),
        });
        format!("{report:#}\n")
    }
}

impl Threshold {
    fn holds(&self) -> bool {
        if self.at_most { self.found <= self.wanted } else { self.found >= self.wanted }
    }
}
