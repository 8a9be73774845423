//! The overlays: our own words on the schema, one file per area.

use std::{collections::BTreeMap, fmt, fs, marker::PhantomData, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use crate::command::Failure;

/// One area: the types of one generated file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Area {
    /// The stem of the file, and of the generated module.
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) namespace: String,
    /// The paragraph of the module.
    pub(crate) doc: String,
    #[serde(default)]
    pub(crate) types: Ordered<Words>,
}

/// What is said about one type.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) doc: String,
    /// The Rust name, where it is not the schema's in upper camel case.
    pub(crate) rust: Option<String>,
    /// Written by hand beside the generated files; the schema's words are not repeated here.
    #[serde(default)]
    pub(crate) by_hand: bool,
    /// Arguments of `new`.
    #[serde(default)]
    pub(crate) requires: Vec<String>,
    /// Subtypes whose properties are folded into this type.
    #[serde(default)]
    pub(crate) absorb: Vec<String>,
    /// Properties whose text must not show in logs.
    #[serde(default)]
    pub(crate) sensitive: Vec<String>,
    /// Properties held in a box.
    #[serde(default, rename = "box")]
    pub(crate) boxed_properties: Vec<String>,
    /// Whether every single property of this type is held in a box.
    #[serde(default)]
    pub(crate) boxed: bool,
    /// Rust types of properties that need another than the schema's.
    #[serde(default)]
    pub(crate) types: BTreeMap<String, String>,
    /// The function that settles what depends on several properties.
    pub(crate) after: Option<String>,
    #[serde(default)]
    pub(crate) alias: Vec<String>,
    /// The struct of a base that is no abstract one, used where no subtype is named.
    pub(crate) base: Option<String>,
    /// Words on the variants of a base, by subtype; the subtype's own first sentence otherwise.
    #[serde(default)]
    pub(crate) variants: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) properties: Ordered<String>,
    #[serde(default)]
    pub(crate) members: Ordered<String>,
    /// Rust names of members, where upper camel case does not serve.
    #[serde(default)]
    pub(crate) names: BTreeMap<String, String>,
    /// Properties or members of the wire that the schema does not declare.
    #[serde(default)]
    pub(crate) undeclared: Ordered<Undeclared>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Undeclared {
    pub(crate) doc: String,
    /// The schema's name of the type; absent for a member.
    #[serde(rename = "type")]
    pub(crate) type_name: Option<String>,
    /// The Rust type, where the schema has none.
    pub(crate) rust: Option<String>,
    #[serde(default)]
    pub(crate) collection: bool,
}

impl Area {
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let mut area: Self =
            toml::from_str(text).map_err(|error| format!("{name}.toml: {error}"))?;
        name.clone_into(&mut area.name);
        Ok(area)
    }
}

/// Reads every overlay of a folder, by name.
pub(crate) fn read(folder: &Path) -> Result<Vec<Area>, Failure> {
    let mut areas = Vec::new();
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml")
            && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
        {
            areas.push(Area::parse(name, &fs::read_to_string(&path)?)?);
        }
    }
    areas.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(areas)
}

/// A table in the order of its file.
#[derive(Debug)]
pub(crate) struct Ordered<T>(Vec<(String, T)>);

impl<T> Ordered<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(key, _)| key == name)
    }
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Table<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }

        deserializer.deserialize_map(Table(PhantomData))
    }
}
