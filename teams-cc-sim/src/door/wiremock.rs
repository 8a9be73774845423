//! The HTTP door as a `wiremock` responder: mount overrides in front of a whole world.

use bytes::Bytes;
use http::Request;
use teams_cc_core::Clock as _;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate, matchers::any};

use super::http::post_callbacks;
use crate::{Sim, error::Error};

/// The lowest priority there is: every other mock comes first.
const LAST: u8 = u8::MAX;

/// Answers what no other mock answers.
///
/// ```no_run
/// use teams_cc_sim::{Sim, door::WorldResponder};
/// use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};
///
/// # async fn example() -> Result<(), teams_cc_sim::Error> {
/// let server = MockServer::builder().disable_request_recording().start().await;
/// WorldResponder::mount(&Sim::seed(42), &server).await?;
/// // One path misbehaves; all others are the world's.
/// Mock::given(path("/v1.0/communications/calls"))
///     .respond_with(ResponseTemplate::new(429).insert_header("Retry-After", "2.128"))
///     .mount(&server)
///     .await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WorldResponder {
    sim: Sim,
}

impl WorldResponder {
    /// Mounts a world behind everything else, and posts its notifications.
    ///
    /// Start the server with request recording off: the world answers for a long time. Dropping
    /// the future mounts nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Door`](crate::ErrorKind::Door) where notifications cannot be posted.
    pub async fn mount(sim: &Sim, server: &MockServer) -> Result<(), Error> {
        sim.shared().start();
        // The task ends with the runtime, or when another door takes the notifications over.
        tokio::spawn(post_callbacks(sim.shared(), None)?);
        let responder = Self { sim: sim.clone() };
        Mock::given(any()).respond_with(responder).with_priority(LAST).mount(server).await;
        Ok(())
    }
}

impl Respond for WorldResponder {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let mut whole = Request::new(Bytes::copy_from_slice(&request.body));
        *whole.method_mut() = request.method.clone();
        *whole.headers_mut() = request.headers.clone();
        let Ok(uri) = request.url.as_str().parse() else {
            return ResponseTemplate::new(400);
        };
        *whole.uri_mut() = uri;
        let shared = self.sim.shared();
        let reply = shared.with(|world, now| world.handle(now, &whole));
        tracing::trace!(at = %shared.clock().now(), "the world answers");
        let mut template = ResponseTemplate::new(reply.response.status().as_u16())
            .set_delay(reply.delay)
            .set_body_bytes(reply.response.body().to_vec());
        for (name, value) in reply.response.headers() {
            template = template.insert_header(name.clone(), value.clone());
        }
        template
    }
}
