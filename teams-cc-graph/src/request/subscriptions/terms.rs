use std::time::Duration;

use teams_cc_core::Timestamp;

use super::{SubscriptionError, SubscriptionLimit, limit_of};
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
        for (what, text) in [
            ("encryptionCertificate", wanted.encryption_certificate.text()),
            ("encryptionCertificateId", wanted.encryption_certificate_id.text()),
        ] {
            if data && text.is_none_or(str::is_empty) {
                return Err(SubscriptionError::NoCertificate { what }.into());
            }
        }
        let (Some(limit), Some(life)) = (limit, life) else { return Ok(()) };
        within(life, limit)?;
        match limit.lifecycle_url_above.filter(|above| life > *above) {
            Some(above) if wanted.lifecycle_notification_url.get().is_none() => {
                let (resource, above) = (limit.resource, minutes(above));
                Err(SubscriptionError::NoLifecycleUrl { resource, above }.into())
            }
            _ => Ok(()),
        }
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
            (Some(limit), Some(life)) => within(life, limit),
            _ => Ok(()),
        }
    }

    /// How long it lives from now on, where now is known; a time that has passed is refused.
    fn life(&self, expires: &Field<DateTimeOffset>) -> Result<Option<Duration>, InvalidRequest> {
        let what = "expirationDateTime";
        let expires = expires.get().ok_or(InvalidRequest::Missing { what })?;
        let expires = expires.timestamp().ok_or(SubscriptionError::NoTime)?;
        match self.now {
            Some(now) if expires <= now => Err(SubscriptionError::Ended.into()),
            now => Ok(now.map(|now| expires.since(now))),
        }
    }
}

fn within(life: Duration, limit: &SubscriptionLimit) -> Result<(), InvalidRequest> {
    if life <= limit.longest {
        return Ok(());
    }
    let (resource, most) = (limit.resource, minutes(limit.longest));
    // A minute begun counts, so that what is too long never reads as what is allowed.
    let minutes = life.as_secs().div_ceil(60).max(most.saturating_add(1));
    Err(SubscriptionError::TooLong { resource, minutes, most }.into())
}

const fn minutes(time: Duration) -> u64 {
    time.as_secs() / 60
}

/// The longest client state, in characters (Learn, subscription).
const MAX_CLIENT_STATE: usize = 128;
