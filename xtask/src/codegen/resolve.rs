//! Schema and overlays joined: what each generated file holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    check::first_sentence,
    name,
    overlay::{Area, Words},
    plan::{Field, Form, Item, Module, Plan, Row, Shape, Uses, Variant},
    schema::{ENTITY, GRAPH, Kind, Property, Schema, Type, split},
};

/// The member every open enumeration of the schema has.
const UNKNOWN_FUTURE_VALUE: &str = "unknownFutureValue";
const UNKNOWN_FUTURE_VALUE_DOC: &str =
    "A member the service hides from clients that do not ask for it.";

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
pub(super) struct Place<'a> {
    pub(super) area: &'a Area,
    /// The local name of the type that holds it: its own, or that of the type it is folded into.
    local: &'a str,
    pub(super) words: &'a Words,
    absorbed: bool,
}

impl Place<'_> {
    pub(super) fn rust(&self) -> String {
        self.words.rust.clone().unwrap_or_else(|| name::upper_camel(self.local))
    }

    pub(super) fn nested(&self) -> bool {
        self.area.namespace != GRAPH
    }
}

pub(super) struct Resolver<'a> {
    pub(super) schema: &'a Schema,
    pub(super) places: BTreeMap<String, Place<'a>>,
    pub(super) complaints: Vec<String>,
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

    /// Inherited, own and absorbed properties, each once.
    pub(super) fn all_properties(&self, of: &Type, words: &Words) -> Vec<&'a Property> {
        let namespace = split(&of.name).0;
        let Some(of) = self.schema.get(&of.name) else { return Vec::new() };
        let mut all = self.schema.properties(of);
        for absorbed in &words.absorb {
            if let Some(absorbed) = self.schema.get(&qualify(namespace, absorbed)) {
                all.extend(absorbed.declared());
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
        let own = self.places.get(&of.name).map(Place::rust);
        let subtypes = self.schema.subtypes(&of.name);
        let apart =
            subtypes.iter().any(|subtype| self.places.get(&subtype.name).map(Place::rust) != own);
        let used = || {
            self.schema
                .types()
                .any(|user| user.declared().any(|property| property.type_name == of.name))
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

    fn variants(&mut self, uses: &mut Uses, of: &Type, words: &Words) -> Vec<(usize, Variant)> {
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

    fn resource(&mut self, uses: &mut Uses, of: &Type, place: &Place<'a>) -> Shape {
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
                .any(|base| base.declared().any(|it| it.name == property.name));
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
                Some(rust) => Self::by_hand(uses, rust),
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
