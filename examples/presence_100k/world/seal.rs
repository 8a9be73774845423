//! A notification as Graph encrypts it, opened as an app does.

use aws_lc_rs::{
    cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey},
    hmac,
    iv::FixedLength,
    rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize};
use serde_json::json;
use teams_cc_core::Instant;
use teams_cc_graph::{
    model::{self, ChangeNotificationCollection},
    webhook::content::{ContentKey, KeyRing, open},
};
use teams_cc_presence::Presence;

use super::{dice::Dice, people::People};

/// The certificate's name in subscriptions.
const CERTIFICATE_ID: &str = "presence-1";

/// The key of the app, and the side of Graph that encrypts for it.
pub(crate) struct Sealer {
    ring: KeyRing,
    public: OaepPublicEncryptingKey,
    thumbprint: String,
    pub(crate) opened: u64,
}

impl Sealer {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key");
        let params = CertificateParams::new(["app.example.com".to_owned()]).expect("a name");
        let certificate = params.self_signed(&key).expect("a certificate");
        let content = ContentKey::new(CERTIFICATE_ID, certificate.der(), &key.serialize_der());
        let content = content.expect("a pair");
        let public = PublicEncryptingKey::from_der(&key.subject_public_key_info()).expect("RSA");
        Self {
            thumbprint: content.thumbprint(),
            ring: KeyRing::new(content),
            public: OaepPublicEncryptingKey::new(public).expect("RSA"),
            opened: 0,
        }
    }

    /// Writes a notification as a post of Graph, reads it back, and opens it.
    pub(crate) fn pass(
        &mut self,
        id: &str,
        state: usize,
        dice: &mut Dice,
        now: Instant,
    ) -> (String, Presence) {
        let body = self.post(id, state, dice);
        let post: ChangeNotificationCollection = serde_json::from_slice(&body).expect("a post");
        let notification = post.value.get().and_then(|all| all.first()).expect("a notification");
        let content = notification.encrypted_content.get().expect("a content");
        let content = open(&self.ring, content, now).expect("a content that can be opened");
        let resource: model::Presence = content.decode().expect("a presence");
        self.opened += 1;
        let id = resource.id.get().map(ToString::to_string).unwrap_or_default();
        (id, Presence::from_graph(&resource))
    }

    fn post(&self, id: &str, state: usize, dice: &mut Dice) -> Vec<u8> {
        let (availability, activity) = People::words(state);
        let resource = format!("communications/presences('{id}')");
        let plain = json!({
            "@odata.type": "#microsoft.graph.presence", "@odata.id": resource,
            "id": id, "availability": availability, "activity": activity,
        });
        let mut key = [0; 32];
        for part in key.chunks_mut(8) {
            part.copy_from_slice(&dice.next().to_le_bytes());
        }
        let mut wrapped = vec![0; self.public.ciphertext_size()];
        let wrapped = self.public.encrypt(&OAEP_SHA1_MGF1SHA1, &key, &mut wrapped, None);
        let wrapped = STANDARD.encode(wrapped.expect("a key fits"));
        let data = encrypt(&key, plain.to_string().into_bytes());
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &data);
        let post = json!({ "value": [{
            "subscriptionId": "s1", "clientState": "secret-1", "changeType": "updated",
            "tenantId": "84bd8158-6d4d-4958-8b9f-9d6445542f95", "resource": resource,
            "encryptedContent": {
                "data": STANDARD.encode(&data), "dataKey": wrapped,
                "dataSignature": STANDARD.encode(signature),
                "encryptionCertificateId": CERTIFICATE_ID,
                "encryptionCertificateThumbprint": self.thumbprint,
            },
        }]});
        post.to_string().into_bytes()
    }
}

/// AES-256 in CBC mode, padded by PKCS #7.
fn encrypt(key: &[u8; 32], mut data: Vec<u8>) -> Vec<u8> {
    let padding = 16 - data.len() % 16;
    data.extend(std::iter::repeat_n(u8::try_from(padding).expect("a block"), padding));
    let iv: [u8; 16] = *key.first_chunk().expect("32 octets");
    let key = UnboundCipherKey::new(&AES_256, key).and_then(EncryptingKey::cbc).expect("a key");
    key.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(&iv)))
        .expect("whole blocks");
    data
}
