//! The command line of the kit.

use std::{net::SocketAddr, path::PathBuf};

use crate::command::Failure;

/// What the command line may say.
pub(crate) const HELP: &str = "\
cargo xtask conformance direct-routing [OPTIONS]

Plays sip, sip2 and sip3.pstnhub.microsoft.com and a carrier against an SBC and prints for each
row of the Direct Routing checklist whether it holds. Without options the SBC is this project's
own trunk. docs/direct-routing-conformance.md says how to point the kit at yours.

  --against HOST:PORT   where the SBC listens for Teams, over TLS
  --carrier HOST:PORT   where the SBC listens for its carrier, over UDP
  --fqdn NAME           the trunk's name: the host of Contact in its OPTIONS
  --tenant NAME=NUMBER  the host of Contact in calls to this Teams user; may be repeated.
                        The first one carries every call that is not about tenants
  --number NUMBER       a number that the SBC routes from Teams to the carrier
  --caller NUMBER       who calls from the carrier (+14255550123)
  --listen ADDRESS      where the SBC finds all three proxies, at port 5061; or three addresses
                        with ports, separated by commas, in their order
  --carrier-listen HOST:PORT  where the SBC finds the carrier
  --tls DIR             where certificates are kept: made there at first, read afterwards
  --emergency           lets the kit dial 112 from Teams
  --only DR-043,DR-044  these rows alone
";

/// What the command line says.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) against: Option<Against>,
    /// Rows to play; all where empty.
    pub(super) only: Vec<String>,
}

/// A foreign SBC.
#[derive(Debug)]
pub(super) struct Against {
    pub(super) teams: SocketAddr,
    pub(super) carrier: SocketAddr,
    pub(super) fqdn: String,
    pub(super) tenants: Vec<(String, String)>,
    pub(super) number: String,
    pub(super) caller: String,
    pub(super) listen: [SocketAddr; 3],
    pub(super) carrier_listen: SocketAddr,
    pub(super) tls: PathBuf,
    pub(super) emergency: bool,
}

impl Arguments {
    /// Reads the words after `conformance direct-routing`.
    pub(super) fn read(words: &[&str]) -> Result<Self, Failure> {
        let mut given: Vec<(&str, &str)> = Vec::new();
        let mut emergency = false;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--emergency" => emergency = true,
                name if OPTIONS.contains(&name) => {
                    let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
                    given.push((name, value));
                }
                other => return Err(format!("no such option: `{other}`\n\n{HELP}").into()),
            }
        }
        let one = |name: &str| given.iter().rev().find(|(n, _)| *n == name).map(|(_, v)| *v);
        let only = one("--only").unwrap_or_default().split(',').filter(|row| !row.is_empty());
        let only: Vec<String> = only.map(str::to_ascii_uppercase).collect();
        if let Some(unknown) = only.iter().find(|row| !super::rows::all().any(|r| r.id == **row)) {
            return Err(format!("there is no row `{unknown}`: DR-001 to DR-140").into());
        }
        let Some(teams) = one("--against") else {
            let stray = given.iter().find(|(name, _)| *name != "--only");
            return match stray {
                Some((name, _)) => Err(format!("{name} says something only with --against").into()),
                None => Ok(Self { against: None, only }),
            };
        };
        let need = |name: &str| one(name).ok_or_else(|| format!("--against needs {name} too"));
        let fqdn = need("--fqdn")?.to_ascii_lowercase();
        let tenants = given
            .iter()
            .filter(|(name, _)| *name == "--tenant")
            .map(|(_, value)| {
                let (host, number) = value
                    .split_once('=')
                    .ok_or_else(|| format!("--tenant {value}: write NAME=NUMBER"))?;
                Ok((host.to_ascii_lowercase(), number.to_owned()))
            })
            .collect::<Result<Vec<_>, String>>()?;
        if tenants.is_empty() {
            return Err("--against needs --tenant NAME=NUMBER: a Teams user to call".into());
        }
        let against = Against {
            teams: address("--against", teams)?,
            carrier: address("--carrier", need("--carrier")?)?,
            fqdn,
            tenants,
            number: need("--number")?.to_owned(),
            caller: one("--caller").unwrap_or("+14255550123").to_owned(),
            listen: listen(need("--listen")?)?,
            carrier_listen: address("--carrier-listen", need("--carrier-listen")?)?,
            tls: need("--tls")?.into(),
            emergency,
        };
        Ok(Self { against: Some(against), only })
    }
}

/// Every option with a value.
const OPTIONS: [&str; 10] = [
    "--against",
    "--carrier",
    "--fqdn",
    "--tenant",
    "--number",
    "--caller",
    "--listen",
    "--carrier-listen",
    "--tls",
    "--only",
];

fn address(name: &str, text: &str) -> Result<SocketAddr, Failure> {
    use std::net::ToSocketAddrs;
    text.to_socket_addrs()
        .map_err(|error| format!("{name} {text}: {error}"))?
        .next()
        .ok_or_else(|| format!("{name} {text}: it has no address").into())
}

fn listen(text: &str) -> Result<[SocketAddr; 3], Failure> {
    let parts: Vec<&str> = text.split(',').collect();
    match *parts {
        [one] => {
            let all = if one.contains(':') { one.to_owned() } else { format!("{one}:5061") };
            Ok([address("--listen", &all)?; 3])
        }
        [one, two, three] => {
            Ok([address("--listen", one)?, address("--listen", two)?, address("--listen", three)?])
        }
        _ => Err(format!("--listen {text}: one address, or three with ports").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [&str; 16] = [
        "--against",
        "127.0.0.1:5061",
        "--carrier",
        "127.0.0.1:5060",
        "--fqdn",
        "SBC.example",
        "--tenant",
        "bank.sbc.example=+14255550199",
        "--number",
        "+14255550100",
        "--listen",
        "127.0.0.2",
        "--carrier-listen",
        "127.0.0.2:5060",
        "--tls",
        "certs",
    ];

    #[test]
    fn a_whole_command_line_is_read() {
        let read = Arguments::read(&WHOLE).unwrap().against.unwrap();
        assert_eq!(read.fqdn, "sbc.example");
        assert_eq!(read.listen, ["127.0.0.2:5061".parse().unwrap(); 3]);
        assert_eq!(read.tenants, [("bank.sbc.example".to_owned(), "+14255550199".to_owned())]);
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        for left_out in ["--carrier", "--fqdn", "--tenant", "--number", "--listen", "--tls"] {
            let at = WHOLE.iter().position(|word| *word == left_out).unwrap();
            let mut words = WHOLE.to_vec();
            words.drain(at..at + 2);
            let error = Arguments::read(&words).unwrap_err().to_string();
            assert!(error.contains(left_out), "{left_out}: {error}");
        }
        for (words, named) in [
            (&["--fqdn", "a"][..], "--against"),
            (&["--only", "DR-141"], "DR-141"),
            (&["--frob"], "--frob"),
            (&["--only"], "--only"),
        ] {
            let error = Arguments::read(words).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
