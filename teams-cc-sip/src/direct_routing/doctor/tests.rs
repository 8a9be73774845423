use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose as Purpose, IsCa, Issuer,
    KeyPair,
};

use super::*;

type Chain = Vec<CertificateDer<'static>>;

/// A root, an intermediate and what it issues.
struct Authority {
    root: CertificateDer<'static>,
    intermediate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

fn params(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2026, 12, 31);
    params
}

impl Authority {
    fn new() -> Self {
        let ca = |name| {
            let mut ca = params(name, &[]);
            ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            ca.not_after = rcgen::date_time_ymd(2036, 1, 1);
            ca
        };
        let root_key = KeyPair::generate().unwrap();
        let root = ca("test root").self_signed(&root_key).unwrap().der().clone();
        let root_issuer = Issuer::new(ca("test root"), root_key);
        let key = KeyPair::generate().unwrap();
        let intermediate =
            ca("test intermediate").signed_by(&key, &root_issuer).unwrap().der().clone();
        Self { root, intermediate, issuer: Issuer::new(ca("test intermediate"), key) }
    }

    fn leaf(&self, names: &[&str], usages: &[Purpose]) -> (CertificateDer<'static>, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut leaf = params("leaf", names);
        leaf.extended_key_usages = usages.to_vec();
        (leaf.signed_by(&key, &self.issuer).unwrap().der().clone(), key)
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        roots
    }
}

const BOTH: [Purpose; 2] = [Purpose::ServerAuth, Purpose::ClientAuth];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn summer() -> Timestamp {
    at("2026-06-01T00:00:00Z")
}

fn names(names: &[&str]) -> Vec<SbcFqdn> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn worst(report: &CertificateReport, check: Check) -> (Severity, String) {
    let found = report.findings.iter().filter(|finding| finding.check == check);
    let worst = found.max_by_key(|finding| finding.severity).expect("looked at");
    (worst.severity, worst.text.to_string())
}

#[test]
fn a_chain_that_is_whole_and_in_order_is_fit() {
    let authority = Authority::new();
    let (leaf, key) = authority.leaf(&["sbc1.adatum.biz", "*.sbc1.adatum.biz"], &BOTH);
    let chain: Chain = vec![leaf, authority.intermediate.clone()];
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let names = names(&["sbc1.adatum.biz", "bank.sbc1.adatum.biz"]);
    let roots = authority.roots();
    let doctor = CertificateDoctor::new(&chain, summer()).key(&key).names(&names);
    let report = doctor.examine();
    assert!(report.findings.iter().all(|f| f.severity == Severity::Good), "{report}");
    let report = doctor.roots(&roots).examine();
    assert!(report.is_fit(), "{report}");
    assert_eq!(report.at_least(Severity::Warning).count(), 7, "Microsoft's roots are missing");
}

#[test]
fn every_break_of_a_chain_is_named() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (leaf, _) = authority.leaf(&["sbc1.adatum.biz"], &BOTH);
    let (middle, root) = (authority.intermediate.clone(), authority.root.clone());
    let own = params("own", &["sbc1.adatum.biz"]);
    let alone = own.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone();
    let cases: [(&str, Chain, Severity, &str); 8] = [
        ("nothing", vec![], Severity::Fault, "no certificate"),
        ("noise", vec![CertificateDer::from(vec![0x30, 3, 1])], Severity::Fault, "not certif"),
        ("leaf alone", vec![leaf.clone()], Severity::Fault, "only the leaf"),
        ("self-signed", vec![alone], Severity::Fault, "self-signed"),
        (
            "out of order",
            vec![leaf.clone(), root.clone(), middle.clone()],
            Severity::Fault,
            "out of order",
        ),
        ("a gap", vec![leaf.clone(), root.clone()], Severity::Fault, "missing intermediate"),
        // The same names, another key.
        ("forged", vec![leaf.clone(), other.intermediate], Severity::Fault, "missing"),
        ("with its root", vec![leaf, middle, root], Severity::Note, "nobody needs it"),
    ];
    for (what, chain, severity, words) in cases {
        let report = CertificateDoctor::new(&chain, summer()).examine();
        let (found, text) = worst(&report, Check::Chain);
        assert_eq!(found, severity, "{what}: {text}");
        assert!(text.contains(words), "{what}: {text}");
    }
}

