use serde_json::{Value, json};
use teams_cc_graph::InvalidRequest;
use teams_cc_graph::model::TeamworkActivityTopic;
use teams_cc_graph::request::applications::{
    AddPassword, AssignAppRole, CreateApplication, CreateServicePrincipal, GetApplication,
    ListAppRoleAssignments, ListApplications, ListServicePrincipals,
};
use teams_cc_graph::request::users::{
    AddInstalledApp, GetInstalledApp, GetInstalledAppChat, GetUser, ListAllMessages,
    ListInstalledApps, ListUsers, RemoveInstalledApp, SendActivityNotification,
    UpgradeInstalledApp,
};

use crate::support::{compare, invalid, sent};

#[test]
fn requests_on_users_have_their_documented_line() {
    let i = "/users/u1/teamwork/installedApps";
    let topic = TeamworkActivityTopic::text("Order", "https://teams.microsoft.com/l/1");
    for (request, wanted) in [
        (
            ListUsers::new().filter("startsWith(displayName,'A')").into_request(),
            "GET /users?$filter=startsWith(displayName,'A')".to_owned(),
        ),
        (
            GetUser::new("a_x.com#EXT#@c.com").select(["id"]).into_request(),
            "GET /users/a_x.com%23EXT%23%40c.com?$select=id".to_owned(),
        ),
        (
            ListAllMessages::new("u1").into_request(),
            "GET /users/u1/chats/getAllMessages".to_owned(),
        ),
        (ListInstalledApps::new("u1").into_request(), format!("GET {i}")),
        (GetInstalledApp::new("u1", "i1").into_request(), format!("GET {i}/i1")),
        (AddInstalledApp::new("u1", "app-1").into_request(), format!("POST {i}")),
        (RemoveInstalledApp::new("u1", "i1").into_request(), format!("DELETE {i}/i1")),
        (UpgradeInstalledApp::new("u1", "i1").into_request(), format!("POST {i}/i1/upgrade")),
        (GetInstalledAppChat::new("u1", "i1").into_request(), format!("GET {i}/i1/chat")),
        (
            SendActivityNotification::new("u1", topic, "orderWaits").into_request(),
            "POST /users/u1/teamwork/sendActivityNotification".to_owned(),
        ),
    ] {
        assert_eq!(sent(request).0, wanted);
    }
}

#[test]
fn searches_and_counts_accept_the_eventual_form_of_the_directory() {
    let level = |request: ListUsers<()>| {
        let request = request.into_request().unwrap();
        request.headers().get("consistencylevel").map(|level| level.to_str().unwrap().to_owned())
    };
    assert_eq!(level(ListUsers::new()), None);
    for request in [
        ListUsers::new().search("\"displayName:wa\""),
        ListUsers::new().count(),
        ListUsers::new().filter("endsWith(mail,'@contoso.com')").eventual(),
    ] {
        assert_eq!(level(request).as_deref(), Some("eventual"));
    }
    assert_eq!(
        invalid(ListUsers::new().top(1000).into_request()),
        InvalidRequest::OutOfRange { what: "$top", value: 1000, least: 1, most: 999 }
    );
    assert!(ListUsers::new().top(0).into_request().is_err());
}

#[test]
fn requests_on_apps_have_their_documented_line_and_body() {
    let app = "65415bb1-9267-4313-bbf5-ae259732ee12".parse().unwrap();
    compare(vec![
        (
            sent(ListApplications::new().select(["id"]).into_request()),
            "GET /applications?$select=id",
            Value::Null,
        ),
        (sent(GetApplication::new("o1").into_request()), "GET /applications/o1", Value::Null),
        (
            sent(CreateApplication::new("bot").sign_in_audience("AzureADMyOrg").into_request()),
            "POST /applications",
            json!({
                "@odata.type": "#microsoft.graph.application",
                "displayName": "bot", "signInAudience": "AzureADMyOrg"
            }),
        ),
        (
            sent(AddPassword::new("o1", "November").into_request()),
            "POST /applications/o1/addPassword",
            json!({"passwordCredential": {
                "@odata.type": "#microsoft.graph.passwordCredential", "displayName": "November"
            }}),
        ),
        (
            sent(ListServicePrincipals::new().filter("appId eq 'a'").into_request()),
            "GET /servicePrincipals?$filter=appId%20eq%20'a'",
            Value::Null,
        ),
        (
            sent(CreateServicePrincipal::new(&app).into_request()),
            "POST /servicePrincipals",
            json!({
                "@odata.type": "#microsoft.graph.servicePrincipal",
                "appId": "65415bb1-9267-4313-bbf5-ae259732ee12"
            }),
        ),
        (
            sent(AssignAppRole::new("bot-1", "graph-1", "role-1").into_request()),
            "POST /servicePrincipals/bot-1/appRoleAssignments",
            json!({
                "@odata.type": "#microsoft.graph.appRoleAssignment",
                "appRoleId": "role-1", "principalId": "bot-1", "resourceId": "graph-1"
            }),
        ),
        (
            sent(ListAppRoleAssignments::new("bot-1").into_request()),
            "GET /servicePrincipals/bot-1/appRoleAssignments",
            Value::Null,
        ),
    ]);
}
