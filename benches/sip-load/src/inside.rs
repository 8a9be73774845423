//! Calls to a trunk in this very process, over a network of memory: for counting, not for timing.
//!
//! `sip-load inside udp CALLS STANDING` makes so many calls one after the other, then so many that
//! stand, and waits on a virtual clock until transactions are forgotten. Under
//! `valgrind --tool=callgrind` or `--tool=dhat` two runs of different lengths tell what one call
//! costs, whatever else the machine does; the resident memory it prints is that of what stands.

use std::{error::Error, io, net::SocketAddr, sync::Arc, time::Duration};

use teams_cc_sip::io::{Connection, DatagramSocket, Network, Peer, Target, TransportKind};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
    sync::{Mutex, mpsc},
};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Where the caller is, as the callee sees it.
const CALLER: &str = "127.0.0.1:5999";
/// What an in-memory stream holds.
const PIPE: usize = 1 << 20;

/// One connection, accepted once.
struct Memory {
    connection: Mutex<Option<Connection>>,
}

#[async_trait::async_trait]
impl Network for Memory {
    async fn connect(&self, _target: &Target) -> io::Result<Connection> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn accept(&self) -> io::Result<Connection> {
        match self.connection.lock().await.take() {
            Some(connection) => Ok(connection),
            None => std::future::pending().await,
        }
    }
}

/// A socket of datagrams with one caller behind it.
struct Datagrams {
    caller: SocketAddr,
    received: Mutex<mpsc::Receiver<Vec<u8>>>,
    sent: mpsc::Sender<Vec<u8>>,
}

#[async_trait::async_trait]
impl DatagramSocket for Datagrams {
    async fn receive(&self) -> io::Result<(bytes::Bytes, SocketAddr)> {
        let datagram = self.received.lock().await.recv().await;
        Ok((datagram.ok_or(io::ErrorKind::BrokenPipe)?.into(), self.caller))
    }

    async fn send(&self, datagram: &[u8], _to: SocketAddr) -> io::Result<()> {
        self.sent.send(datagram.to_vec()).await.map_err(io::Error::other)
    }
}

/// The caller's end.
enum Line {
    Datagrams(mpsc::Sender<Vec<u8>>, mpsc::Receiver<Vec<u8>>),
    Stream(DuplexStream, Vec<u8>),
}

impl Line {
    async fn say(&mut self, message: String) -> Fallible<()> {
        match self {
            Self::Datagrams(out, _) => out.send(message.into_bytes()).await?,
            Self::Stream(stream, _) => stream.write_all(message.as_bytes()).await?,
        }
        Ok(())
    }

    /// The next message; those of streams are cut at their empty line, which suits bodies here.
    async fn hear(&mut self) -> Fallible<String> {
        match self {
            Self::Datagrams(_, heard) => {
                Ok(String::from_utf8(heard.recv().await.ok_or("the trunk is gone")?)?)
            }
            Self::Stream(stream, rest) => loop {
                if let Some(length) = whole(rest) {
                    let message = rest.drain(..length).collect();
                    return Ok(String::from_utf8(message)?);
                }
                let mut chunk = [0; 4096];
                let length = stream.read(&mut chunk).await?;
                rest.extend_from_slice(chunk.get(..length).unwrap_or_default());
            },
        }
    }

    async fn hear_ok(&mut self) -> Fallible<String> {
        loop {
            let message = self.hear().await?;
            if message.starts_with("SIP/2.0 200") {
                return Ok(message);
            }
            if !message.starts_with("SIP/2.0 1") {
                return Err(message.into());
            }
        }
    }
}

/// The length of the message that a stream begins with.
fn whole(octets: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(octets).ok()?;
    let head = text.find("\r\n\r\n")? + 4;
    let length: usize = field(text, "Content-Length: ")?.parse().ok()?;
    (octets.len() >= head + length).then_some(head + length)
}

