//! Challenges to requests of ours, answered where there is an account (RFC 3261 §22.2, §22.3).

use teams_cc_core::Instant;

use super::{
    Route, Target,
    core::{Core, Owner},
};
use crate::{
    dialog::{Call, Stage},
    message::{CSeq, DigestError, Header, HeaderName, Method, Request, Response, StatusCode},
    transaction::{TransactionId, key::Envelope},
};

/// How often one request is sent again with credentials: for a challenge, and for a stale nonce
/// or a second realm.
const TRIES: u8 = 2;

/// A request of ours that was challenged, taken before its transaction is forgotten.
#[derive(Debug)]
pub(crate) struct Challenged {
    id: TransactionId,
    request: Request,
    route: Route,
}

impl Core {
    /// Writes the credentials for a place, once it has challenged.
    pub(crate) fn authorize(&mut self, to: Option<&Target>, request: &mut Request) {
        let Some(account) = to.and_then(|to| self.accounts.get_mut(to)) else { return };
        let cnonce = self.tokens.tag();
        account.authorize(request, &cnonce);
    }

    /// Whose account answers on a route, or in a call.
    pub(crate) fn account_of(&self, route: &Route, call: Option<&Call>) -> Option<Target> {
        if self.accounts.is_empty() {
            return None;
        }
        let routed = match route {
            Route::Target(target) => Some(target),
            Route::Flow(_) => None,
        };
        let fallback = call.and_then(|call| call.fallback.as_ref());
        let fallback = fallback.filter(|place| self.leads_to(route, place));
        let mut places = routed.into_iter().chain(fallback);
        places.find(|place| self.accounts.contains_key(*place)).cloned()
    }

    /// Whether a route within a call leads to a place, whatever port it is at.
    ///
    /// A peer's own connection does: whoever gave the call its account knew whose it was.
    fn leads_to(&self, route: &Route, place: &Target) -> bool {
        let Route::Target(target) = route else { return true };
        let further = self.config.account_hosts.get(place);
        target.host == place.host
            || further.is_some_and(|(addresses, names)| {
                let address = target.host.parse::<std::net::IpAddr>().ok();
                names.contains(&target.host)
                    || addresses.iter().any(|range| address.is_some_and(|at| range.contains(at)))
            })
    }

    /// Keeps what a response challenges.
    pub(crate) fn note_challenge(&mut self, envelope: &Envelope, response: &Response) {
        if self.accounts.is_empty() || !is_challenge(response.status()) {
            return;
        }
        self.challenged = self
            .table
            .client(envelope)
            .filter(|(_, request, _)| !matches!(request.method(), Method::Cancel | Method::Ack))
            .map(|(id, request, route)| Challenged {
                id,
                request: request.clone(),
                route: route.clone(),
            });
    }

    /// Sends a challenged request again with credentials; `false` where the refusal stands.
    pub(crate) fn again(
        &mut self,
        now: Instant,
        call: Option<&mut Call>,
        id: TransactionId,
        owner: Owner,
        response: &Response,
    ) -> bool {
        let Some(challenged) = self.challenged.take_if(|challenged| challenged.id == id) else {
            return false;
        };
        let tries = self.tries.get(&id).copied().unwrap_or_default();
        if tries >= TRIES {
            return false;
        }
        match self.send_again(now, call, owner, challenged, response) {
            Ok(Some(sent)) => {
                self.tries.insert(sent, tries + 1);
                true
            }
            Ok(None) => false,
            Err(error) => {
                tracing::warn!(status = %response.status(), %error, "a challenge was not answered");
                false
            }
        }
    }

    fn send_again(
        &mut self,
        now: Instant,
        mut call: Option<&mut Call>,
        owner: Owner,
        challenged: Challenged,
        response: &Response,
    ) -> Result<Option<TransactionId>, DigestError> {
        let Challenged { mut request, route, .. } = challenged;
        let Some(to) = self.account_of(&route, call.as_deref()) else { return Ok(None) };
        if let Some(Stage::Calling(caller)) = call.as_deref().map(|call| &call.stage)
            && caller.cancel.is_some()
            && matches!(owner, Owner::Invite(_))
        {
            return Ok(None);
        }
        let Ok(envelope) = Envelope::of(request.headers()) else { return Ok(None) };
        let Some(account) = self.accounts.get_mut(&to) else { return Ok(None) };
        account.challenged(response.status(), response.headers(), request.headers())?;
        // The same request with the next number (§22.2); a dialog counts on from there.
        let tag = envelope.to.tag().unwrap_or_default();
        let number = call
            .as_deref_mut()
            .filter(|_| !tag.is_empty())
            .and_then(|call| Some(call.dialog_of(tag)?.next_number()))
            .unwrap_or_else(|| envelope.cseq.number.saturating_add(1));
        let headers = request.headers_mut();
        headers.remove(HeaderName::Via);
        headers.set_typed(&CSeq::new(number, request_method(&envelope)));
        self.authorize(Some(&to), &mut request);
        let credentials = credentials(&request);
        let transport = match (&route, call.as_deref().and_then(|call| call.origin)) {
            (Route::Target(target), _) => target.transport,
            (Route::Flow(_), Some(origin)) => origin.transport,
            (Route::Flow(_), None) => return Ok(None),
        };
        let Ok(sent) = self.send(now, owner, request, route, transport) else { return Ok(None) };
        if let Some(call) = call {
            call.live += 1;
            self.follow(call, owner, sent, credentials);
        }
        Ok(Some(sent))
    }

    /// Lets a call go on with the request that was sent again.
    fn follow(
        &mut self,
        call: &mut Call,
        owner: Owner,
        sent: TransactionId,
        credentials: Vec<Header>,
    ) {
        match (owner, &mut call.stage) {
            (Owner::Invite(_), Stage::Calling(caller)) => {
                if let Some(request) = self.table.request_of(sent) {
                    caller.request = request.clone();
                }
                caller.transaction = sent;
                caller.provisional = false;
                for fork in caller.forks.drain(..) {
                    self.dialogs.remove(&fork.id);
                }
                call.credentials = credentials;
            }
            (Owner::ReInvite(_), _) => {
                if let Some(offer) = &mut call.offer {
                    offer.transaction = Some(sent);
                }
                call.credentials = credentials;
            }
            (Owner::Update(_), _) => {
                if let Some(offer) = &mut call.offer {
                    offer.transaction = Some(sent);
                }
            }
            _ => {}
        }
    }
}

/// The credentials of an INVITE, which its ACK repeats (§13.2.2.4).
pub(crate) fn credentials(request: &Request) -> Vec<Header> {
    [HeaderName::Authorization, HeaderName::ProxyAuthorization]
        .into_iter()
        .flat_map(|name| request.headers().get_all(name).map(crate::message::HeaderRef::to_header))
        .collect()
}

fn is_challenge(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED)
}

fn request_method(envelope: &Envelope) -> Method {
    envelope.cseq.method.clone()
}
