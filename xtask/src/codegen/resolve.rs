//! Schema and overlays joined: what each generated file holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    name,
    overlay::{Area, Words},
    schema::{ENTITY, GRAPH, Kind, Property, Schema, Type, split},
};

/// The longest first sentence of a doc line, in words.
const FIRST_SENTENCE: usize = 15;
/// The member every open enumeration of the schema has.
const UNKNOWN_FUTURE_VALUE: &str = "unknownFutureValue";
const UNKNOWN_FUTURE_VALUE_DOC: &str =
    "A member the service hides from clients that do not ask for it.";

/// Everything to be generated.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) modules: Vec<Module>,
    /// Every type of the schema and the Rust type that holds it.
    pub(crate) table: Vec<Row>,
}

/// One generated file.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) doc: String,
    /// Whether its types are reached through the module's own name.
    pub(crate) nested: bool,
    pub(crate) items: Vec<Item>,
    /// What it takes from `model` and from `wire`.
    pub(crate) uses: BTreeSet<(&'static str, String)>,
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

/// Joins both; an error lists everything that lacks words, lacks a place or is not known.
pub(crate) fn resolve(schema: &Schema, areas: &[Area]) -> Result<Plan, Vec<String>> {
    let mut resolver = Resolver { schema, places: BTreeMap::new(), complaints: Vec::new() };
    resolver.place(areas);
    let modules = areas.iter().map(|area| resolver.module(area)).collect();
    let table = resolver.table();
    if resolver.complaints.is_empty() {
        Ok(Plan { modules, table })
    } else {
        resolver.complaints.sort();
        resolver.complaints.dedup();
        Err(resolver.complaints)
    }
}

/// Where a type of the schema is told of.
#[derive(Clone, Copy)]
struct Place<'a> {
    area: &'a Area,
    /// The local name of the type that holds it: its own, or that of the type it is folded into.
    local: &'a str,
    words: &'a Words,
    absorbed: bool,
}

impl Place<'_> {
    fn rust(&self) -> String {
        self.words.rust.clone().unwrap_or_else(|| name::upper_camel(self.local))
    }

    fn nested(&self) -> bool {
        self.area.namespace != GRAPH
    }
}

struct Resolver<'a> {
    schema: &'a Schema,
    places: BTreeMap<String, Place<'a>>,
    complaints: Vec<String>,
}

impl<'a> Resolver<'a> {
    fn complain(&mut self, what: String) {
        self.complaints.push(what);
    }

    /// Finds the place of every type.
    fn place(&mut self, areas: &'a [Area]) {
        for area in areas {
            for (local, words) in area.types.iter() {
                let qualified = format!("{}.{local}", area.namespace);
                let place = Place { area, local, words, absorbed: false };
                self.put(&qualified, place);
                for absorbed in &words.absorb {
                    let qualified = qualify(&area.namespace, absorbed);
                    self.put(&qualified, Place { absorbed: true, ..place });
                }
            }
        }
        for of in self.schema.types() {
            if !self.places.contains_key(&of.name) {
                self.complaints.push(format!("{}: no overlay names it", of.name));
            }
        }
    }

    fn put(&mut self, qualified: &str, place: Place<'a>) {
        if self.schema.get(qualified).is_none() {
            self.complain(format!(
                "{qualified}: {}.toml names it, the schema does not",
                place.area.name
            ));
        }
        if self.places.insert(qualified.to_owned(), place).is_some() {
            self.complain(format!("{qualified}: it has two places"));
        }
    }

    fn module(&mut self, area: &'a Area) -> Module {
        let mut module = Module {
            name: area.name.clone(),
            doc: area.doc.clone(),
            nested: area.namespace != GRAPH,
            items: Vec::new(),
            uses: BTreeSet::new(),
        };
        for (local, words) in area.types.iter() {
            let qualified = format!("{}.{local}", area.namespace);
            if let Some(of) = self.schema.get(&qualified) {
                self.check(of, words);
                if !words.by_hand {
                    self.items(&mut module, of, &self.places[&qualified].clone());
                }
            }
        }
        let own: BTreeSet<String> = module.items.iter().map(|item| item.rust.clone()).collect();
        module.uses.retain(|(from, name)| *from == "wire" || !own.contains(name));
        module
    }

    /// Finds words without a thing, and first sentences that are too long.
    fn check(&mut self, of: &Type, words: &Words) {
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

    /// Inherited, own and absorbed properties, each once.
    fn all_properties(&self, of: &Type, words: &Words) -> Vec<&'a Property> {
        let namespace = split(&of.name).0;
        let Some(of) = self.schema.get(&of.name) else { return Vec::new() };
        let mut all = self.schema.properties(of);
        for absorbed in &words.absorb {
            if let Some(absorbed) = self.schema.get(&qualify(namespace, absorbed)) {
                all.extend(self.schema.declared(absorbed));
            }
        }
        let mut seen = BTreeSet::new();
        all.retain(|property| seen.insert(property.name.as_str()));
        all
    }

