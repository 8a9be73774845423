//! The assertion that a certificate signs.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize};
use serde_json::Value;
use teams_cc_core::secret::Secret;
use teams_cc_core::time::ManualClock;

use super::endpoint::*;
use crate::auth::TokenProvider as _;
use crate::auth::{AppCredential, CertificateError, ClientCertificate, ClientCredentials};
use crate::error::{ConfigError, ErrorKind};

struct Signer {
    key: KeyPair,
    certificate: rcgen::Certificate,
}

/// Two, made once: one that is valid in 2020 alone, and another.
fn signers() -> &'static [Signer; 2] {
    static SIGNERS: OnceLock<[Signer; 2]> = OnceLock::new();
    SIGNERS.get_or_init(|| {
        [(); 2].map(|()| {
            let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
            let mut params = CertificateParams::new(["app.example.com".to_owned()]).unwrap();
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2021, 1, 1);
            let certificate = params.self_signed(&key).unwrap();
            Signer { key, certificate }
        })
    })
}

fn certificate(legacy: bool) -> AppCredential {
    let [one, _] = signers();
    let private = Secret::new(one.key.serialize_pem());
    let read = ClientCertificate::from_pem(&one.certificate.pem(), &private).unwrap();
    AppCredential::certificate(if legacy { read.legacy_signature() } else { read })
}

fn at(time: &str) -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(time.parse().unwrap()))
}

#[tokio::test(start_paused = true)]
async fn an_assertion_is_signed_as_documented_and_never_twice_the_same() {
    let [one, _] = signers();
    let der = one.certificate.der();
    for legacy in [false, true] {
        let endpoint = Endpoint::answering([(200, granted("t1")), (200, granted("t2"))]);
        let app = endpoint.app_at(certificate(legacy), at("2020-06-01T00:00:00Z"));
        let app = ClientCredentials::new(app);
        let mut ids = Vec::new();
        for _ in 0..2 {
            app.token(&wanted()).await.unwrap();
            let fields = endpoint.last();
            assert!(!fields.contains_key("client_secret"));
            let assertion = &fields["client_assertion"];
            let (signed, signature) = assertion.rsplit_once('.').unwrap();
            let (header, payload) = signed.split_once('.').unwrap();
            let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
            let header: Value = serde_json::from_slice(&decode(header)).unwrap();
            let payload: Value = serde_json::from_slice(&decode(payload)).unwrap();
            let (name, print, algorithm) = if legacy {
                ("x5t", digest(&SHA1_FOR_LEGACY_USE_ONLY, der), "RS256")
            } else {
                ("x5t#S256", digest(&SHA256, der), "PS256")
            };
            assert_eq!(header["alg"], algorithm);
            assert_eq!(header["typ"], "JWT");
            assert_eq!(header[name], URL_SAFE_NO_PAD.encode(print));
            assert_eq!(header.as_object().unwrap().len(), 3);
            assert_eq!(payload["aud"], format!("{AUTHORITY}/{TENANT}/oauth2/v2.0/token"));
            assert_eq!((&payload["iss"], &payload["sub"]), (&CLIENT.into(), &CLIENT.into()));
            let (nbf, exp) = (payload["nbf"].as_i64().unwrap(), payload["exp"].as_i64().unwrap());
            assert_eq!((nbf, exp - nbf), (1_590_969_600, 600));
            assert_eq!(payload["iat"], payload["nbf"]);
            ids.push(payload["jti"].as_str().unwrap().parse::<uuid::Uuid>().unwrap());
            let public = one.key.der_bytes();
            let scheme =
                if legacy { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PSS_2048_8192_SHA256 };
            UnparsedPublicKey::new(scheme, public)
                .verify(signed.as_bytes(), &decode(signature))
                .unwrap();
        }
        assert_ne!(ids[0], ids[1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_out_of_its_time_says_so_before_anything_is_sent() {
    for (time, words) in [
        ("2026-11-23T00:00:00Z", "expired at 2021-01-01"),
        ("2019-12-31T23:59:00Z", "check this machine's clock"),
    ] {
        let endpoint = Endpoint::default();
        let app = ClientCredentials::new(endpoint.app_at(certificate(false), at(time)));
        let error = app.token(&wanted()).await.unwrap_err();
        let ErrorKind::Config(ConfigError::Certificate(_)) = error.kind() else {
            panic!("{error}")
        };
        assert!(error.to_string().contains(words), "{error}");
        assert!(endpoint.asked().is_empty());
    }
}

#[test]
fn what_cannot_sign_is_told_apart() {
    let [one, other] = signers();
    let (certificate, private) = (one.certificate.pem(), Secret::new(one.key.serialize_pem()));
    let foreign = Secret::new(other.key.serialize_pem());
    let curve = Secret::new(KeyPair::generate().unwrap().serialize_pem());
    for (certificate, private, wanted) in [
        ("", &private, CertificateError::Certificate),
        (private.reveal(), &private, CertificateError::Certificate),
        (certificate.as_str(), &Secret::from("-----BEGIN"), CertificateError::PrivateKey),
        (certificate.as_str(), &curve, CertificateError::PrivateKey),
        (certificate.as_str(), &foreign, CertificateError::NoPair),
    ] {
        let error = ClientCertificate::from_pem(certificate, private).unwrap_err();
        assert_eq!(error, wanted);
    }
    let both = format!("{}{}", private.reveal(), certificate);
    let read = ClientCertificate::from_pem(&both, &Secret::new(both.clone())).unwrap();
    assert_eq!(read.not_after().to_string(), "2021-01-01T00:00:00Z");
    let der = (one.certificate.der(), one.key.serialize_der());
    assert!(ClientCertificate::from_der(der.0, &der.1).is_ok());
}
