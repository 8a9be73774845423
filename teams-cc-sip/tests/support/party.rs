//! A SIP party that a test plays by hand.

use std::{collections::VecDeque, time::Duration};

use teams_cc_sip::message::{
    Frame, Limits, Message, Method, Request, Response, StatusCode, StreamDecoder,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::timeout,
};

use super::answer;

/// A SIP party on one stream, played by the test.
pub struct Party {
    pub name: String,
    stream: DuplexStream,
    decoder: StreamDecoder,
    waiting: VecDeque<Message>,
    /// Every message that went either way, but for OPTIONS and keep-alives.
    pub ladder: Vec<String>,
    pub pings: usize,
    pub last_ping: Option<Request>,
}

impl Party {
    pub fn new(stream: DuplexStream, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            stream,
            decoder: StreamDecoder::new(Limits::default()),
            waiting: VecDeque::new(),
            ladder: Vec::new(),
            pings: 0,
            last_ping: None,
        }
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub async fn send(&mut self, message: impl Into<Message>) {
        let message = message.into();
        self.note("→", &message);
        self.write(&message.encode()).await;
    }

    /// The next message; `None` once the trunk has closed the stream.
    pub async fn try_receive(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                if let Message::Request(request) = &message
                    && *request.method() == Method::Options
                {
                    self.pings += 1;
                    self.last_ping = Some(request.clone());
                    let answer = answer(request, StatusCode::OK, None);
                    self.write(&answer.encode()).await;
                    continue;
                }
                self.note("←", &message);
                return Some(message);
            }
            let mut chunk = [0; 4096];
            let read = timeout(Duration::from_secs(90), self.stream.read(&mut chunk)).await;
            let length =
                read.unwrap_or_else(|_| panic!("{}: nothing for 90 s", self.name)).unwrap();
            if length == 0 {
                return None;
            }
            self.decoder.push(&chunk[..length]);
            while let Some(frame) = self.decoder.next_frame().unwrap() {
                if let Frame::Message(message) = frame {
                    self.waiting.push_back(*message);
                }
            }
        }
    }

    pub async fn receive(&mut self) -> Message {
        self.try_receive().await.expect("the stream is open")
    }

    pub async fn request(&mut self, method: &Method) -> Request {
        match self.receive().await {
            Message::Request(request) if request.method() == method => request,
            other => panic!("{}: no {method}: {other:?}", self.name),
        }
    }

    pub async fn any_request(&mut self) -> Request {
        match self.receive().await {
            Message::Request(request) => request,
            other @ Message::Response(_) => panic!("{}: no request: {other:?}", self.name),
        }
    }

    pub async fn response(&mut self, status: u16) -> Response {
        match self.receive().await {
            Message::Response(response) if response.status().as_u16() == status => response,
            other => panic!("{}: no {status}: {other:?}", self.name),
        }
    }

    /// The next message, which is a response.
    pub async fn any_response(&mut self) -> Response {
        match self.receive().await {
            Message::Response(response) => response,
            other @ Message::Request(_) => panic!("{}: no response: {other:?}", self.name),
        }
    }

    /// Nothing but OPTIONS comes for a while.
    pub async fn hears_nothing(&mut self, for_: Duration) {
        let next = timeout(for_, self.try_receive()).await;
        assert!(next.is_err(), "{}: unexpected {next:?}", self.name);
    }

    pub async fn answer(&mut self, request: &Request, status: StatusCode, body: Option<&str>) {
        self.send(answer(request, status, body)).await;
    }

    /// Takes a call: 100 is left out, 180 and 200 with SRTP are sent, the ACK is awaited.
    pub async fn take(&mut self, invite: &Request, body: &str) {
        self.answer(invite, StatusCode::RINGING, None).await;
        self.answer(invite, StatusCode::OK, Some(body)).await;
        self.request(&Method::Ack).await;
    }

    fn note(&mut self, arrow: &str, message: &Message) {
        let line = match message {
            Message::Request(request) => request.method().as_str().to_owned(),
            Message::Response(response) => {
                let cseq = response.headers().get_str("CSeq").unwrap_or_default().to_owned();
                let method = cseq.split(' ').next_back().unwrap_or_default().to_owned();
                format!("{} ({method})", response.status().as_u16())
            }
        };
        let sipfrag = message
            .headers()
            .get_str("Content-Type")
            .filter(|kind| kind.starts_with("message/sipfrag"))
            .map(|_| String::from_utf8_lossy(message.body()).trim().to_owned());
        let flow = String::from_utf8_lossy(message.body())
            .lines()
            .find(|line| ["a=inactive", "a=sendonly", "a=recvonly"].contains(line))
            .map(str::to_owned);
        let extra = sipfrag.or(flow).map(|extra| format!(" [{extra}]")).unwrap_or_default();
        self.ladder.push(format!("{arrow} {line}{extra}"));
    }
}
