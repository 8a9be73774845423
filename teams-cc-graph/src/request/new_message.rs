//! Messages to send or to import, and what is wrong with them before they are sent.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::error::InvalidRequest;
use crate::model::{
    BodyType, ChatMessage, ChatMessageAttachment, ChatMessageHostedContent, ChatMessageMention,
    Identity, IdentitySet, ItemBody,
};
use crate::wire::{DateTimeOffset, Field, Sensitive};

/// The most bytes of text that is sent; the service takes messages of about 28 KB in all.
const MAX_CONTENT: usize = 28 * 1024;

/// What a message holds beside its text.
macro_rules! message_setters {
    ($name:ident) => {
        impl<C: $crate::request::Via> $name<C> {
            /// Mention somebody; the HTML refers to it by `<at id="…">`, counted from 0.
            pub fn mention(
                mut self,
                text: impl Into<$crate::wire::Sensitive>,
                who: $crate::model::IdentitySet,
            ) -> Self {
                self.body = $crate::request::new_message::mention(self.body, text.into(), who);
                self
            }

            /// Attach a file or a card; the HTML refers to it by `<attachment id="…">`.
            pub fn attachment(mut self, attachment: $crate::model::ChatMessageAttachment) -> Self {
                self.body = $crate::request::new_message::attachment(self.body, attachment);
                self
            }

            /// Put an image into the message.
            ///
            /// The HTML refers to it by `../hostedContents/1/$value`, counted from 1.
            pub fn hosted_content(mut self, content_type: impl Into<String>, bytes: &[u8]) -> Self {
                self.body = $crate::request::new_message::hosted_content(
                    self.body,
                    content_type.into(),
                    bytes,
                );
                self
            }

            /// Set how urgent the message is. Default: normal.
            pub fn importance(mut self, importance: $crate::model::ChatMessageImportance) -> Self {
                self.body = self.body.importance(importance);
                self
            }

            /// The message as it stands, to reach properties that have no setter.
            pub fn body_mut(&mut self) -> &mut $crate::model::ChatMessage {
                &mut self.body
            }
        }
    };
}

pub(crate) fn mention(mut message: ChatMessage, text: Sensitive, who: IdentitySet) -> ChatMessage {
    let mut mentions = message.mentions.into_option().unwrap_or_default();
    let id = i32::try_from(mentions.len()).unwrap_or(i32::MAX);
    mentions.push(ChatMessageMention::new().id(id).mention_text(text).mentioned(who));
    message.mentions = Field::Value(mentions);
    message
}

pub(crate) fn attachment(
    mut message: ChatMessage,
    attachment: ChatMessageAttachment,
) -> ChatMessage {
    let mut attachments = message.attachments.into_option().unwrap_or_default();
    attachments.push(attachment);
    message.attachments = Field::Value(attachments);
    message
}

pub(crate) fn hosted_content(
    mut message: ChatMessage,
    content_type: String,
    bytes: &[u8],
) -> ChatMessage {
    let mut contents = message.hosted_contents.into_option().unwrap_or_default();
    let id = (contents.len() + 1).to_string();
    let content = ChatMessageHostedContent::new().temporary_id(id).content_type(content_type);
    contents.push(content.content_bytes(BASE64_STANDARD.encode(bytes)));
    message.hosted_contents = Field::Value(contents);
    message
}

/// A message with its author and its time.
pub(crate) fn imported(
    message: ChatMessage,
    author: &str,
    written_at: DateTimeOffset,
) -> ChatMessage {
    let from = IdentitySet::new().user(Identity::with_id(author));
    message.sender(from).created_date_time(written_at)
}

