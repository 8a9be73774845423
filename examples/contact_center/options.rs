//! What the command line asks for.

use std::net::SocketAddr;

/// The seed of the day that the documentation shows.
const DEFAULT_SEED: u64 = 42;

/// How the example is called.
pub(crate) const USAGE: &str = "usage: contact_center [--seed N | --listen IP-ADDRESS:PORT]
  --seed N              another day, default 42
  --listen ADDRESS:PORT take SIP calls, such as 127.0.0.1:5060; TLS is one port above";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
}

/// What the example does.
#[derive(Debug)]
pub(crate) enum Mode {
    /// Lives through a day in virtual time.
    Day {
        /// Which day.
        seed: u64,
    },
    /// Says how to call it.
    Help,
    /// Takes real calls until Ctrl-C.
    Listen {
        /// Where, over UDP and TCP; TLS is one port above.
        at: SocketAddr,
    },
}

impl Options {
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut mode = Mode::Day { seed: DEFAULT_SEED };
        while let Some(word) = words.next() {
            if word == "--help" || word == "-h" {
                return Ok(Self { mode: Mode::Help });
            }
            let value = words.next().ok_or_else(|| usage(&word))?;
            mode = match word.as_str() {
                "--seed" => Mode::Day { seed: value.parse().map_err(|_| usage(&word))? },
                "--listen" => Mode::Listen { at: value.parse().map_err(|_| usage(&word))? },
                _ => return Err(usage(&word)),
            };
        }
        Ok(Self { mode })
    }
}

fn usage(word: &str) -> String {
    format!("cannot make sense of {word}\n{USAGE}")
}
