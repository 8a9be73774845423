//! The event log as a text ladder, Graph and SIP together.

use std::fmt;

use crate::log::{Column, LogEvent};

/// Cells between two lifelines.
const GAP: usize = 10;
/// Where the first lifeline stands inside the drawing.
const FIRST: usize = 4;
/// The widest line written; longer texts go on below.
const WIDTH: usize = 110;
/// The time stamp and the blank after it.
const STAMP: usize = 10;

/// A view of events that prints as a ladder. Time, lifelines with an arrow, and what happened.
///
/// Lines are at most 110 columns wide. Times are virtual, since the world began.
#[derive(Clone, Copy, Debug)]
pub struct Ladder<'a>(&'a [LogEvent]);

impl<'a> Ladder<'a> {
    pub(crate) fn new(events: &'a [LogEvent]) -> Self {
        Self(events)
    }
}

impl fmt::Display for Ladder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = FIRST + GAP * (Column::ALL.len() - 1) + FIRST + 1;
        write!(f, "{:STAMP$}", "")?;
        let mut heading = String::new();
        for (n, column) in Column::ALL.into_iter().enumerate() {
            let name = column.name();
            let start = (FIRST + GAP * n).saturating_sub(name.len() / 2);
            while heading.len() < start {
                heading.push(' ');
            }
            heading.push_str(name);
        }
        writeln!(f, "{heading}")?;
        for event in self.0 {
            let mut line = lifelines(width);
            let (from, to) = (place(event.from), place(event.to));
            if from == to {
                put(&mut line, from, '●');
            } else {
                let (left, right) = (from.min(to), from.max(to));
                for at in left + 1..right {
                    put(&mut line, at, '─');
                }
                let (head, at) = if from < to { ('>', right - 1) } else { ('<', left + 1) };
                put(&mut line, at, head);
            }
            let millis = event.at.as_millis();
            let drawing: String = line.into_iter().collect();
            let room = WIDTH - STAMP - width - 1;
            let mut texts = wrap(&event.what, room).into_iter();
            writeln!(
                f,
                "{:02}:{:02}.{:03} {drawing} {}",
                millis / 60_000,
                millis / 1000 % 60,
                millis % 1000,
                texts.next().unwrap_or_default()
            )?;
            let blank: String = lifelines(width).into_iter().collect();
            for text in texts {
                writeln!(f, "{:STAMP$}{blank} {text}", "")?;
            }
        }
        Ok(())
    }
}

fn place(column: Column) -> usize {
    FIRST + GAP * column as usize
}

fn put(line: &mut [char], at: usize, what: char) {
    if let Some(cell) = line.get_mut(at) {
        *cell = what;
    }
}

/// The lifelines alone.
fn lifelines(width: usize) -> Vec<char> {
    let mut line = vec![' '; width];
    for n in 0..Column::ALL.len() {
        put(&mut line, FIRST + GAP * n, '│');
    }
    line
}

/// Breaks a text at blanks; a word that is wider than the room is cut.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let word: String = word.chars().take(room).collect();
        let Some(line) = lines.last_mut() else { break };
        let used = line.chars().count();
        if used > 0 && used + 1 + word.chars().count() > room {
            lines.push(format!("  {word}").chars().take(room).collect());
        } else {
            if used > 0 {
                line.push(' ');
            }
            line.push_str(&word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use teams_cc_core::Instant;

    use crate::log::{Column, EventLog};

    #[test]
    fn no_line_is_wider_than_the_page() {
        let mut log = EventLog::default();
        log.push(Instant::from_secs(61), Column::Customer, Column::Teams, "dials");
        log.push(Instant::from_secs(62), Column::Agent, Column::Teams, "word ".repeat(60));
        log.push(Instant::from_secs(63), Column::Center, Column::Center, "x".repeat(300));
        let text = log.ladder().to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
        assert_eq!(text.matches("word").count(), 60, "nothing of a text is lost");
        assert!(text.contains("01:01.000     │────────────────────────────>│"), "{text}");
    }
}
