//! Values made from the schema alone.

use serde_json::{Map, Value, json};

use crate::codegen::schema::{Kind, Property, Schema, Type};

/// Makes values of types; every round makes others.
pub(super) struct Synthesis<'a> {
    pub(super) schema: &'a Schema,
    /// Chooses members, subtypes and spellings.
    pub(super) round: usize,
}

impl Synthesis<'_> {
    /// How many rounds show every member of every enumeration and every subtype.
    pub(super) fn rounds(schema: &Schema) -> usize {
        let choices =
            schema.types().map(|of| of.members.len().max(schema.subtypes(&of.name).len() + 1));
        choices.max().unwrap_or(1)
    }

    /// A value with every declared property set; of a subtype where the type is abstract.
    pub(super) fn object(&self, of: &Type) -> Value {
        self.within(of, &mut Vec::new())
    }

    /// The property as it would come.
    fn property(&self, property: &Property, above: &mut Vec<String>) -> Option<Value> {
        if property.collection {
            let next = Self { schema: self.schema, round: self.round + 1 };
            let items =
                [self.one(&property.type_name, above), next.one(&property.type_name, above)];
            let items: Vec<Value> = items.into_iter().flatten().collect();
            return (!items.is_empty()).then_some(Value::Array(items));
        }
        self.one(&property.type_name, above)
    }

    fn one(&self, type_name: &str, above: &mut Vec<String>) -> Option<Value> {
        if let Some(edm) = type_name.strip_prefix("Edm.") {
            return Some(self.scalar(edm));
        }
        let Some(of) = self.schema.get(type_name) else {
            return Some(json!({"@odata.type": format!("#{type_name}"), "id": self.text("id")}));
        };
        if of.kind == Kind::Enum {
            return Some(self.member(of));
        }
        // A type within itself is set once.
        (!above.contains(&of.name)).then(|| self.within(of, above))
    }

    fn within(&self, declared: &Type, above: &mut Vec<String>) -> Value {
        let of = self.concrete(declared);
        above.push(declared.name.clone());
        let mut map = Map::new();
        if of.name != declared.name || self.round % 2 == 1 {
            map.insert("@odata.type".to_owned(), json!(format!("#{}", of.name)));
        }
        for property in self.schema.properties(of) {
            if let Some(value) = self.property(property, above) {
                map.insert(property.name.clone(), value);
            }
        }
        above.pop();
        Value::Object(map)
    }

    /// The type itself or one of its subtypes.
    fn concrete<'t>(&'t self, declared: &'t Type) -> &'t Type {
        let mut choices = self.schema.subtypes(&declared.name);
        choices.insert(0, declared);
        // What descends from every entity is not what an entity is.
        if declared.name == crate::codegen::schema::ENTITY {
            return declared;
        }
        choices.retain(|of| !of.is_abstract);
        choices.get(self.round % choices.len().max(1)).copied().unwrap_or(declared)
    }

    fn member(&self, of: &Type) -> Value {
        let name =
            |at: usize| of.members.get(at % of.members.len().max(1)).map(|it| it.name.clone());
        let first = name(self.round).unwrap_or_default();
        match name(self.round + 1) {
            Some(second) if of.flags && self.round % 2 == 1 => json!(format!("{first},{second}")),
            _ => json!(first),
        }
    }

    fn scalar(&self, edm: &str) -> Value {
        let choices = match edm {
            "Boolean" => json!([true, false]),
            "Int32" => json!([0, 7, -1, i32::MAX, i32::MIN, "12"]),
            "Int64" => json!([0, 7, i64::MAX, i64::MIN, "9007199254740993"]),
            "Single" | "Double" => json!([0.5, 0, 1e-9, -2.75, "NaN", "INF", "-INF"]),
            "Decimal" => json!([0.05, 12, "0.0500", -3.5]),
            "Duration" => json!(["PT0.016S", "PT1H", "P1DT2H3M4.5S", "-PT20M"]),
            "DateTimeOffset" => json!([
                "2026-01-02T03:04:05Z",
                "2026-01-02T03:04:05.1234567Z",
                "2026-01-02T03:04:05.12-08:00",
                "0001-01-01T00:00:00Z",
            ]),
            "Guid" => json!(["57dab8b1-894c-409a-b240-bd8beae78896"]),
            _ => return self.text("text"),
        };
        let choices = choices.as_array().map(Vec::as_slice).unwrap_or_default();
        choices.get(self.round % choices.len().max(1)).cloned().unwrap_or_default()
    }

    fn text(&self, what: &str) -> Value {
        json!(format!("{what} {}", self.round))
    }
}

/// A value of a kind that the property can never have.
pub(super) fn wrong_kind(value: &Value) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) => json!("no object and no list"),
        _ => json!({"no": "scalar"}),
    }
}
