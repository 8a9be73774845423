#![expect(unnameable_types, reason = "the macros define public types, here in a test")]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::*;

open_enum! {
    /// Why.
    pub enum Reason {
        /// First.
        First = "first",
        /// Second.
        Second = "second",
    }
}

resource! {
    /// Every scalar.
    pub struct Scalars("microsoft.graph.scalars") requires (name, count) {
        /// A text.
        name: String = "name",
        /// A count.
        count: i32 = "count",
        /// A ratio.
        ratio: f64 = "ratio",
        /// A charge.
        charge: Decimal = "charge",
        /// A length.
        length: EdmDuration = "length",
        /// Reasons.
        reasons: Flags<Reason> = "reasons",
    }
}

resource! {
    /// A plain point.
    pub struct Point("microsoft.graph.point") {
        /// Its name.
        name: String = "name",
    }
}

polymorphic! {
    /// A place with a concrete base.
    pub enum Place {
        /// A point that names no subtype.
        base Point(Point),
        /// Scalars.
        Scalars(Box<Scalars>),
        /// A place in places.
        Route(Box<Route>),
    }
}

polymorphic! {
    /// A place that is a point unless it says otherwise.
    pub enum Spot {
        /// A point.
        fallback Point(Point),
        /// Scalars.
        Scalars(Box<Scalars>),
    }
}

fn read<T: DeserializeOwned + Serialize>(body: &Value) -> T {
    let typed: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&typed).unwrap(), body);
    typed
}

#[test]
fn what_the_service_requires_are_the_arguments_of_new() {
    let scalars = Scalars::new("a", 7).ratio(0.5);
    assert_eq!(<Scalars as Resource>::TYPE, "microsoft.graph.scalars");
    assert_eq!(
        serde_json::to_value(&scalars).unwrap(),
        json!({"@odata.type": "#microsoft.graph.scalars", "name": "a", "count": 7, "ratio": 0.5})
    );
    let mut scalars = Scalars::default();
    scalars.additional_mut().insert("new", true);
    assert_eq!(scalars.additional().get("new"), Some(&json!(true)));
}

/// Trap 28.
#[test]
fn numbers_with_a_point_may_be_null_text_or_no_number() {
    for (ratio, wanted) in [
        (json!(0.25), Some(0.25)),
        (json!(3), Some(3.0)),
        (json!(3.0), Some(3.0)),
        (json!("0.25"), Some(0.25)),
        (json!("INF"), Some(f64::INFINITY)),
        (json!("-INF"), Some(f64::NEG_INFINITY)),
        (json!(null), None),
    ] {
        let read: Scalars = read(&json!({ "ratio": ratio }));
        assert_eq!(read.ratio.into_option(), wanted, "{ratio}");
    }
    let nan: Scalars = read(&json!({"ratio": "NaN"}));
    assert!(nan.ratio.get().unwrap().is_nan());
    assert_eq!(
        serde_json::to_value(Scalars::default().ratio(f64::NEG_INFINITY)).unwrap()["ratio"],
        json!("-INF")
    );
    for (charge, text) in [
        (json!(0.0132), "0.0132"),
        (json!("0.01320"), "0.01320"),
        (json!(12), "12"),
        (json!(-1.5), "-1.5"),
        (json!("12345678901234567890.123"), "12345678901234567890.123"),
    ] {
        let read: Scalars = read(&json!({ "charge": charge }));
        assert_eq!(read.charge.get().unwrap().as_str(), text);
    }
    for (made, written) in [("0.10", json!("0.10")), ("0.1", json!(0.1)), ("7", json!(7))] {
        let value = serde_json::to_value(Scalars::default().charge(made)).unwrap();
        assert_eq!(value["charge"], written);
    }
}

/// Trap 32.
#[test]
fn a_duration_keeps_its_text() {
    for (text, millis) in
        [("PT0.016S", Some(16)), ("P1DT1H", Some(90_000_000)), ("-PT1S", None), ("", None)]
    {
        let read: Scalars = read(&json!({ "length": text }));
        let length = read.length.get().unwrap();
        assert_eq!(length.as_str(), text);
        assert_eq!(length.to_duration(), millis.map(std::time::Duration::from_millis), "{text}");
    }
}

