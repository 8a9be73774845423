//! Microsoft's Python clients, msal and msgraph-sdk, sign in and call at the simulator's HTTPS door.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::Value;

use crate::{
    command::{self, Failure, Finished},
    peers::{lab, simulator::Simulator},
    tally::Tally,
    workspace,
};

/// The pinned packages, and the file that remembers which ones are installed.
const REQUIREMENTS: &str = "xtask/peers/requirements.txt";
const INSTALLED: &str = "requirements.txt";
/// The scripts, each with the name of what it checks.
const SCRIPTS: [(&str, &str); 3] = [
    ("sign_in.py", "msal"),
    ("graph.py", "msgraph-sdk"),
    ("media.py", "msgraph-sdk, media and groups"),
];

/// Whether Python is here, new enough for the pinned packages, and can make environments.
pub(crate) fn is_ready() -> bool {
    let asked = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";
    command::read(command::program("python3").args(["-c", asked])).is_ok()
}

/// Installs the pinned packages under `target/python`, unless they are there.
pub(crate) fn install() -> Result<PathBuf, Failure> {
    let directory = workspace::target()?.join("python");
    let python = directory.join("bin/python");
    let wanted = fs::read_to_string(workspace::path(REQUIREMENTS))?;
    let installed = directory.join(INSTALLED);
    if python.exists() && fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    let started = Instant::now();
    let mut venv = command::program("python3");
    command::run(venv.args(["-m", "venv", "--clear"]).arg(&directory))?;
    let mut pip = command::program(&python.to_string_lossy());
    // Only wheels: no package runs code of its own while it is installed.
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    pip.args(["--only-binary", ":all:", "--no-compile", "--requirement", REQUIREMENTS]);
    command::run(&mut pip)?;
    fs::write(installed, wanted)?;
    println!("installed in {} s", started.elapsed().as_secs());
    Ok(python)
}

/// Runs the scripts against a simulator of their own.
pub(crate) fn run() -> Tally {
    let mut tally = Tally::default();
    println!("\n== Microsoft's Python clients call the simulator ==");
    match install() {
        Ok(python) => {
            if let Err(failure) = go(&mut tally, &python) {
                tally.fail(format!("Python clients: {failure}"));
            }
        }
        Err(failure) => tally.leave_out(&format!(
            "peer tests: msal and msgraph-sdk, which cannot be installed from PyPI: {failure}"
        )),
    }
    tally
}

fn go(tally: &mut Tally, python: &Path) -> Result<(), Failure> {
    let directory = workspace::target()?.join("peers");
    fs::create_dir_all(&directory)?;
    let callback = format!("http://127.0.0.1:{}/calls", lab::free_ports()?);
    let simulator = Simulator::start(&directory, &callback)?;
    let mut settings = simulator.settings();
    settings.insert("callback".to_owned(), callback.into());
    let file = directory.join("simulator.json");
    fs::write(&file, Value::Object(settings).to_string())?;

    for (script, name) in SCRIPTS {
        let started = Instant::now();
        let ran = command::echo(&mut script_command(python, script, &file)?);
        println!("{name} took {} s", started.elapsed().as_secs());
        add(tally, name, ran);
    }
    tally.check("the simulator ends cleanly on Ctrl-C", simulator.interrupt());
    Ok(())
}

fn script_command(python: &Path, script: &str, settings: &Path) -> Result<Command, Failure> {
    let mut command = command::program(&python.to_string_lossy());
    // What Python compiles stays out of the tree.
    command.env("PYTHONPYCACHEPREFIX", workspace::target()?.join("python/pycache"));
    command.arg(Path::new("xtask/peers").join(script)).arg(settings);
    Ok(command)
}

/// Adds the checks of one script; one that does not come to its end has failed.
fn add(tally: &mut Tally, name: &str, ran: Result<Finished, Failure>) {
    let finished = match ran {
        Ok(finished) => finished,
        Err(failure) => return tally.fail(format!("{name}: {failure}")),
    };
    let mut made = 0;
    for line in &finished.lines {
        if line.starts_with("ok: ") {
            made += 1;
            tally.passed += 1;
        } else if let Some(what) = line.strip_prefix("FAILED: ") {
            made += 1;
            tally.failed += 1;
            tally.failures.push(format!("{name}: {what}"));
        }
    }
    let end = format!("checks made: {made}");
    if made == 0 || !finished.success || !finished.lines.contains(&end) {
        tally.fail(format!("{name}: the script did not come to its end"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(success: bool, lines: &[&str]) -> Tally {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        let mut tally = Tally::default();
        add(&mut tally, "msal", Ok(Finished { success, lines }));
        tally
    }

    #[test]
    fn checks_are_counted_by_their_lines() {
        let tally = added(true, &["ok: this", "FAILED: that: is wrong", "checks made: 2"]);
        assert_eq!((tally.passed, tally.failed), (1, 1));
        assert_eq!(tally.failures, ["msal: that: is wrong"]);
    }

    #[test]
    fn a_script_that_stops_early_has_failed() {
        for (success, lines) in [
            (false, &["ok: this", "checks made: 1"][..]),
            (true, &["ok: this"]),
            (true, &["ok: this", "checks made: 2"]),
            (true, &["checks made: 0"]),
        ] {
            assert_eq!(added(success, lines).failed, 1, "{lines:?}");
        }
    }

    #[test]
    fn the_simulator_names_the_versions_it_is_checked_with() {
        let fidelity = fs::read_to_string(workspace::path("teams-cc-sim/src/fidelity.md")).unwrap();
        let wanted = fs::read_to_string(workspace::path(REQUIREMENTS)).unwrap();
        for name in ["msal", "azure-identity", "msgraph-sdk"] {
            let version =
                wanted.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("=="));
            let named = format!("{name} {}", version.unwrap());
            let other = fidelity.matches(&format!("{name} 1.")).count();
            assert_eq!(fidelity.matches(&named).count(), other, "another version than {named}");
            assert!(other > 0, "{named} is not named");
        }
    }

    #[test]
    fn every_package_is_pinned() {
        let wanted = fs::read_to_string(workspace::path(REQUIREMENTS)).unwrap();
        let mut packages = wanted.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        assert!(packages.all(|line| line.contains("==")), "{wanted}");
    }
}
