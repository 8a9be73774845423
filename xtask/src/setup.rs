//! Installing the foreign peers that `cargo xtask test` talks to.

use std::path::Path;

use crate::{
    command::{self, Failure},
    peers::python,
};

/// Programs the peer tests start, and the Debian package that brings each.
const PEERS: [(&str, &str); 6] = [
    ("sipp", "sip-tester"),
    ("stunnel4", "stunnel4"),
    ("kamailio", "kamailio"),
    ("kamailio", "kamailio-tls-modules"),
    ("baresip", "baresip-core"),
    ("pg_ctlcluster", "postgresql"),
];
/// The Debian package that brings Python and its environments.
const PYTHON: &str = "python3-venv";

/// Programs that are not there yet, as package names.
pub(crate) fn missing() -> Vec<&'static str> {
    PEERS
        .iter()
        .filter(|(program, _)| !command::is_installed(program))
        .map(|(_, package)| *package)
        .chain((!python::is_ready()).then_some(PYTHON))
        .collect()
}

/// Installs every peer: packages of the system, then Microsoft's clients under `target/python`.
pub(crate) fn run() -> Result<(), Failure> {
    packages()?;
    python::install()?;
    println!("setup: every peer is installed");
    Ok(())
}

/// Installs missing packages: on Debian as root by itself, elsewhere an error names the command.
pub(crate) fn packages() -> Result<(), Failure> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    if !is_debian_root() {
        return Err(by_hand(&missing).into());
    }
    let apt = |words: &[&str]| {
        let mut apt = command::program("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(words);
        command::run(&mut apt)
    };
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], missing.as_slice()].concat())?;
    match self::missing().as_slice() {
        [] => Ok(()),
        still => Err(format!(
            "installed, but what they bring is still not on PATH (Python must be 3.10 or later): {}",
            still.join(" ")
        )
        .into()),
    }
}

fn by_hand(missing: &[&str]) -> String {
    format!(
        "the peer tests need packages this account cannot install; on Debian or Ubuntu run `sudo \
         apt-get install -y {}`, elsewhere run the rest with `cargo xtask test --without-peers`",
        missing.join(" ")
    )
}

fn is_debian_root() -> bool {
    Path::new("/etc/debian_version").exists()
        && command::read(command::program("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elsewhere_the_one_command_is_named() {
        let text = by_hand(&["sip-tester", "stunnel4"]);
        assert!(text.contains("`sudo apt-get install -y sip-tester stunnel4`"), "{text}");
    }
}
