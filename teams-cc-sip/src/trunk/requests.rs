//! Requests outside of calls: OPTIONS in both directions, and what peers send besides.

use std::time::Duration;

use teams_cc_core::Instant;

use super::{
    admission::Side,
    engine::Engine,
    input::{Event, Output},
    link,
};
use crate::{
    direct_routing::{ConnectionFault, HealthReason, PeerState, certificate_name_covers, headers},
    endpoint::{CallHandle, Command, Failure, Origin, RequestHandle},
    message::{
        Contact, FromHeader, Host, Method, NameAddr, ParseError, Request, Response, SipUri,
        StatusCode, ToHeader,
    },
    transport::{Target, TransportKind},
};

impl Engine {
    /// A peer asks something that is no call.
    pub(crate) fn requested(
        &mut self,
        request: RequestHandle,
        call: Option<CallHandle>,
        origin: &Origin,
        message: &Request,
    ) {
        let response = match (self.side_of(origin), message.method()) {
            (None, _) => Response::new(StatusCode::FORBIDDEN),
            (Some(side), Method::Options) => {
                self.note_asked(side, origin);
                self.describe(side, origin.transport)
            }
            (Some(_), Method::Notify) if call.is_some_and(|call| self.reported(call, message)) => {
                Response::new(StatusCode::OK)
            }
            (Some(_), Method::Info | Method::Notify | Method::Message) if let Some(call) = call => {
                self.said(call, message)
            }
            (Some(_), Method::Info | Method::Notify) => {
                Response::new(StatusCode::CALL_DOES_NOT_EXIST)
            }
            (Some(side), _) => {
                let mut response = self.describe(side, origin.transport);
                response = Response::new(StatusCode::METHOD_NOT_ALLOWED).with_allow(&response);
                response
            }
        };
        let _ = self.order(Command::Respond { request, response: Box::new(response) });
    }

    /// A session offered by PRACK or UPDATE is none we take: a re-INVITE may offer it.
    pub(crate) fn decline_offer(&mut self, request: RequestHandle) {
        let response = Box::new(Response::new(StatusCode::NOT_ACCEPTABLE_HERE));
        let _ = self.order(Command::Respond { request, response });
    }

    /// Sends OPTIONS to each peer whose turn it is.
    pub(crate) fn send_due_pings(&mut self) {
        if self.draining {
            return;
        }
        while let Some(position) = self.ping.due(self.now) {
            let Some(to) = self.monitored.get(position).cloned() else { return };
            let request = self.endpoint.reserve_request();
            let sent = self.ping_request(&to, position).map_err(|_| ()).and_then(|draft| {
                let draft = Box::new(draft);
                self.order(Command::Request { request, to, draft }).map_err(|_| ())
            });
            match sent {
                Ok(()) => {
                    self.pings.insert(request, position);
                }
                Err(()) => {
                    self.ping.failed(position, HealthReason::NotReached);
                }
            }
        }
    }

    pub(crate) fn ping_deadline(&self) -> Option<Instant> {
        if self.draining { None } else { self.ping.next_deadline() }
    }

    /// A peer has answered our OPTIONS.
    pub(crate) fn ping_answered(&mut self, request: RequestHandle, status: StatusCode) {
        if !status.is_final() {
            return;
        }
        let Some(position) = self.pings.remove(&request) else { return };
        self.faults.remove(&position);
        let changed = self.ping.answered(self.now, position, status.as_u16());
        self.health_noted(position, changed);
    }

    /// A peer has not answered our OPTIONS.
    pub(crate) fn ping_failed(&mut self, request: RequestHandle, why: Failure) {
        let Some(position) = self.pings.remove(&request) else { return };
        let reason = match why {
            Failure::Unreachable => self
                .faults
                .remove(&position)
                .map_or(HealthReason::NotReached, HealthReason::Connection),
            _ => HealthReason::NoAnswer,
        };
        if let Some(target) = self.monitored.get(position).cloned() {
            self.target_failed(&target);
        }
        let changed = self.ping.failed(position, reason);
        self.health_noted(position, changed);
    }

