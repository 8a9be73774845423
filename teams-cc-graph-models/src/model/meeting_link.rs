//! The links by which people join [meetings](https://learn.microsoft.com/graph/api/resources/onlinemeeting).

use std::str::FromStr;

use serde_json::{Map, Value};
use teams_cc_core::{TenantId, UserId};
use url::Url;

use super::{ChatInfo, Identity, IdentitySet, MeetingInfo, OrganizerMeetingInfo};

/// What a join link says of its meeting: all that joining by the organizer needs.
///
/// ```
/// use teams_cc_graph_models::model::MeetingInfo;
///
/// let link = MeetingInfo::from_join_url(
///     "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0\
///      ?context=%7b%22Tid%22%3a%22contoso%22%2c%22Oid%22%3a%22ada%22%7d",
/// )?;
/// assert_eq!(link.tenant.as_str(), "contoso");
/// # Ok::<(), teams_cc_graph_models::model::ParseLinkError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MeetingLink {
    /// The meeting, by its organizer.
    pub meeting: OrganizerMeetingInfo,
    /// The chat of the meeting.
    pub chat: ChatInfo,
    /// The organizer's tenant, which a call into the meeting belongs to.
    pub tenant: TenantId,
}

/// A link that does not say which meeting to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseLinkError {
    /// Not an absolute HTTPS URI of at most 8 KiB.
    #[error("the link is no https URI: copy the whole join link")]
    NotHttps,
    /// A short link, which names neither organizer nor chat.
    #[error("the link is a short one: join by the meeting's id and passcode")]
    Short,
    /// Not a link of the form `/l/meetup-join/{thread}/{message}`.
    #[error("the link is not one to join a meeting: its path must be /l/meetup-join/…")]
    NotMeeting,
    /// A link whose context names no tenant or no organizer.
    #[error("the link names no {what}: its context must hold Tid and Oid")]
    Context {
        /// What the context lacks.
        what: &'static str,
    },
}

impl MeetingInfo {
    /// The meeting of a join link (`joinWebUrl`), with the chat and the tenant it belongs to.
    ///
    /// # Errors
    ///
    /// [`ParseLinkError`] where the link does not say all of it.
    pub fn from_join_url(url: &str) -> Result<MeetingLink, ParseLinkError> {
        url.parse()
    }
}

impl FromStr for MeetingLink {
    type Err = ParseLinkError;

    fn from_str(link: &str) -> Result<Self, ParseLinkError> {
        let link = link.trim();
        if link.len() > MAX_LINK_BYTES {
            return Err(ParseLinkError::NotHttps);
        }
        let url = Url::parse(link).map_err(|_| ParseLinkError::NotHttps)?;
        if url.scheme() != "https" {
            return Err(ParseLinkError::NotHttps);
        }
        let segments: Vec<_> = url.path_segments().into_iter().flatten().collect();
        let (thread, message) = match segments.as_slice() {
            [l, join, thread, rest @ ..]
                if l.eq_ignore_ascii_case("l") && join.eq_ignore_ascii_case("meetup-join") =>
            {
                (decoded(thread), rest.first().map_or("", |message| *message))
            }
            [meet, ..] if meet.eq_ignore_ascii_case("meet") => return Err(ParseLinkError::Short),
            _ => return Err(ParseLinkError::NotMeeting),
        };
        let thread = thread.filter(|thread| !thread.is_empty());
        let thread = thread.ok_or(ParseLinkError::NotMeeting)?;
        let message = decoded(message).filter(|message| !message.is_empty());
        let context = url.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case("context"));
        let context: Map<String, Value> = context
            .and_then(|(_, context)| serde_json::from_str(&context).ok())
            .ok_or(ParseLinkError::Context { what: "context" })?;
        let named = |what: &str| {
            let (_, value) = context.iter().find(|(name, _)| name.eq_ignore_ascii_case(what))?;
            value.as_str().filter(|value| !value.is_empty())
        };
        let tenant = named("Tid").and_then(|tenant| TenantId::new(tenant).ok());
        let tenant = tenant.ok_or(ParseLinkError::Context { what: "tenant" })?;
        let organizer = named("Oid").and_then(|user| UserId::new(user).ok());
        let organizer = organizer.ok_or(ParseLinkError::Context { what: "organizer" })?;
        let mut chat = ChatInfo::new()
            .thread_id(thread)
            .message_id(message.unwrap_or_else(|| NO_MESSAGE.to_owned()));
        if let Some(root) = named("MessageId") {
            chat = chat.reply_chain_message_id(root);
        }
        let user = Identity::with_id(organizer.as_str()).tenant_id(tenant.as_str());
        let meeting = OrganizerMeetingInfo::new(IdentitySet::new().user(user));
        Ok(Self { meeting, chat, tenant })
    }
}

