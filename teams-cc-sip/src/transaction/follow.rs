//! Requests that follow an INVITE on its own path: ACK to a refusal, and CANCEL.

use crate::message::{CSeq, HeaderName, MaxForwards, Method, Request, Response, Via};

/// Hops a request of ours may take (RFC 3261 §8.1.1.6).
pub(crate) const MAX_FORWARDS: u8 = 70;

/// The ACK to a refusal (RFC 3261 §17.1.1.3).
pub(super) fn acknowledge(invite: &Request, response: &Response) -> Request {
    let mut ack = follow(invite, Method::Ack);
    ack.headers_mut().copy_from(response.headers(), HeaderName::To);
    ack
}

/// The CANCEL of an INVITE (RFC 3261 §9.1).
pub(crate) fn cancel(invite: &Request) -> Request {
    let mut cancel = follow(invite, Method::Cancel);
    cancel.headers_mut().copy_from(invite.headers(), HeaderName::To);
    cancel
}

/// A request that takes the path of an INVITE and shares its branch.
fn follow(invite: &Request, method: Method) -> Request {
    let mut request = Request::new(method.clone(), invite.uri().clone());
    let from = invite.headers();
    let headers = request.headers_mut();
    if let Ok(Some(via)) = from.first::<Via>() {
        headers.push_typed(&via);
    }
    headers.push_typed(&MaxForwards::new(MAX_FORWARDS));
    headers.copy_from(from, HeaderName::Route);
    headers.copy_from(from, HeaderName::From);
    headers.copy_from(from, HeaderName::CallId);
    if let Ok(cseq) = from.required::<CSeq>() {
        headers.push_typed(&CSeq::new(cseq.number, method));
    }
    request
}
