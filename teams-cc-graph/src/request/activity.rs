//! What notifications in the activity feed have in common.

use crate::error::InvalidRequest;
use crate::model::{
    ActivityNotificationBody, KeyValuePair, TeamworkActivityTopicSource,
    TeamworkNotificationRecipient,
};
use crate::request::check;
use crate::wire::{Field, Sensitive};

/// The most recipients of one request (Learn, teamwork-sendactivitynotificationtorecipients).
const MAX_RECIPIENTS: usize = 100;

/// What the app may say of a notification beside its topic and kind.
macro_rules! activity_setters {
    ($name:ident) => {
        impl<C: $crate::request::Via> $name<C> {
            /// Set what the feed shows; Teams cuts it after 150 characters. Default: nothing.
            pub fn preview_text(mut self, text: impl Into<$crate::wire::Sensitive>) -> Self {
                self.body =
                    self.body.preview_text($crate::model::ItemBody::new().content(text.into()));
                self
            }

            /// Replace the notification that carried the same number. Default: none.
            pub fn chain_id(mut self, chain: i64) -> Self {
                self.body = self.body.chain_id(chain);
                self
            }

            /// Set a variable of the template in the app's manifest.
            pub fn template_parameter(
                mut self,
                name: impl Into<String>,
                value: impl Into<$crate::wire::Sensitive>,
            ) -> Self {
                self.body =
                    $crate::request::activity::parameter(self.body, name.into(), value.into());
                self
            }

            /// Set which app notifies, where the registration has several in the catalog.
            /// Default: the one.
            pub fn teams_app_id(mut self, app: impl Into<String>) -> Self {
                self.body = self.body.teams_app_id(app.into());
                self
            }

            /// Set the icon, as the app's manifest declares it. Default: the app's.
            pub fn icon_id(mut self, icon: impl Into<String>) -> Self {
                self.body = self.body.icon_id(icon.into());
                self
            }
        }
    };
}

pub(crate) fn parameter(
    mut body: ActivityNotificationBody,
    name: String,
    value: Sensitive,
) -> ActivityNotificationBody {
    let mut parameters = body.template_parameters.into_option().unwrap_or_default();
    parameters.push(KeyValuePair::new().name(name).value(value));
    body.template_parameters = Field::Value(parameters);
    body
}

/// A kind, a topic, and a link where the topic is a text.
pub(crate) fn check(body: &ActivityNotificationBody) -> Result<(), InvalidRequest> {
    if body.activity_type.text().is_none_or(str::is_empty) {
        return Err(InvalidRequest::Missing { what: "activityType" });
    }
    let topic = body.topic.get().ok_or(InvalidRequest::Missing { what: "topic" })?;
    if topic.value.get().is_none_or(|value| value.reveal().is_empty()) {
        return Err(InvalidRequest::Missing { what: "the value of the topic" });
    }
    if topic.source.get() == Some(&TeamworkActivityTopicSource::Text)
        && topic.web_url.get().is_none_or(|url| url.reveal().is_empty())
    {
        return Err(InvalidRequest::Missing { what: "the webUrl of the topic" });
    }
    Ok(())
}

/// Users alone, and not too many.
pub(crate) fn recipients(
    recipients: &[TeamworkNotificationRecipient],
) -> Result<(), InvalidRequest> {
    check::count("recipients", recipients.len(), MAX_RECIPIENTS)?;
    let user = |it: &TeamworkNotificationRecipient| {
        matches!(it, TeamworkNotificationRecipient::AadUser(_))
    };
    if recipients.iter().all(user) {
        Ok(())
    } else {
        let what = "a recipient of many";
        Err(InvalidRequest::Malformed { what, wanted: "a user" })
    }
}
