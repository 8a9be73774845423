//! Running other programs: shown, echoed, counted.

use std::{
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Stdio},
    thread,
};

/// Why a command could not do its work.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// What a finished program left behind.
pub(crate) struct Finished {
    /// Whether it ended with success.
    pub(crate) success: bool,
    /// Everything it wrote, both streams, line by line.
    pub(crate) lines: Vec<String>,
}

/// A command that runs at the root of the workspace.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(crate::workspace::root());
    command
}

/// The cargo that started this program.
pub(crate) fn cargo() -> Command {
    program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
}

/// Runs with both streams passed on; an error names what was run.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    println!("$ {}", text(command));
    let status =
        command.status().map_err(|error| format!("cannot run `{}`: {error}", text(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` ended with {status}", text(command)).into())
    }
}

/// Runs with both streams passed on and kept.
pub(crate) fn echo(command: &mut Command) -> Result<Finished, Failure> {
    println!("$ {}", text(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run `{}`: {error}", text(command)))?;
    let stdout = child.stdout.take().map(|stream| keep(stream, false));
    let stderr = child.stderr.take().map(|stream| keep(stream, true));
    let success = child.wait()?.success();
    let mut lines = Vec::new();
    for stream in [stdout, stderr].into_iter().flatten() {
        lines.extend(stream.join().unwrap_or_default());
    }
    Ok(Finished { success, lines })
}

/// Runs quietly and returns what it wrote to its standard output.
pub(crate) fn read(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run `{}`: {error}", text(command)))?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!(
            "`{}` ended with {}:\n{}",
            text(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        )
        .into())
    }
}

/// Whether a program of this name can be started.
pub(crate) fn is_installed(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|directory| directory.join(name).is_file())
    })
}

/// The command as one would type it.
pub(crate) fn text(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        let value = value.unwrap_or_default().to_string_lossy();
        words.push(format!("{}={value:?}", name.to_string_lossy()));
    }
    let program = std::path::Path::new(command.get_program());
    words.push(program.file_name().unwrap_or_default().to_string_lossy().into_owned());
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Passes a stream on while keeping its lines.
fn keep(stream: impl Read + Send + 'static, to_stderr: bool) -> thread::JoinHandle<Vec<String>> {
    thread::spawn(move || {
        let mut lines = Vec::new();
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(read) if read > 0) {
            // A reader that went away is no reason to stop counting.
            let _ = if to_stderr {
                std::io::stderr().write_all(&line)
            } else {
                std::io::stdout().write_all(&line)
            };
            lines.push(String::from_utf8_lossy(&line).trim_end().to_owned());
            line.clear();
        }
        lines
    })
}
