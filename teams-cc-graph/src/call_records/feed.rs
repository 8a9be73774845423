//! From what an app hears anyway to what the index takes in.

use teams_cc_core::Timestamp;

use super::Input;
use crate::{
    call::CallSnapshot,
    model::{ChangeNotification, ChangeType},
    webhook::SubscriptionEvent,
    wire::Sensitive,
};

/// The longest id of a record that a notification may tell, in bytes; the service's are GUIDs.
pub const MAX_RECORD_ID_BYTES: usize = 128;

impl Input {
    /// What an event of a subscription to `communications/callRecords` tells of a record.
    ///
    /// [`None`] for events of other subscriptions, of the subscription itself, and for ids that
    /// cannot be of a record: such an id would stand in the path of a request. What was missed
    /// meanwhile is found without it, once a record is overdue.
    #[must_use]
    pub fn of_change(event: &SubscriptionEvent) -> Option<Self> {
        let SubscriptionEvent::Changed(change) = event else { return None };
        if change.change_type.get() == Some(&ChangeType::Deleted) {
            return None;
        }
        let id = record_id(change)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_id = !id.is_empty() && id.len() <= MAX_RECORD_ID_BYTES && id.bytes().all(plain);
        is_id.then(|| Self::Announced { id: id.into() })
    }

    /// A call of ours that is over.
    ///
    /// [`None`] while it is not, or where its chain is not known.
    #[must_use]
    pub fn of_call(call: &CallSnapshot, at: Timestamp) -> Option<Self> {
        let chain = call.chain.as_deref().filter(|_| call.is_ended())?;
        Some(Self::Ended { call_chain_id: chain.into(), at })
    }
}

/// The id in `communications/callRecords/ID` or `…/callRecords('ID')`, or else that of the resource.
fn record_id(change: &ChangeNotification) -> Option<&str> {
    let path = change.resource.get().map(Sensitive::reveal)?.trim_matches('/');
    let (first, rest) = path.split_once('/')?;
    let name = rest.get(.."callRecords".len())?;
    if !first.eq_ignore_ascii_case("communications") || !name.eq_ignore_ascii_case("callRecords") {
        return None;
    }
    let tail = rest.get(name.len()..).unwrap_or_default();
    if tail.is_empty() {
        return change.resource_data.get()?.id.get().map(Sensitive::reveal);
    }
    let quoted = || tail.strip_prefix("('")?.strip_suffix("')");
    tail.strip_prefix('/').or_else(quoted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use teams_cc_core::contact::{EndCause, EndReason, EndedBy};

    use super::*;

    const ID: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";

    fn heard(resource: &str, change: &str, id: &str) -> Option<String> {
        let change: ChangeNotification = serde_json::from_value(json!({
            "changeType": change, "resource": resource, "resourceData": { "id": id },
        }))
        .unwrap();
        match Input::of_change(&SubscriptionEvent::Changed(Box::new(change)))? {
            Input::Announced { id } => Some(id),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_record_is_known_by_the_path_of_its_notification() {
        for resource in [
            &format!("communications/callRecords/{ID}"),
            &format!("/Communications/CallRecords/{ID}/"),
            &format!("communications/callRecords('{ID}')"),
            "communications/callRecords",
            "/communications/callRecords/",
        ] {
            for change in ["created", "updated", "polished"] {
                assert_eq!(heard(resource, change, ID).as_deref(), Some(ID), "{resource}");
            }
            assert_eq!(heard(resource, "deleted", ID), None);
        }
    }

    #[test]
    fn what_is_no_record_announces_none() {
        let long = "a".repeat(MAX_RECORD_ID_BYTES + 1);
        for resource in [
            "",
            "communications",
            "communications/presences/u",
            "communications/callRecordsOfMine/x",
            "users/callRecords/x",
            "communications/callRecords/../../users/u",
            "communications/callRecords/a/sessions",
            "communications/callRecords/a?$expand=sessions",
            "communications/callRecords/%2e%2e",
            "communications/callRecords('a'",
            "communications/callRecords('')",
            "communications/callRecords//",
            "communications/call\u{131}Records/x",
            &format!("communications/callRecords/{long}"),
        ] {
            assert_eq!(heard(resource, "created", "../x"), None, "{resource}");
        }
    }

    #[test]
    fn a_call_of_ours_is_expected_once_it_is_over_and_its_chain_is_known() {
        let at = Timestamp::UNIX_EPOCH;
        let mut call = CallSnapshot::default();
        assert_eq!(Input::of_call(&call, at), None);
        call.chain = Some(ID.into());
        assert_eq!(Input::of_call(&call, at), None);
        call.end = Some(EndCause::new(EndReason::Reconciled, EndedBy::Platform));
        let ended = Input::Ended { call_chain_id: ID.into(), at };
        assert_eq!(Input::of_call(&call, at), Some(ended));
    }
}
