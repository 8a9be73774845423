//! The Rust type of a property.

use super::{
    overlay::Words,
    plan::Uses,
    resolve::Resolver,
    schema::{Property, Type, split},
};

impl Resolver<'_> {
    /// The Rust type of a property, taken in where it stands elsewhere.
    pub(super) fn rust_type(
        &mut self,
        uses: &mut Uses,
        of: &Type,
        lineage: &[&Words],
        property: &Property,
    ) -> String {
        let key = property.name.as_str();
        let listed = |list: fn(&Words) -> &Vec<String>| {
            lineage.iter().any(|words| list(words).iter().any(|name| name == key))
        };
        if let Some(own) = lineage.iter().find_map(|words| words.types.get(key)) {
            return Self::by_hand(uses, own);
        }
        let mut boxed = listed(|words| &words.boxed_properties) || property.navigation;
        let mut rust = if let Some(edm) = property.type_name.strip_prefix("Edm.") {
            let sensitive = listed(|words| &words.sensitive);
            boxed = false;
            let Some((rust, of_wire)) = scalar(edm, sensitive) else {
                self.complaints.push(format!("{}.{key}: no Rust type for Edm.{edm}", of.name));
                return String::new();
            };
            if of_wire {
                uses.insert(("wire", rust.to_owned()));
            }
            rust.to_owned()
        } else if let Some(other) = self.schema.get(&property.type_name) {
            let Some(place) = self.places.get(&other.name) else { return String::new() };
            boxed |= place.words.boxed;
            let in_module = place.nested() && place.area.namespace == split(&of.name).0;
            let rust = place.rust();
            if !in_module {
                let path = if place.nested() {
                    format!("{}::{rust}", place.area.name)
                } else {
                    rust.clone()
                };
                uses.insert(("model", path));
            }
            if other.flags {
                uses.insert(("wire", "Flags".to_owned()));
                format!("Flags<{rust}>")
            } else {
                rust
            }
        } else {
            // A type that the facts leave out is kept whole.
            if !property.navigation {
                self.complaints.push(format!("{}.{key}: no type {}", of.name, property.type_name));
            }
            boxed = false;
            uses.insert(("wire", "Object".to_owned()));
            "Object".to_owned()
        };
        if property.collection {
            rust = format!("Vec<{rust}>");
        } else if boxed {
            rust = format!("Box<{rust}>");
        }
        rust
    }

    /// A Rust type named in an overlay; `wire::` and plain names are taken in.
    pub(super) fn by_hand(uses: &mut Uses, rust: &str) -> String {
        let inner = rust.trim_start_matches("Vec<").trim_start_matches("Box<");
        let inner = inner.trim_end_matches('>');
        if let Some(name) = inner.strip_prefix("wire::") {
            uses.insert(("wire", name.to_owned()));
        } else if !matches!(inner, "String" | "bool" | "i32" | "i64" | "f64") {
            uses.insert(("model", inner.to_owned()));
        }
        rust.replace("wire::", "")
    }
}

/// The Rust type of a primitive one, and whether it stands in `wire`.
fn scalar(edm: &str, sensitive: bool) -> Option<(&'static str, bool)> {
    Some(match edm {
        "String" | "Guid" | "Stream" if sensitive => ("Sensitive", true),
        "String" | "Guid" | "Stream" => ("String", false),
        "Boolean" => ("bool", false),
        "Int32" => ("i32", false),
        "Int64" => ("i64", false),
        "Single" | "Double" => ("f64", false),
        "Decimal" => ("Decimal", true),
        "Duration" => ("EdmDuration", true),
        "DateTimeOffset" => ("DateTimeOffset", true),
        _ => return None,
    })
}
