//! What is planned, done on a client.

use std::{sync::PoisonError, time::Duration};

use futures_util::TryStreamExt as _;
use http::StatusCode;
use teams_cc_core::{Clock, Timestamp};

use super::shared::Shared;
use crate::{
    Client, Error, ErrorKind,
    model::Subscription,
    subscription::{Action, Answer, Failure, Listed, Wanted},
    webhook::probe_notifications,
    wire::{DateTimeOffset, Field, Sensitive},
};

/// The most subscriptions of one account that are looked at; an account has far fewer.
const MAX_LISTED: usize = 10_000;

pub(super) async fn perform(shared: &Shared, account: &str, action: Action) -> Answer {
    let client = {
        let accounts = shared.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(account).cloned()
    };
    // An account that was not named is somebody's to mend.
    let Some(client) = client else { return Answer::Failed(Failure::Refused) };
    let clock = &*shared.clock;
    let done = match action {
        Action::Probe { url } => return probe(shared, &client, &url).await,
        Action::Create(wanted) => create(shared, &client, &wanted).await,
        Action::Renew { id, life, content } => {
            let mut request = client.subscription(&*id).renew(until(clock, life));
            if let Some(certificate) = shared.certificate.as_ref().filter(|_| content) {
                let now = certificate();
                request = request.encryption_certificate(now.base64, now.id);
            }
            let renewed = request.await;
            renewed.map(|it| Answer::Renewed { remaining: remaining(clock, &it, life) })
        }
        Action::Delete { id } => client.subscription(&*id).delete().await.map(|()| Answer::Deleted),
        Action::List => list(&client).await.map(Answer::Listed),
    };
    done.unwrap_or_else(|error| {
        let failure = failure(&error);
        // Somebody has to mend it; that is tried seldom, and so told seldom.
        if failure == Failure::Refused {
            tracing::warn!(account, %error, "a subscription is refused");
        }
        Answer::Failed(failure)
    })
}

async fn create(shared: &Shared, client: &Client, wanted: &Wanted) -> Result<Answer, Error> {
    let Some(secret) = (shared.secrets)() else { return Ok(Answer::Failed(Failure::Passing)) };
    let clock = &*shared.clock;
    let mut request = client
        .subscriptions()
        .create(wanted.resource.reveal(), &*wanted.notification_url, until(clock, wanted.life))
        .change_types(wanted.change_types.clone())
        .lifecycle_notification_url(&*wanted.lifecycle_notification_url)
        .client_state(secret.clone());
    if wanted.content {
        let Some(certificate) = &shared.certificate else {
            return Ok(Answer::Failed(Failure::Refused));
        };
        let now = certificate();
        request = request.include_resource_data(now.base64, now.id);
    }
    let made = request.await?;
    let Some(id) = made.id.text() else { return Ok(Answer::Failed(Failure::Passing)) };
    // Notifications may come before the plan is told.
    shared.known.insert(id, secret);
    Ok(Answer::Created { id: id.into(), remaining: remaining(clock, &made, wanted.life) })
}

async fn list(client: &Client) -> Result<Vec<Listed>, Error> {
    let mut items = std::pin::pin!(client.subscriptions().list().items());
    let mut listed = Vec::new();
    while let Some(one) = items.try_next().await? {
        let id = one.id.text().unwrap_or_default();
        let resource = one.resource.get().map_or("", Sensitive::reveal);
        listed.push(Listed::new(id, resource, one.notification_url.text().unwrap_or_default()));
        if listed.len() >= MAX_LISTED {
            break;
        }
    }
    Ok(listed)
}

/// Posts to the program's own endpoint as Graph will before it makes a subscription.
async fn probe(shared: &Shared, client: &Client, url: &str) -> Answer {
    let Some(chance) = (shared.secrets)() else { return Answer::Failed(Failure::Passing) };
    match probe_notifications(client.transport(), url, chance.reveal()).await {
        Ok(()) => Answer::Probed,
        Err(error) => Answer::Failed(Failure::Endpoint(error)),
    }
}

fn until(clock: &dyn Clock, life: Duration) -> DateTimeOffset {
    (clock.wall() + life).into()
}

/// How long a subscription lives, by the end the service says; as asked for where it says none.
fn remaining(clock: &dyn Clock, subscription: &Subscription, asked: Duration) -> Duration {
    let ends: &Field<DateTimeOffset> = &subscription.expiration_date_time;
    let ends: Option<Timestamp> = ends.get().and_then(DateTimeOffset::timestamp);
    ends.map_or(asked, |ends| ends.since(clock.wall()))
}

fn failure(error: &Error) -> Failure {
    match error.kind() {
        ErrorKind::Throttled { retry_after, .. } => Failure::Throttled(*retry_after),
        ErrorKind::Permission(_) | ErrorKind::Invalid(_) | ErrorKind::Config(_) => Failure::Refused,
        ErrorKind::SignIn(_) if !error.is_retryable() => Failure::Refused,
        ErrorKind::Service(answer) => match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Failure::NotFound,
            StatusCode::CONFLICT => Failure::Exists,
            // The service says so of an endpoint that did not answer its validation, too.
            StatusCode::BAD_REQUEST => Failure::Refused,
            _ => Failure::Passing,
        },
        _ => Failure::Passing,
    }
}
