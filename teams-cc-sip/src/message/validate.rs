//! What must hold between the headers of a message (RFC 3261 §8.1.1, §8.2, §16.3, §20).

use super::{
    HeaderName, Headers, Limits, Message, Method, ParseError, Request, Response, Rule, StatusCode,
    TypedHeader, Uri, Via, typed,
};

impl Request {
    /// Checks what a server checks before it acts on a request (RFC 3261 §8.2, §16.3).
    ///
    /// A request that fails gets 400. Max-Forwards may be missing, as RFC 2543 had none.
    ///
    /// # Errors
    ///
    /// The first rule that is broken, with the header at fault.
    pub fn validate(&self) -> Result<(), ParseError> {
        core(self.headers())?;
        self.fits(&self.headers().required()?)
    }

    /// The same, of a request whose first Via, From, To, Call-ID and `CSeq` have been read.
    pub(crate) fn validate_beyond(&self, cseq: &typed::CSeq) -> Result<(), ParseError> {
        beyond(self.headers())?;
        self.fits(cseq)
    }

    fn fits(&self, cseq: &typed::CSeq) -> Result<(), ParseError> {
        let headers = self.headers();
        if cseq.method != *self.method() {
            return Err(ParseError::new(Rule::MethodMismatch, 0).in_header(HeaderName::CSeq));
        }
        if let Uri::Sip(uri) = self.uri()
            && uri.headers().is_some()
        {
            return Err(ParseError::new(Rule::RequestUriHeaders, 0));
        }
        headers.typed::<typed::MaxForwards>()?;
        // RFC 3261 §8.1.1.8: a request that makes a dialog names one place to reach the sender.
        if *self.method() == Method::Invite && headers.list::<typed::Contact>()?.len() > 1 {
            return Err(ParseError::new(Rule::Repeated, 0).in_header(HeaderName::Contact));
        }
        Ok(())
    }
}

impl Response {
    /// Checks what a client checks before it acts on a response (RFC 3261 §8.1.3).
    ///
    /// A response that fails is dropped.
    ///
    /// # Errors
    ///
    /// The first rule that is broken, with the header at fault.
    pub fn validate(&self) -> Result<(), ParseError> {
        core(self.headers())?;
        self.fits(&self.headers().required()?)
    }

    /// The same, of a response whose first Via, From, To, Call-ID and `CSeq` have been read.
    pub(crate) fn validate_beyond(&self, to: &typed::ToHeader) -> Result<(), ParseError> {
        beyond(self.headers())?;
        self.fits(to)
    }

    fn fits(&self, to: &typed::ToHeader) -> Result<(), ParseError> {
        let strict = !self.headers().grammar().leniency.to_without_tag;
        if strict && self.status() != StatusCode::TRYING && to.tag().is_none() {
            return Err(ParseError::new(Rule::NoTag, 0).in_header(HeaderName::To));
        }
        Ok(())
    }
}

impl Message {
    /// Checks the message by the rules of its kind.
    ///
    /// # Errors
    ///
    /// As [`Request::validate`] and [`Response::validate`].
    pub fn validate(&self) -> Result<(), ParseError> {
        match self {
            Self::Request(request) => request.validate(),
            Self::Response(response) => response.validate(),
        }
    }
}

/// The five headers of every message: there, once, and readable; Via may be many.
fn core(headers: &Headers) -> Result<(), ParseError> {
    headers.required::<typed::ToHeader>()?;
    headers.required::<typed::FromHeader>()?;
    headers.required::<typed::CallId>()?;
    headers.required::<typed::CSeq>()?;
    if headers.list::<Via>()?.is_empty() {
        return Err(ParseError::new(Rule::Missing, 0).in_header(HeaderName::Via));
    }
    Ok(())
}

/// The Vias beyond the first, of a message whose first has been read.
fn beyond(headers: &Headers) -> Result<(), ParseError> {
    let mut vias = headers.get_all(HeaderName::Via);
    let lone = vias.next().is_some_and(|via| !via.value().contains(&b','));
    if lone && vias.next().is_none() { Ok(()) } else { headers.list::<Via>().map(drop) }
}

/// Whether a response built from these headers could find its way and its transaction.
pub(crate) fn addressable(headers: &Headers) -> bool {
    headers.first::<Via>().is_ok_and(|via| via.is_some())
        && [HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq]
            .into_iter()
            .all(|name| headers.get_all(name).take(2).count() == 1)
}

