//! The recording status of a call that a compliance policy brought.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use teams_cc_core::contact::Leg;

use super::{Keepable, Media, RecordingSink};
use crate::{
    call::{GraphLeg, IncomingCall, Needs, control::ControlError},
    model::RecordingStatus,
    request::communications::calls::OneCall,
};

/// A call that a compliance recording policy brought, and that is not recorded now.
///
/// Only such a call has one: elsewhere Graph refuses a recording status with 8506. Dropping it
/// changes nothing.
pub struct RecordingGuard {
    leg: Arc<GraphLeg>,
}

/// Leave to keep media: Teams shows that the call is recorded.
///
/// Only [`RecordingGuard::start`] gives one, once Graph confirmed the status. Dropping it ends the
/// leave, and tells Graph `notRecording` from a task of its own.
#[must_use = "dropping it tells Teams that the recording is over"]
pub struct RecordingPermit {
    status: Told,
}

/// A recording status that was not taken, and the guard to try again with.
#[derive(Debug, thiserror::Error)]
#[error("the recording status was not taken, so nothing may be kept")]
#[non_exhaustive]
pub struct NotRecording {
    /// Why. Its [`diagnosis`](crate::Error::diagnosis) explains 8506.
    pub source: ControlError,
    /// The guard.
    pub guard: RecordingGuard,
}

/// What Graph was told; takes it back where it is dropped.
struct Told {
    leg: Arc<GraphLeg>,
    recording: bool,
}

impl RecordingGuard {
    /// The guard of a call that a recording policy brought; [`None`] for any other.
    #[must_use]
    pub fn of(call: &IncomingCall) -> Option<Self> {
        call.policy_recording.then(|| Self { leg: Arc::clone(&call.leg) })
    }

    /// Tells Graph that the app records, and waits until that is confirmed.
    ///
    /// Nothing may be kept before. Dropping the future takes the status back.
    ///
    /// # Errors
    ///
    /// [`NotRecording`] where Graph did not take the status; the guard is given back.
    pub async fn start(self) -> Result<RecordingPermit, Box<NotRecording>> {
        // From here on, for Graph may take it although no answer comes.
        let mut status = Told { leg: Arc::clone(&self.leg), recording: true };
        match tell(&self.leg, RecordingStatus::Recording).await {
            Ok(()) => Ok(RecordingPermit { status }),
            Err(source) => {
                // A refusal changed nothing; anything else is taken back.
                status.recording = !is_refusal(&source);
                Err(Box::new(NotRecording { source, guard: self }))
            }
        }
    }
}

impl RecordingPermit {
    /// Media of the call that may be kept while this permit lasts.
    #[must_use]
    pub fn media(&self, bytes: Bytes) -> Media<'_> {
        Media::new(bytes)
    }

    /// Keeps media.
    ///
    /// Dropping the future leaves it to the sink what was kept.
    ///
    /// # Errors
    ///
    /// What the sink says.
    pub async fn keep<S: RecordingSink>(
        &self,
        sink: &mut S,
        media: impl Keepable,
    ) -> Result<(), S::Error> {
        sink.write(self, media.bytes()).await
    }

    /// Tells Graph that the recording is over. Nothing may be kept from here on.
    ///
    /// Dropping the future leaves it to a task to tell.
    ///
    /// # Errors
    ///
    /// [`NotRecording`] where Graph did not take the status; Teams may still show a recording.
    pub async fn stop(self) -> Result<RecordingGuard, Box<NotRecording>> {
        self.end(RecordingStatus::NotRecording).await
    }

    /// Tells Graph that the recording failed. Nothing may be kept from here on.
    ///
    /// Dropping the future leaves it to a task to tell `notRecording`.
    ///
    /// # Errors
    ///
    /// As [`RecordingPermit::stop`].
    pub async fn failed(self) -> Result<RecordingGuard, Box<NotRecording>> {
        self.end(RecordingStatus::Failed).await
    }

    async fn end(mut self, status: RecordingStatus) -> Result<RecordingGuard, Box<NotRecording>> {
        let guard = RecordingGuard { leg: Arc::clone(&self.status.leg) };
        let told = tell(&self.status.leg, status).await;
        self.status.recording = false;
        match told {
            Ok(()) => Ok(guard),
            Err(source) => Err(Box::new(NotRecording { source, guard })),
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if !self.recording || self.leg.snapshot().is_ended() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            tracing::warn!(leg = %self.leg.id(), "teams still shows a recording: no runtime");
            return;
        };
        let leg = Arc::clone(&self.leg);
        runtime.spawn(async move {
            if let Err(error) = tell(&leg, RecordingStatus::NotRecording).await {
                tracing::warn!(leg = %leg.id(), %error, "teams may still show a recording");
            }
        });
    }
}

async fn tell(leg: &GraphLeg, status: RecordingStatus) -> Result<(), ControlError> {
    let send = |call: OneCall, context: &str| {
        call.update_recording_status(status).client_context(context).into_future()
    };
    let told = leg.begin(Needs::Connected, send).await?;
    ControlError::unless_completed(told.outcome().await?).map(drop)
}

/// Whether Graph certainly did not take the status.
fn is_refusal(error: &ControlError) -> bool {
    use crate::call::OrderError;
    match error {
        ControlError::Order(OrderError::Refused(_) | OrderError::Ended) => true,
        ControlError::Order(OrderError::Graph(error)) => {
            error.status().is_some_and(|status| status.is_client_error())
        }
        _ => false,
    }
}

impl fmt::Debug for RecordingGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingGuard").field("leg", self.leg.id()).finish_non_exhaustive()
    }
}

impl fmt::Debug for RecordingPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingPermit").field("leg", self.status.leg.id()).finish_non_exhaustive()
    }
}
