//! `cargo xtask codegen`: the models of teams-cc-graph-models, from schema facts and overlays.

use std::{fs, io::Write as _, path::Path, process::Stdio};

use crate::{
    command::{self, Failure},
    workspace,
};

mod check;
mod emit;
mod name;
mod overlay;
mod plan;
mod resolve;
mod rust_type;
pub(crate) mod schema;
#[cfg(test)]
mod tests;

use self::schema::Schema;

/// The overlays.
const OVERLAYS: &str = "teams-cc-graph-models/schema";
/// The generated models.
const MODELS: &str = "teams-cc-graph-models/src/model/schema";
/// The generated table of the conformance check.
const TABLE: &str = "xtask/src/conformance/csdl/types.rs";

/// What to do with the generated text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write the files.
    Write,
    /// Fail where a file differs.
    Check,
}

/// Generates every file from the schema facts in `file`.
pub(crate) fn run(file: &Path, mode: Mode) -> Result<(), Failure> {
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let schema = Schema::parse(&text)?;
    let areas = overlay::read(&workspace::path(OVERLAYS))?;
    let plan = resolve::resolve(&schema, &areas).map_err(|complaints| {
        format!("{} complaints:\n  {}", complaints.len(), complaints.join("\n  "))
    })?;
    let mut files = vec![
        (format!("{MODELS}/mod.rs"), emit::index(&plan)),
        (TABLE.to_owned(), emit::table(&plan)),
    ];
    for module in &plan.modules {
        files.push((format!("{MODELS}/{}.rs", module.name), emit::module(module)));
    }
    let mut stale = Vec::new();
    for (path, text) in &files {
        let text = formatted(text)?;
        let on_disk = fs::read_to_string(workspace::path(path)).unwrap_or_default();
        if on_disk == text {
            continue;
        }
        stale.push(path.as_str());
        if mode == Mode::Write {
            fs::write(workspace::path(path), text)?;
        }
    }
    no_left_over(&files)?;
    match mode {
        Mode::Check if !stale.is_empty() => Err(format!(
            "stale, run `cargo xtask codegen {}`:\n  {}",
            file.display(),
            stale.join("\n  ")
        )
        .into()),
        Mode::Check => {
            println!("{} types in {} files, as generated", plan.table.len(), files.len());
            Ok(())
        }
        Mode::Write => {
            println!(
                "{} types in {} files, {} changed",
                plan.table.len(),
                files.len(),
                stale.len()
            );
            Ok(())
        }
    }
}

/// Fails for a generated file whose area is no more.
fn no_left_over(files: &[(String, String)]) -> Result<(), Failure> {
    for entry in fs::read_dir(workspace::path(MODELS))? {
        let name = format!("{MODELS}/{}", entry?.file_name().to_string_lossy());
        if !files.iter().any(|(path, _)| *path == name) {
            return Err(format!("{name} has no overlay any more; remove it").into());
        }
    }
    Ok(())
}

/// The text as rustfmt leaves it.
fn formatted(text: &str) -> Result<String, Failure> {
    let mut rustfmt = command::program("rustfmt");
    rustfmt.args(["--edition", "2024", "--config-path", "rustfmt.toml"]);
    let mut child = rustfmt.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("rustfmt has no input")?.write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err("rustfmt refused the generated text".into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