/// Reads a message and holds it against every rule this crate knows.
///
/// That is: the message parses, every header with a typed form parses, and
/// [`Message::validate`] holds. A stack need not be so strict with headers it does not use.
///
/// # Errors
///
/// The first rule that is broken.
pub fn verdict(datagram: &[u8]) -> Result<Message, ParseError> {
    verdict_with(datagram, &Limits::default())
}

/// As [`verdict`], with limits and leniency of the caller's choice.
///
/// # Errors
///
/// The first rule that is broken.
pub fn verdict_with(datagram: &[u8], limits: &Limits) -> Result<Message, ParseError> {
    let message = Message::parse_datagram(datagram, limits).map_err(|fault| fault.error)?;
    message.validate()?;
    every_typed_header(message.headers())?;
    Ok(message)
}

/// Reads the headers of one name.
type Check = fn(&Headers) -> Result<(), ParseError>;

/// Reads every header that has a typed form.
///
/// # Errors
///
/// The first rule that a value breaks.
pub fn every_typed_header(headers: &Headers) -> Result<(), ParseError> {
    fn one<T: TypedHeader>(headers: &Headers) -> Result<(), ParseError> {
        headers.typed::<T>().map(drop)
    }
    fn list<T: TypedHeader>(headers: &Headers) -> Result<(), ParseError> {
        headers.list::<T>().map(drop)
    }
    /// Lines whose commas separate parameters, not elements.
    fn lines<T: TypedHeader>(headers: &Headers) -> Result<(), ParseError> {
        let grammar = *headers.grammar();
        headers.get_all(T::name()).try_for_each(|header| {
            T::parse_value(&header.value_bytes(), &grammar)
                .map(drop)
                .map_err(|e| e.in_header(T::name()))
        })
    }
    let checks: &[Check] = &[
        one::<typed::FromHeader>,
        one::<typed::ToHeader>,
        one::<typed::CSeq>,
        one::<typed::CallId>,
        one::<typed::MaxForwards>,
        one::<typed::ContentLength>,
        one::<typed::ContentType>,
        one::<typed::Expires>,
        one::<typed::MinExpires>,
        one::<typed::RSeq>,
        one::<typed::RAck>,
        one::<typed::Event>,
        one::<typed::SubscriptionState>,
        one::<typed::SessionExpires>,
        one::<typed::MinSe>,
        one::<typed::Replaces>,
        one::<typed::RetryAfter>,
        one::<typed::Date>,
        one::<typed::ReferTo>,
        one::<typed::ReferredBy>,
        one::<typed::ReplyTo>,
        one::<typed::Privacy>,
        one::<typed::Priority>,
        one::<typed::ReferSub>,
        one::<typed::SipEtag>,
        one::<typed::SipIfMatch>,
        one::<typed::InfoPackage>,
        one::<typed::TargetDialog>,
        one::<typed::MaxBreadth>,
        one::<typed::FlowTimer>,
        one::<typed::ContentDisposition>,
        one::<typed::ContentId>,
        one::<typed::MimeVersion>,
        one::<typed::Timestamp>,
        one::<typed::GeolocationRouting>,
        one::<typed::GeolocationError>,
        list::<typed::Geolocation>,
        list::<typed::Path>,
        list::<typed::ServiceRoute>,
        list::<typed::CallInfo>,
        list::<typed::AlertInfo>,
        list::<typed::ErrorInfo>,
        list::<typed::UserToUser>,
        list::<typed::Identity>,
        list::<typed::RecvInfo>,
        list::<typed::InReplyTo>,
        list::<typed::ResourcePriority>,
        list::<typed::AcceptResourcePriority>,
        list::<typed::AcceptEncoding>,
        list::<typed::AcceptLanguage>,
        list::<typed::ContentEncoding>,
        list::<typed::ContentLanguage>,
        list::<Via>,
        list::<typed::Contact>,
        list::<typed::Route>,
        list::<typed::RecordRoute>,
        list::<typed::PAssertedIdentity>,
        list::<typed::PPreferredIdentity>,
        list::<typed::HistoryInfo>,
        list::<typed::Diversion>,
        list::<typed::RemotePartyId>,
        list::<typed::Allow>,
        list::<typed::AllowEvents>,
        list::<typed::Supported>,
        list::<typed::Require>,
        list::<typed::ProxyRequire>,
        list::<typed::Unsupported>,
        list::<typed::Accept>,
        list::<typed::Reason>,
        list::<typed::Warning>,
        lines::<typed::WwwAuthenticate>,
        lines::<typed::ProxyAuthenticate>,
        lines::<typed::Authorization>,
        lines::<typed::ProxyAuthorization>,
    ];
    checks.iter().try_for_each(|check| check(headers))
}