/// Trap 6.
#[test]
fn flags_are_members_between_commas() {
    let read: Scalars = read(&json!({"reasons": "First, second,third"}));
    let reasons = read.reasons.get().unwrap();
    assert!(reasons.contains(&Reason::First) && reasons.contains(&Reason::Second));
    assert!(reasons.contains(&Reason::Other("third".into())));
    assert_eq!(reasons.to_string(), "first,second,third");
    let made: Flags<Reason> = [Reason::Second, Reason::First, Reason::Second].into_iter().collect();
    let made = serde_json::to_value(Scalars::default().reasons(made)).unwrap();
    assert_eq!(made["reasons"], json!("second,first"));
    let none: Scalars = super::tests::read(&json!({"reasons": ""}));
    assert!(none.reasons.get().unwrap().is_empty());
}

/// Traps 10 and 12.
#[test]
fn a_base_is_read_where_no_subtype_is_named() {
    let unnamed = json!({"name": "a"});
    let named = json!({"@odata.type": "#microsoft.graph.point", "name": "a"});
    let scalars = json!({"count": 1, "@odata.type": "#Microsoft.Graph.Scalars"});
    let strange = json!({"@odata.type": "NA", "name": "a"});
    assert!(matches!(read(&unnamed), Place::Point(_)));
    assert!(matches!(read(&named), Place::Point(_)));
    assert!(matches!(read(&scalars), Place::Scalars(_)));
    let Place::Unknown(object) = read(&strange) else { panic!() };
    assert_eq!(object.odata_type(), Some("NA"));
    assert!(matches!(read(&unnamed), Spot::Point(_)));
    assert!(matches!(read(&scalars), Spot::Scalars(_)));
    let Spot::Point(point) = read(&strange) else { panic!() };
    assert_eq!(point.additional.odata_type(), Some("NA"));
}

resource! {
    /// A place in places.
    pub struct Route("microsoft.graph.route") {
        /// Where it begins.
        start: Place = "start",
        /// The places between.
        stops: Vec<Place> = "stops",
    }
}

/// Traps 9 and 21.
#[test]
fn late_types_and_odd_names_are_read_at_any_depth() {
    for body in [
        json!({"start": {"count": "7", "name": "a", "@odata.type": "#Microsoft.Graph.scalars"}}),
        json!({"Start": {"Count": 7, "new": [1, {"x": null}], "@odata.type": "scalars"}}),
        json!({"STOPS": [{"Name": "a"}, {"Count": 7, "@odata.type": "#microsoft.graph.scalars"}]}),
        json!({"Stops": [{"x": 1, "@odata.type": "NA"}, {"Reasons": "First", "@odata.type": "Scalars"}]}),
        json!({"Start": {"Name": "a", "name": "b", "NAME": "c"}, "start": {"name": "d"}}),
    ] {
        let read: Route = read(&body);
        let text = body.to_string();
        let straight: Route = serde_json::from_str(&text).unwrap();
        assert_eq!(straight, read, "{body}");
        assert_eq!(serde_json::to_value(&straight).unwrap(), body);
        let places: Vec<&Place> = read.start.get().into_iter().chain(read.stops.items()).collect();
        for place in places {
            match place {
                Place::Scalars(scalars) => {
                    assert!(scalars.count.get() == Some(&7) || !scalars.reasons.is_missing());
                }
                Place::Point(point) => assert!(!point.name.is_missing(), "{body}"),
                Place::Route(_) => panic!("{body}"),
                Place::Unknown(object) => assert_eq!(object.odata_type(), Some("NA")),
            }
        }
    }
    let error = serde_json::from_str::<Route>(r#"{"Start":{"Name":{}}}"#).unwrap_err();
    assert!(error.to_string().starts_with("property start.name should be a text"), "{error}");
    let spelled: Route =
        serde_json::from_value(json!({"Start": {"NAME": 5, "name": "b"}})).unwrap();
    let Some(Place::Point(point)) = spelled.start.get() else { panic!() };
    assert_eq!((point.name.text(), point.additional.get("NAME")), (Some("b"), Some(&json!(5))));
}
