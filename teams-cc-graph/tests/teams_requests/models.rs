use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use teams_cc_graph::model::{
    Chat, ChatMessage, Collection, ConversationMember, EventMessageDetail, PasswordCredential,
    TeamsAppInstallation, TeamworkNotificationRecipient, User,
};

#[expect(clippy::needless_pass_by_value, reason = "cases are written in place")]
fn read<T: DeserializeOwned + Serialize>(body: Value) -> T {
    let typed: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), body);
    typed
}

/// Trap 9. Trap 10.
#[test]
fn a_member_is_of_its_kind_and_of_a_directory_where_none_is_named() {
    for (kind, user) in [
        (Some("#microsoft.graph.aadUserConversationMember"), Some("u1")),
        (Some("#Microsoft.Graph.AadUserConversationMember"), Some("u1")),
        (Some("#microsoft.graph.microsoftAccountUserConversationMember"), Some("u1")),
        (Some("#microsoft.graph.newKindOfConversationMember"), None),
        (None, Some("u1")),
    ] {
        let mut body = json!({"id": "m1", "roles": ["owner"], "userId": "u1"});
        if let Some(kind) = kind {
            body["@odata.type"] = json!(kind);
        }
        assert_eq!(read::<ConversationMember>(body).user_id(), user, "{kind:?}");
    }
}

#[test]
fn a_message_of_the_system_says_what_happened() {
    let message: ChatMessage = read(json!({
        "id": "1", "messageType": "systemEventMessage", "from": null,
        "eventDetail": {
            "@odata.type": "#microsoft.graph.callEndedEventMessageDetail",
            "callId": "c1", "callDuration": "PT31S", "callEventType": "call",
            "callParticipants": [{"participant": {"user": {"id": "u1"}}}],
            "initiator": {"user": {"id": "u1"}}
        }
    }));
    let Some(EventMessageDetail::CallEnded(ended)) = message.event_detail.get() else {
        panic!("{message:?}");
    };
    assert_eq!(ended.call_id.text(), Some("c1"));
    assert_eq!(ended.call_participants.items().len(), 1);
    let future: ChatMessage = read(json!({
        "eventDetail": {"@odata.type": "#microsoft.graph.laterEventMessageDetail", "x": 1}
    }));
    assert!(matches!(future.event_detail.get(), Some(EventMessageDetail::Unknown(_))));
}

/// Trap 9.
#[test]
fn recipients_of_another_namespace_are_known_all_the_same() {
    let body = json!({
        "@odata.type": "Microsoft.Teams.GraphSvc.aadUserNotificationRecipient", "userId": "u1"
    });
    let recipient = read::<TeamworkNotificationRecipient>(body);
    assert!(matches!(recipient, TeamworkNotificationRecipient::AadUser(_)));
}

/// Trap 44.
#[test]
fn debug_shows_no_thread_no_secret_no_name_and_no_number() {
    let shown = [
        format!(
            "{:?}",
            read::<Chat>(json!({
                "id": "19:hidden@thread.v2", "topic": "hidden", "webUrl": "https://t/hidden",
                "members": [{"displayName": "hidden", "email": "hidden"}],
                "onlineMeetingInfo": {"joinWebUrl": "hidden"}
            }))
        ),
        format!(
            "{:?}",
            read::<ChatMessage>(json!({
                "chatId": "19:hidden@thread.v2", "body": {"content": "hidden"},
                "channelIdentity": {"channelId": "19:hidden", "teamId": "t"},
                "mentions": [{"mentionText": "hidden"}], "attachments": [{"content": "hidden"}]
            }))
        ),
        format!("{:?}", read::<PasswordCredential>(json!({"secretText": "hidden", "hint": "hid"}))),
        format!(
            "{:?}",
            read::<User>(json!({
                "displayName": "hidden", "mail": "hidden", "businessPhones": ["hidden"],
                "mobilePhone": "hidden", "userPrincipalName": "hidden"
            }))
        ),
        format!("{:?}", read::<TeamsAppInstallation>(json!({"id": "hidden"}))),
    ];
    for shown in shown {
        assert!(!shown.contains("hid"), "{shown}");
    }
}

/// Trap 21.
#[test]
fn odd_spellings_and_links_of_a_list_come_back() {
    let apps = read::<Collection<TeamsAppInstallation>>(json!({
        "@odata.count": 1,
        "@odata.nextLink": "https://graph.microsoft.com/v1.0/next",
        "value": [{"id": "i1", "teamsAppDefinition": {"shortdescription": "short"}}]
    }));
    let definition = apps.items()[0].teams_app_definition.get().unwrap();
    assert_eq!(definition.short_description.text(), Some("short"));
}