/// Undo percent-encoding; `None` where the bytes are no text.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
        if let (b'%', Some(high), Some(low)) = (byte, digit(0), digit(1)) {
            bytes.push(u8::try_from(high * 16 + low).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The longest link that is read; a longer one is refused.
const MAX_LINK_BYTES: usize = 8192;

/// The message of a meeting outside channels.
const NO_MESSAGE: &str = "0";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CONTEXT: &str = "?context=%7b%22Tid%22%3a%22t1%22%2c%22Oid%22%3a%22o1%22%7d";

    #[test]
    fn a_link_names_organizer_chat_and_tenant() {
        for (link, thread, message, root) in [
            (
                format!(
                    "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0{CONTEXT}"
                ),
                "19:meeting_x@thread.v2",
                "0",
                None,
            ),
            (
                format!(" https://gov.teams.microsoft.us/l/meetup-join/19:m@thread.v2{CONTEXT}\n"),
                "19:m@thread.v2",
                "0",
                None,
            ),
            (
                "https://teams.microsoft.com/l/meetup-join/19%3aa%40thread.skype/153\
                 ?context={\"Tid\":\"t1\",\"Oid\":\"o1\",\"MessageId\":\"152\"}&anon=true"
                    .to_owned(),
                "19:a@thread.skype",
                "153",
                Some("152"),
            ),
        ] {
            let link = MeetingInfo::from_join_url(&link).unwrap();
            assert_eq!(link.chat.thread_id.get().unwrap().reveal(), thread);
            assert_eq!(link.chat.message_id.text(), Some(message));
            assert_eq!(link.chat.reply_chain_message_id.text(), root);
            assert_eq!(link.tenant.as_str(), "t1");
            let user = link.meeting.organizer.get().unwrap().user.get().unwrap();
            assert_eq!(user.id.get().unwrap().reveal(), "o1");
            assert_eq!(user.tenant_id.text(), Some("t1"));
        }
    }

    #[test]
    fn a_link_that_says_too_little_is_refused() {
        let context = |what| ParseLinkError::Context { what };
        for (link, wanted) in [
            ("", ParseLinkError::NotHttps),
            ("http://teams.microsoft.com/l/meetup-join/19:m/0", ParseLinkError::NotHttps),
            ("https://teams.microsoft.com/meet/234456?p=abc", ParseLinkError::Short),
            ("https://teams.live.com/meet/9312", ParseLinkError::Short),
            ("https://teams.microsoft.com/l/channel/19:m/x", ParseLinkError::NotMeeting),
            ("https://teams.microsoft.com/l/meetup-join/", ParseLinkError::NotMeeting),
            ("https://teams.microsoft.com/l/meetup-join/%ff/0", ParseLinkError::NotMeeting),
            ("https://teams.microsoft.com/l/meetup-join/19:m/0", context("context")),
            ("https://teams.microsoft.com/l/meetup-join/19:m/0?context=[]", context("context")),
            (
                "https://teams.microsoft.com/l/meetup-join/19:m/0?context={\"Oid\":\"o\"}",
                context("tenant"),
            ),
            (
                "https://teams.microsoft.com/l/meetup-join/19:m/0?context={\"Tid\":\"t\",\"Oid\":\"\"}",
                context("organizer"),
            ),
        ] {
            assert_eq!(MeetingInfo::from_join_url(link).unwrap_err(), wanted, "{link}");
        }
        let long = format!("https://teams.microsoft.com/{}", "a".repeat(MAX_LINK_BYTES));
        assert_eq!(MeetingInfo::from_join_url(&long).unwrap_err(), ParseLinkError::NotHttps);
    }

    /// Trap 44.
    #[test]
    fn debug_shows_neither_thread_nor_organizer() {
        let link = format!("https://teams.microsoft.com/l/meetup-join/19:secret/0{CONTEXT}");
        let shown = format!("{:?}", MeetingInfo::from_join_url(&link).unwrap());
        assert!(!shown.contains("secret") && !shown.contains("o1"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_link_panics(tail in ".{0,60}") {
            let _ = MeetingInfo::from_join_url(&format!("https://t.example/l/meetup-join/{tail}"));
        }
    }
}
