use serde_json::{Value, json};
use teams_cc_graph::model::{
    ChatType, TeamsAppPermissionSet, TeamsAppResourceSpecificPermission,
    TeamsAppResourceSpecificPermissionType, TeamworkActivityTopic, TeamworkNotificationRecipient,
};
use teams_cc_graph::request::chats::{
    AddInstalledApp, AddMember, AddMembers, CreateChat, GetChat, GetInstalledApp, GetMember,
    GetMessage, ImportMessage, ListChats, ListInstalledApps, ListMembers, ListMessages, NewMember,
    RemoveInstalledApp, RemoveMember, SendActivityNotification, SendMessage, UpdateChat,
    UpgradeInstalledApp,
};
use teams_cc_graph::request::teamwork::SendActivityNotificationToRecipients;
use teams_cc_graph::{Cloud, InvalidRequest};

use crate::support::{builder, client, compare, invalid, sent};

const CHAT: &str = "19:1@thread.v2";

fn member(user: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "roles": ["owner"],
        "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{user}')")
    })
}

#[test]
fn chats_and_members_have_their_documented_line_and_body() {
    let mut late = member("u2");
    late["visibleHistoryStartDateTime"] = json!("2026-01-02T03:04:05Z");
    let mut guest = member("u3");
    guest["roles"] = json!(["guest"]);
    guest["visibleHistoryStartDateTime"] = json!("0001-01-01T00:00:00Z");
    let late_member = NewMember::new("u2").history_since("2026-01-02T03:04:05Z");
    let guest_member = NewMember::new("u3").guest().whole_history();
    let c = "/chats/19%3A1%40thread.v2";
    compare(vec![
        (
            sent(CreateChat::new(ChatType::OneOnOne).member("u1").member("u2").into_request()),
            "POST /chats",
            json!({
                "@odata.type": "#microsoft.graph.chat", "chatType": "oneOnOne",
                "members": [member("u1"), member("u2")]
            }),
        ),
        (
            sent(
                CreateChat::new(ChatType::Group)
                    .topic("Order")
                    .member("u1")
                    .member("u2")
                    .installed_app("app-1")
                    .into_request(),
            ),
            "POST /chats",
            json!({
                "@odata.type": "#microsoft.graph.chat", "chatType": "group", "topic": "Order",
                "members": [member("u1"), member("u2")],
                "installedApps": [{
                    "@odata.type": "#microsoft.graph.teamsAppInstallation",
                    "teamsApp@odata.bind":
                        "https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/app-1"
                }]
            }),
        ),
        (sent(GetChat::new(CHAT).into_request()), &format!("GET {c}"), Value::Null),
        (
            sent(ListChats::new("u1").expand(["members"]).top(50).into_request()),
            "GET /users/u1/chats?$expand=members&$top=50",
            Value::Null,
        ),
        (
            sent(UpdateChat::new(CHAT, "New").into_request()),
            &format!("PATCH {c}"),
            json!({"topic": "New"}),
        ),
        (sent(ListMembers::new(CHAT).into_request()), &format!("GET {c}/members"), Value::Null),
        (
            sent(GetMember::new(CHAT, "m1").into_request()),
            &format!("GET {c}/members/m1"),
            Value::Null,
        ),
        (
            sent(AddMember::new(CHAT, late_member).into_request()),
            &format!("POST {c}/members"),
            late,
        ),
        (
            sent(AddMembers::new(CHAT, [NewMember::new("u1"), guest_member]).into_request()),
            &format!("POST {c}/members/add"),
            json!({"values": [member("u1"), guest]}),
        ),
        (
            sent(RemoveMember::new(CHAT, "m1").into_request()),
            &format!("DELETE {c}/members/m1"),
            Value::Null,
        ),
    ]);
}

