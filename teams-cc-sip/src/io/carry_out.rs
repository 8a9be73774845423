//! What the engine wants done: sent, opened, told.

use bytes::Bytes;
use teams_cc_core::{
    LegId, OperationId,
    contact::{Direction, LegCommand, LegError},
};

use super::driver::Driver;
use crate::{
    endpoint::Route,
    trunk::{
        input::{Input, LocalMedia, Output},
        playing::refused,
    },
};

impl Driver {
    /// Carries out what the engine wants done; what comes of it at once goes back to the engine.
    pub(super) fn carry_out(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Transmit(transmit) => {
                let message = &transmit.message;
                let sent = match transmit.to {
                    Route::Flow(flow) => {
                        self.flows.send_now(flow, message)
                            || self.flows.send(flow, message.encode())
                    }
                    Route::Target(target) => {
                        let bytes = message.encode();
                        self.flows.send_to(self.now, &target, transmit.transaction, bytes)
                    }
                };
                if sent {
                    return None;
                }
                transmit.transaction.map(|transaction| Input::SendFailed { transaction })
            }
            Output::Event(event) => {
                self.tell(event);
                None
            }
            Output::OpenMedia { media } => Some(self.open_media(media)),
            Output::NewKey { media } => {
                let key = self.media.master_key(&media).ok();
                Some(Input::KeyMade { media, key })
            }
            Output::ConnectMedia { media, remote } => {
                self.media.connect(&media, &remote);
                None
            }
            Output::JoinMedia { one, other } => {
                let joined = self.media.join(&one, &other);
                joined.err().map(|error| Input::JoinFailed { one, other, error })
            }
            Output::RingMedia { media, ringing } => {
                self.media.ring(&media, ringing);
                None
            }
            Output::NameMedia { media, leg } => {
                self.streams.insert(media, leg);
                None
            }
            Output::CloseMedia { media } => {
                self.close_media(media);
                None
            }
            Output::Dialled { ticket, outcome } => {
                if let Some((id, reply)) = self.dials.remove(&ticket) {
                    let leg = outcome.map(|party| self.handle(id, Direction::Outbound, party));
                    // Where nobody waits any more the handle is dropped here, and with it the call.
                    let _ = reply.send(leg);
                }
                None
            }
            Output::Done { ticket, outcome } => {
                if let Some(reply) = self.replies.remove(&ticket) {
                    let _ = reply.send(outcome.map(|()| None));
                }
                None
            }
            Output::OrderMedia { ticket, media, operation, command } => {
                let outcome = self.order_media(&media, operation, &command);
                if let Some(reply) = self.replies.remove(&ticket) {
                    let _ = reply.send(outcome);
                }
                None
            }
            Output::HealthNoted => {
                self.note_health();
                None
            }
            Output::CloseTarget { target } => {
                self.flows.close_target(&target);
                None
            }
            Output::TargetFailed { target, address } => {
                self.flows.forget(&target);
                self.network.failed(&target, address);
                None
            }
            Output::KeepAlive { target } => {
                self.flows.send_to(self.now, &target, None, Bytes::from_static(b"\r\n\r\n"));
                None
            }
            Output::Timeout(_) => None,
        }
    }

    fn open_media(&mut self, media: LegId) -> Input {
        let local = self.media.open(&media).and_then(|address| {
            let mut local = LocalMedia::new(address, self.media.master_key(&media)?);
            local.codecs = self.media.codecs(&media);
            local.comfort_noise = self.media.comfort_noise();
            local.ice = self.media.ice();
            Ok(local)
        });
        let local = match local {
            Ok(local) => Some(local),
            Err(error) => {
                tracing::error!(%error, "no media could be opened for a leg");
                self.media.close(&media);
                let leg = self.streams.remove(&media).unwrap_or_else(|| media.clone());
                self.media_refused(leg, error.kind());
                None
            }
        };
        Input::MediaOpened { media, local }
    }

    fn close_media(&mut self, media: LegId) {
        let quality = self.media.quality(&media);
        self.media.close(&media);
        let leg = self.streams.remove(&media).unwrap_or(media);
        if let Some(quality) = quality {
            self.media_ended(leg, quality);
        }
    }

    fn order_media(
        &self,
        media: &LegId,
        operation: OperationId,
        command: &LegCommand,
    ) -> Result<Option<OperationId>, LegError> {
        let outcome = match command {
            LegCommand::Play(prompts) => self.media.play(media, &operation, prompts),
            LegCommand::CollectTones => self.media.collect(media),
            _ => self.media.cancel(media),
        };
        let started = matches!(command, LegCommand::Play(_)).then_some(operation);
        outcome.map(|()| started).map_err(|error| refused(command.verb(), error))
    }
}
