//! Calls that wait and their records, in one step.

use teams_cc_core::{
    ContactId,
    store::{CallRecord, FencingToken, MAX_RECORD_BYTES, StoreError},
};

use super::{dispatch::signed, session::Verb, store::PostgresStore};

/// A record named like its contact is there exactly as long as the call is known.
impl PostgresStore {
    /// Lets a call wait and writes it down, over what was written of it before.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`], [`StoreError::Backend`].
    pub async fn admit(&self, contact: &ContactId, record: CallRecord) -> Result<(), StoreError> {
        if record.body.len() > MAX_RECORD_BYTES {
            return Err(StoreError::TooLarge { bytes: record.body.len() });
        }
        let format = i32::from(record.format);
        let owner = record.owner.as_ref();
        self.done(Verb::Admit, &[&contact.as_str(), &format, &owner, &record.body]).await
    }

    /// Gives a taken call back; where it does not wait again, its record goes with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn dismiss(
        &self,
        token: FencingToken,
        contact: &ContactId,
    ) -> Result<(), StoreError> {
        let Some(token) = signed(token) else { return Ok(()) };
        self.done(Verb::Dismiss, &[&token, &contact.as_str()]).await
    }

    /// Gives a reservation back, and a taken call that nobody was joined to: it waits again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn put_back(&self, token: FencingToken) -> Result<(), StoreError> {
        match signed(token) {
            Some(token) => self.done(Verb::PutBack, &[&token]).await,
            None => Ok(()),
        }
    }

    /// Withdraws a call that is not taken, and its record.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn abandon(&self, contact: &ContactId) -> Result<(), StoreError> {
        self.done(Verb::Abandon, &[&contact.as_str()]).await
    }
}
