use teams_cc_core::Secret;
use teams_cc_graph::permission::PermissionKind;
use teams_cc_graph::request::app_catalogs::{
    DeleteTeamsApp, ListTeamsApps, PublishTeamsApp, UpdateTeamsApp,
};
use teams_cc_graph::request::chats::{ImportMessage, SendMessage};
use teams_cc_graph::request::teams::{SendChannelMessage, SendReply};
use teams_cc_graph::request::users::{GetMe, ListMyChats};
use teams_cc_graph::{ActsFor, ConfigError, Delegated, ErrorKind, InvalidRequest};

use crate::support::{builder, client, invalid, sent};

static_assertions::assert_impl_all!(Delegated: Clone, Send, Sync);
static_assertions::assert_impl_all!(SendMessage<Delegated>: IntoFuture, Send);
static_assertions::assert_not_impl_any!(SendMessage<teams_cc_graph::Client>: IntoFuture);
static_assertions::assert_not_impl_any!(ImportMessage<Delegated>: IntoFuture);
static_assertions::assert_not_impl_any!(GetMe<teams_cc_graph::Client>: IntoFuture);

#[test]
fn an_app_that_signs_in_as_itself_acts_for_no_user() {
    let app = builder().client_secret("app-1".parse().unwrap(), Secret::from("secret"));
    let error = app.build().unwrap().delegated(ActsFor::SignedInUser).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Config(ConfigError::AppOnly)));
    assert!(client().delegated(ActsFor::SignedInUser).is_ok());
}

#[test]
fn what_a_signed_in_user_alone_can_do_names_delegated_permissions_alone() {
    for permissions in [
        SendMessage::REQUIRED_PERMISSIONS,
        SendChannelMessage::REQUIRED_PERMISSIONS,
        SendReply::REQUIRED_PERMISSIONS,
        GetMe::REQUIRED_PERMISSIONS,
        ListMyChats::REQUIRED_PERMISSIONS,
        PublishTeamsApp::REQUIRED_PERMISSIONS,
    ] {
        assert!(!permissions.is_empty());
        assert!(permissions.iter().all(|it| it.kind == PermissionKind::Delegated));
    }
    assert_eq!(ImportMessage::REQUIRED_PERMISSIONS[0].name, "Teamwork.Migrate.All");
    assert_eq!(ImportMessage::REQUIRED_PERMISSIONS[0].kind, PermissionKind::Application);
}

#[test]
fn a_signed_in_user_reaches_what_is_the_users_own() {
    let agent = client().delegated(ActsFor::SignedInUser).unwrap();
    let line = |request| sent(request).0;
    assert_eq!(line(agent.me().get().into_request()), "GET /me");
    assert_eq!(line(agent.me().chats().into_request()), "GET /me/chats");
    let send = agent.chat("19:1@thread.v2").send("hello");
    assert_eq!(line(send.into_request()), "POST /chats/19%3A1%40thread.v2/messages");
    let channel = agent.team("t").channel("c");
    assert_eq!(line(channel.send("hi").into_request()), "POST /teams/t/channels/c/messages");
    assert_eq!(
        line(channel.message("1").send_reply("hi").into_request()),
        "POST /teams/t/channels/c/messages/1/replies"
    );
    let shown = format!("{:?}", agent.chat("19:secret@thread.v2"));
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn apps_are_published_as_packages() {
    let request = PublishTeamsApp::new(&b"PK"[..]).requires_review().into_request().unwrap();
    assert_eq!(request.uri(), "/appCatalogs/teamsApps?requiresReview=true");
    assert_eq!(request.headers()["content-type"], "application/zip");
    assert_eq!(&request.body()[..], b"PK");
    let request = UpdateTeamsApp::new("app-1", &b"PK"[..]).into_request().unwrap();
    assert_eq!(request.uri(), "/appCatalogs/teamsApps/app-1/appDefinitions");
    assert_eq!(
        invalid(PublishTeamsApp::new(&b""[..]).into_request()),
        InvalidRequest::Empty { what: "the package" }
    );
    assert_eq!(
        sent(DeleteTeamsApp::new("app-1").into_request()).0,
        "DELETE /appCatalogs/teamsApps/app-1"
    );
    assert_eq!(sent(ListTeamsApps::new().into_request()).0, "GET /appCatalogs/teamsApps");
}
