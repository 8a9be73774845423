//! Why a request is refused before anybody looks at what it wants (RFC 3261 §8.2).

use super::{
    CallHandle, Endpoint, Reliability, Turned,
    core::{Incoming, Within},
    draft::RECV_INFO,
};
use crate::{
    dialog::{
        DialogId, Stage,
        option_tag::{self, NO_REFER_SUB, RELIABLE, TARGET_DIALOG, TIMER},
        session_timer,
    },
    message::{
        HeaderName, Headers, MaxForwards, Method, Request, Response, StatusCode,
        typed::{MinSe, Replaces, Require, Unsupported},
    },
};

/// RFC 6086 §4.2.2.
const BAD_INFO_PACKAGE: (u16, &str) = (469, "Bad Info Package");

impl Endpoint {
    /// The call that the Target-Dialog of a request names (RFC 4538), if there is one.
    ///
    /// Who knows both tags of a dialog is part of it or was told by one who is; whether that is
    /// reason enough to do what the request asks is the application's to say.
    #[must_use]
    pub fn target_dialog(&self, request: &Request) -> Option<CallHandle> {
        let value = request.headers().get_str("Target-Dialog")?;
        let mut parts = value.split(';').map(str::trim);
        let call_id = parts.next()?;
        let tags: Vec<_> = parts.filter_map(|part| part.split_once('=')).collect();
        let tag = |name: &str| {
            tags.iter()
                .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
                .map(|(_, v)| v.trim())
        };
        // The header is written from the view of whoever receives it.
        let id = DialogId::new(call_id, tag("local-tag")?, tag("remote-tag")?);
        self.core.dialogs.get(&id).copied()
    }

    /// Why a request is refused, if it is, and what with.
    pub(crate) fn objection(&self, incoming: &Incoming) -> Option<(Response, Turned)> {
        let headers = incoming.request.headers();
        let method = incoming.request.method();
        self.unserved(method)
            .or_else(|| spent(headers, method))
            .or_else(|| self.unknown_extension(headers))
            .or_else(|| self.misplaced(headers, method))
            .or_else(|| self.returned(incoming))
            .or_else(|| {
                let invites = *method == Method::Invite && incoming.within == Within::Nothing;
                if invites { self.unfit(headers) } else { None }
            })
    }

    /// §8.2.1 and §21.5.2: what is known and not served is another thing than what is not known.
    fn unserved(&self, method: &Method) -> Option<(Response, Turned)> {
        let config = &self.core.config;
        let served = config.allow.contains(method) || config.unlisted.contains(method);
        // A PRACK confirms what we asked to have confirmed.
        if served || *method == Method::Prack {
            return None;
        }
        let status = match method {
            Method::Other(_) => StatusCode::NOT_IMPLEMENTED,
            _ => StatusCode::METHOD_NOT_ALLOWED,
        };
        Some((Response::new(status), Turned::MethodNotAllowed))
    }

    /// §8.2.2.3.
    fn unknown_extension(&self, headers: &Headers) -> Option<(Response, Turned)> {
        let config = &self.core.config;
        let Ok(required) = headers.list::<Require>() else {
            return Some((Response::new(StatusCode::BAD_REQUEST), Turned::BadRequest));
        };
        let known = |tag: &str| {
            let is = |known: &str| known.eq_ignore_ascii_case(tag);
            is(NO_REFER_SUB)
                || is(TARGET_DIALOG)
                || (is(RELIABLE) && config.policy.reliability != Reliability::Off)
                || (is(TIMER) && config.policy.session_timer.is_some())
                || config.supported.iter().any(|known| is(known))
        };
        let mut unknown = required.iter().filter(|tag| !known(tag.as_str())).peekable();
        unknown.peek()?;
        let mut draft = Response::new(StatusCode::BAD_EXTENSION);
        for tag in unknown {
            if let Ok(tag) = Unsupported::new(tag.as_str()) {
                draft = draft.with(&tag);
            }
        }
        Some((draft, Turned::BadExtension))
    }