fn field<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let from = message.find(name)? + name.len();
    message.get(from..)?.lines().next()
}

/// Makes the calls and tells what stands in memory after them.
pub(crate) async fn run(transport: &'static str, calls: u32, standing: u32) -> Fallible<()> {
    tokio::time::pause();
    let caller: SocketAddr = CALLER.parse()?;
    let (connection, line) = if transport == "tcp" {
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let peer = Peer::new(TransportKind::Tcp, caller);
        (Connection::stream(Box::new(theirs), peer), Line::Stream(ours, Vec::new()))
    } else {
        let (out, received) = mpsc::channel(64);
        let (sent, heard) = mpsc::channel(64);
        let socket = Datagrams { caller, received: Mutex::new(received), sent };
        (Connection::datagram(Arc::new(socket)), Line::Datagrams(out, heard))
    };
    let network = Memory { connection: Mutex::new(Some(connection)) };
    let callee = async { crate::ours::answer(Arc::new(network), 5060, || ()).await };
    let calls = calling(Caller { transport, line, made: 0 }, calls, standing);
    tokio::select! {
        ended = callee => ended,
        made = calls => made,
    }
}

async fn calling(mut caller: Caller, calls: u32, standing: u32) -> Fallible<()> {
    for _ in 0..calls {
        caller.call(false).await?;
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    let before = memory()?;
    for _ in 0..standing {
        caller.call(true).await?;
    }
    let fresh = memory()?;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let settled = memory()?;
    if standing > 0 {
        let each = |then: f64| (then - before) / f64::from(standing);
        println!("{:.2} KiB per fresh dialog, {:.2} KiB later", each(fresh), each(settled));
    }
    Ok(())
}

struct Caller {
    transport: &'static str,
    line: Line,
    made: u32,
}

impl Caller {
    async fn call(&mut self, stays: bool) -> Fallible<()> {
        self.made += 1;
        let n = self.made;
        let body = "v=0\r\no=sipp 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\n\
            c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0 8 101\r\n\
            a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
            a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n";
        let uri = "sip:+14255550100@127.0.0.1:5060;user=phone";
        let more = format!(
            "Contact: <sip:sipp@127.0.0.1:5999;transport={}>\r\n\
             Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nContent-Type: application/sdp\r\n",
            self.transport.to_uppercase()
        );
        let invite = self.request("INVITE", uri, n, 1, "", &more, body);
        self.line.say(invite).await?;
        let ok = self.line.hear_ok().await?;
        let tag = field(&ok, "To: ").and_then(|to| to.split(";tag=").nth(1)).ok_or("no tag")?;
        let tag = format!(";tag={tag}");
        let contact = field(&ok, "Contact: ").ok_or("no contact")?;
        let next = contact.split(['<', '>']).nth(1).ok_or("no target")?;
        let ack = self.request("ACK", next, n, 1, &tag, "", "");
        self.line.say(ack).await?;
        if !stays {
            let bye = self.request("BYE", next, n, 2, &tag, "", "");
            self.line.say(bye).await?;
            self.line.hear_ok().await?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn request(
        &self,
        method: &str,
        uri: &str,
        n: u32,
        number: u32,
        tag: &str,
        more: &str,
        body: &str,
    ) -> String {
        let transport = self.transport.to_uppercase();
        format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/{transport} 127.0.0.1:5999;branch=z9hG4bK-{n}-{method};rport\r\n\
             Max-Forwards: 70\r\n\
             From: \"SIPp\" <sip:+14255550199@127.0.0.1:5999;user=phone>;tag=77-sipp-{n}\r\n\
             To: <sip:+14255550100@127.0.0.1:5060;user=phone>{tag}\r\n\
             Call-ID: {n}-77@127.0.0.1\r\nCSeq: {number} {method}\r\n\
             {more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// Resident memory of this process, in KiB.
fn memory() -> Fallible<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("VmRSS")?.parse()?)
}