    /// A connection to a target could not be opened, or was refused.
    pub(crate) fn not_reached(&mut self, target: &Target, fault: ConnectionFault) {
        let positions = self.monitored.iter().enumerate().filter(|(_, peer)| *peer == target);
        self.faults.extend(positions.map(|(position, _)| (position, fault)));
    }

    pub(crate) fn listener_failed(&mut self) {
        self.listener_failed = true;
        for health in self.health() {
            self.outputs.push_back(Output::Event(Event::Health(health)));
        }
    }

    fn health_noted(&mut self, position: usize, changed: bool) {
        let proxy = self.is_proxy(position);
        let changed = self.ping.note_silence(self.now, position, proxy) || changed;
        let Some(health) = self.health().into_iter().nth(position) else { return };
        if proxy {
            match health.state {
                // Until the next answer is due, and a little longer.
                PeerState::Down => {
                    let until = self.config.options_interval + Duration::from_secs(40);
                    self.failover.hold_down(self.now, position, Some(until));
                }
                _ => self.failover.restore(position),
            }
        }
        if changed {
            tracing::info!(peer = %health.peer, state = ?health.state, why = %health.reason, "health changed");
            self.outputs.push_back(Output::Event(Event::Health(health)));
        } else {
            self.outputs.push_back(Output::HealthNoted);
        }
    }

    fn is_proxy(&self, position: usize) -> bool {
        self.config.teams.as_ref().is_some_and(|teams| position < teams.proxies.len())
    }

    fn note_asked(&mut self, side: Side, origin: &Origin) {
        let Some(peer) = self.flows.get(&origin.flow).filter(|_| side == Side::Teams) else {
            return;
        };
        let proves = |host| peer.names.iter().any(|name| certificate_name_covers(name, host));
        // A proxy's certificate may hold the names of all three: each then counts as asking.
        let asked = self.monitored.iter().enumerate().filter(|(_, target)| proves(&target.host));
        for (position, _) in asked {
            self.ping.asked_us(self.now, position);
        }
    }

    fn describe(&mut self, side: Side, transport: TransportKind) -> Response {
        let link = link::link(&self.config, side, self.config.fqdn.clone(), transport);
        let mut response = self.response(&link, StatusCode::OK);
        // Neither value can hold a control character.
        let _ = response.headers_mut().set("Accept", "application/sdp");
        response
    }

    /// OPTIONS under the trunk's own name: in the carrier model no tenant is asked for.
    fn ping_request(&self, to: &Target, position: usize) -> Result<Request, ParseError> {
        let host = Host::parse(&to.host)?;
        let mut uri = SipUri::new(host.clone());
        uri.set_port(Some(to.port).filter(|_| !to.is_by_name()));
        let uri = uri.with_param("transport", Some(to.transport.uri_name()))?;
        let us = SipUri::new(Host::parse(self.config.fqdn.as_str())?);
        let side = if self.is_proxy(position) {
            Side::Teams
        } else {
            let carrier = self.config.carriers.iter().position(|c| c.target.as_ref() == Some(to));
            carrier.map_or(Side::Lab, Side::Carrier)
        };
        let link = link::link(&self.config, side, self.config.fqdn.clone(), to.transport);
        let (contact_host, port, transport) = &link.contact;
        let contact = headers::reachable_at(contact_host, *port, *transport)?;
        let mut request = Request::new(Method::Options, uri)
            .with(&FromHeader::new(NameAddr::new(us)))
            .with(&ToHeader::new(NameAddr::new(SipUri::new(host))))
            .with(&Contact::new(contact));
        headers::introduce(request.headers_mut(), self.config.refer, &self.config.product)?;
        Ok(request)
    }
}

trait WithAllow {
    fn with_allow(self, other: &Self) -> Self;
}

impl WithAllow for Response {
    fn with_allow(mut self, other: &Self) -> Self {
        self.headers_mut().copy_from(other.headers(), "Allow");
        self
    }
}
