//! README drift: the quick start shown is the quick start that runs.

use std::fs;

use crate::{
    command::{self, Failure},
    workspace,
};

const EXAMPLE: &str = "quickstart";
/// The quick start is short enough to be read before it is believed.
const MAX_LINES: usize = 30;

/// Fails unless README.md shows `examples/quickstart.rs` and its real output, word for word.
pub(crate) fn check() -> Result<(), Failure> {
    let readme = read("README.md")?;
    let code = read(&format!("examples/{EXAMPLE}.rs"))?;
    let lines = code.lines().count();
    if lines > MAX_LINES {
        return Err(format!("examples/{EXAMPLE}.rs has {lines} lines, over {MAX_LINES}").into());
    }
    let output = command::read(command::cargo().args(["run", "--quiet", "--example", EXAMPLE]))?;
    let blocks = blocks(&readme);
    let shows =
        |wanted: &str| blocks.iter().any(|(_, block)| block.trim_end() == wanted.trim_end());
    if !shows(&code) {
        return Err(format!("no code block of README.md equals examples/{EXAMPLE}.rs").into());
    }
    if !shows(&output) {
        return Err(format!(
            "no block of README.md equals the output of `cargo run --example {EXAMPLE}`:\n{output}"
        )
        .into());
    }
    Ok(())
}

fn read(relative: &str) -> Result<String, Failure> {
    fs::read_to_string(workspace::path(relative))
        .map_err(|error| format!("cannot read {relative}: {error}").into())
}

/// Fenced blocks with their info string.
fn blocks(markdown: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in markdown.lines() {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(info), None) => open = Some((info.trim().to_owned(), String::new())),
            (None, Some((info, mut text))) => {
                text.push_str(line);
                text.push('\n');
                open = Some((info, text));
            }
            (None, None) => {}
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_language() {
        let markdown = "a\n```rust\nfn main() {}\n\n```\nb\n```text\nout\n```\n```\nopen";
        let expected = [("rust", "fn main() {}\n\n"), ("text", "out\n")];
        let found = blocks(markdown);
        assert_eq!(found.len(), expected.len());
        for ((info, text), (wanted_info, wanted_text)) in found.iter().zip(expected) {
            assert_eq!((info.as_str(), text.as_str()), (wanted_info, wanted_text));
        }
    }
}
