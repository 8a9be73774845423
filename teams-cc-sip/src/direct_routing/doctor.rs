//! The certificate doctor: everything that can be wrong with a certificate, in words.
//!
//! Teams drops a trunk whose certificate it does not like without a word on the wire. The doctor
//! says beforehand what it will not like, and what to do (Learn, *Plan Direct Routing*, *SIP
//! OPTIONS and TLS certificate issues*).

use rustls::{
    CertificateError, Error as TlsError, RootCertStore,
    client::verify_server_cert_signed_by_trust_anchor, crypto::aws_lc_rs::default_provider,
    server::ParsedCertificate,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use teams_cc_core::Timestamp;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{
    EXPIRY_WARNING, MICROSOFT_ROOTS, SbcFqdn, certificate::names_of, certificate_name_covers,
    missing_roots, roots::same_name, signed,
};

mod report;

pub use report::{CertificateReport, Check, Finding, Severity};

/// The shortest RSA key that public authorities sign.
const LEAST_RSA_BITS: usize = 2_048;
/// The most certificates of a chain that are looked at.
const MAX_CHAIN: usize = 16;

/// Examines a certificate chain; give it what there is, then [`Self::examine`].
///
/// ```
/// use teams_cc_sip::direct_routing::{CertificateDoctor, Severity};
///
/// let now = "2026-11-22T08:00:00Z".parse()?;
/// let report = CertificateDoctor::new(&[], now).examine();
/// assert!(!report.is_fit());
/// assert_eq!(report.findings[0].severity, Severity::Fault);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is examined before examine"]
pub struct CertificateDoctor<'a> {
    chain: &'a [CertificateDer<'a>],
    now: Timestamp,
    key: Option<&'a PrivateKeyDer<'a>>,
    names: &'a [SbcFqdn],
    roots: Option<&'a RootCertStore>,
    client_usage_optional: bool,
}

