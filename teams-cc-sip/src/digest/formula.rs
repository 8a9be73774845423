//! The formula of a digest, the same on both sides (RFC 7616 §3.4).

use super::algorithm::Algorithm;

/// What a digest protects besides the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qop {
    /// Method and URI.
    Auth,
    /// The body too.
    AuthInt,
}

impl Qop {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }

    pub(super) fn read(name: &str) -> Option<Self> {
        [Self::Auth, Self::AuthInt].into_iter().find(|qop| name.eq_ignore_ascii_case(qop.name()))
    }
}

/// Everything a digest is computed from.
pub(super) struct Formula<'a> {
    pub(super) algorithm: Algorithm,
    /// Whether the secret is bound to nonce and cnonce.
    pub(super) session: bool,
    pub(super) user: &'a str,
    pub(super) realm: &'a str,
    pub(super) password: &'a str,
    pub(super) nonce: &'a str,
    pub(super) cnonce: &'a str,
    /// The nonce count as it is written.
    pub(super) count: &'a str,
    pub(super) qop: Option<Qop>,
    pub(super) method: &'a str,
    pub(super) uri: &'a str,
    pub(super) body: &'a [u8],
}

impl Formula<'_> {
    /// The value of `response`.
    pub(super) fn response(&self) -> String {
        let hash = |parts: &[&[u8]]| self.algorithm.hash(parts);
        let text = str::as_bytes;
        let mut secret = hash(&[text(self.user), text(self.realm), text(self.password)]);
        if self.session {
            secret = hash(&[text(&secret), text(self.nonce), text(self.cnonce)]);
        }
        let secret = zeroize::Zeroizing::new(secret);
        let request = if self.qop == Some(Qop::AuthInt) {
            hash(&[text(self.method), text(self.uri), text(&hash(&[self.body]))])
        } else {
            hash(&[text(self.method), text(self.uri)])
        };
        match self.qop {
            None => hash(&[text(&secret), text(self.nonce), text(&request)]),
            Some(qop) => hash(&[
                text(&secret),
                text(self.nonce),
                text(self.count),
                text(self.cnonce),
                text(qop.name()),
                text(&request),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7616 §3.9.1 and §3.9.2; the second without the hashed user name.
    #[test]
    fn the_examples_of_rfc_7616_come_out() {
        let first = |algorithm| Formula {
            algorithm,
            session: false,
            user: "Mufasa",
            realm: "http-auth@example.org",
            password: "Circle of Life",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            count: "00000001",
            qop: Some(Qop::Auth),
            method: "GET",
            uri: "/dir/index.html",
            body: b"",
        };
        assert_eq!(first(Algorithm::Md5).response(), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(
            first(Algorithm::Sha256).response(),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    #[test]
    fn each_part_of_the_request_changes_the_digest() {
        let base = || Formula {
            algorithm: Algorithm::Sha512_256,
            session: false,
            user: "u",
            realm: "r",
            password: "p",
            nonce: "n",
            cnonce: "c",
            count: "00000001",
            qop: Some(Qop::AuthInt),
            method: "INVITE",
            uri: "sip:a@b",
            body: b"v=0",
        };
        let others = [
            Formula { session: true, ..base() },
            Formula { user: "v", ..base() },
            Formula { realm: "s", ..base() },
            Formula { password: "q", ..base() },
            Formula { nonce: "m", ..base() },
            Formula { cnonce: "d", ..base() },
            Formula { count: "00000002", ..base() },
            Formula { qop: Some(Qop::Auth), ..base() },
            Formula { qop: None, ..base() },
            Formula { method: "BYE", ..base() },
            Formula { uri: "sip:a@c", ..base() },
            Formula { body: b"v=1", ..base() },
        ];
        let first = base().response();
        assert_eq!(first.len(), 64);
        assert!(others.iter().all(|other| other.response() != first));
    }
}
