//! What Graph does on its side, and what somebody else might.

use std::sync::OnceLock;

use aws_lc_rs::{
    cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey},
    hmac,
    iv::FixedLength,
    rsa::{OAEP_SHA1_MGF1SHA1, OaepAlgorithm, OaepPublicEncryptingKey, PublicEncryptingKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize};
use serde_json::json;
use teams_cc_core::Instant;
use teams_cc_graph::{
    model::{ChangeNotification, ChangeNotificationEncryptedContent},
    webhook::content::{ContentKey, KeyRing},
};

use crate::support::TENANT;

pub(crate) const PLAIN: &str = r##"{"@odata.type":"#microsoft.graph.presence","id":"u1","availability":"Busy","activity":"InACall"}"##;
pub(crate) const NOW: Instant = Instant::from_secs(100);

/// A certificate, its private key and its public key, in DER.
pub(crate) struct Pair {
    pub(crate) certificate: Vec<u8>,
    pub(crate) certificate_pem: String,
    pub(crate) private: Vec<u8>,
    pub(crate) private_pem: String,
    public: Vec<u8>,
}

/// Two pairs, made once: making them is what costs time.
pub(crate) fn pair(nth: usize) -> &'static Pair {
    static PAIRS: OnceLock<[Pair; 2]> = OnceLock::new();
    &PAIRS.get_or_init(|| [Pair::new(), Pair::new()])[nth]
}

impl Pair {
    fn new() -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let params = CertificateParams::new(["app.example.com".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: certificate.der().to_vec(),
            certificate_pem: certificate.pem(),
            private: key.serialize_der(),
            private_pem: key.serialize_pem(),
            public: key.subject_public_key_info(),
        }
    }

    /// A pair that was made elsewhere.
    pub(crate) fn of_pem(certificate_pem: &str, private_pem: &str) -> Self {
        let key = KeyPair::from_pem_and_sign_algo(private_pem, &PKCS_RSA_SHA256).unwrap();
        let lines = certificate_pem.lines().filter(|line| !line.starts_with('-'));
        Self {
            certificate: STANDARD.decode(lines.collect::<String>()).unwrap(),
            certificate_pem: certificate_pem.to_owned(),
            private: key.serialize_der(),
            private_pem: private_pem.to_owned(),
            public: key.subject_public_key_info(),
        }
    }

    pub(crate) fn named(&self, id: &str) -> ContentKey {
        ContentKey::new(id, &self.certificate, &self.private).unwrap()
    }
}

pub(crate) fn ring() -> KeyRing {
    KeyRing::new(pair(0).named("first"))
}

/// How a content is sealed; changed where a test wants it wrong.
pub(crate) struct Seal {
    pub(crate) pair: usize,
    pub(crate) id: &'static str,
    pub(crate) wrapping: &'static OaepAlgorithm,
    pub(crate) symmetric: Vec<u8>,
    pub(crate) plain: Vec<u8>,
    /// Changes the encrypted data before it is signed.
    pub(crate) spoil: fn(&mut Vec<u8>),
    /// Signs the text in place of the octets.
    pub(crate) sign_text: bool,
}

impl Default for Seal {
    fn default() -> Self {
        Self {
            pair: 0,
            id: "first",
            wrapping: &OAEP_SHA1_MGF1SHA1,
            symmetric: (0..32).collect(),
            plain: PLAIN.into(),
            spoil: |_| {},
            sign_text: false,
        }
    }
}

impl Seal {
    pub(crate) fn content(&self) -> ChangeNotificationEncryptedContent {
        sealed_for(pair(self.pair), self)
    }

    pub(crate) fn notification(&self) -> ChangeNotification {
        ChangeNotification::new().encrypted_content(self.content()).tenant_id(TENANT)
    }
}

/// What a seal says, for the certificate of a pair.
pub(crate) fn sealed_for(pair: &Pair, seal: &Seal) -> ChangeNotificationEncryptedContent {
    let public = PublicEncryptingKey::from_der(&pair.public).unwrap();
    let public = OaepPublicEncryptingKey::new(public).unwrap();
    let mut room = vec![0; public.ciphertext_size()];
    let wrapped = public.encrypt(seal.wrapping, &seal.symmetric, &mut room, None).unwrap();
    // A key of the wrong length cannot encrypt; the right one stands in for it.
    let aes = if seal.symmetric.len() == 32 { seal.symmetric.clone() } else { vec![7; 32] };
    let mut data = encrypt(&aes, &seal.plain);
    (seal.spoil)(&mut data);
    let text = STANDARD.encode(&data);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &seal.symmetric);
    let signed = if seal.sign_text { text.as_bytes() } else { &data };
    let signature = STANDARD.encode(hmac::sign(&key, signed));
    ChangeNotificationEncryptedContent::new()
        .data(text)
        .data_key(STANDARD.encode(wrapped))
        .data_signature(signature)
        .encryption_certificate_id(seal.id)
        .encryption_certificate_thumbprint(pair.named("any").thumbprint())
}

/// Whole blocks of CBC whose last octets are the plain form's own: it brings its padding along.
fn encrypt(key: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut data = plain.to_vec();
    let padding = u8::try_from(16 - data.len() % 16).unwrap();
    data.extend(std::iter::repeat_n(padding, usize::from(padding)));
    encrypt_blocks(key, data)
}

/// The same without a padding.
pub(crate) fn encrypt_blocks(key: &[u8], mut data: Vec<u8>) -> Vec<u8> {
    let iv: [u8; 16] = *key.first_chunk().unwrap();
    let key = UnboundCipherKey::new(&AES_256, key).unwrap();
    let key = EncryptingKey::cbc(key).unwrap();
    key.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(iv))).unwrap();
    data
}

/// A notification as the service writes it, with its tokens.
pub(crate) fn post(content: &ChangeNotificationEncryptedContent, tokens: &[String]) -> String {
    let notification = json!({
        "subscriptionId": "s1", "clientState": "secret-1", "changeType": "updated",
        "tenantId": TENANT, "resource": "communications/presences('u1')",
        "encryptedContent": content,
    });
    json!({ "value": [notification], "validationTokens": tokens }).to_string()
}
