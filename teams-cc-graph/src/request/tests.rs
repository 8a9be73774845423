//! The forms of requests and answers, sent through a client to a service of one answer.
#![expect(unreachable_pub, reason = "the macro makes public requests, and these are a test's own")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::Via;
use super::draft::PREFER;
use crate::auth::{AccessToken, TokenProvider, TokenRequest};
use crate::error::ErrorKind;
use crate::model::{Call, Collection};
use crate::permission::{Permission, PermissionKind};
use crate::{BoxError, Client, Error};

/// What the probes need besides.
const BESIDES: &[&[Permission]] = &[&[Permission::application("Directory.Read.All")]];

/// A request with a body of bytes and an answer of one form.
macro_rules! probe {
    ($name:ident => $answer:tt) => {
        #[derive(Clone, Debug)]
        struct $name<C = Client> {
            via: C,
        }

        graph_request! {
            $name via Client => $answer,
            "probe" PUT "/probes/{id}/$value",
            repeat: Harmless, on_call: false,
            application: ["Probe.Read.All", "Probe.ReadWrite.All"], delegated: ["Probe.Read"],
            resource_specific: ["Probe.Read.Chat"], besides: BESIDES
        }

        impl<C: Via> $name<C> {
            fn into_request(self) -> Result<http::Request<Bytes>, Error> {
                let draft = Self::ENDPOINT.draft(&[("probe id", "p")])?.prefer("respond-async")?;
                draft.body("application/zip", Bytes::from_static(b"PK"))
            }
        }
    };
}

probe!(Nothing => ());
probe!(One => Call);
probe!(Many => (Collection<Call>));
probe!(File => Content);
probe!(Placed => [Located Call]);
probe!(PlacedOnly => [Located ()]);

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

/// A client of a service that answers every request alike.
fn client(status: u16, body: &'static [u8]) -> Client {
    let transport = tower::service_fn(move |request: http::Request<Bytes>| async move {
        assert_eq!(request.uri().path(), "/v1.0/probes/p/$value");
        assert_eq!(request.headers()[PREFER], "respond-async");
        assert_eq!(&request.body()[..], b"PK");
        let response = http::Response::builder()
            .status(status)
            .header("location", "/probes/p")
            .header("content-type", "text/vtt");
        Ok::<_, BoxError>(response.body(Bytes::from_static(body)).unwrap())
    });
    let client = Client::builder().tenant("tenant-1".parse().unwrap());
    client.token_provider(Arc::new(Fixed)).transport(transport).build().unwrap()
}

/// Trap 38.
#[tokio::test]
async fn any_2xx_is_success_with_and_without_a_body() {
    for status in [200, 201, 202, 204] {
        for body in [&b""[..], b" \r\n", br#"{"id":"c1"}"#] {
            let client = client(status, body);
            let via = || client.clone();
            let id = (body.len() > 4).then_some("c1");
            Nothing { via: via() }.await.unwrap();
            assert_eq!(One { via: via() }.await.unwrap().id.text(), id);
            let placed = Placed { via: via() }.await.unwrap();
            assert_eq!(placed.value.id.text(), id);
            assert_eq!(placed.location.as_deref(), Some("/probes/p"));
            let placed = PlacedOnly { via: via() }.await.unwrap();
            assert_eq!(placed.location.as_deref(), Some("/probes/p"));
            assert_eq!(File { via: via() }.await.unwrap().bytes, body);
        }
        let many = Many { via: client(status, br#"{"value":[{"id":"c1"}]}"#) }.await.unwrap();
        assert_eq!(many.items().len(), 1);
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_an_error_of_decoding_and_a_file_all_the_same() {
    let client = client(200, b"WEBVTT");
    for error in [
        One { via: client.clone() }.await.map(drop).unwrap_err(),
        Placed { via: client.clone() }.await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Decode));
    }
    let file = File { via: client }.await.unwrap();
    assert_eq!((file.content_type.as_deref(), file.text().unwrap()), (Some("text/vtt"), "WEBVTT"));
}

#[test]
fn a_request_asks_for_the_form_of_its_answer() {
    let accept = |request: Result<http::Request<Bytes>, Error>| {
        request.unwrap().headers()["accept"].to_str().unwrap().to_owned()
    };
    assert_eq!(accept(File { via: () }.into_request()), "*/*");
    assert_eq!(accept(One { via: () }.into_request()), "application/json");
}

#[test]
fn permissions_are_named_with_who_acts() {
    let kinds: Vec<_> = One::REQUIRED_PERMISSIONS.iter().map(|it| (it.name, it.kind)).collect();
    for others in [
        (Nothing::REQUIRED_PERMISSIONS, Nothing::ALSO_REQUIRED),
        (Many::REQUIRED_PERMISSIONS, Many::ALSO_REQUIRED),
        (File::REQUIRED_PERMISSIONS, File::ALSO_REQUIRED),
        (Placed::REQUIRED_PERMISSIONS, Placed::ALSO_REQUIRED),
        (PlacedOnly::REQUIRED_PERMISSIONS, PlacedOnly::ALSO_REQUIRED),
    ] {
        assert_eq!(others, (One::REQUIRED_PERMISSIONS, One::ALSO_REQUIRED));
    }
    assert_eq!(One::ALSO_REQUIRED, BESIDES);
    assert_eq!(
        kinds,
        [
            ("Probe.Read.All", PermissionKind::Application),
            ("Probe.ReadWrite.All", PermissionKind::Application),
            ("Probe.Read", PermissionKind::Delegated),
            ("Probe.Read.Chat", PermissionKind::ResourceSpecific),
        ]
    );
}
