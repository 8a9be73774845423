//! What a caller hears before anybody has answered: ringing, or early media.

use bytes::Bytes;
use teams_cc_core::{LegId, contact::LegState};

use crate::{
    endpoint::Command,
    message::{ContentType, StatusCode},
    sdp::Direction as Flow,
    trunk::{
        call::Waiting,
        engine::Engine,
        input::{LocalMedia, Output},
        session::Session,
    },
};

impl Engine {
    /// The called side makes progress: the caller hears of it, or of whom it hears already.
    pub(crate) fn relay_progress(&mut self, leg: &LegId, status: u16, media: bool) {
        let head = self.head_of(leg);
        let stream = self.legs.get(leg).and_then(|r| r.session.as_ref()).map(|s| s.media().clone());
        let hunt = self.legs.get_mut(&head).and_then(|record| record.hunt.as_mut());
        let Some(hunt) = hunt.filter(|_| (180..=183).contains(&status)) else { return };
        let round = &mut hunt.round;
        if round.heard.is_some() && round.heard != stream {
            return;
        }
        round.heard = stream.filter(|_| media);
        if round.relayed.replace((status, media)) == Some((status, media)) {
            return;
        }
        let id = hunt.caller.clone();
        let Some(caller) = self.legs.get_mut(&id).filter(|caller| !caller.ending) else { return };
        let offered = caller.offer.as_ref().is_some_and(|offer| !offer.is_empty());
        match (caller.state, media) {
            (LegState::Ringing, true) if offered && caller.early.is_none() => {
                if caller.waiting.is_none() {
                    caller.waiting = Some(Waiting::EarlyMedia(status));
                    self.outputs.push_back(Output::OpenMedia { media: id });
                }
            }
            (LegState::Ringing, _) => {
                let body = caller.early.as_deref().filter(|_| media).cloned();
                self.let_ring(&id, status, body);
                self.let_caller_hear(&id, &head, status);
            }
            _ => self.let_caller_hear(&id, &head, status),
        }
    }

    /// The caller's stream is open before anybody has answered: its answer goes out early.
    pub(crate) fn early_media(&mut self, caller: &LegId, status: u16, local: LocalMedia) {
        let sessions = self.next_session();
        let Some(record) = self.legs.get_mut(caller) else { return };
        record.waiting = None;
        let offer = record.offer.clone().unwrap_or_default();
        let target = record.bridge.clone();
        let mut session = Session::new(caller.clone(), local, sessions, record.link.encrypted);
        let body = session.answer(&offer, Flow::SendRecv);
        let remote = session.remote();
        let body = match body {
            Ok(body) => body,
            Err(error) => {
                tracing::info!(leg = %caller, %error, "an offer that cannot be answered early");
                self.outputs.push_back(Output::CloseMedia { media: caller.clone() });
                return self.let_ring(caller, status, None);
            }
        };
        record.session = Some(session);
        record.early = Some(Box::new(body.clone()));
        self.let_ring(caller, status, Some(body));
        self.connect_media(caller, remote);
        if let Some(target) = target {
            self.let_caller_hear(caller, &target, status);
        }
    }

    /// Sends a caller who is not answered a provisional response.
    pub(crate) fn let_ring(&mut self, caller: &LegId, status: u16, body: Option<Bytes>) {
        let Some(record) = self.legs.get_mut(caller) else { return };
        let (Some(call), Some(status)) = (record.call, StatusCode::new(status)) else { return };
        record.alerted = true;
        let link = record.link.clone();
        let mut response = self.response(&link, status);
        if let Some(body) = body {
            response = response.with_body(&ContentType::sdp(), body);
        }
        let _ = self.order(Command::RespondInvite { call, response: Box::new(response) });
    }

    /// A caller with a stream of its own hears who of the called side is heard, or ringing.
    fn let_caller_hear(&mut self, caller: &LegId, head: &LegId, status: u16) {
        let own = self.legs.get(caller).and_then(|r| r.session.as_ref()).map(|s| s.media().clone());
        let hunt = self.legs.get(head).and_then(|record| record.hunt.as_ref());
        let (Some(one), Some(hunt)) = (own, hunt) else { return };
        match hunt.round.heard.clone() {
            Some(other) => self.outputs.push_back(Output::JoinMedia { one, other }),
            None if status == 180 => {
                self.outputs.push_back(Output::RingMedia { media: one, ringing: true });
            }
            None => {}
        }
    }
}
