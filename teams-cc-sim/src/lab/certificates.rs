//! A private certificate authority for one run of a lab.

use std::{fs, net::IpAddr, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use teams_cc_core::Clock;
use teams_cc_sip::{
    direct_routing::SbcFqdn,
    io::{TlsIdentity, TokioClock},
};

/// The name a client of the lab proves.
pub(super) const CLIENT_NAME: &str = "client.lab.test";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Makes an authority, our own certificate and one for clients, and writes what clients need.
pub(super) fn issue(trunk: &str, host: IpAddr, directory: &Path) -> Result<TlsIdentity, Failure> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "teams-cc lab authority");
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let (own, own_key) = leaf(&[trunk, "localhost"], Some(host), &issuer)?;
    let (client, client_key) = leaf(&[CLIENT_NAME], None, &issuer)?;
    fs::create_dir_all(directory)?;
    fs::write(directory.join("ca.pem"), authority_certificate.pem())?;
    let client_pem = format!("{}{}", client.pem(), client_key.serialize_pem());
    fs::write(directory.join("client.pem"), client_pem)?;

    let mut roots = RootCertStore::empty();
    roots.add(authority_certificate.der().clone())?;
    let chain: Vec<CertificateDer<'static>> = vec![own.der().clone()];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let fqdn = SbcFqdn::new(trunk)?;
    // Certificates are judged by the machine's clock, whatever time the world has.
    let now = TokioClock::system().wall();
    Ok(TlsIdentity::new(chain, key, roots, [&fqdn], [CLIENT_NAME], now)?)
}

fn leaf(
    names: &[&str],
    address: Option<IpAddr>,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<(rcgen::Certificate, KeyPair), Failure> {
    let key = KeyPair::generate()?;
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.subject_alt_names.extend(address.map(SanType::IpAddress));
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = params.signed_by(&key, issuer)?;
    Ok((certificate, key))
}
