//! Option tags under Supported and Require (RFC 3261 §19.2).

use crate::message::{
    HeaderName, HeaderRef, Headers,
    typed::{Require, Supported},
};

/// RFC 3262.
pub(crate) const RELIABLE: &str = "100rel";
/// RFC 4028.
pub(crate) const TIMER: &str = "timer";
/// RFC 4488.
pub(crate) const NO_REFER_SUB: &str = "norefersub";
/// RFC 4538.
pub(crate) const TARGET_DIALOG: &str = "tdialog";

/// Whether a message requires an extension.
pub(crate) fn requires(headers: &Headers, tag: &str) -> bool {
    names(headers, HeaderName::Require, tag)
}

/// Whether the sender of a message knows an extension; who requires one does.
pub(crate) fn knows(headers: &Headers, tag: &str) -> bool {
    names(headers, HeaderName::Supported, tag) || requires(headers, tag)
}

/// Says that an extension is known.
pub(crate) fn support(headers: &mut Headers, tag: &str) {
    if !names(headers, HeaderName::Supported, tag)
        && let Ok(tag) = Supported::new(tag)
    {
        headers.push_typed(&tag);
    }
}

/// Says that an extension must be known.
pub(crate) fn require(headers: &mut Headers, tag: &str) {
    if !requires(headers, tag)
        && let Ok(tag) = Require::new(tag)
    {
        headers.push_typed(&tag);
    }
}

fn names(headers: &Headers, name: HeaderName, tag: &str) -> bool {
    headers.get_all(name).filter_map(HeaderRef::as_str).any(|list| {
        list.split(',').any(|item| item.trim_matches([' ', '\t']).eq_ignore_ascii_case(tag))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_on_any_line_and_written_once() {
        let mut headers = Headers::new();
        headers.push(HeaderName::Supported, "replaces, Timer").unwrap();
        assert!(knows(&headers, TIMER) && !knows(&headers, RELIABLE));
        support(&mut headers, TIMER);
        support(&mut headers, RELIABLE);
        assert_eq!(headers.get_all(HeaderName::Supported).count(), 2);
        assert!(!requires(&headers, RELIABLE));
        require(&mut headers, RELIABLE);
        require(&mut headers, RELIABLE);
        assert_eq!(headers.get_all(HeaderName::Require).count(), 1);
        assert!(requires(&headers, RELIABLE));
    }
}
