//! Enumerations whose members combine.

use std::fmt;

use super::Member;

/// Members of a flags enumeration, written as one text with commas between them.
///
/// The order and repetitions that came are kept. An empty text is an empty set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags<E>(Vec<E>);

impl<E> Flags<E> {
    /// No member.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a member unless it is there.
    pub fn insert(&mut self, member: E)
    where
        E: PartialEq,
    {
        if !self.0.contains(&member) {
            self.0.push(member);
        }
    }

    /// Whether the member is set.
    #[must_use]
    pub fn contains(&self, member: &E) -> bool
    where
        E: PartialEq,
    {
        self.0.contains(member)
    }

    /// The members in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, E> {
        self.0.iter()
    }

    /// Whether no member is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[expect(private_bounds, reason = "every enumeration of the models has the trait")]
impl<E: Member> Flags<E> {
    pub(super) fn parse(text: &str) -> Self {
        let members = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self(members.map(E::of_name).collect())
    }

    pub(super) fn joined(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(Member::name).collect();
        names.join(",")
    }
}

impl<E> Default for Flags<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> From<E> for Flags<E> {
    fn from(member: E) -> Self {
        Self(vec![member])
    }
}

impl<E: PartialEq> FromIterator<E> for Flags<E> {
    fn from_iter<I: IntoIterator<Item = E>>(members: I) -> Self {
        let mut flags = Self::new();
        members.into_iter().for_each(|member| flags.insert(member));
        flags
    }
}

impl<'a, E> IntoIterator for &'a Flags<E> {
    type Item = &'a E;
    type IntoIter = std::slice::Iter<'a, E>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<E: Member> fmt::Display for Flags<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.joined())
    }
}
