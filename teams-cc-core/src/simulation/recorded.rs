//! Calls that came once, played again.

use std::{collections::VecDeque, time::Duration};

use super::{Arrival, Arrivals, Draws};
use crate::{ContactId, Instant, QueueEntry, QueueId, queue::Priority};

/// The most calls of one recording.
const MAX_CALLS: usize = 5_000_000;

/// Calls of a partner's own history, from a table of text.
///
/// The first line names the columns: `arrived` (seconds from the start; the table is in this
/// order) and `queue` are needed; `handled` and `patience` (seconds) and `priority` (steps above
/// normal) may be there, and fields of them may be empty. Other columns are left alone.
///
/// ```
/// use teams_cc_core::simulation::Recorded;
///
/// let calls = Recorded::from_csv("arrived,queue,handled\n0,sales,120\n3.5,sales,\n")?;
/// assert_eq!(calls.len(), 2);
/// let error = Recorded::from_csv("arrived,queue\n5,sales\n3,sales\n").unwrap_err();
/// assert_eq!(error.to_string(), "line 3: calls must be in the order of their arrival");
/// # Ok::<(), teams_cc_core::simulation::RecordedError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recorded(VecDeque<Row>);

#[derive(Clone, Debug)]
struct Row {
    at: Instant,
    queue: QueueId,
    handled: Option<Duration>,
    patience: Option<Duration>,
    priority: Priority,
}

impl Recorded {
    /// Reads a table.
    ///
    /// # Errors
    ///
    /// [`RecordedError`] with the line that cannot be read.
    pub fn from_csv(text: &str) -> Result<Self, RecordedError> {
        let mut lines = (1..).zip(text.lines());
        let (_, header) =
            lines.next().ok_or_else(|| RecordedError::new(1, "the table is empty"))?;
        let names: Vec<&str> = header.split(',').map(str::trim).collect();
        let column = |name: &str| names.iter().position(|known| *known == name);
        let (Some(arrived), Some(queue)) = (column("arrived"), column("queue")) else {
            return Err(RecordedError::new(1, "there must be columns `arrived` and `queue`"));
        };
        let columns =
            Columns { arrived, queue, more: ["handled", "patience", "priority"].map(column) };
        let mut rows: VecDeque<Row> = VecDeque::new();
        for (n, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let row = columns.row(line).map_err(|why| RecordedError::new(n, why))?;
            if rows.back().is_some_and(|last| last.at > row.at) {
                let why = "calls must be in the order of their arrival";
                return Err(RecordedError::new(n, why));
            }
            if rows.len() >= MAX_CALLS {
                return Err(RecordedError::new(n, "at most 5,000,000 calls"));
            }
            rows.push_back(row);
        }
        Ok(Self(rows))
    }

    /// How many calls there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

struct Columns {
    arrived: usize,
    queue: usize,
    more: [Option<usize>; 3],
}

impl Columns {
    fn row(&self, line: &str) -> Result<Row, &'static str> {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        let [handled, patience, priority] = self.more.map(|at| at.map(field).unwrap_or_default());
        let at = seconds(field(self.arrived))?.ok_or("`arrived` is missing")?;
        Ok(Row {
            at: Instant::ZERO + at,
            queue: field(self.queue).parse().map_err(|_| "`queue` is no name of a queue")?,
            handled: seconds(handled)?,
            patience: seconds(patience)?,
            priority: match priority {
                "" => Priority::NORMAL,
                steps => Priority::steps(steps.parse().map_err(|_| "`priority` is no number")?),
            },
        })
    }
}

fn seconds(text: &str) -> Result<Option<Duration>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let seconds = text.parse().map_err(|_| "a time is no number of seconds")?;
    Duration::try_from_secs_f64(seconds).map(Some).map_err(|_| "a time is below zero or too long")
}

impl Arrivals for Recorded {
    fn next(&mut self, n: u64, _: &mut Draws) -> Option<Arrival> {
        let row = self.0.pop_front()?;
        let entry = QueueEntry::new(ContactId::numbered("c", n), row.queue, row.at);
        let mut arrival = Arrival::new(entry.priority(row.priority));
        arrival.handling = row.handled;
        arrival.patience = row.patience;
        Some(arrival)
    }
}

/// Why a table is no recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
#[non_exhaustive]
pub struct RecordedError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: Box<str>,
}

impl RecordedError {
    fn new(line: usize, why: &str) -> Self {
        Self { line, why: why.into() }
    }
}
