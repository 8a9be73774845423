//! Ringing somebody on a second call, and finding out whether a person took it.
//!
//! A contact's [`Flow`](teams_cc_core::contact::flow::Flow) does this among all its rules; these
//! few lines are for programs that handle calls without one. They confirm by the same
//! [`Confirm`].

use std::{future::Future, time::Duration};

use teams_cc_core::{
    Instant,
    contact::{AnsweredBy, LegEvent, OfferEnd, Prompt, Tone, flow::Confirm},
};

use super::{CallHandle, Consult, ControlError, Dialling, Switchboard, Target, consult::EndOnDrop};

/// The longest an offer rings: a Teams client forwards to the mailbox after 20 s unless its user
/// chose otherwise.
pub const MAX_RING: Duration = Duration::from_secs(18);

/// An answer sooner than this after the first ringing is not trusted.
pub const MIN_RING: Duration = Duration::from_millis(500);

/// Nobody took an offer; the call to the party was hung up.
#[derive(Debug, thiserror::Error)]
#[error("the offer was not taken: {why}")]
#[non_exhaustive]
pub struct NotTaken {
    /// Why.
    pub why: OfferEnd,
    /// What went wrong, where something did.
    pub source: Option<ControlError>,
}

impl NotTaken {
    fn because(why: OfferEnd) -> Self {
        Self { why, source: None }
    }
}

impl From<ControlError> for NotTaken {
    fn from(error: ControlError) -> Self {
        let why = match &error {
            ControlError::Ended(cause) => cause.reason.into(),
            ControlError::NotInTime { .. } => OfferEnd::NoAnswer,
            _ => OfferEnd::Failed,
        };
        Self { why, source: Some(error) }
    }
}

impl Switchboard {
    /// Rings somebody for at most `ring`, and finds out whether a person answered.
    ///
    /// The customer's call stays where it is meanwhile. What comes back is the call to the party,
    /// for [`transfer_to`](CallHandle::transfer_to) or a group call. Whatever else happens, that
    /// call is hung up, also where the future is dropped. It rings for [`MAX_RING`] at most.
    ///
    /// [`Confirm::External`] needs somebody to say so: see
    /// [`offer_until`](Switchboard::offer_until); here it is never confirmed.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// use teams_cc_core::contact::{Prompt, Tone, flow::Confirm};
    /// use teams_cc_graph::call::control::{CallHandle, MAX_RING, MediaActive, Switchboard, Target};
    ///
    /// # async fn hand_over(board: Switchboard, customer: CallHandle<MediaActive>, agent: Target)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let confirm = Confirm::Tone {
    ///     prompts: vec![Prompt::new("https://cdn.example.com/press_one.wav")?],
    ///     accept: Tone::new('1')?,
    ///     within: Duration::from_secs(15),
    /// };
    /// match board.offer(&agent, MAX_RING, confirm).await {
    ///     Ok(consult) => println!("{:?}", customer.transfer_to(consult).await?.outcome),
    ///     Err(not_taken) => println!("{:?}: offer the customer to another", not_taken.why),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotTaken`] says why.
    pub async fn offer(
        &self,
        target: &Target,
        ring: Duration,
        confirm: Confirm,
    ) -> Result<Consult, NotTaken> {
        let call = EndOnDrop::new(self.dial(target).await?);
        match confirm {
            Confirm::TrustAnswer => self.trusted(call, ring).await,
            Confirm::Tone { prompts, accept, within } => {
                let call = self.rung(call, ring).await?.0;
                let asked = by_tone(call, prompts, accept);
                tokio::time::timeout(within, asked)
                    .await
                    .unwrap_or(Err(NotTaken::because(OfferEnd::SuspectedVoicemail)))
            }
            Confirm::External { within } => {
                self.asked_elsewhere(call, ring, within, std::future::pending()).await
            }
            _ => Err(NotTaken::because(OfferEnd::Failed)),
        }
    }

    /// As [`offer`](Switchboard::offer), confirmed by the agent's own application: `accepted`
    /// tells whether the agent took it, at most `within` after the answer.
    ///
    /// # Errors
    ///
    /// [`NotTaken`] says why.
    pub async fn offer_until(
        &self,
        target: &Target,
        ring: Duration,
        within: Duration,
        accepted: impl Future<Output = bool> + Send,
    ) -> Result<Consult, NotTaken> {
        let call = EndOnDrop::new(self.dial(target).await?);
        self.asked_elsewhere(call, ring, within, accepted).await
    }