    /// Headers where they mean nothing, and packages nobody takes.
    fn misplaced(&self, headers: &Headers, method: &Method) -> Option<(Response, Turned)> {
        // RFC 3891 §3: only an INVITE replaces.
        if *method != Method::Invite && headers.contains(HeaderName::Replaces) {
            return Some((Response::new(StatusCode::BAD_REQUEST), Turned::BadRequest));
        }
        if *method != Method::Info {
            return None;
        }
        let package = headers.get_str("Info-Package")?;
        let name = package.split(';').next().unwrap_or_default().trim();
        let taken = &self.core.config.info_packages;
        if taken.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return None;
        }
        let mut draft = Response::new(StatusCode::new(BAD_INFO_PACKAGE.0)?)
            .with_reason(BAD_INFO_PACKAGE.1)
            .ok()?;
        // Packages are tokens; one that is none is left out.
        let _ = draft.headers_mut().set(RECV_INFO, taken.join(", "));
        Some((draft, Turned::BadInfoPackage))
    }

    /// A request that comes on two ways (§8.2.2.2), and our own INVITE that comes back.
    fn returned(&self, incoming: &Incoming) -> Option<(Response, Turned)> {
        let key = incoming.merge.as_ref()?;
        let refusal = |why| Some((Response::new(StatusCode::LOOP_DETECTED), why));
        if self.core.table.is_merged(key) {
            return refusal(Turned::Merged);
        }
        // RFC 5393 §4.2.1: what comes back for somebody else is a spiral and no loop.
        let ours = self.core.table.sent_as(key)?;
        let user = |request: &Request| {
            request.uri().as_sip().map(|uri| uri.user().map(|user| user.reveal().to_owned()))
        };
        let same = user(ours) == user(&incoming.request);
        if same { refusal(Turned::Loop) } else { None }
    }

    /// Extensions that our policy asks of an INVITE (RFC 3261 §8.2.2.3, RFC 4028 §9).
    fn unfit(&self, headers: &Headers) -> Option<(Response, Turned)> {
        let policy = &self.core.config.policy;
        if policy.reliability == Reliability::Required && !option_tag::knows(headers, RELIABLE) {
            let mut draft = Response::new(StatusCode::EXTENSION_REQUIRED);
            option_tag::require(draft.headers_mut(), RELIABLE);
            return Some((draft, Turned::ExtensionRequired));
        }
        let timer = policy.session_timer.as_ref()?;
        let least = session_timer::terms(timer, None, headers).err()?;
        let draft = Response::new(StatusCode::SESSION_INTERVAL_TOO_SMALL).with(&MinSe::new(least));
        Some((draft, Turned::TooShort))
    }

    /// The call that a Replaces names, seen from here.
    pub(crate) fn dialog_of(&self, replaces: &Replaces) -> Option<CallHandle> {
        let id = DialogId::new(&replaces.call_id, replaces.to_tag(), replaces.from_tag());
        self.core.dialogs.get(&id).copied()
    }

    /// The call an INVITE is to take the place of (RFC 3891 §3).
    pub(crate) fn replaced(&self, request: &Request) -> Result<Option<CallHandle>, StatusCode> {
        if !request.headers().contains(HeaderName::Replaces) {
            return Ok(None);
        }
        let bad = StatusCode::BAD_REQUEST;
        let replaces = request.headers().typed::<Replaces>().map_err(|_| bad)?.ok_or(bad)?;
        let gone = StatusCode::CALL_DOES_NOT_EXIST;
        let handle = self.dialog_of(&replaces).ok_or(gone)?;
        let call = self.calls.get(&handle).ok_or(gone)?;
        match &call.stage {
            Stage::Up if replaces.early_only() => Err(StatusCode::BUSY_HERE),
            Stage::Up | Stage::Calling(_) => Ok(Some(handle)),
            // Only the side that called may have its early dialog replaced.
            Stage::Ringing(_) => Err(gone),
            Stage::Over => Err(StatusCode::DECLINE),
        }
    }
}

/// RFC 3261 §16.3; OPTIONS asks whoever it ends with (§11).
fn spent(headers: &Headers, method: &Method) -> Option<(Response, Turned)> {
    let spent = headers.typed::<MaxForwards>().ok().flatten().is_some_and(|n| n.get() == 0);
    (spent && *method != Method::Options)
        .then(|| (Response::new(StatusCode::TOO_MANY_HOPS), Turned::TooManyHops))
}