impl<'a> CertificateDoctor<'a> {
    /// A chain as it is sent: the leaf first, then each issuer.
    pub fn new(chain: &'a [CertificateDer<'a>], now: Timestamp) -> Self {
        let client_usage_optional = false;
        Self { chain, now, key: None, names: &[], roots: None, client_usage_optional }
    }

    /// The private key that is to fit the leaf.
    pub fn key(mut self, key: &'a PrivateKeyDer<'a>) -> Self {
        self.key = Some(key);
        self
    }

    /// The names of the trunk, the base name of a carrier among them.
    pub fn names(mut self, names: &'a [SbcFqdn]) -> Self {
        self.names = names;
        self
    }

    /// The authorities that are trusted, for our chain and for Microsoft's.
    pub fn roots(mut self, roots: &'a RootCertStore) -> Self {
        self.roots = Some(roots);
        self
    }

    /// Asks for no client usage: public authorities issue none since 2026.
    pub fn client_usage_optional(mut self) -> Self {
        self.client_usage_optional = true;
        self
    }

    /// Examines our own certificate, as Teams will.
    #[must_use]
    pub fn examine(&self) -> CertificateReport {
        self.report(|report, leaf| {
            self.examine_names(report, leaf);
            self.examine_usage(report, leaf);
            self.examine_key(report, leaf);
            self.examine_trust(report);
        })
    }

    /// Examines what a proxy of Microsoft presents; it must prove one of `expected`.
    #[must_use]
    pub fn examine_proxy(&self, expected: &[&str]) -> CertificateReport {
        self.report(|report, leaf| {
            let covered = names_of(leaf);
            let proves = |name: &&&str| covered.iter().any(|p| certificate_name_covers(p, name));
            match expected.iter().find(proves) {
                Some(name) => report.add(Severity::Good, Check::Names, format!("proves {name}")),
                None => report.add(
                    Severity::Fault,
                    Check::Names,
                    format!(
                        "proves {} and none of {}: this is not the proxy",
                        covered.join(", "),
                        expected.join(", ")
                    ),
                ),
            }
            let (server, client) = usages(leaf);
            report.add(
                if server { Severity::Good } else { Severity::Fault },
                Check::Usage,
                match (server, client) {
                    (true, true) => "server and client, as until 2026",
                    (true, false) => "server alone, as since 2026; taken from callers as well",
                    (false, _) => "not a server's certificate",
                },
            );
            self.examine_trust(report);
        })
    }

    fn report(
        &self,
        rest: impl FnOnce(&mut CertificateReport, &X509Certificate<'_>),
    ) -> CertificateReport {
        let mut report = CertificateReport { findings: Vec::new() };
        let chain: Result<Vec<_>, _> = self
            .chain
            .iter()
            .take(MAX_CHAIN)
            .map(|der| X509Certificate::from_der(der).map(|(_, parsed)| parsed))
            .collect();
        match chain.as_deref() {
            Err(_) => report.add(
                Severity::Fault,
                Check::Chain,
                "not certificates: give PEM or DER, the leaf first",
            ),
            Ok([]) => report.add(
                Severity::Fault,
                Check::Chain,
                "there is no certificate: give the leaf, then its intermediates",
            ),
            Ok(chain @ [leaf, ..]) => {
                self.examine_chain(&mut report, chain);
                self.examine_dates(&mut report, chain);
                rest(&mut report, leaf);
            }
        }
        report
    }

    fn examine_chain(&self, report: &mut CertificateReport, chain: &[X509Certificate<'_>]) {
        let [leaf, .., last] = chain else {
            return self.examine_lone_leaf(report, chain);
        };
        let signed = |at: usize, by: usize| {
            let pair = chain.get(at).zip(self.chain.get(at)).zip(chain.get(by));
            pair.is_some_and(|((certificate, der), issuer)| {
                signed::is_signed_by(der, certificate, issuer)
            })
        };
        let Some(broken) = (0..chain.len() - 1).find(|at| !signed(*at, at + 1)) else {
            let top = common_name(last.issuer());
            let root = last.subject().as_raw() == last.issuer().as_raw();
            let text = format!("{} certificates in order, up to {top}", chain.len());
            report.add(Severity::Good, Check::Chain, text);
            if root {
                report.add(
                    Severity::Note,
                    Check::Chain,
                    "the root itself is sent too; nobody needs it",
                );
            }
            return self.examine_anchor(report, leaf);
        };
        let elsewhere = (0..chain.len()).any(|by| by != broken && signed(broken, by));
        let who = chain.get(broken).map(|c| common_name(c.subject())).unwrap_or_default();
        let text = if elsewhere {
            format!("out of order after {who}: send the leaf first, then each issuer in turn")
        } else {
            format!("the issuer of {who} does not follow it: add the missing intermediate")
        };
        report.add(Severity::Fault, Check::Chain, text);
    }

    fn examine_lone_leaf(&self, report: &mut CertificateReport, chain: &[X509Certificate<'_>]) {
        let (Some(leaf), Some(der)) = (chain.first(), self.chain.first()) else { return };
        if signed::is_self_signed(der, leaf) {
            report.add(
                Severity::Fault,
                Check::Chain,
                "self-signed: Teams refuses it; take one of an authority in Microsoft's Trusted \
                 Root Program",
            );
        } else if self.roots.is_some() {
            self.examine_anchor(report, leaf);
        } else {
            report.add(
                Severity::Fault,
                Check::Chain,
                format!(
                    "only the leaf is there: Teams fetches no intermediates; add that of {}",
                    common_name(leaf.issuer())
                ),
            );
        }
    }

    /// Whether the chain leads to a trusted authority, where it is known whom we trust.
    fn examine_anchor(&self, report: &mut CertificateReport, leaf: &X509Certificate<'_>) {
        let (Some(roots), Some((der, rest))) = (self.roots, self.chain.split_first()) else {
            return;
        };
        let at = u64::try_from(self.now.unix_seconds()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at));
        let algorithms = default_provider().signature_verification_algorithms.all;
        let verdict = ParsedCertificate::try_from(der).and_then(|parsed| {
            verify_server_cert_signed_by_trust_anchor(&parsed, roots, rest, now, algorithms)
        });
        match verdict {
            Err(TlsError::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            )) => report.add(
                Severity::Fault,
                Check::Chain,
                format!(
                    "leads to no trusted authority: add the missing intermediate, or trust the \
                     issuer {}",
                    common_name(leaf.issuer())
                ),
            ),
            // Dates and usage have findings of their own.
            _ => report.add(Severity::Good, Check::Chain, "leads to a trusted authority"),
        }
    }

    fn examine_dates(&self, report: &mut CertificateReport, chain: &[X509Certificate<'_>]) {
        let now = self.now.unix_seconds();
        for certificate in chain {
            let who = common_name(certificate.subject());
            let begins =
                Timestamp::from_unix_seconds(certificate.validity().not_before.timestamp());
            let ends = Timestamp::from_unix_seconds(certificate.validity().not_after.timestamp());
            let (severity, text) = if now < begins.unix_seconds() {
                (Severity::Fault, format!("{who} is not valid before {begins}: check the clock"))
            } else if now > ends.unix_seconds() {
                (
                    Severity::Fault,
                    format!("{who} expired at {ends}: renew it and remake the connections"),
                )
            } else if ends.since(self.now) < EXPIRY_WARNING {
                (Severity::Warning, format!("{who} ends at {ends}, within 30 days: renew it now"))
            } else {
                (Severity::Good, format!("{who} is valid until {ends}"))
            };
            report.add(severity, Check::Dates, text);
        }
    }

    fn examine_names(&self, report: &mut CertificateReport, leaf: &X509Certificate<'_>) {
        let covered = names_of(leaf);
        for name in self.names {
            let covers = |pattern: &String| certificate_name_covers(pattern, name.as_str());
            if covered.iter().any(covers) {
                report.add(Severity::Good, Check::Names, format!("covers {name}"));
                continue;
            }
            let below = format!("*.{name}");
            let text = if covered.contains(&below) {
                format!("{below} does not cover {name} itself: add it, OPTIONS go out under it")
            } else {
                format!(
                    "does not cover {name} (it covers {}): add the name, or *.{}; a wildcard \
                     stands for one label only",
                    covered.join(", "),
                    name.parent()
                )
            };
            report.add(Severity::Fault, Check::Names, text);
        }
    }

    fn examine_usage(&self, report: &mut CertificateReport, leaf: &X509Certificate<'_>) {
        let (server, client) = usages(leaf);
        if !server {
            report.add(
                Severity::Fault,
                Check::Usage,
                "not meant for a server: Teams connects to the trunk as to one",
            );
        }
        match (client, self.client_usage_optional) {
            (true, _) if server => report.add(Severity::Good, Check::Usage, "server and client"),
            (true, _) => {}
            (false, true) => report.add(Severity::Note, Check::Usage, "server alone, as allowed"),
            (false, false) => report.add(
                Severity::Warning,
                Check::Usage,
                "not meant for a client: Microsoft asked for both usages from March 2024; public \
                 authorities issue none since 2026, so try it, and relax this check if Teams \
                 takes it",
            ),
        }
    }

    fn examine_key(&self, report: &mut CertificateReport, leaf: &X509Certificate<'_>) {
        if let Ok(x509_parser::public_key::PublicKey::RSA(key)) = leaf.public_key().parsed()
            && key.key_size() < LEAST_RSA_BITS
        {
            let text = format!("an RSA key of {} bits is too short: take 2048", key.key_size());
            report.add(Severity::Warning, Check::Key, text);
        }
        let Some(key) = self.key else { return };
        let loaded = default_provider().key_provider.load_private_key(key.clone_key());
        let public = loaded.ok().and_then(|key| Some(key.public_key()?.as_ref().to_vec()));
        match public {
            Some(public) if public == leaf.public_key().raw => {
                report.add(Severity::Good, Check::Key, "the key fits the certificate");
            }
            Some(_) => report.add(
                Severity::Fault,
                Check::Key,
                "the key is another certificate's: take the one the request was made with",
            ),
            None => report.add(
                Severity::Fault,
                Check::Key,
                "the key cannot be read: give it in PKCS#8, PKCS#1 or SEC1 form, not encrypted",
            ),
        }
    }

    fn examine_trust(&self, report: &mut CertificateReport) {
        let Some(roots) = self.roots else { return };
        let missing = missing_roots(roots);
        if missing.is_empty() {
            let text = "all seven roots of Microsoft's SIP certificates are trusted";
            report.add(Severity::Good, Check::Roots, text);
        }
        for root in missing {
            let text = format!(
                "{} ({}) is not trusted: Microsoft's SIP certificates may lead to it since {}",
                root.name, root.sha1, root.since
            );
            report.add(Severity::Warning, Check::Roots, text);
        }
    }
}

/// The root of Microsoft's that a chain ends under, if it is one of the present era.
#[must_use]
pub fn microsoft_root_of(chain: &[CertificateDer<'_>]) -> Option<super::MicrosoftRoot> {
    let (_, last) = X509Certificate::from_der(chain.last()?).ok()?;
    let issuer = common_name(last.issuer());
    MICROSOFT_ROOTS.into_iter().find(|root| same_name(root.name, &issuer))
}

/// Whether a certificate may be a server's and a client's.
fn usages(certificate: &X509Certificate<'_>) -> (bool, bool) {
    let usage = certificate.extended_key_usage().ok().flatten();
    usage.map_or((true, true), |usage| {
        let any = usage.value.any;
        (usage.value.server_auth || any, usage.value.client_auth || any)
    })
}

fn common_name(name: &x509_parser::x509::X509Name<'_>) -> String {
    let common = name.iter_common_name().next().and_then(|name| name.as_str().ok());
    common.map_or_else(|| name.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
