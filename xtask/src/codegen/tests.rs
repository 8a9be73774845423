use super::{emit, overlay::Area, resolve::resolve, schema::Schema};

const SCHEMA: &str = r#"{"types": [
    {"name": "microsoft.graph.entity", "kind": "entity", "abstract": true,
     "properties": [{"name": "id", "type": "Edm.String"}]},
    {"name": "microsoft.graph.shape", "kind": "complex", "abstract": true,
     "properties": [{"name": "color", "type": "microsoft.graph.color"}]},
    {"name": "microsoft.graph.roundShape", "kind": "complex", "base": "microsoft.graph.shape",
     "properties": [{"name": "radius", "type": "Edm.Double"}]},
    {"name": "microsoft.graph.squareShape", "kind": "complex", "base": "microsoft.graph.shape",
     "properties": [{"name": "edges", "type": "Edm.Int32", "collection": true}]},
    {"name": "microsoft.graph.color", "kind": "enum",
     "members": [{"name": "red"}, {"name": "unknownFutureValue"}]},
    {"name": "microsoft.graph.drawing", "kind": "entity", "base": "microsoft.graph.entity",
     "properties": [{"name": "ownerIPAddress", "type": "Edm.String"},
                    {"name": "shape", "type": "microsoft.graph.shape"}]}
]}"#;

const OVERLAY: &str = r#"
namespace = "microsoft.graph"
doc = "//! What one draws."

[types.entity]
doc = "Anything."
properties = { id = "Identifier." }

[types.drawing]
doc = "A drawing."
requires = ["shape"]
sensitive = ["ownerIPAddress"]
[types.drawing.properties]
shape = "What is drawn."
ownerIPAddress = "Where the owner sits."
[types.drawing.undeclared.title]
type = "Edm.String"
doc = "The title; undeclared, seen on the wire."

[types.shape]
doc = "A shape."
properties = { color = "Its color." }

[types.squareShape]
doc = "A square."
properties = { edges = "How long its edges are." }

[types.roundShape]
doc = "A circle."
properties = { radius = "Its radius." }

[types.color]
doc = "A color."
members = { red = "Red." }
"#;

fn generated(overlay: &str) -> Result<String, Vec<String>> {
    let schema = Schema::parse(SCHEMA).unwrap();
    let areas = [Area::parse("drawing", overlay).unwrap()];
    resolve(&schema, &areas).map(|plan| emit::module(&plan.modules[0]))
}

#[test]
fn a_schema_and_its_overlay_become_models() {
    let text = generated(OVERLAY).unwrap();
    let drawing = r#"resource! {
    /// A drawing.
    pub struct Drawing("microsoft.graph.drawing") requires (shape) {
        /// Identifier.
        id: String = "id",
        /// What is drawn.
        shape: Shape = "shape",
        /// Where the owner sits.
        owner_ip_address: Sensitive = "ownerIPAddress",
        /// The title; undeclared, seen on the wire.
        title: String = "title",
    }
}
"#;
    assert!(text.contains(drawing), "{text}");
    let shape = r"polymorphic! {
    /// A shape.
    pub enum Shape {
        /// A square.
        Square(SquareShape),
        /// A circle.
        Round(RoundShape),
    }
}
";
    assert!(text.contains(shape), "{text}");
    let color = r#"open_enum! {
    /// A color.
    pub enum Color {
        /// Red.
        Red = "red",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}
"#;
    assert!(text.contains(color), "{text}");
    assert!(text.contains("use crate::wire::{Sensitive};"), "{text}");
}

#[test]
fn what_lacks_words_or_a_place_or_is_not_known_is_listed() {
    for (told, instead, complaint) in [
        ("shape = \"What is drawn.\"", "", "microsoft.graph.drawing.shape: no words on it"),
        ("red = \"Red.\"", "", "microsoft.graph.color.red: no words on it"),
        ("red = ", "blue = \"Blue.\", red = ", "microsoft.graph.color.blue: not in the schema"),
        ("[types.color]", "[types.colour]", "microsoft.graph.color: no overlay names it"),
        ("[\"shape\"]", "[\"form\"]", "microsoft.graph.drawing.form: not in the schema"),
        ("undeclared.title", "undeclared.shape", "said to be undeclared, but declared"),
        (
            "\"A drawing.\"",
            "\"One two three four five six seven eight nine ten eleven twelve thirteen a b c.\"",
            "its first sentence has 16 words",
        ),
    ] {
        let overlay = OVERLAY.replacen(told, instead, 1);
        let complaints = generated(&overlay).unwrap_err().join("\n");
        assert!(complaints.contains(complaint), "{complaint}: {complaints}");
    }
}

#[test]
fn a_subtype_may_be_folded_into_its_base() {
    let start = OVERLAY.find("[types.squareShape]").unwrap();
    let end = OVERLAY.find("[types.color]").unwrap();
    let folded = OVERLAY.replace(&OVERLAY[start..end], "").replace(
        "doc = \"A shape.\"\nproperties = { color = \"Its color.\" }",
        "doc = \"A shape.\"\nabsorb = [\"squareShape\", \"roundShape\"]\n\
         properties = { color = \"Its color.\", edges = \"Edges.\", radius = \"Radius.\" }",
    );
    let text = generated(&folded).unwrap();
    assert!(text.contains("pub struct Shape(\"microsoft.graph.shape\")"), "{text}");
    assert!(text.contains("edges: Vec<i32> = \"edges\"") && text.contains("radius: f64"), "{text}");
}

#[test]
fn an_overlay_with_a_word_that_means_nothing_is_refused() {
    let error = Area::parse("x", "namespace = \"n\"\ndoc = \"d\"\nsecret = 1").unwrap_err();
    assert!(error.to_string().contains("secret"), "{error}");
}
