use serde_json::Value;
use teams_cc_graph::model::{TeamworkActivityTopic, TeamworkNotificationRecipient};
use teams_cc_graph::request::teams::{
    GetChannelMessage, GetReply, ImportChannelMessage, ImportReply, ListChannelMessages,
    ListReplies, SendActivityNotification, SendChannelMessage, SendReply,
};

use crate::support::{compare, sent};

const TEAM: &str = "team-1";
const CHANNEL: &str = "19:1@thread.tacv2";

#[test]
fn messages_of_channels_have_their_documented_line() {
    let m = "/teams/team-1/channels/19%3A1%40thread.tacv2/messages";
    let time = "2026-01-02T03:04:05Z";
    compare(vec![
        (
            sent(ListChannelMessages::new(TEAM, CHANNEL).expand(["replies"]).into_request()),
            &format!("GET {m}?$expand=replies"),
            Value::Null,
        ),
        (
            sent(GetChannelMessage::new(TEAM, CHANNEL, "1").into_request()),
            &format!("GET {m}/1"),
            Value::Null,
        ),
        (
            sent(ListReplies::new(TEAM, CHANNEL, "1").top(5).into_request()),
            &format!("GET {m}/1/replies?$top=5"),
            Value::Null,
        ),
        (
            sent(GetReply::new(TEAM, CHANNEL, "1", "2").into_request()),
            &format!("GET {m}/1/replies/2"),
            Value::Null,
        ),
    ]);
    for ((line, body), wanted) in [
        (sent(SendChannelMessage::new(TEAM, CHANNEL, "hello").into_request()), m.to_owned()),
        (
            sent(SendReply::new(TEAM, CHANNEL, "1", "hello").into_request()),
            format!("{m}/1/replies"),
        ),
        (
            sent(ImportChannelMessage::new(TEAM, CHANNEL, "hello", "u1", time).into_request()),
            m.to_owned(),
        ),
        (
            sent(ImportReply::new(TEAM, CHANNEL, "1", "hello", "u1", time).into_request()),
            format!("{m}/1/replies"),
        ),
    ] {
        assert_eq!(line, format!("POST {wanted}"));
        assert_eq!(body["body"]["content"], "hello");
    }
    let topic = TeamworkActivityTopic::entity_url("https://graph.microsoft.com/v1.0/teams/team-1");
    let team = TeamworkNotificationRecipient::of_team_members(TEAM);
    let (line, body) = sent(SendActivityNotification::new(TEAM, topic, "x", team).into_request());
    assert_eq!(line, "POST /teams/team-1/sendActivityNotification");
    assert_eq!(body["recipient"]["teamId"], TEAM);
}
