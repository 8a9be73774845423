//! A proxy that forks each INVITE to two endpoints (RFC 3261 §16.7), as far as a test needs one.

use std::collections::BTreeMap;

use super::Side;
use crate::{
    message::{CSeq, HeaderName, Message, Method, Request, Response, Via},
    transaction::follow,
};

/// The endpoints behind the proxy.
const BRANCHES: [Side; 2] = [1, 2];

/// One forked INVITE.
struct Forked {
    invite: Request,
    refused: BTreeMap<Side, Response>,
    answered: bool,
}

/// The proxy: it stays out of dialogs, and keeps back refusals while another branch may answer.
#[derive(Default)]
pub(super) struct Proxy {
    forked: BTreeMap<String, Forked>,
}

/// What becomes of a response.
#[derive(Default)]
pub(super) struct Verdict {
    /// What goes on to the caller.
    pub(super) passed: Option<Message>,
    /// ACK and CANCEL of the proxy itself.
    pub(super) requests: Vec<(Side, Message)>,
}

fn branch(headers: &crate::message::Headers) -> String {
    let via: Via = headers.first().unwrap().unwrap();
    via.branch().unwrap().to_owned()
}

impl Proxy {
    pub(super) fn on_request(&mut self, message: Message) -> Vec<(Side, Message)> {
        let Message::Request(request) = message else { return Vec::new() };
        match request.method() {
            Method::Invite => {
                let forked =
                    Forked { invite: request.clone(), refused: BTreeMap::new(), answered: false };
                self.forked.entry(branch(request.headers())).or_insert(forked);
            }
            // Refusals have been acknowledged here.
            Method::Ack => return Vec::new(),
            _ => {}
        }
        BRANCHES.iter().map(|side| (*side, request.clone().into())).collect()
    }

    pub(super) fn on_response(&mut self, from: Side, response: &Response) -> Verdict {
        let passed = || Some(Message::from(response.clone()));
        let cseq: CSeq = response.headers().required().unwrap();
        let forked = self.forked.get_mut(&branch(response.headers()));
        let Some(forked) = forked.filter(|_| cseq.method == Method::Invite) else {
            return Verdict { passed: passed(), requests: Vec::new() };
        };
        let status = response.status();
        if status.is_provisional() {
            return Verdict { passed: passed(), requests: Vec::new() };
        }
        if status.is_success() {
            let first = !std::mem::replace(&mut forked.answered, true);
            let others = BRANCHES.iter().filter(|side| first && **side != from);
            let requests =
                others.map(|side| (*side, follow::cancel(&forked.invite).into())).collect();
            return Verdict { passed: passed(), requests };
        }
        let mut ack = follow::cancel(&forked.invite);
        ack.set_method(Method::Ack);
        ack.headers_mut().set_typed(&CSeq::new(cseq.number, Method::Ack));
        ack.headers_mut().remove(HeaderName::To);
        ack.headers_mut().copy_from(response.headers(), HeaderName::To);
        forked.refused.insert(from, response.clone());
        let all = forked.refused.len() == BRANCHES.len() && !forked.answered;
        Verdict { passed: if all { passed() } else { None }, requests: vec![(from, ack.into())] }
    }
}