    async fn asked_elsewhere(
        &self,
        call: EndOnDrop<Dialling>,
        ring: Duration,
        within: Duration,
        accepted: impl Future<Output = bool> + Send,
    ) -> Result<Consult, NotTaken> {
        let mut call = self.rung(call, ring).await?.0;
        let said = async {
            tokio::select! {
                biased;
                accepted = accepted => Ok(accepted),
                ended = over(&mut call) => Err(ended),
            }
        };
        match tokio::time::timeout(within, said).await {
            Ok(Ok(true)) => consult(call, AnsweredBy::Confirmed),
            Ok(Ok(false)) => Err(NotTaken::because(OfferEnd::Declined)),
            Ok(Err(ended)) => Err(ended.into()),
            Err(_) => Err(NotTaken::because(OfferEnd::SuspectedVoicemail)),
        }
    }

    async fn trusted(
        &self,
        call: EndOnDrop<Dialling>,
        ring: Duration,
    ) -> Result<Consult, NotTaken> {
        let (call, suspicious) = self.rung(call, ring).await?;
        let by = if suspicious { AnsweredBy::Unconfirmed } else { AnsweredBy::Confirmed };
        consult(call, by)
    }

    /// Waits until something answers; whether the answer looks like a mailbox.
    async fn rung(
        &self,
        mut call: EndOnDrop<Dialling>,
        ring: Duration,
    ) -> Result<(EndOnDrop<Dialling>, bool), NotTaken> {
        let clock = &self.common.clock;
        let answered = async {
            let mut ringing: Option<Instant> = None;
            let mut diverted = false;
            let handle = call.get_mut()?;
            while let Some(event) = handle.line.next().await {
                match event {
                    LegEvent::Ringing => {
                        ringing.get_or_insert(clock.now());
                    }
                    LegEvent::Diverted => diverted = true,
                    LegEvent::Answered => {
                        let fast = ringing.is_none_or(|since| clock.now().since(since) < MIN_RING);
                        return Some(diverted || fast);
                    }
                    _ => {}
                }
            }
            None
        };
        match tokio::time::timeout(ring.min(MAX_RING), answered).await {
            Ok(Some(suspicious)) => Ok((call, suspicious)),
            Ok(None) => Err(call
                .get()
                .map_or_else(|| NotTaken::because(OfferEnd::Failed), |call| call.ended().into())),
            Err(_) => Err(NotTaken::because(OfferEnd::NoAnswer)),
        }
    }
}

/// Asks for a key, and waits for it.
async fn by_tone(
    mut call: EndOnDrop<Dialling>,
    prompts: Vec<Prompt>,
    accept: Tone,
) -> Result<Consult, NotTaken> {
    let handle = call.get_mut().ok_or(NotTaken::because(OfferEnd::Failed))?;
    handle.ask_for_key(prompts).await?;
    loop {
        match handle.line.next().await {
            Some(LegEvent::Tone(tone)) if tone == accept => break,
            Some(LegEvent::Tone(_)) => return Err(NotTaken::because(OfferEnd::Declined)),
            Some(_) => {}
            None => return Err(handle.ended().into()),
        }
    }
    consult(call, AnsweredBy::Confirmed)
}

/// Waits for the end of the call.
async fn over(call: &mut EndOnDrop<Dialling>) -> ControlError {
    match call.get_mut() {
        Some(handle) => {
            while handle.line.next().await.is_some() {}
            handle.ended()
        }
        None => ControlError::Leg(teams_cc_core::contact::LegError::Ended),
    }
}

fn consult(call: EndOnDrop<Dialling>, by: AnsweredBy) -> Result<Consult, NotTaken> {
    let call = call.keep().ok_or(NotTaken::because(OfferEnd::Failed))?;
    Ok(Consult::of(call.at::<super::Answered>(), by))
}

impl CallHandle<Dialling> {
    /// Plays a question once media flows, and hears the keys.
    async fn ask_for_key(&self, prompts: Vec<Prompt>) -> Result<(), ControlError> {
        let media = crate::call::CallSnapshot::is_media_active;
        self.wait("active", super::MEDIA_WAIT, media).await?;
        let _ = self.begin_tones().await?;
        if !prompts.is_empty() {
            let _ = self.begin_prompts(prompts).await?;
        }
        Ok(())
    }
}
