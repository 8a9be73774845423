//! Certificates of the stage: a root, an intermediate, and whoever is needed below.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize,
};
use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::command::Failure;

/// A certificate with its chain and key.
#[derive(Debug)]
pub(super) struct Identity {
    /// Leaf first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key() }
    }
}

/// A private authority made on the spot.
pub(super) struct Authority {
    root: CertificateDer<'static>,
    root_key: String,
    intermediate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    key: KeyPair,
}

impl Authority {
    /// Makes root and intermediate, and one RSA key that every leaf shares.
    ///
    /// Microsoft's certificates are RSA, and so are the cipher suites it takes.
    pub(super) fn new() -> Result<Self, Failure> {
        Self::with(KeyPair::generate()?)
    }

    /// Another authority, of the same names, that nobody has been told of.
    pub(super) fn stranger(&self) -> Result<Self, Failure> {
        let leaves = KeyPair::from_pem(&self.key.serialize_pem())?;
        Self::of(KeyPair::generate()?, leaves)
    }

    fn with(key: KeyPair) -> Result<Self, Failure> {
        Self::of(key, KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?)
    }

    fn of(key: KeyPair, leaves: KeyPair) -> Result<Self, Failure> {
        let authority = |name: &str| -> Result<CertificateParams, Failure> {
            let mut params = CertificateParams::new(Vec::<String>::new())?;
            params.distinguished_name.push(DnType::CommonName, name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            Ok(params)
        };
        let params = authority("Direct Routing conformance root")?;
        let root_key = key.serialize_pem();
        let root = params.self_signed(&key)?.der().clone();
        let above = Issuer::new(params, key);
        let params = authority("Direct Routing conformance intermediate")?;
        let key = KeyPair::generate()?;
        let intermediate = params.signed_by(&key, &above)?.der().clone();
        let issuer = Issuer::new(params, key);
        Ok(Self { root, root_key, intermediate, issuer, key: leaves })
    }

    /// A certificate for these names with both usages.
    pub(super) fn issue(&self, names: &[&str]) -> Result<Identity, Failure> {
        let both = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        self.issue_for(names, &both)
    }

    /// A certificate for these names and usages.
    pub(super) fn issue_for(
        &self,
        names: &[&str],
        usages: &[ExtendedKeyUsagePurpose],
    ) -> Result<Identity, Failure> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.extended_key_usages = usages.to_vec();
        let leaf = params.signed_by(&self.key, &self.issuer)?.der().clone();
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        Ok(Identity { chain: vec![leaf, self.intermediate.clone()], key })
    }

    /// A certificate that is over, or signed by itself.
    pub(super) fn issue_flawed(&self, names: &[&str], flaw: Flaw) -> Result<Identity, Failure> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        let chain = match flaw {
            Flaw::SelfSigned => vec![params.self_signed(&self.key)?.der().clone()],
            Flaw::Expired => {
                params.not_before = rcgen::date_time_ymd(2020, 1, 1);
                params.not_after = rcgen::date_time_ymd(2021, 1, 1);
                let leaf = params.signed_by(&self.key, &self.issuer)?.der().clone();
                vec![leaf, self.intermediate.clone()]
            }
        };
        Ok(Identity { chain, key })
    }

    /// The root alone: whoever sends no intermediate proves nothing to us.
    pub(super) fn roots(&self) -> Result<RootCertStore, Failure> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone())?;
        Ok(roots)
    }
}

impl Authority {
    /// Root certificate and its key as PEM, to be kept.
    pub(super) fn keep(&self) -> (String, String) {
        (pem("CERTIFICATE", &self.root), self.root_key.clone())
    }

    /// The authority that was kept; its intermediate and leaves are made anew.
    pub(super) fn kept(root: &str, key: &str) -> Result<Self, Failure> {
        let mut authority = Self::with(KeyPair::from_pem(key)?)?;
        let root = CertificateDer::from_pem_slice(root.as_bytes())
            .map_err(|error| format!("ca.pem: {error}"))?;
        authority.root = root.into_owned();
        Ok(authority)
    }

    /// A chain and its key as PEM.
    pub(super) fn issue_pem(&self, names: &[&str]) -> Result<(String, String), Failure> {
        let identity = self.issue(names)?;
        let chain = identity.chain.iter().map(|one| pem("CERTIFICATE", one)).collect();
        Ok((chain, self.key.serialize_pem()))
    }
}

/// RFC 7468: the label, and base64 in lines of 64 characters.
fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// What is wrong with a certificate that must not be started with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flaw {
    SelfSigned,
    Expired,
}