    /// What is generated for one type: an enumeration, a struct, a choice, or both the last.
    fn items(&mut self, module: &mut Module, of: &Type, place: &Place<'a>) {
        let (rust, words) = (place.rust(), place.words);
        let mut item = |rust: String, shape| {
            let (doc, alias) = (words.doc.clone(), words.alias.clone());
            module.items.push(Item { rust, doc, alias, shape });
        };
        if of.kind == Kind::Enum {
            item(rust, Shape::Enumeration(self.members(of, words)));
            return;
        }
        if !self.is_choice(of) {
            let shape = self.resource(&mut module.uses, of, place);
            item(rust, shape);
            return;
        }
        let mut variants = self.variants(&mut module.uses, of, words);
        let base = (!of.is_abstract).then(|| {
            let plain = words.base.clone().unwrap_or_else(|| format!("Other{rust}"));
            let doc = "Of a kind that is not named, or not known.".to_owned();
            Variant { name: "Other".to_owned(), text: plain, doc }
        });
        if let Some(base) = &base {
            let shape = self.resource(&mut module.uses, of, place);
            item(base.text.clone(), shape);
        }
        variants.sort_by_key(|(place, _)| *place);
        let variants = variants.into_iter().map(|(_, variant)| variant).collect();
        let mut item = |rust: String, shape| {
            let (doc, alias) = (words.doc.clone(), words.alias.clone());
            module.items.push(Item { rust, doc, alias, shape });
        };
        item(rust, Shape::Choice { variants, base });
    }

    /// Whether values of this type come as one of several structs.
    fn is_choice(&self, of: &Type) -> bool {
        let own = self.places.get(&of.name).map(|place| place.rust());
        let subtypes = self.schema.subtypes(&of.name);
        let apart = subtypes
            .iter()
            .any(|subtype| self.places.get(&subtype.name).map(|place| place.rust()) != own);
        let used = || {
            self.schema.types().any(|user| {
                self.schema.declared(user).any(|property| property.type_name == of.name)
            })
        };
        of.name != ENTITY && of.kind != Kind::Enum && apart && (of.is_abstract || used())
    }

    fn members(&mut self, of: &Type, words: &Words) -> Vec<Variant> {
        let variant = |name: &str, doc: &str| {
            let rust = words.names.get(name).cloned();
            let rust = rust.unwrap_or_else(|| name::upper_camel(name));
            Variant { name: rust, text: name.to_owned(), doc: doc.to_owned() }
        };
        let mut members: Vec<Variant> =
            words.members.iter().map(|(name, doc)| variant(name, doc)).collect();
        for member in &of.members {
            if words.members.get(&member.name).is_none() {
                if member.name != UNKNOWN_FUTURE_VALUE {
                    self.complaints.push(format!("{}.{}: no words on it", of.name, member.name));
                }
                members.push(variant(&member.name, UNKNOWN_FUTURE_VALUE_DOC));
            }
        }
        members.extend(words.undeclared.iter().map(|(name, it)| variant(name, &it.doc)));
        members
    }