#[test]
fn apps_and_messages_have_their_documented_line_and_body() {
    let c = "/chats/19%3A1%40thread.v2";
    let read = TeamsAppResourceSpecificPermission::new()
        .permission_type(TeamsAppResourceSpecificPermissionType::Application)
        .permission_value("ChatMessage.Read.Chat");
    let consent = || TeamsAppPermissionSet::new().resource_specific_permissions(vec![read.clone()]);
    let consented = json!({
        "@odata.type": "#microsoft.graph.teamsAppPermissionSet",
        "resourceSpecificPermissions": [{
            "@odata.type": "#microsoft.graph.teamsAppResourceSpecificPermission",
            "permissionType": "application", "permissionValue": "ChatMessage.Read.Chat"
        }]
    });
    compare(vec![
        (
            sent(ListInstalledApps::new(CHAT).expand(["teamsApp"]).into_request()),
            &format!("GET {c}/installedApps?$expand=teamsApp"),
            Value::Null,
        ),
        (
            sent(GetInstalledApp::new(CHAT, "i1").into_request()),
            &format!("GET {c}/installedApps/i1"),
            Value::Null,
        ),
        (
            sent(AddInstalledApp::new(CHAT, "app-1").consent(consent()).into_request()),
            &format!("POST {c}/installedApps"),
            json!({
                "@odata.type": "#microsoft.graph.teamsAppInstallation",
                "consentedPermissionSet": consented,
                "teamsApp@odata.bind":
                    "https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/app-1"
            }),
        ),
        (
            sent(RemoveInstalledApp::new(CHAT, "i1").into_request()),
            &format!("DELETE {c}/installedApps/i1"),
            Value::Null,
        ),
        (
            sent(UpgradeInstalledApp::new(CHAT, "i1").into_request()),
            &format!("POST {c}/installedApps/i1/upgrade"),
            Value::Null,
        ),
        (
            sent(UpgradeInstalledApp::new(CHAT, "i1").consent(consent()).into_request()),
            &format!("POST {c}/installedApps/i1/upgrade"),
            json!({"consentedPermissionSet": consented}),
        ),
        (sent(ListMessages::new(CHAT).into_request()), &format!("GET {c}/messages"), Value::Null),
        (
            sent(GetMessage::new(CHAT, "1").into_request()),
            &format!("GET {c}/messages/1"),
            Value::Null,
        ),
        (
            sent(SendMessage::new(CHAT, "hello").into_request()),
            &format!("POST {c}/messages"),
            json!({
                "@odata.type": "#microsoft.graph.chatMessage",
                "body": {
                    "@odata.type": "#microsoft.graph.itemBody",
                    "content": "hello", "contentType": "text"
                }
            }),
        ),
    ]);
    let (line, body) =
        sent(ImportMessage::new(CHAT, "hello", "u1", "2026-01-02T03:04:05Z").into_request());
    assert_eq!(line, format!("POST {c}/messages"));
    assert_eq!(body["createdDateTime"], "2026-01-02T03:04:05Z");
    assert_eq!(body["from"]["user"]["id"], "u1");
}

#[test]
fn links_in_bodies_lead_to_the_cloud_of_the_client() {
    let government = builder()
        .cloud(Cloud::UsGovernment)
        .client_secret("app-1".parse().unwrap(), teams_cc_core::Secret::from("secret"));
    let chats = [
        (client(), "https://graph.microsoft.com"),
        (government.build().unwrap(), "https://graph.microsoft.us"),
    ];
    for (client, origin) in chats {
        let (_, body) = sent(client.chat(CHAT).add_member("u1").into_request());
        assert_eq!(body["user@odata.bind"], format!("{origin}/v1.0/users('u1')"));
    }
}

