//! Where things lie.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{self, Failure};

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A file of the workspace.
pub(crate) fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> Result<PathBuf, Failure> {
    let metadata = metadata(&["--no-deps"])?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| "cargo metadata names no target directory".into())
}

/// What `cargo metadata` says.
pub(crate) fn metadata(arguments: &[&str]) -> Result<Value, Failure> {
    let text = command::read(
        command::cargo().args(["metadata", "--format-version", "1"]).args(arguments),
    )?;
    Ok(serde_json::from_str(&text)?)
}