    fn variants(
        &mut self,
        uses: &mut BTreeSet<(&'static str, String)>,
        of: &Type,
        words: &Words,
    ) -> Vec<(usize, Variant)> {
        let mut subtypes = self.schema.subtypes(&of.name);
        subtypes.retain(|subtype| {
            !subtype.is_abstract
                && self.places.get(&subtype.name).is_some_and(|place| !place.absorbed)
        });
        let locals: Vec<&str> = subtypes.iter().map(|subtype| split(&subtype.name).1).collect();
        let names = name::variants(split(&of.name).1, &locals);
        let mut variants = Vec::new();
        for ((name, subtype), local) in names.into_iter().zip(&subtypes).zip(&locals) {
            let place = self.places[&subtype.name];
            uses.insert(("model", place.rust()));
            let own = words.variants.get(*local).map(String::as_str);
            let doc = own.unwrap_or_else(|| first_sentence(&place.words.doc)).to_owned();
            let order = place.area.types.place(local).unwrap_or(usize::MAX);
            variants.push((order, Variant { name, text: place.rust(), doc }));
        }
        variants
    }

    fn resource(
        &mut self,
        uses: &mut BTreeSet<(&'static str, String)>,
        of: &Type,
        place: &Place<'a>,
    ) -> Shape {
        let words = place.words;
        let lineage: Vec<&Words> = self
            .schema
            .lineage(of)
            .iter()
            .rev()
            .filter_map(|of| self.places.get(&of.name).map(|place| place.words))
            .collect();
        let mut properties = self.all_properties(of, words);
        // Inherited ones come first; own ones in the order of the overlay.
        properties.sort_by_key(|property| {
            let inherited = self
                .schema
                .lineage(of)
                .iter()
                .rev()
                .skip(1)
                .any(|base| self.schema.declared(base).any(|it| it.name == property.name));
            let at = words.properties.place(&property.name);
            (!inherited, if inherited { None } else { Some(at.unwrap_or(usize::MAX)) })
        });
        let mut fields = Vec::new();
        for property in properties {
            let key = property.name.as_str();
            let doc = lineage.iter().find_map(|words| words.properties.get(key));
            if doc.is_none() {
                self.complaints.push(format!("{}.{key}: no words on it", of.name));
            }
            let rust = self.rust_type(uses, of, &lineage, property);
            let doc = doc.cloned().unwrap_or_default();
            fields.push(Field { name: name::snake(key), rust, key: key.to_owned(), doc });
        }
        for (key, it) in lineage.iter().rev().flat_map(|words| words.undeclared.iter()) {
            if fields.iter().any(|field| field.key == key) {
                continue;
            }
            let type_name = it.type_name.as_deref().unwrap_or_default();
            let inner = type_name.strip_prefix("Collection(").and_then(|it| it.strip_suffix(')'));
            let property = Property {
                name: key.to_owned(),
                type_name: inner.unwrap_or(type_name).to_owned(),
                collection: it.collection || inner.is_some(),
                navigation: false,
            };
            let rust = match &it.rust {
                Some(rust) => self.by_hand(uses, rust),
                None => self.rust_type(uses, of, &lineage, &property),
            };
            let doc = it.doc.clone();
            fields.push(Field { name: name::snake(key), rust, key: key.to_owned(), doc });
        }
        Shape::Resource {
            type_name: of.name.clone(),
            after: words.after.clone(),
            requires: words.requires.iter().map(|name| name::snake(name)).collect(),
            fields,
        }
    }

    fn rust_type(
        &mut self,
        uses: &mut BTreeSet<(&'static str, String)>,
        of: &Type,
        lineage: &[&Words],
        property: &Property,
    ) -> String {
        let key = property.name.as_str();
        let listed = |list: fn(&Words) -> &Vec<String>| {
            lineage.iter().any(|words| list(words).iter().any(|name| name == key))
        };
        if let Some(own) = lineage.iter().find_map(|words| words.types.get(key)) {
            return self.by_hand(uses, own);
        }
        let mut boxed = listed(|words| &words.boxed_properties) || property.navigation;
        let mut rust = if let Some(edm) = property.type_name.strip_prefix("Edm.") {
            let sensitive = listed(|words| &words.sensitive);
            boxed = false;
            match scalar(edm, sensitive) {
                Some((rust, of_wire)) => {
                    if of_wire {
                        uses.insert(("wire", rust.to_owned()));
                    }
                    rust.to_owned()
                }
                None => {
                    self.complaints.push(format!("{}.{key}: no Rust type for Edm.{edm}", of.name));
                    String::new()
                }
            }
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
    fn by_hand(&mut self, uses: &mut BTreeSet<(&'static str, String)>, rust: &str) -> String {
        let inner = rust.trim_start_matches("Vec<").trim_start_matches("Box<");
        let inner = inner.trim_end_matches('>');
        if let Some(name) = inner.strip_prefix("wire::") {
            uses.insert(("wire", name.to_owned()));
        } else if !matches!(inner, "String" | "bool" | "i32" | "i64" | "f64") {
            uses.insert(("model", inner.to_owned()));
        }
        rust.replace("wire::", "")
    }

    fn table(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for of in self.schema.types() {
            let Some(place) = self.places.get(&of.name) else { continue };
            let rust = place.rust();
            let path = if place.nested() && !place.absorbed {
                format!("{}::{rust}", place.area.name)
            } else {
                rust
            };
            let form = match of.kind {
                Kind::Enum => Form::Enumeration,
                _ if self.is_choice(of) => Form::Choice,
                _ => Form::Object,
            };
            rows.push(Row { type_name: of.name.clone(), path, form });
        }
        rows
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

/// The qualified name of a type named in an overlay.
fn qualify(namespace: &str, name: &str) -> String {
    if name.starts_with("microsoft.") {
        name.to_owned()
    } else if name.contains('.') {
        format!("{GRAPH}.{name}")
    } else {
        format!("{namespace}.{name}")
    }
}

/// A text up to its first full stop.
pub(crate) fn first_sentence(doc: &str) -> &str {
    let doc = doc.trim();
    let paragraph = doc.split_once("\n\n").map_or(doc, |(first, _)| first);
    paragraph.find(". ").map_or(paragraph, |end| &paragraph[..=end])
}
