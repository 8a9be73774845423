//! Finding headers, and what their values mean (RFC 3261 §7.3.1).

use super::Headers;
use crate::message::{
    AsHeaderName, HeaderName, HeaderRef, ParseError, Rule, TypedHeader, header_name::Code,
    line::Line,
};

impl Headers {
    /// The value of the first header of the name.
    #[must_use]
    pub fn get(&self, name: impl AsHeaderName) -> Option<&[u8]> {
        let name = name.to_name()?;
        let found = self.named(&name).next();
        found.map(HeaderRef::value)
    }

    /// The value of the first header of the name as text, if it is UTF-8.
    #[must_use]
    pub fn get_str(&self, name: impl AsHeaderName) -> Option<&str> {
        std::str::from_utf8(self.get(name)?).ok()
    }

    /// All header lines of the name, in order.
    pub fn get_all(&self, name: impl AsHeaderName) -> impl Iterator<Item = HeaderRef<'_>> {
        let name = name.to_name();
        self.iter().filter(move |header| name.as_ref().is_some_and(|name| header.is(name)))
    }

    /// Whether a header of the name stands.
    #[must_use]
    pub fn contains(&self, name: impl AsHeaderName) -> bool {
        self.get(name).is_some()
    }

    /// The one value of a header, or nothing when it is absent.
    ///
    /// # Errors
    ///
    /// [`Rule::Repeated`] when it stands twice, or the rule that its value breaks.
    pub fn typed<T: TypedHeader>(&self) -> Result<Option<T>, ParseError> {
        self.only(&T::name())?.map(|header| header.read(&self.grammar)).transpose()
    }

    /// The one value of a header that must stand.
    ///
    /// # Errors
    ///
    /// [`Rule::Missing`] when it is absent, else as [`Self::typed`].
    pub fn required<T: TypedHeader>(&self) -> Result<T, ParseError> {
        let missing = || ParseError::new(Rule::Missing, 0).in_header(T::name());
        self.only(&T::name())?.ok_or_else(missing)?.read(&self.grammar)
    }

    /// The first element of a comma-separated header, or nothing when it is absent.
    ///
    /// # Errors
    ///
    /// The rule that the element breaks.
    pub fn first<T: TypedHeader>(&self) -> Result<Option<T>, ParseError> {
        let found = self.named(&T::name()).next();
        found.map_or(Ok(None), |header| header.read_first(&self.grammar))
    }

    /// All elements of a comma-separated header over all its lines, in order.
    ///
    /// A header with an empty value, as `Supported:` may have, holds no elements.
    ///
    /// # Errors
    ///
    /// The rule that an element breaks, or [`Rule::TooManyParams`] beyond
    /// [`Limits::params`](crate::message::Limits::params).
    pub fn list<T: TypedHeader>(&self) -> Result<Vec<T>, ParseError> {
        let mut all = Vec::new();
        self.named(&T::name()).try_for_each(|header| header.read_list(&self.grammar, &mut all))?;
        Ok(all)
    }

    /// The lines of one name, in order.
    #[inline]
    fn named<'a, 'n>(
        &'a self,
        name: &'n HeaderName,
    ) -> impl Iterator<Item = HeaderRef<'a>> + use<'a, 'n> {
        let code = name.code();
        let same = move |line: &&Line| line.code == code;
        self.lines.iter().filter(same).map(|line| HeaderRef::new(&self.texts, line)).filter(
            // Names of no known code share one.
            move |header| code != Code::OTHER || header.is(name),
        )
    }

    /// The one line of a name.
    fn only(&self, name: &HeaderName) -> Result<Option<HeaderRef<'_>>, ParseError> {
        let code = name.code();
        let mut found = None;
        for line in &self.lines {
            if line.code != code {
                continue;
            }
            let header = HeaderRef::new(&self.texts, line);
            if code == Code::OTHER && !header.is(name) {
                continue;
            }
            if found.is_some() {
                return Err(ParseError::new(Rule::Repeated, 0).in_header(name.clone()));
            }
            found = Some(header);
        }
        Ok(found)
    }
}
