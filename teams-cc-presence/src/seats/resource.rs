//! How users are named in subscriptions and notifications.

use teams_cc_core::UserId;
use teams_cc_graph::model::ChangeNotification;

/// The presences of these users as one resource to subscribe to.
///
/// `/communications/presences?$filter=id in ('…','…')`: each id stands in quotes, without which the
/// service answers a bare 400 ([Learn](https://learn.microsoft.com/graph/changenotifications-for-presence)).
///
/// ```
/// use teams_cc_presence::seats::resource;
///
/// let users = ["u1", "u2"].map(|id| id.parse().unwrap());
/// assert_eq!(resource(&users), "/communications/presences?$filter=id in ('u1','u2')");
/// ```
#[must_use]
pub fn resource(users: &[UserId]) -> String {
    let ids: usize = users.iter().map(|user| user.as_str().len() + 3).sum();
    let mut text = String::with_capacity(42 + ids);
    text.push_str("/communications/presences?$filter=id in (");
    for (nth, user) in users.iter().enumerate() {
        text.push_str(if nth == 0 { "'" } else { ",'" });
        // A quote within a text is doubled.
        text.push_str(&user.as_str().replace('\'', "''"));
        text.push('\'');
    }
    text.push(')');
    text
}

/// Of whom a notification tells, where it is one of presence.
///
/// By the id of its resource data, otherwise by its resource in either form,
/// `communications/presences('…')` or `communications/presences/…`.
#[must_use]
pub fn told_of(notification: &ChangeNotification) -> Option<UserId> {
    let resource = notification.resource.get()?.reveal();
    let rest = resource.trim_start_matches('/').strip_prefix("communications/presences")?;
    let data = notification.resource_data.get().and_then(|data| data.id.get());
    if let Some(user) = data.and_then(|id| UserId::new(id.reveal()).ok()) {
        return Some(user);
    }
    let quoted = rest.strip_prefix("('").and_then(|rest| rest.strip_suffix("')"));
    let id = match quoted {
        Some(id) => id.replace("''", "'"),
        None => rest.strip_prefix('/')?.to_owned(),
    };
    UserId::new(id).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The complaint that ids of a filter must be quoted and the page did not say so.
    #[test]
    fn the_ids_of_a_filter_are_quoted() {
        let users = ["a-1", "o'neil"].map(|id| id.parse().unwrap());
        assert_eq!(resource(&users), "/communications/presences?$filter=id in ('a-1','o''neil')");
        assert_eq!(resource(&[]), "/communications/presences?$filter=id in ()");
    }

    #[test]
    fn a_notification_names_its_user_in_every_form() {
        let table = [
            (json!({"resource": "communications/presences('u1')"}), Some("u1")),
            (json!({"resource": "/communications/presences/u1"}), Some("u1")),
            (json!({"resource": "communications/presences('o''neil')"}), Some("o'neil")),
            (
                json!({"resource": "communications/presences?$filter=id in ('u1','u2')",
                       "resourceData": {"id": "u2"}}),
                Some("u2"),
            ),
            (json!({"resource": "communications/presences?$filter=id in ('u1')"}), None),
            (json!({"resource": "communications/callRecords/r1"}), None),
            (
                json!({"resource": "communications/callRecords/r1", "resourceData": {"id": "r1"}}),
                None,
            ),
            (json!({"resourceData": {"id": "u1"}}), None),
            (json!({"resource": "communications/presences/"}), None),
        ];
        for (body, expected) in table {
            let notification: ChangeNotification = serde_json::from_value(body.clone()).unwrap();
            let user = told_of(&notification);
            assert_eq!(user.as_ref().map(UserId::as_str), expected, "{body}");
        }
    }
}