/// Something is said, and HTML holds what mentions and attachments refer to.
pub(crate) fn check(message: &ChatMessage) -> Result<(), InvalidRequest> {
    let body = message.body.get();
    let content = body.and_then(|body| body.content.get()).map_or("", Sensitive::reveal);
    let (mentions, attachments) = (message.mentions.items(), message.attachments.items());
    if content.is_empty() && attachments.is_empty() {
        return Err(InvalidRequest::Empty { what: "the message" });
    }
    if content.len() > MAX_CONTENT {
        let (what, length) = ("the message", content.len());
        return Err(InvalidRequest::TooLong { what, length, limit: MAX_CONTENT });
    }
    let html = is_html(body);
    let refers = |tag: &str, id: &str| content.contains(&format!("<{tag} id=\"{id}\""));
    let mention = |mention: &ChatMessageMention| {
        mention.id.get().is_some_and(|id| refers("at", &id.to_string()))
    };
    let found = mentions.is_empty() || (html && mentions.iter().all(mention));
    if !found {
        let (what, wanted) =
            ("a message that mentions", "HTML with an at element for each mention");
        return Err(InvalidRequest::Malformed { what, wanted });
    }
    let attached = |attachment: &ChatMessageAttachment| {
        attachment.id.text().is_some_and(|id| refers("attachment", id))
    };
    let hosted = message.hosted_contents.items();
    let held = |image: &ChatMessageHostedContent| {
        let id = image.temporary_id.text();
        id.is_some_and(|id| content.contains(&format!("../hostedContents/{id}/$value")))
    };
    let found = hosted.is_empty() || (html && hosted.iter().all(held));
    if !found {
        let (what, wanted) = ("a message with images", "HTML with an img element for each image");
        return Err(InvalidRequest::Malformed { what, wanted });
    }
    let found = attachments.is_empty() || (html && attachments.iter().all(attached));
    if !found {
        let what = "a message that attaches";
        let wanted = "HTML with an attachment element for each attachment";
        return Err(InvalidRequest::Malformed { what, wanted });
    }
    Ok(())
}

/// Who wrote it and when: the service makes an import of nothing less.
pub(crate) fn check_import(message: &ChatMessage) -> Result<(), InvalidRequest> {
    if message.created_date_time.get().is_none() {
        return Err(InvalidRequest::Missing { what: "createdDateTime" });
    }
    let author = message.sender.get().and_then(|from| from.user.get()).and_then(|it| it.id.get());
    if author.is_none_or(|id| id.reveal().is_empty()) {
        return Err(InvalidRequest::Missing { what: "the author" });
    }
    Ok(())
}

fn is_html(body: Option<&ItemBody>) -> bool {
    body.and_then(|body| body.content_type.get()) == Some(&BodyType::Html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_holds_what_it_refers_to() {
        let who = || IdentitySet::new().user(Identity::with_id("agent-1"));
        let card = || ChatMessageAttachment::new().id("card-1");
        let html = |text: &str| ChatMessage::of_html(text);
        let image = |message| hosted_content(message, "image/png".to_owned(), b"\x89PNG");
        for (message, fine) in vec![
            (ChatMessage::from("hello"), true),
            (ChatMessage::from(""), false),
            (ChatMessage::new(), false),
            (ChatMessage::from("x".repeat(MAX_CONTENT)), true),
            (ChatMessage::from("x".repeat(MAX_CONTENT + 1)), false),
            (mention(html("<at id=\"0\">Ana</at>"), "Ana".into(), who()), true),
            (mention(ChatMessage::from("Ana"), "Ana".into(), who()), false),
            (mention(html("<at id=\"1\">Ana</at>"), "Ana".into(), who()), false),
            (attachment(html("<attachment id=\"card-1\"></attachment>"), card()), true),
            (attachment(html("see"), card()), false),
            (image(html("<img src=\"../hostedContents/1/$value\">")), true),
            (image(html("<img src=\"../hostedContents/2/$value\">")), false),
            (image(ChatMessage::from("../hostedContents/1/$value")), false),
        ] {
            assert_eq!(check(&message).is_ok(), fine, "{message:?}");
        }
    }

    #[test]
    fn an_import_names_its_author_and_its_time() {
        let full = || imported("hello".into(), "agent-1", "2026-01-02T03:04:05Z".into());
        assert_eq!(check_import(&full()), Ok(()));
        let mut timeless = full();
        timeless.created_date_time = Field::Null;
        assert!(check_import(&timeless).is_err());
        assert!(check_import(&imported("hello".into(), "", "2026-01-02".into())).is_err());
    }
}
