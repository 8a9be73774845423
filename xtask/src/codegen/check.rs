//! What is wrong with an overlay.

use super::{overlay::Words, resolve::Resolver, schema::Type};

/// The longest first sentence of a doc line, in words.
const FIRST_SENTENCE: usize = 15;

impl Resolver<'_> {
    /// Finds words without a thing, and first sentences that are too long.
    pub(super) fn check(&mut self, of: &Type, words: &Words) {
        let properties = self.all_properties(of, words);
        let known = |name: &str| properties.iter().any(|property| property.name == name);
        let told = |name: &str| known(name) || words.undeclared.get(name).is_some();
        let mut complaints = Vec::new();
        let mut complain =
            |name: &str| complaints.push(format!("{}.{name}: not in the schema", of.name));
        words
            .properties
            .iter()
            .filter(|(name, _)| !known(name))
            .for_each(|(name, _)| complain(name));
        let lists = [&words.requires, &words.sensitive, &words.boxed_properties];
        let listed = lists.into_iter().flatten().chain(words.types.keys());
        listed.filter(|name| !told(name)).for_each(|name| complain(name));
        let member = |name: &str| of.members.iter().any(|member| member.name == name);
        words.members.iter().filter(|(name, _)| !member(name)).for_each(|(name, _)| complain(name));
        for (name, _) in words.undeclared.iter() {
            if known(name) || member(name) {
                complaints.push(format!("{}.{name}: said to be undeclared, but declared", of.name));
            }
        }
        let docs = words.properties.iter().chain(words.members.iter());
        let docs = docs.map(|(name, doc)| (format!("{}.{name}", of.name), doc.as_str()));
        let undeclared = words.undeclared.iter();
        let docs = docs
            .chain(undeclared.map(|(name, it)| (format!("{}.{name}", of.name), it.doc.as_str())));
        for (name, doc) in docs.chain([(of.name.clone(), words.doc.as_str())]) {
            let length = first_sentence(doc).split_whitespace().count();
            if length == 0 || length > FIRST_SENTENCE {
                complaints.push(format!("{name}: its first sentence has {length} words"));
            }
        }
        self.complaints.extend(complaints);
    }
}

/// A text up to its first full stop.
pub(crate) fn first_sentence(doc: &str) -> &str {
    let doc = doc.trim();
    let paragraph = doc.split_once("\n\n").map_or(doc, |(first, _)| first);
    paragraph.find(". ").map_or(paragraph, |end| &paragraph[..=end])
}