#[test]
fn notifications_say_what_who_and_where() {
    let text = || TeamworkActivityTopic::text("Order", "https://teams.microsoft.com/l/1");
    let one = || TeamworkNotificationRecipient::of_user("u1");
    let all = || TeamworkNotificationRecipient::of_chat_members(CHAT);
    let (line, body) = sent(
        SendActivityNotification::new(CHAT, text(), "orderWaits", all())
            .preview_text("Waits")
            .chain_id(7)
            .template_parameter("order", "4711")
            .icon_id("bell")
            .into_request(),
    );
    assert_eq!(line, "POST /chats/19%3A1%40thread.v2/sendActivityNotification");
    assert_eq!(body["topic"]["source"], "text");
    assert_eq!(body["chainId"], 7);
    assert_eq!(body["previewText"]["content"], "Waits");
    assert_eq!(body["templateParameters"][0]["name"], "order");
    assert_eq!(body["iconId"], "bell");
    let recipient = "#microsoft.graph.chatMembersNotificationRecipient";
    assert_eq!(body["recipient"]["@odata.type"], recipient);

    let many = |recipients: Vec<_>| {
        SendActivityNotificationToRecipients::new(text(), "orderWaits", recipients).into_request()
    };
    let (line, body) = sent(many(vec![one(); 100]));
    assert_eq!(line, "POST /teamwork/sendActivityNotificationToRecipients");
    assert_eq!(body["recipients"].as_array().unwrap().len(), 100);
    let (what, limit) = ("recipients", 100);
    let count = 101;
    assert_eq!(invalid(many(vec![one(); 101])), InvalidRequest::TooMany { what, count, limit });
    assert_eq!(invalid(many(Vec::new())), InvalidRequest::Empty { what });
    assert!(matches!(invalid(many(vec![all()])), InvalidRequest::Malformed { .. }));
    let nowhere = TeamworkActivityTopic::text("Order", "");
    assert!(matches!(
        invalid(SendActivityNotification::new(CHAT, nowhere, "x", one()).into_request()),
        InvalidRequest::Missing { .. }
    ));
    assert!(matches!(
        invalid(SendActivityNotification::new(CHAT, text(), "", one()).into_request()),
        InvalidRequest::Missing { what: "activityType" }
    ));
}

#[test]
fn limits_of_chats_are_checked_before_anything_is_sent() {
    let chat = |kind| CreateChat::new(kind).member("u1");
    let what = "topic";
    for (request, wanted) in [
        (
            chat(ChatType::OneOnOne).into_request(),
            InvalidRequest::Missing { what: "the second member" },
        ),
        (
            chat(ChatType::OneOnOne).member("u2").member("u3").into_request(),
            InvalidRequest::TooMany { what: "members", count: 3, limit: 2 },
        ),
        (
            chat(ChatType::Group).into_request(),
            InvalidRequest::Missing { what: "the second member" },
        ),
        (
            chat(ChatType::Group).member("u2").topic("a:b").into_request(),
            InvalidRequest::Malformed { what, wanted: "free of colons" },
        ),
        (
            UpdateChat::new(CHAT, "ä".repeat(251)).into_request(),
            InvalidRequest::TooLong { what, length: 251, limit: 250 },
        ),
        (
            AddMembers::new(CHAT, vec!["u1"; 201]).into_request(),
            InvalidRequest::TooMany { what: "members", count: 201, limit: 200 },
        ),
        (
            ListMessages::new(CHAT).top(51).into_request(),
            InvalidRequest::OutOfRange { what: "$top", value: 51, least: 1, most: 50 },
        ),
        (SendMessage::new(CHAT, "").into_request(), InvalidRequest::Empty { what: "the message" }),
        (
            ImportMessage::new(CHAT, "hello", "", "2026-01-02T03:04:05Z").into_request(),
            InvalidRequest::Missing { what: "the author" },
        ),
        (GetChat::new("").into_request(), InvalidRequest::PathSegment { what: "chat id" }),
    ] {
        assert_eq!(invalid(request), wanted);
    }
    assert!(chat(ChatType::OneOnOne).member("u2").topic("no").into_request().is_err());
    assert!(UpdateChat::new(CHAT, "ä".repeat(250)).into_request().is_ok());
}
