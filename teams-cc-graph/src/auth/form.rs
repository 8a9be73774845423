//! What is posted to the token endpoint, and what of it must not come back in an error.

use bytes::Bytes;
use teams_cc_core::secret::Secret;
use url::form_urlencoded;

/// Octets kept of each text of a refusal; Microsoft's own stay far below.
const MAX_TEXT: usize = 4 * 1024;

/// The fields of a token request.
#[derive(Clone, Default)]
pub(super) struct Form {
    fields: Vec<(&'static str, Field)>,
}

#[derive(Clone)]
enum Field {
    Plain(String),
    Secret(Secret),
}

impl Field {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.reveal(),
        }
    }
}

impl Form {
    /// A form of a grant type.
    pub(super) fn grant(grant_type: &'static str) -> Self {
        Self::default().plain("grant_type", grant_type)
    }

    /// One more field that anybody may read.
    pub(super) fn plain(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, Field::Plain(value.into())));
        self
    }

    /// One more field that nobody may read.
    pub(super) fn secret(mut self, name: &'static str, value: &Secret) -> Self {
        self.fields.push((name, Field::Secret(value.clone())));
        self
    }

    /// One more field, where there is one.
    pub(super) fn plain_if(self, name: &'static str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.plain(name, value),
            None => self,
        }
    }

    /// The form as `application/x-www-form-urlencoded`.
    pub(super) fn body(&self) -> Bytes {
        let pairs = self.fields.iter().map(|(name, field)| (*name, field.text()));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into()
    }

    /// The grant type, for logs.
    pub(super) fn grant_type(&self) -> &str {
        let grant = self.fields.iter().find(|(name, _)| *name == "grant_type");
        grant.map_or("device_code", |(_, field)| field.text())
    }

    /// What may be kept of a refusal's text: none of the form's secrets, should it echo one, and no
    /// more than [`MAX_TEXT`].
    pub(super) fn fit(&self, text: &str) -> String {
        let mut kept = text.to_owned();
        for (_, field) in &self.fields {
            if let Field::Secret(secret) = field
                && !secret.is_empty()
            {
                let secret = secret.reveal();
                let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
                kept = kept.replace(secret, "hidden").replace(&encoded, "hidden");
            }
        }
        kept.truncate(kept.floor_char_boundary(MAX_TEXT));
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_refusal_holds_no_secret_of_the_form() {
        let secret = Secret::from("a+b/c=");
        let form = Form::grant("password").secret("one", &secret).plain("two", "shown & kept");
        assert_eq!(
            form.body(),
            "grant_type=password&one=a%2Bb%2Fc%3D&two=shown+%26+kept".as_bytes()
        );
        let kept = form.fit("a+b/c= and a%2Bb%2Fc%3D, shown & kept");
        assert_eq!(kept, "hidden and hidden, shown & kept");
        assert_eq!(form.fit(&"é".repeat(MAX_TEXT)).len(), MAX_TEXT);
        assert_eq!(Form::default().secret("one", &Secret::from("")).fit("text"), "text");
    }
}
