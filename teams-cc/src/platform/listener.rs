//! Takes callbacks over plain HTTP, behind the partner's TLS proxy.

use std::{io, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc, oneshot},
};

use super::Callback;

/// The largest callback body read, in bytes.
const MAX_BODY: usize = 1024 * 1024;
/// How many connections are served at once; more wait.
const MAX_CONNECTIONS: usize = 512;
/// How long a sender may take for its request head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a sender may take for its request body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait after an error of accepting, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens until nobody takes callbacks any more.
pub(super) fn spawn(address: SocketAddr, callbacks: mpsc::Sender<Callback>) -> io::Result<()> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    tokio::spawn(serve(TcpListener::from_std(listener)?, callbacks));
    Ok(())
}

async fn serve(listener: TcpListener, callbacks: mpsc::Sender<Callback>) {
    let places = std::sync::Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = callbacks.closed() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let Ok(place) = std::sync::Arc::clone(&places).acquire_owned().await else { return };
        let callbacks = callbacks.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &callbacks));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a callback connection ended badly");
            }
            drop(place);
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    callbacks: &mpsc::Sender<Callback>,
) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
    let (head, body) = request.into_parts();
    let whole = Limited::new(body, MAX_BODY).collect();
    let Ok(body) = tokio::time::timeout(BODY_TIMEOUT, whole).await else {
        return Ok(status(StatusCode::REQUEST_TIMEOUT));
    };
    let Ok(body) = body else {
        return Ok(status(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let (reply, answer) = oneshot::channel();
    let callback = Callback { request: Request::from_parts(head, body.to_bytes()), reply };
    if callbacks.try_send(callback).is_err() {
        return Ok(status(StatusCode::SERVICE_UNAVAILABLE));
    }
    Ok(match answer.await {
        Ok(response) => response.map(Full::new),
        Err(_) => status(StatusCode::SERVICE_UNAVAILABLE),
    })
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