#[test]
fn names_count_one_label_deep_and_the_base_name_for_itself() {
    let authority = Authority::new();
    let cases = [
        ("sbc1.adatum.biz", "sbc1.adatum.biz", Severity::Good, "covers"),
        ("*.sbc1.adatum.biz", "bank.sbc1.adatum.biz", Severity::Good, "covers"),
        ("*.sbc1.adatum.biz", "sbc1.adatum.biz", Severity::Fault, "OPTIONS go out under it"),
        ("*.adatum.biz", "bank.sbc1.adatum.biz", Severity::Fault, "one label only"),
        ("*.sbc1.adatum.biz", "a.bank.sbc1.adatum.biz", Severity::Fault, "one label only"),
    ];
    for (covered, asked, severity, words) in cases {
        let chain = [authority.leaf(&[covered], &BOTH).0, authority.intermediate.clone()];
        let names = names(&[asked]);
        let report = CertificateDoctor::new(&chain, summer()).names(&names).examine();
        let (found, text) = worst(&report, Check::Names);
        assert_eq!(found, severity, "{covered} {asked}: {text}");
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn usage_dates_and_key_have_a_verdict_each() {
    let authority = Authority::new();
    let usages: [(&[Purpose], bool, Severity); 5] = [
        (&BOTH, false, Severity::Good),
        (&[Purpose::ServerAuth], false, Severity::Warning),
        (&[Purpose::ServerAuth], true, Severity::Note),
        (&[Purpose::ClientAuth], false, Severity::Fault),
        (&[Purpose::CodeSigning], true, Severity::Fault),
    ];
    for (usages, relaxed, severity) in usages {
        let chain =
            [authority.leaf(&["sbc1.adatum.biz"], usages).0, authority.intermediate.clone()];
        let doctor = CertificateDoctor::new(&chain, summer());
        let doctor = if relaxed { doctor.client_usage_optional() } else { doctor };
        assert_eq!(worst(&doctor.examine(), Check::Usage).0, severity, "{usages:?}");
    }
    let (leaf, key) = authority.leaf(&["sbc1.adatum.biz"], &BOTH);
    let chain = [leaf, authority.intermediate.clone()];
    let dates = [
        ("2025-12-01T00:00:00Z", Severity::Fault, "clock"),
        ("2026-06-01T00:00:00Z", Severity::Good, "valid until"),
        ("2026-12-10T00:00:00Z", Severity::Warning, "30 days"),
        ("2027-01-02T00:00:00Z", Severity::Fault, "remake the connections"),
    ];
    for (now, severity, words) in dates {
        let (found, text) = worst(&CertificateDoctor::new(&chain, at(now)).examine(), Check::Dates);
        assert_eq!(found, severity, "{now}: {text}");
        assert!(text.contains(words), "{text}");
    }
    let fits = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let other = PrivateKeyDer::Pkcs8(KeyPair::generate().unwrap().serialize_der().into());
    let noise = PrivateKeyDer::Pkcs8(vec![1, 2, 3].into());
    for (key, severity) in
        [(&fits, Severity::Good), (&other, Severity::Fault), (&noise, Severity::Fault)]
    {
        let report = CertificateDoctor::new(&chain, summer()).key(key).examine();
        assert_eq!(worst(&report, Check::Key).0, severity);
    }
}

#[test]
fn a_proxy_of_either_era_is_taken_and_an_impostor_is_not() {
    let authority = Authority::new();
    let roots = authority.roots();
    let proxy = "sip.pstnhub.microsoft.com";
    let cases: [(&str, &[Purpose], bool); 4] = [
        ("sip.pstnhub.microsoft.com", &BOTH, true),
        ("*.pstnhub.microsoft.com", &[Purpose::ServerAuth], true),
        ("sip.pstnhub.microsoft.com", &[Purpose::ClientAuth], false),
        ("evil.example.com", &BOTH, false),
    ];
    for (name, usages, fit) in cases {
        let chain = [authority.leaf(&[name], usages).0, authority.intermediate.clone()];
        let doctor = CertificateDoctor::new(&chain, summer()).roots(&roots);
        let report = doctor.examine_proxy(&[proxy]);
        assert_eq!(report.is_fit(), fit, "{name} {usages:?}\n{report}");
    }
    let other = Authority::new();
    let chain = [other.leaf(&[proxy], &BOTH).0, other.intermediate];
    let report = CertificateDoctor::new(&chain, summer()).roots(&roots).examine_proxy(&[proxy]);
    assert!(worst(&report, Check::Chain).1.contains("no trusted authority"), "{report}");
}
