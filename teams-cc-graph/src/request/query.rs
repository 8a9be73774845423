//! [Query options](https://learn.microsoft.com/graph/query-parameters) of OData.

use std::fmt::{self, Write};

/// The query options of a request, percent-encoded when it is made.
///
/// Setting an option again replaces it. Debug shows the names alone: filters hold names, numbers
/// and links of people.
///
/// ```
/// use teams_cc_graph::request::Query;
///
/// let query = Query::new().filter("startsWith(displayName,'A+B')").top(25);
/// assert_eq!(query.to_text(), "$filter=startsWith(displayName,'A%2BB')&$top=25");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// No option.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Set which properties are answered (`$select`).
    #[must_use]
    pub fn select<I>(self, properties: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.list("$select", properties)
    }

    /// Set which related resources are answered too (`$expand`), each with its own options in
    /// parentheses.
    #[must_use]
    pub fn expand<I>(self, relations: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.list("$expand", relations)
    }

    /// Set the condition items must meet (`$filter`); write texts in it by
    /// [`quoted`](Self::quoted).
    #[must_use]
    pub fn filter(self, condition: impl Into<String>) -> Self {
        self.pair("$filter", condition)
    }

    /// Set how many items a page holds (`$top`).
    #[must_use]
    pub fn top(self, items: u32) -> Self {
        self.pair("$top", items.to_string())
    }

    /// Set the order of items (`$orderby`), such as `displayName desc`.
    #[must_use]
    pub fn order_by(self, order: impl Into<String>) -> Self {
        self.pair("$orderby", order)
    }

    /// Set what to search for (`$search`), with the double quotes the service asks for.
    #[must_use]
    pub fn search(self, expression: impl Into<String>) -> Self {
        self.pair("$search", expression)
    }

    /// Ask how many items there are in all (`$count`).
    #[must_use]
    pub fn count(self) -> Self {
        self.pair("$count", "true")
    }

    /// Set how many items to leave out first (`$skip`).
    #[must_use]
    pub fn skip(self, items: u32) -> Self {
        self.pair("$skip", items.to_string())
    }

    /// Set where an earlier page ended (`$skiptoken`).
    #[must_use]
    pub fn skip_token(self, token: impl Into<String>) -> Self {
        self.pair("$skiptoken", token)
    }

    /// Set any option by its name, `$` included where it has one.
    #[must_use]
    pub fn pair(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.pairs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.pairs.push((name, value)),
        }
        self
    }

    /// Whether no option is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The options as they stand behind the `?` of a URI.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.pairs {
            if !text.is_empty() {
                text.push('&');
            }
            push_encoded(&mut text, name, IN_NAME);
            text.push('=');
            push_encoded(&mut text, value, IN_VALUE);
        }
        text
    }

    /// A text as a literal of a filter: in single quotes, with those inside doubled.
    #[must_use]
    pub fn quoted(text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    fn list<I>(self, name: &str, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut text = String::new();
        for item in items {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(item.as_ref());
        }
        self.pair(name, text)
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.pairs.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

/// The unreserved characters (RFC 3986 §2.3).
const UNRESERVED: [bool; 256] = {
    let mut unreserved = [false; 256];
    let mut byte: u8 = 0;
    while byte.is_ascii() {
        unreserved[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    unreserved
};

/// Append a text, percent-encoded but for unreserved characters (RFC 3986 §2.3) and those `also`
/// named.
pub(super) fn push_encoded(out: &mut String, text: &str, also: &[u8]) {
    let plain = |byte: u8| UNRESERVED[usize::from(byte)];
    if text.bytes().all(plain) {
        // As nearly every id is.
        out.push_str(text);
        return;
    }
    for byte in text.bytes() {
        if plain(byte) || also.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// What a query may hold beside unreserved characters (RFC 3986 §3.4), less what separates its
/// parts and `+`, which servers read as a space.
const IN_VALUE: &[u8] = b"$'(),:;/@=!*";
const IN_NAME: &[u8] = b"$@";

/// The setters of a request that takes query options; its field `query` is a [`Query`].
macro_rules! query_options {
    ($name:ident: $($option:ident),+ $(,)?) => {
        impl<C: $crate::request::Via> $name<C> {
            $( query_options!(@ $option); )+
        }
    };
    (@ select) => {
        /// Set which properties are answered (`$select`). Default: the service's choice.
        pub fn select<I>(mut self, properties: I) -> Self
        where
            I: IntoIterator,
            I::Item: AsRef<str>,
        {
            self.query = self.query.select(properties);
            self
        }
    };
    (@ expand) => {
        /// Set which related resources are answered too (`$expand`). Default: none.
        pub fn expand<I>(mut self, relations: I) -> Self
        where
            I: IntoIterator,
            I::Item: AsRef<str>,
        {
            self.query = self.query.expand(relations);
            self
        }
    };
    (@ filter) => {
        /// Set the condition items must meet (`$filter`). Default: none.
        ///
        /// Write texts in it by [`Query::quoted`](crate::request::Query::quoted).
        pub fn filter(mut self, condition: impl Into<String>) -> Self {
            self.query = self.query.filter(condition);
            self
        }
    };
    (@ top) => {
        /// Set how many items a page holds (`$top`). Default: the service's choice.
        pub fn top(mut self, items: u32) -> Self {
            self.query = self.query.top(items);
            self
        }
    };
    (@ skip) => {
        /// Set how many items to leave out first (`$skip`). Default: none.
        pub fn skip(mut self, items: u32) -> Self {
            self.query = self.query.skip(items);
            self
        }
    };
    (@ order_by) => {
        /// Set the order of items (`$orderby`), such as `displayName desc`. Default: the service's.
        pub fn order_by(mut self, order: impl Into<String>) -> Self {
            self.query = self.query.order_by(order);
            self
        }
    };
    (@ search) => {
        /// Set what to search for (`$search`), with its double quotes. Default: nothing.
        pub fn search(mut self, expression: impl Into<String>) -> Self {
            self.query = self.query.search(expression);
            self
        }
    };
    (@ count) => {
        /// Ask how many items there are in all (`$count`). Default: not asked.
        pub fn count(mut self) -> Self {
            self.query = self.query.count();
            self
        }
    };
    (@ skip_token) => {
        /// Set where an earlier page ended (`$skiptoken`). Default: the first page.
        pub fn skip_token(mut self, token: impl Into<String>) -> Self {
            self.query = self.query.skip_token(token);
            self
        }
    };
    (@ query) => {
        /// Set all query options at once, those without a setter too.
        pub fn query(mut self, query: $crate::request::Query) -> Self {
            self.query = query;
            self
        }
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn options_are_encoded_so_that_they_survive() {
        let cases = [
            (Query::new(), ""),
            (Query::new().select(["id", "state"]), "$select=id,state"),
            (
                Query::new().expand(["sessions($expand=segments)"]),
                "$expand=sessions($expand=segments)",
            ),
            (
                Query::new().filter("startDateTime ge 2026-11-01T00:00:00+01:00"),
                "$filter=startDateTime%20ge%202026-11-01T00:00:00%2B01:00",
            ),
            (
                Query::new()
                    .filter(format!("JoinWebUrl eq {}", Query::quoted("https://t/l?a=1&b=#'"))),
                "$filter=JoinWebUrl%20eq%20'https://t/l%3Fa=1%26b=%23'''",
            ),
            (
                Query::new().search("\"displayName:wa\" OR \"mail:é\""),
                "$search=%22displayName:wa%22%20OR%20%22mail:%C3%A9%22",
            ),
            (Query::new().top(5).top(9).skip(1).count(), "$top=9&$skip=1&$count=true"),
            (
                Query::new().skip_token("MSwx/+=").order_by("displayName desc"),
                "$skiptoken=MSwx/%2B=&$orderby=displayName%20desc",
            ),
            (
                Query::new().pair("@user", "'a&b'").pair("odd name", "x"),
                "@user='a%26b'&odd%20name=x",
            ),
        ];
        for (query, wanted) in cases {
            assert_eq!(query.to_text(), wanted);
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let query = Query::new().filter("displayName eq 'Heidi'");
        assert_eq!(format!("{query:?}"), "{\"$filter\"}");
    }

    proptest! {
        #[test]
        fn whatever_the_text_a_server_reads_it_back(name in "[$@]?[a-z =&]{1,8}", value in ".*") {
            let query = Query::new().pair(name.clone(), value.clone());
            let url = format!("https://graph.example.com/users?{}", query.to_text());
            let uri: http::Uri = url.parse().unwrap();
            let read = url::form_urlencoded::parse(uri.query().unwrap().as_bytes());
            let read: Vec<_> = read.into_owned().collect();
            prop_assert_eq!(read, [(name, value)]);
        }
    }
}
