use std::time::Duration;

use teams_cc_core::Timestamp;

use super::limit_of;
use crate::error::InvalidRequest;
use crate::model::{Subscription, UpdateSubscriptionBody};
use crate::request::check;
use crate::wire::{DateTimeOffset, Field, Sensitive};

/// What a subscription must keep to, at a time that may be unknown.
pub(super) struct Terms {
    now: Option<Timestamp>,
}

impl Terms {
    pub(super) fn at(now: Option<Timestamp>) -> Self {
        Self { now }
    }

    pub(super) fn check(&self, wanted: &Subscription) -> Result<(), InvalidRequest> {
        let resource = wanted.resource.get().map(Sensitive::reveal).filter(|it| !it.is_empty());
        let resource = resource.ok_or(InvalidRequest::Missing { what: "resource" })?;
        check::https("notificationUrl", wanted.notification_url.text().unwrap_or_default())?;
        if let Some(url) = wanted.lifecycle_notification_url.text() {
            check::https("lifecycleNotificationUrl", url)?;
        }
        let state = wanted.client_state.get().map_or(0, |state| state.reveal().chars().count());
        if state > MAX_CLIENT_STATE {
            let (what, limit) = ("clientState", MAX_CLIENT_STATE);
            return Err(InvalidRequest::TooLong { what, length: state, limit });
        }
        let life = self.life(&wanted.expiration_date_time)?;
        let limit = limit_of(resource);
        let data = wanted.include_resource_data.get() == Some(&true);
        if limit.is_some_and(|limit| limit.needs_resource_data) && !data {
            return Err(InvalidRequest::Missing { what: "includeResourceData" });
        }
        if data && wanted.encryption_certificate.text().is_none_or(str::is_empty) {
            return Err(InvalidRequest::Missing { what: "encryptionCertificate" });
        }
        if data && wanted.encryption_certificate_id.text().is_none_or(str::is_empty) {
            return Err(InvalidRequest::Missing { what: "encryptionCertificateId" });
        }
        let (Some(limit), Some(life)) = (limit, life) else { return Ok(()) };
        within(life, limit.longest)?;
        let needs_url = limit.lifecycle_url_above.is_some_and(|above| life > above);
        if needs_url && wanted.lifecycle_notification_url.get().is_none() {
            return Err(InvalidRequest::Missing { what: "lifecycleNotificationUrl" });
        }
        Ok(())
    }

    pub(super) fn check_renewal(
        &self,
        wanted: &UpdateSubscriptionBody,
        resource: Option<&str>,
    ) -> Result<(), InvalidRequest> {
        if let Some(url) = wanted.notification_url.text() {
            check::https("notificationUrl", url)?;
        }
        let life = self.life(&wanted.expiration_date_time)?;
        match (resource.and_then(limit_of), life) {
            (Some(limit), Some(life)) => within(life, limit.longest),
            _ => Ok(()),
        }
    }

    /// How long it lives from now on, where now is known; a time that has passed is refused.
    fn life(&self, expires: &Field<DateTimeOffset>) -> Result<Option<Duration>, InvalidRequest> {
        let what = "expirationDateTime";
        let expires = expires.get().ok_or(InvalidRequest::Missing { what })?;
        let wanted = "a date and time with its offset, in the future";
        let malformed = InvalidRequest::Malformed { what, wanted };
        let expires = expires.timestamp().ok_or(malformed.clone())?;
        match self.now {
            Some(now) if expires <= now => Err(malformed),
            now => Ok(now.map(|now| expires.since(now))),
        }
    }
}

fn within(life: Duration, longest: Duration) -> Result<(), InvalidRequest> {
    if life <= longest {
        return Ok(());
    }
    let minutes = |time: Duration| i64::try_from(time.as_secs() / 60).unwrap_or(i64::MAX);
    let what = "the life of the subscription in minutes";
    let value = minutes(life).max(minutes(longest).saturating_add(1));
    Err(InvalidRequest::OutOfRange { what, value, least: 1, most: minutes(longest) })
}

/// The longest client state, in characters (Learn, subscription).
const MAX_CLIENT_STATE: usize = 128;
