//! What the trunk's task waits for, and in which order.

use std::io;

use teams_cc_core::LegId;
use tokio::sync::mpsc::error::TrySendError;

use super::{Driver, LONG_SLEEP};
use crate::{
    io::{Connection, connection::Heard, tell::tell_next},
    trunk::{MediaEvent, command::Command, input::Input},
};

/// What the trunk's task has to do next.
pub(super) enum Woken {
    /// Nothing more: an event was told, or it is time to look around.
    Told,
    /// Nobody takes events any more.
    Deaf,
    /// A handle was dropped.
    Released(LegId, u64),
    Ordered(Command),
    Media(MediaEvent),
    Heard(Heard),
    Connected(Vec<Input>),
    Accepted(io::Result<Connection>),
}

impl Driver {
    /// Waits for the next thing to do. A fair turn waits for connections alone, and not long.
    pub(super) async fn wait(&mut self, fair: bool, reading: bool) -> Woken {
        let due = [self.deadline, self.stop_at].into_iter().flatten().min();
        let sleep = due.map_or(LONG_SLEEP, |due| (due - self.now).min(LONG_SLEEP));
        let telling = !fair && !self.deaf && !self.pending.is_empty();
        tokio::select! {
            biased;
            told = tell_next(&self.events, &mut self.pending), if telling => {
                if told { Woken::Told } else { Woken::Deaf }
            }
            () = self.events.closed(), if !self.deaf => Woken::Deaf,
            Some((leg, serial)) = self.released.recv(), if !fair => Woken::Released(leg, serial),
            Some(command) = self.orders.recv(), if !fair => Woken::Ordered(command),
            Some(event) = self.media_events.recv(), if !fair => Woken::Media(event),
            Some(heard) = self.hearing.recv(), if reading && !fair => Woken::Heard(heard),
            news = self.flows.next() => Woken::Connected(news),
            accepted = self.network.accept(), if self.listening && reading => {
                Woken::Accepted(accepted)
            }
            () = std::future::ready(()), if fair => Woken::Told,
            () = tokio::time::sleep(sleep) => Woken::Told,
        }
    }

    /// Tells every event there is room for, and takes the next thing that needs no waiting, in the
    /// order in which [`Self::wait`] waits for them.
    pub(super) fn waiting(&mut self, reading: bool) -> Option<Woken> {
        let mut told = None;
        while !self.deaf && !self.pending.is_empty() {
            match self.events.try_reserve() {
                Ok(permit) => {
                    if let Some(event) = self.pending.pop_front() {
                        permit.send(event);
                    }
                    told = Some(Woken::Told);
                }
                Err(TrySendError::Full(())) => break,
                Err(TrySendError::Closed(())) => return Some(Woken::Deaf),
            }
        }
        if let Ok((leg, serial)) = self.released.try_recv() {
            Some(Woken::Released(leg, serial))
        } else if let Ok(command) = self.orders.try_recv() {
            Some(Woken::Ordered(command))
        } else if let Ok(event) = self.media_events.try_recv() {
            Some(Woken::Media(event))
        } else if reading && let Ok(heard) = self.hearing.try_recv() {
            Some(Woken::Heard(heard))
        } else {
            told
        }
    }
}
