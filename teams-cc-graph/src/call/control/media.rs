//! What a call can do once it is connected, and once its media flows.

use std::sync::Arc;

use teams_cc_core::contact::{Prompt, Tone};

use super::{Ability, CallHandle, Connected, ControlError, HasMedia, Stage};
use crate::{
    call::{Needs, PendingOperation},
    ivr::{self, Dialog, DialogRun, Ivr, Recording},
    model::{self, CommsOperation},
    request::{ResponseFuture, communications::calls::OneCall},
};

impl<S: Stage> CallHandle<S> {
    /// Plays WAV files one after the other, at most 20.
    ///
    /// Gives the operation once Graph took it. Dropping the future leaves it open whether
    /// anything plays.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unsupported`] for a kind of call that plays nothing,
    /// [`ControlError::Order`] as Graph answers.
    pub async fn play(
        &self,
        prompts: impl IntoIterator<Item = Prompt>,
    ) -> Result<PendingOperation, ControlError>
    where
        S: HasMedia,
    {
        self.begin_prompts(prompts).await
    }

    /// Hears the party's keys from here on, as events of the line.
    ///
    /// Dropping the future leaves it open whether keys are heard.
    ///
    /// # Errors
    ///
    /// As [`CallHandle::play`].
    pub async fn hear_tones(&self) -> Result<PendingOperation, ControlError>
    where
        S: HasMedia,
    {
        self.begin_tones().await
    }

    /// Presses keys.
    ///
    /// Dropping the future leaves it open whether they are pressed.
    ///
    /// # Errors
    ///
    /// As [`CallHandle::play`].
    pub async fn send_tones(
        &self,
        tones: impl IntoIterator<Item = Tone>,
    ) -> Result<PendingOperation, ControlError>
    where
        S: HasMedia,
    {
        let tones: Vec<_> =
            tones.into_iter().filter_map(|tone| model::Tone::of_key(tone.reveal())).collect();
        self.operate(Ability::SendTones, Needs::Media, |call, context| {
            call.send_dtmf_tones(tones).client_context(context).into_future()
        })
        .await
    }

    /// Records a short answer, for recognition alone.
    ///
    /// The end of the operation names the clip:
    /// [`ClipLocation::of_result`](crate::call::recording::ClipLocation::of_result). Dropping the
    /// future leaves it open whether anything is recorded.
    ///
    /// # Errors
    ///
    /// As [`CallHandle::play`].
    pub async fn record_response(
        &self,
        prompt: Option<Prompt>,
        recording: &Recording,
    ) -> Result<PendingOperation, ControlError>
    where
        S: HasMedia,
    {
        self.operate(Ability::RecordResponse, Needs::Media, |call, context| {
            recording.request(call.record_response(), prompt).client_context(context).into_future()
        })
        .await
    }

    /// Stops what plays and what waits to play; what is recorded, too.
    ///
    /// Dropping the future leaves it open whether anything stops.
    ///
    /// # Errors
    ///
    /// As [`CallHandle::play`].
    pub async fn cancel_media(&self) -> Result<PendingOperation, ControlError>
    where
        S: HasMedia,
    {
        self.operate(Ability::PlayPrompts, Needs::Media, |call, context| {
            call.cancel_media_processing().client_context(context).into_future()
        })
        .await
    }

    /// Runs a dialog to its end.
    ///
    /// Dropping the future leaves what plays playing; keys pressed since are still on the line.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unsupported`] for a kind of call that plays or hears nothing.
    pub async fn run_dialog(&mut self, dialog: Arc<Dialog>) -> Result<DialogRun, ControlError>
    where
        S: HasMedia,
    {
        self.allows(Ability::PlayPrompts)?;
        if dialog.wants_keys() {
            self.allows(Ability::HearTones)?;
        }
        let clock = Arc::clone(&self.common.clock);
        let engine = Ivr::new(dialog, clock.now());
        Ok(ivr::run(engine, &self.leg, &mut self.line, &*clock).await)
    }

    /// Mutes the app itself.
    ///
    /// Dropping the future leaves it open whether it is muted.
    ///
    /// # Errors
    ///
    /// [`ControlError::Order`] as Graph answers.
    pub async fn mute(&self) -> Result<PendingOperation, ControlError>
    where
        S: Connected,
    {
        let send = |call: OneCall, context: &str| call.mute().client_context(context).into_future();
        Ok(self.leg.begin(Needs::Connected, send).await?)
    }

    /// Lets the app be heard again.
    ///
    /// Dropping the future leaves it open whether it is muted.
    ///
    /// # Errors
    ///
    /// [`ControlError::Order`] as Graph answers.
    pub async fn unmute(&self) -> Result<PendingOperation, ControlError>
    where
        S: Connected,
    {
        let send =
            |call: OneCall, context: &str| call.unmute().client_context(context).into_future();
        Ok(self.leg.begin(Needs::Connected, send).await?)
    }

    pub(super) async fn begin_prompts(
        &self,
        prompts: impl IntoIterator<Item = Prompt>,
    ) -> Result<PendingOperation, ControlError> {
        let prompts: Vec<_> =
            prompts.into_iter().map(|prompt| model::Prompt::wav(prompt.uri())).collect();
        self.operate(Ability::PlayPrompts, Needs::Media, |call, context| {
            call.play_prompt(prompts).client_context(context).into_future()
        })
        .await
    }

    pub(super) async fn begin_tones(&self) -> Result<PendingOperation, ControlError> {
        self.operate(Ability::HearTones, Needs::Media, |call, context| {
            call.subscribe_to_tone().client_context(context).into_future()
        })
        .await
    }

    pub(super) async fn operate<T: Into<CommsOperation>>(
        &self,
        ability: Ability,
        needs: Needs,
        send: impl FnOnce(OneCall, &str) -> ResponseFuture<T>,
    ) -> Result<PendingOperation, ControlError> {
        self.allows(ability)?;
        Ok(self.leg.begin(needs, send).await?)
    }
}
