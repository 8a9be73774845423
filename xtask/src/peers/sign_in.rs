//! The sign-ins of Microsoft's msal, captured on their way out, beside ours.
//!
//! Fields and headers are equal but for the differences of a table, each with its reason; as with the
//! requests of msgraph-sdk, one that is not listed fails, and so does one that no longer holds. What
//! is new each time is compared by its kind.

mod ours;

use std::{collections::BTreeMap, fs, path::Path};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::emitted::{self, Check, Emitted, Theirs};
use crate::{
    command::{self, Failure},
    peers::python,
    tally::Tally,
    workspace,
};

const SCRIPT: &str = "xtask/peers/sign_in_emitted.py";
const DIFFERENCES: &str = "xtask/peers/sign_in_differences.toml";

/// Base64url with or without its padding: the two sides do not agree, which the table says.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What HTTP clients add by themselves, whatever is sent.
const OF_HTTP: [&str; 6] =
    ["accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"];

/// The least length of what nobody can guess, in characters.
const UNGUESSABLE: usize = 16;

/// A request as it leaves a client: an address and what is in its query, or in its form.
#[derive(Clone, Debug, Deserialize)]
struct Sent {
    request: String,
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    fields: BTreeMap<String, String>,
}

/// Compares every flow.
pub(crate) fn run() -> Tally {
    let mut tally = Tally::default();
    println!("\n== Microsoft's msal signs in as we do ==");
    let python = match python::install() {
        Ok(python) => python,
        Err(failure) => {
            tally.leave_out(&format!(
                "peer tests: msal, which cannot be installed from PyPI: {failure}"
            ));
            return tally;
        }
    };
    match compared(&python) {
        Ok(checks) => checks.into_iter().for_each(|(name, result)| tally.check(&name, result)),
        Err(failure) => tally.fail(format!("msal's sign-ins: {failure}")),
    }
    tally
}

fn compared(python: &Path) -> Result<Vec<Check>, Failure> {
    let identity = Identity::new()?;
    let directory = workspace::target()?.join("peers/sign-in");
    fs::create_dir_all(&directory)?;
    fs::write(directory.join("client.cert.pem"), &identity.certificate)?;
    fs::write(directory.join("client.key.pem"), &identity.private_key)?;
    let mut script = command::program(&python.to_string_lossy());
    script.env("PYTHONPYCACHEPREFIX", workspace::target()?.join("python/pycache"));
    let lines = command::read(script.arg(SCRIPT).arg(&directory))?;
    let theirs = lines.lines().map(|line| {
        let sent: Sent = serde_json::from_str(line)?;
        let emitted = comparable(&sent, &identity)?;
        Ok(Theirs { request: sent.request, form: "msal".to_owned(), emitted })
    });
    let theirs = theirs.collect::<Result<Vec<_>, Failure>>()?;
    let ours = ours::sent(&identity)?;
    let ours = ours.iter().map(|sent| Ok((&*sent.request, comparable(sent, &identity)?)));
    let ours = ours.collect::<Result<BTreeMap<_, _>, Failure>>()?;
    let table = toml::from_str(&fs::read_to_string(workspace::path(DIFFERENCES))?)?;
    Ok(emitted::compare("msal", &ours, &theirs, &table))
}

/// The certificate that both sides prove the app by.
struct Identity {
    certificate: String,
    private_key: String,
    der: Vec<u8>,
}

impl Identity {
    fn new() -> Result<Self, Failure> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let certificate = CertificateParams::new(["partner.example".to_owned()])?;
        let certificate = certificate.self_signed(&key)?;
        Ok(Self {
            certificate: certificate.pem(),
            private_key: key.serialize_pem(),
            der: certificate.der().to_vec(),
        })
    }
}

/// A request with everything that is new each time named by its kind.
fn comparable(sent: &Sent, identity: &Identity) -> Result<Emitted, Failure> {
    let mut fields = Map::new();
    for (name, text) in &sent.fields {
        fields.insert(name.clone(), field(name, text, identity)?);
    }
    let mut headers = Map::new();
    for (name, text) in &sent.headers {
        let name = name.to_ascii_lowercase();
        if !OF_HTTP.contains(&&*name) {
            let value = header(&name, text);
            headers.insert(name, value);
        }
    }
    Ok(Emitted {
        method: sent.method.clone(),
        path: sent.url.clone(),
        body: json!({ "fields": fields, "headers": headers }),
    })
}

fn field(name: &str, text: &str, identity: &Identity) -> Result<Value, Failure> {
    Ok(match name {
        "scope" => {
            let mut scopes: Vec<_> = text.split_whitespace().collect();
            scopes.sort_unstable();
            json!(scopes)
        }
        "claims" => serde_json::from_str(text)?,
        "client_assertion" => assertion(text, identity)?,
        "state" | "nonce" | "code_verifier" | "code_challenge" if text.len() >= UNGUESSABLE => {
            "unguessable".into()
        }
        _ => text.into(),
    })
}

