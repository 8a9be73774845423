//! One request of a session over a Graph client.

use teams_cc_core::{AppId, Instant};
use teams_cc_graph::{Client, Error, ErrorKind};

use super::{Input, Output, PresenceSession, WriteId};

/// What came of a request; see [`carry_out`].
#[derive(Debug)]
pub struct Landed {
    write: WriteId,
    clears: bool,
    answer: Result<(), Error>,
}

/// Sends what a session asks for and waits for the answer; `None` where it asks for nothing.
///
/// `POST /users/{id}/presence/setPresence` and `…/clearPresence`, which need
/// `Presence.ReadWrite.All`; `app` is the client id, which names the session. Take a client that
/// does not repeat requests by itself ([`RetryPolicy::never`](teams_cc_graph::RetryPolicy::never)):
/// the session does, and its [`Rate`](crate::Rate) counts each.
///
/// Dropping the future may still set or clear it; the session finds out by itself and does it again.
pub async fn carry_out(client: &Client, app: &AppId, output: Output) -> Option<Landed> {
    match output {
        Output::Set { write, user, presence, expiry } => {
            let set = client.user(user.as_str()).set_presence(app, presence);
            let answer = set.expiration_duration(expiry.duration()).await;
            Some(Landed { write, clears: false, answer })
        }
        Output::Clear { write, user } => {
            let answer = client.user(user.as_str()).clear_presence(app).await;
            Some(Landed { write, clears: true, answer })
        }
        _ => None,
    }
}

impl Landed {
    /// Tells the session what came of it.
    pub fn hand_in(&self, session: &mut PresenceSession, now: Instant) {
        let told = session.handle_input(now, self.input());
        // None of these adds anybody, so there is no bound to meet.
        debug_assert!(told.is_ok(), "an answer adds nobody");
    }

    /// Why it could not be done, where it could not; a session that is gone already is no failure.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.answer.as_ref().err().filter(|error| !(self.clears && is_not_found(error)))
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_error(self) -> Option<Error> {
        let clears = self.clears;
        self.answer.err().filter(|error| !(clears && is_not_found(error)))
    }

    fn input(&self) -> Input<'static> {
        let write = self.write;
        match &self.answer {
            Ok(()) => Input::Done(write),
            Err(error) => match error.kind() {
                ErrorKind::Throttled { retry_after, .. } => {
                    Input::Throttled { write, retry_after: *retry_after }
                }
                _ if is_not_found(error) => Input::NotFound(write),
                _ if error.is_permission() => Input::Forbidden(write),
                ErrorKind::Service(response) if response.status.as_u16() == 400 => {
                    Input::Refused(write)
                }
                ErrorKind::Invalid(_) => Input::Refused(write),
                _ => Input::Failed(write),
            },
        }
    }
}

fn is_not_found(error: &Error) -> bool {
    error.status().is_some_and(|status| status.as_u16() == 404)
}
