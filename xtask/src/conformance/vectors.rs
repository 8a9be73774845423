//! Encrypted contents of notifications with their keys, and what should come of each.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use teams_cc_core::Instant;
use teams_cc_graph::{
    model::ChangeNotificationEncryptedContent,
    webhook::content::{ContentError, ContentKey, KeyRing, open},
};

use super::Summary;

/// What stands beside the vectors and is none.
const INDEX: &str = "index.json";
/// How a note says which key the ring holds, where it is another than the content's.
const ONLY: &str = "run against a ring holding only ";

/// One vector. What else its file says is for people.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    #[serde(rename = "private_key_pkcs8_der_base64_test_only")]
    private_key: String,
    #[serde(rename = "certificate_pem")]
    certificate: String,
    encrypted_content: ChangeNotificationEncryptedContent,
    expect: Expect,
    #[serde(rename = "expected_error")]
    error: Option<String>,
    #[serde(default)]
    expected: Expected,
    note: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Ok,
    Error,
}

#[derive(Default, Deserialize)]
struct Expected {
    plaintext_utf8: Option<String>,
}

/// Checks every vector of a directory and prints each that comes out wrongly.
pub(crate) fn vectors(dir: &Path) -> Summary {
    let mut summary = Summary::default();
    let mut files: Vec<_> = match fs::read_dir(dir) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => {
            println!("FAILED: {error}");
            return Summary { passed: 0, failed: 1 };
        }
    };
    files.retain(|file| file.extension().is_some_and(|it| it == "json") && !file.ends_with(INDEX));
    files.sort();
    for file in files {
        match check(&file) {
            Ok(()) => summary.passed += 1,
            Err(error) => {
                summary.failed += 1;
                println!("FAILED: {}: {error}", file.display());
            }
        }
    }
    summary
}

fn check(file: &Path) -> Result<(), String> {
    let text = fs::read(file).map_err(|error| error.to_string())?;
    let vector: Vector = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let outcome = outcome(&vector)?;
    match (vector.expect, outcome) {
        (Expect::Ok, Ok(plain)) => match vector.expected.plaintext_utf8 {
            Some(wanted) if wanted.as_bytes() == plain => Ok(()),
            Some(_) => Err("another plain text came out".into()),
            None => Err("the vector does not say what should come out".into()),
        },
        (Expect::Ok, Err(error)) => Err(format!("refused: {error}")),
        (Expect::Error, Ok(_)) => Err("opened, and should have been refused".into()),
        (Expect::Error, Err(error)) => match vector.error {
            Some(wanted) if wanted == format!("{error:?}") => Ok(()),
            wanted => Err(format!("refused as {error:?} and not as {wanted:?}")),
        },
    }
}

fn outcome(vector: &Vector) -> Result<Result<Vec<u8>, ContentError>, String> {
    let named = vector.encrypted_content.encryption_certificate_id.text().unwrap_or_default();
    let held = vector.note.as_deref().and_then(|note| note.strip_prefix(ONLY)).unwrap_or(named);
    let private = STANDARD.decode(&vector.private_key).map_err(|error| error.to_string())?;
    let pem: String = vector.certificate.lines().filter(|line| !line.starts_with('-')).collect();
    let certificate = STANDARD.decode(pem.trim()).map_err(|error| error.to_string())?;
    let key =
        ContentKey::new(held, &certificate, &private).map_err(|error| format!("key: {error}"))?;
    let opened = open(&KeyRing::new(key), &vector.encrypted_content, Instant::ZERO);
    Ok(opened.map(|content| content.reveal().to_vec()))
}
