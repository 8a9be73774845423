//! A stage around an SBC that is there already.

use std::{fs, path::Path, sync::Arc};

use super::{
    arguments::Against,
    authority::Authority,
    site::{Limits, PROXIES, Site, Tenant},
    stage::Stage,
};
use crate::command::Failure;

/// Opens the stage and says what the SBC must be told.
pub(super) async fn stage(against: &Against) -> Result<Stage, Failure> {
    let authority = Arc::new(certificates(against)?);
    let tenants = against
        .tenants
        .iter()
        .map(|(host, number)| Tenant { host: host.clone(), number: number.clone() });
    let site = Arc::new(Site {
        fqdn: against.fqdn.clone(),
        tenants: tenants.collect(),
        outside: against.number.clone(),
        caller: against.caller.clone(),
        teams: against.teams,
        carrier: against.carrier,
        emergency: against.emergency,
        limits: Limits::default(),
    });
    let (stage, proxies, carrier) =
        Stage::open(authority, site, against.listen, against.carrier_listen).await?;
    for (name, address) in PROXIES.iter().zip(proxies) {
        println!("{name} is at {address} (TLS)");
    }
    println!("the carrier is at {carrier} (UDP)\n");
    Ok(stage)
}

/// Reads the authority kept in the directory, or makes one and what the SBC needs of it.
fn certificates(against: &Against) -> Result<Authority, Failure> {
    let directory = &against.tls;
    fs::create_dir_all(directory)?;
    let file = |name: &str| directory.join(name);
    if file("ca.pem").is_file() && file("ca.key").is_file() {
        let root = fs::read_to_string(file("ca.pem"))?;
        return Authority::kept(&root, &fs::read_to_string(file("ca.key"))?);
    }
    let authority = Authority::new()?;
    let (root, key) = authority.keep();
    write(&file("ca.pem"), &root)?;
    write(&file("ca.key"), &key)?;
    let mut names = vec![&*against.fqdn];
    names.extend(against.tenants.iter().map(|(host, _)| &**host));
    names.dedup();
    let (chain, key) = authority.issue_pem(&names)?;
    write(&file("sbc.pem"), &chain)?;
    write(&file("sbc.key"), &key)?;
    println!(
        "made {}: ca.pem is what the SBC must trust; sbc.pem and sbc.key are for it to show",
        directory.display()
    );
    Ok(authority)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}
