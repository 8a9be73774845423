//! The certificate doctor: what is wrong with a trunk's certificate, before Teams drops it.
//!
//! ```text
//! cargo run --example certificate_doctor -- --chain trunk.pem --key trunk.key \
//!     --name sbc1.adatum.biz --name bank.sbc1.adatum.biz --roots roots.pem \
//!     --against sip.pstnhub.microsoft.com:5061
//! ```
//!
//! Without arguments it examines a certificate made on the spot, which covers the customers of a
//! carrier and forgets the carrier itself. `--relax` asks for no client usage.

use std::{env, error::Error, fs, process::ExitCode};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use teams_cc::sip::{
    direct_routing::{CertificateDoctor, SbcFqdn, microsoft_root_of},
    io::{TlsIdentity, TokioClock, look_at},
};
use teams_cc_core::Clock;

type Chain = Vec<CertificateDer<'static>>;

#[derive(Default)]
struct Arguments {
    chain: Chain,
    key: Option<PrivateKeyDer<'static>>,
    names: Vec<SbcFqdn>,
    roots: Option<RootCertStore>,
    relax: bool,
    against: Option<(String, u16)>,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a report is for reading")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let given = arguments()?;
    let now = TokioClock::system().wall();
    let mut fit = true;
    if !given.chain.is_empty() {
        let mut doctor = CertificateDoctor::new(&given.chain, now).names(&given.names);
        if let Some(key) = &given.key {
            doctor = doctor.key(key);
        }
        if let Some(roots) = &given.roots {
            doctor = doctor.roots(roots);
        }
        if given.relax {
            doctor = doctor.client_usage_optional();
        }
        let report = doctor.examine();
        fit &= report.is_fit();
        print!("our certificate\n{report}");
    }
    if let Some((host, port)) = &given.against {
        let roots = given.roots.clone().unwrap_or_else(RootCertStore::empty);
        let identity = given.key.as_ref().and_then(|key| {
            let (chain, key) = (given.chain.clone(), key.clone_key());
            TlsIdentity::laboratory(chain, key, roots, &given.names, [host], now).ok()
        });
        let seen = look_at(host, *port, identity.as_ref()).await?;
        println!("{host}:{port}");
        println!(
            "         {} with {}, {}",
            seen.version.as_deref().unwrap_or("no TLS"),
            seen.suite.as_deref().unwrap_or("no cipher suite"),
            if seen.asks_for_ours { "asks for our certificate" } else { "asks for none of ours" },
        );
        if let Some(root) = microsoft_root_of(&seen.chain) {
            println!("         under {}, in use since {}", root.name, root.since);
        }
        if let Some(fault) = seen.fault {
            fit = false;
            println!("fault    {fault}");
        }
        let mut doctor = CertificateDoctor::new(&seen.chain, now);
        if let Some(roots) = &given.roots {
            doctor = doctor.roots(roots);
        }
        let report = doctor.examine_proxy(&[host.as_str()]);
        fit &= report.is_fit();
        print!("{report}");
    }
    println!("{}", if fit { "fit for Direct Routing" } else { "not fit: see the faults above" });
    // The certificate made on the spot is meant to be wrong.
    Ok(if fit || env::args().len() == 1 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut given = Arguments::default();
    let mut rest = env::args().skip(1);
    if rest.len() == 0 {
        return sample();
    }
    while let Some(flag) = rest.next() {
        if flag == "--relax" {
            given.relax = true;
            continue;
        }
        let value = rest.next().ok_or_else(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--chain" => given.chain = certificates(&value)?,
            "--key" => given.key = Some(PrivateKeyDer::from_pem_slice(&fs::read(value)?)?),
            "--name" => given.names.push(value.parse()?),
            "--roots" => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(certificates(&value)?);
                given.roots = Some(roots);
            }
            "--against" => {
                let (host, port) = value.split_once(':').unwrap_or((&value, "5061"));
                given.against = Some((host.to_owned(), port.parse()?));
            }
            other => return Err(format!("there is no {other}; see the top of this file").into()),
        }
    }
    Ok(given)
}

fn certificates(path: &str) -> Result<Chain, Box<dyn Error>> {
    Ok(CertificateDer::pem_slice_iter(&fs::read(path)?).collect::<Result<_, _>>()?)
}

fn sample() -> Result<Arguments, Box<dyn Error>> {
    let key = rcgen::KeyPair::generate()?;
    let params = rcgen::CertificateParams::new(vec!["*.sbc1.adatum.biz".to_owned()])?;
    Ok(Arguments {
        chain: vec![params.self_signed(&key)?.der().clone()],
        key: Some(PrivateKeyDer::Pkcs8(key.serialize_der().into())),
        names: vec!["sbc1.adatum.biz".parse()?, "bank.sbc1.adatum.biz".parse()?],
        ..Arguments::default()
    })
}