fn header(name: &str, text: &str) -> Value {
    let words: Vec<_> = text.split('-').map(str::len).collect();
    if words == [8, 4, 4, 4, 12] {
        "an id".into()
    } else if name.starts_with("x-client-") {
        // Versions and counts of msal.
        "telemetry".into()
    } else {
        text.into()
    }
}

/// Header and claims of an assertion, its times as seconds from when it was made.
fn assertion(token: &str, identity: &Identity) -> Result<Value, Failure> {
    let mut parts = token.split('.').map(|part| {
        let json = URL_SAFE.decode(part).map_err(Failure::from)?;
        serde_json::from_slice::<Map<String, Value>>(&json).map_err(Failure::from)
    });
    let (header, claims) = (parts.next(), parts.next());
    let (mut header, mut claims) =
        (header.ok_or("no header")??, claims.ok_or("the assertion holds no claims")??);
    for (name, algorithm) in [("x5t", &SHA1_FOR_LEGACY_USE_ONLY), ("x5t#S256", &SHA256)] {
        let Some(text) = header.get(name).and_then(Value::as_str) else { continue };
        let hash = digest(algorithm, &identity.der);
        if URL_SAFE.decode(text).is_ok_and(|octets| octets == hash.as_ref()) {
            let padding = if text.ends_with('=') { ", padded" } else { "" };
            let named = format!("{} bits of the certificate{padding}", hash.as_ref().len() * 8);
            header.insert(name.to_owned(), named.into());
        }
    }
    for one in header.get_mut("x5c").and_then(Value::as_array_mut).into_iter().flatten() {
        let text = one.as_str().unwrap_or_default().replace('\n', "");
        if STANDARD.decode(text).is_ok_and(|der| der == identity.der) {
            *one = "the certificate".into();
        }
    }
    // msal writes them with fractions of a second.
    let seconds = |claims: &Map<String, Value>, name| claims.get(name).and_then(Value::as_f64);
    let made = seconds(&claims, "iat").ok_or("the assertion has no `iat`")?;
    for name in ["iat", "nbf", "exp"] {
        if let Some(time) = seconds(&claims, name) {
            claims.insert(name.to_owned(), format!("{:.0} s", time - made).into());
        }
    }
    if claims.get("jti").and_then(Value::as_str).is_some_and(|id| id.len() == 36) {
        claims.insert("jti".to_owned(), "an id".into());
    }
    Ok(json!({ "header": header, "claims": claims }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Sent {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        Sent {
            request: "one".to_owned(),
            method: "POST".to_owned(),
            url: "https://login.example.com/token".to_owned(),
            headers: pairs(headers),
            fields: pairs(fields),
        }
    }

    #[test]
    fn what_is_new_each_time_is_named_by_its_kind_and_the_rest_stays() {
        let identity = Identity::new().unwrap();
        let body = comparable(
            &sent(
                &[("scope", "b a"), ("state", "0123456789abcdef"), ("nonce", "short")],
                &[
                    ("Client-Request-Id", "98da8a1a-1b87-452c-a713-65d3f10b5555"),
                    ("Connection", "close"),
                    ("Accept", "application/json"),
                ],
            ),
            &identity,
        );
        let wanted = json!({
            "fields": { "scope": ["a", "b"], "state": "unguessable", "nonce": "short" },
            "headers": { "client-request-id": "an id", "accept": "application/json" },
        });
        assert_eq!(body.unwrap().body, wanted);
    }

    #[test]
    fn our_own_assertions_are_told_by_their_certificate_and_their_life() {
        let identity = Identity::new().unwrap();
        let ours = ours::sent(&identity).unwrap();
        let of = |name: &str| {
            let sent = ours.iter().find(|sent| sent.request == name).unwrap();
            comparable(sent, &identity).unwrap().body["fields"]["client_assertion"].clone()
        };
        let newer = of("certificate, PS256");
        assert_eq!(newer["header"]["x5t#S256"], "256 bits of the certificate");
        assert_eq!(
            (&newer["claims"]["exp"], &newer["claims"]["jti"]),
            (&json!("600 s"), &json!("an id"))
        );
        assert_eq!(of("certificate, RS256")["header"]["x5t"], "160 bits of the certificate");
    }

    #[test]
    fn another_certificate_is_not_taken_for_the_one_of_the_app() {
        let [one, other] = [Identity::new().unwrap(), Identity::new().unwrap()];
        let ours = ours::sent(&one).unwrap();
        let sent = ours.iter().find(|sent| sent.request == "certificate, PS256").unwrap();
        let told = comparable(sent, &other).unwrap();
        let named = &told.body["fields"]["client_assertion"]["header"]["x5t#S256"];
        assert_ne!(named, "256 bits of the certificate");
    }
}
