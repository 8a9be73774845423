//! Where Graph is.

use http::Uri;
use url::Url;

use crate::error::{ConfigError, Error, InvalidRequest};

/// The longest path of a request, with what stands before it; `http` takes no longer ones.
const MAX_PATH_BYTES: usize = u16::MAX as usize - 1;

/// Where Graph is: the origin, and the path before every request's own, such as `/v1.0`.
pub(crate) struct Base {
    pub(super) origin: String,
    pub(super) path: String,
    uri: Uri,
    /// With a path that nobody asks for, as long as most: a copy has room for another at once.
    url: Url,
}

/// As long as most paths.
const USUAL_PATH_BYTES: usize = 120;

impl Base {
    pub(super) fn new(endpoint: &Url) -> Result<Self, ConfigError> {
        let invalid = || ConfigError::Endpoint { what: "endpoint" };
        let path = endpoint.path().trim_end_matches('/').to_owned();
        let origin = endpoint.origin().ascii_serialization();
        let uri = origin.parse().map_err(|_| invalid())?;
        let room = format!("{origin}/{:.<USUAL_PATH_BYTES$}", "");
        let url = Url::parse(&room).map_err(|_| invalid())?;
        Ok(Self { origin, path, uri, url })
    }

    /// The host, as a trace names it.
    pub(crate) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// The port, where it is not the scheme's.
    pub(crate) fn port(&self) -> Option<u16> {
        self.uri.port_u16()
    }

    /// The path of a request below the API version.
    pub(crate) fn below<'a>(&self, uri: &'a Uri) -> &'a str {
        let path = uri.path();
        match uri.authority() {
            Some(_) => path.get(self.path.len()..).unwrap_or_default(),
            None => path,
        }
    }

    /// Whether the token may go there: a path below the API version, or a place of this origin.
    pub(super) fn check(&self, uri: &Uri) -> Result<(), Error> {
        if uri.authority().is_some() {
            let text = uri.to_string();
            let rest = text.strip_prefix(&self.origin).ok_or(InvalidRequest::ForeignOrigin)?;
            if !rest.starts_with('/') {
                return Err(InvalidRequest::ForeignOrigin.into());
            }
            return Ok(());
        }
        let rest = path_and_query(uri);
        if rest.starts_with('/') && self.path.len() + rest.len() <= MAX_PATH_BYTES {
            Ok(())
        } else {
            Err(invalid().into())
        }
    }

    /// The absolute address of a request; an error where the token must not go.
    pub(crate) fn join(&self, uri: &Uri) -> Result<Uri, Error> {
        self.check(uri)?;
        if uri.authority().is_some() {
            return Ok(uri.clone());
        }
        let mut parts = self.uri.clone().into_parts();
        let joined = [&self.path, path_and_query(uri)].concat();
        parts.path_and_query = Some(joined.try_into().map_err(|_| invalid())?);
        Uri::from_parts(parts).map_err(|_| invalid().into())
    }

    /// As [`join`](Self::join), as a URL: its host need not be parsed again.
    pub(crate) fn locate(&self, uri: &Uri) -> Result<Url, Error> {
        self.check(uri)?;
        if uri.authority().is_some() {
            return Url::parse(&uri.to_string()).map_err(|_| invalid().into());
        }
        let mut url = self.url.clone();
        if self.path.is_empty() {
            url.set_path(uri.path());
        } else {
            url.set_path(&[&self.path, uri.path()].concat());
        }
        url.set_query(uri.query());
        Ok(url)
    }
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |rest| rest.as_str())
}

fn invalid() -> InvalidRequest {
    InvalidRequest::PathSegment { what: "path" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(endpoint: &str) -> Base {
        Base::new(&Url::parse(endpoint).unwrap()).unwrap()
    }

    #[test]
    fn a_token_goes_to_one_origin_only() {
        let base = base("https://graph.microsoft.com/v1.0");
        for (uri, wanted) in [
            ("/users", Some("https://graph.microsoft.com/v1.0/users")),
            (
                "https://graph.microsoft.com/v1.0/users?$skiptoken=x",
                Some("https://graph.microsoft.com/v1.0/users?$skiptoken=x"),
            ),
            ("https://graph.microsoft.com.evil.example/v1.0", None),
            ("https://graph.microsoft.com@evil.example/", None),
            ("http://graph.microsoft.com/v1.0/users", None),
            ("https://graph.microsoft.com:444/v1.0/users", None),
        ] {
            let joined = base.join(&uri.parse().unwrap());
            assert_eq!(joined.ok().map(|uri| uri.to_string()).as_deref(), wanted, "{uri}");
        }
    }

    #[test]
    fn a_url_is_the_same_whether_its_origin_was_known_or_not() {
        for endpoint in [
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com:443/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/v1.0",
        ] {
            let base = base(endpoint);
            for rest in [
                "/",
                "/users/a%2Fb/presence",
                "/users?$filter=a%20eq%20'b'&$top=1",
                "//evil.example/a?",
                "/a/./b/../c?d=/../e",
                "/../../a",
                "/a\\b/..\\c",
                "/a|b{c}\"d?'e'",
                "/communications/getPstnCalls(from=2019-11-01,to=2019-12-01)",
            ] {
                let relative: Uri = rest.parse().unwrap();
                let whole = base.join(&relative).unwrap();
                let parsed = Url::parse(&whole.to_string()).unwrap();
                assert_eq!(base.locate(&relative).unwrap(), parsed, "{endpoint} {rest}");
                assert_eq!(base.locate(&whole).unwrap(), parsed, "{endpoint} {rest}");
                assert_eq!(base.below(&relative), base.below(&whole), "{endpoint} {rest}");
            }
            for elsewhere in ["https://graph.microsoft.com.evil.example/", "http://127.0.0.1:8081/"]
            {
                assert!(base.locate(&elsewhere.parse().unwrap()).is_err(), "{elsewhere}");
            }
        }
    }

    #[test]
    fn a_path_too_long_for_an_address_is_refused() {
        let base = base("https://graph.microsoft.com/v1.0");
        for (length, fits) in [(MAX_PATH_BYTES - 5, true), (MAX_PATH_BYTES - 4, false)] {
            let uri: Uri = format!("/{}", "a".repeat(length - 1)).parse().unwrap();
            assert_eq!(base.check(&uri).is_ok(), fits, "{length}");
            assert_eq!(base.join(&uri).is_ok(), fits, "{length}");
        }
    }
}
