//! The schema facts: types of the CSDL as one JSON file.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::command::Failure;

/// The namespace of most types.
pub(crate) const GRAPH: &str = "microsoft.graph";
/// The base of every entity; nothing is declared to be one.
pub(crate) const ENTITY: &str = "microsoft.graph.entity";

/// The types by their qualified names.
#[derive(Debug)]
pub(crate) struct Schema {
    types: BTreeMap<String, Type>,
}

/// One type of the schema.
#[derive(Debug, Deserialize)]
pub(crate) struct Type {
    /// The qualified name.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) base: Option<String>,
    #[serde(default, rename = "abstract")]
    pub(crate) is_abstract: bool,
    #[serde(default)]
    properties: Vec<Property>,
    #[serde(default)]
    navigation: Vec<Property>,
    #[serde(default)]
    pub(crate) members: Vec<Member>,
    #[serde(default)]
    pub(crate) flags: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Entity,
    Complex,
    Enum,
}

/// A property, plain or navigation.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Property {
    pub(crate) name: String,
    /// The qualified name of its type, of its items where it is a collection.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    #[serde(default)]
    pub(crate) collection: bool,
    /// Whether it leads to another entity.
    #[serde(skip)]
    pub(crate) navigation: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
}

#[derive(Deserialize)]
struct File {
    types: Vec<Type>,
}

impl Type {
    /// What the type declares itself: properties, then navigation.
    pub(crate) fn declared(&self) -> impl Iterator<Item = &Property> {
        self.properties.iter().chain(&self.navigation)
    }
}

impl Schema {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let file: File = serde_json::from_str(text)?;
        let mut types = BTreeMap::new();
        for mut of in file.types {
            for property in &mut of.navigation {
                property.navigation = true;
            }
            types.insert(of.name.clone(), of);
        }
        if types.is_empty() {
            return Err("the schema names no type".into());
        }
        Ok(Self { types })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Type> {
        self.types.get(name)
    }

    /// Every type, by name.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        self.types.values()
    }

    /// A type and its bases, the widest first.
    pub(crate) fn lineage<'a>(&'a self, of: &'a Type) -> Vec<&'a Type> {
        let base = |of: &&Type| of.base.as_deref().and_then(|name| self.types.get(name));
        // A schema that is its own base would never end; a hundred levels are never meant.
        let mut lineage: Vec<&Type> = std::iter::successors(Some(of), base).take(100).collect();
        lineage.reverse();
        lineage
    }

    /// Every property of a type, inherited ones first.
    pub(crate) fn properties<'a>(&'a self, of: &'a Type) -> Vec<&'a Property> {
        self.lineage(of).into_iter().flat_map(Type::declared).collect()
    }

    /// The types that descend from `name`, by name.
    pub(crate) fn subtypes(&self, name: &str) -> Vec<&Type> {
        let descends = |of: &&Type| self.lineage(of).iter().rev().skip(1).any(|of| of.name == name);
        self.types().filter(descends).collect()
    }
}

/// The namespace and the local name of a qualified one.
pub(crate) fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or((GRAPH, name))
}
