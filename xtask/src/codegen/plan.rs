//! What the generated files hold.

use std::collections::BTreeSet;

/// Everything to be generated.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) modules: Vec<Module>,
    /// Every type of the schema and the Rust type that holds it.
    pub(crate) table: Vec<Row>,
}

/// What a file takes in: from `model` or `wire`, by name.
pub(crate) type Uses = BTreeSet<(&'static str, String)>;

/// One generated file.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) doc: String,
    /// Whether its types are reached through the module's own name.
    pub(crate) nested: bool,
    pub(crate) items: Vec<Item>,
    /// What it takes from `model` and from `wire`.
    pub(crate) uses: Uses,
}

/// One generated type.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) rust: String,
    pub(crate) doc: String,
    pub(crate) alias: Vec<String>,
    pub(crate) shape: Shape,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Resource { type_name: String, after: Option<String>, requires: Vec<String>, fields: Vec<Field> },
    Enumeration(Vec<Variant>),
    Choice { variants: Vec<Variant>, base: Option<Variant> },
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) rust: String,
    pub(crate) key: String,
    pub(crate) doc: String,
}

/// A variant; its text is a spelling or the type it holds.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) doc: String,
}

/// A type of the schema beside its Rust type.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) type_name: String,
    pub(crate) path: String,
    pub(crate) form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Object,
    Choice,
    Enumeration,
}
