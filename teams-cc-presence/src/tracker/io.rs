//! One request of a tracker over a Graph client.

use teams_cc_core::{Instant, UserId};
use teams_cc_graph::{Client, Error, ErrorKind};

use super::{Input, ReadId, Seen, Tracker};
use crate::{model::Presence, read::Refusal};

/// What came of a request; see [`carry_out`].
#[derive(Debug)]
pub struct Landed {
    read: ReadId,
    answer: Result<Vec<(UserId, Presence)>, Error>,
}

/// Sends one request of a tracker and waits for its answer.
///
/// `POST /communications/getPresencesByUserId`, with the permissions of
/// [`Reader::REQUIRED_PERMISSIONS`](crate::read::Reader::REQUIRED_PERMISSIONS). Take a client that
/// does not repeat requests by itself ([`RetryPolicy::never`](teams_cc_graph::RetryPolicy::never)):
/// the tracker does, and its [`Rate`](crate::Rate) counts each.
///
/// Dropping the future gives the request up; tell the tracker [`Input::Failed`], or it finds out by
/// itself after a while.
pub async fn carry_out(client: &Client, read: ReadId, users: Vec<UserId>) -> Landed {
    let ids = users.iter().map(UserId::as_str);
    let answer = client.communications().get_presences_by_user_id(ids).await;
    let answer = answer.map(|answer| {
        let presences = answer.into_items();
        let named = presences.iter().filter_map(|resource| {
            let user = UserId::new(resource.id.get()?.as_str()).ok()?;
            Some((user, Presence::from_graph(resource)))
        });
        named.collect()
    });
    Landed { read, answer }
}

impl Landed {
    /// Tells the tracker what came of it.
    pub fn hand_in(&self, tracker: &mut Tracker, now: Instant) {
        let told = match &self.answer {
            Ok(presences) => {
                let seen: Vec<Seen<'_>> =
                    presences.iter().map(|(user, presence)| Seen { user, presence }).collect();
                tracker.handle_input(now, Input::Answered { read: self.read, seen: &seen })
            }
            Err(error) => tracker.handle_input(now, self.failure(error)),
        };
        // None of these adds anybody, so there is no bound to meet.
        debug_assert!(told.is_ok(), "an answer adds nobody");
    }

    /// Whom the answer names; nobody, where there is none.
    pub fn users(&self) -> impl Iterator<Item = &UserId> {
        self.answer.iter().flatten().map(|(user, _)| user)
    }

    /// Why there is no answer, where there is none.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.answer.as_ref().err()
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_error(self) -> Option<Error> {
        self.answer.err()
    }

    fn failure(&self, error: &Error) -> Input<'static> {
        match error.kind() {
            ErrorKind::Throttled { retry_after, .. } => {
                Input::Throttled { read: self.read, retry_after: *retry_after }
            }
            _ if Refusal::of(error) == Refusal::OfAnId => Input::Refused(self.read),
            _ => Input::Failed(self.read),
        }
    }
}
