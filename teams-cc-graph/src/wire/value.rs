//! The seam between a JSON value and a typed one.

use serde_json::{Map, Value};

use super::{DateTimeOffset, Decimal, EdmDuration, Flags, Member, Sensitive};

/// A JSON value that cannot be the property it stands for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("property {path} should be {expected} but is {found}")]
#[non_exhaustive]
pub struct DecodeError {
    /// The property, from the outermost object inwards, joined by dots.
    pub path: String,
    /// What the schema asks for.
    pub expected: &'static str,
    /// The JSON kind that was found; never the value, which may be private.
    pub found: &'static str,
}

impl DecodeError {
    pub(crate) fn new(expected: &'static str, found: &Value) -> Self {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        Self { path: String::from("(value)"), expected, found }
    }

    pub(crate) fn within(mut self, name: &str) -> Self {
        if self.path == "(value)" {
            name.clone_into(&mut self.path);
        } else {
            self.path = format!("{name}.{}", self.path);
        }
        self
    }
}

/// A type that reads itself from JSON and writes itself back.
pub(crate) trait Wire: Sized {
    /// Whether one value has several spellings, so that the one received has to be remembered.
    const RESPELLED: bool = false;
    /// The qualified type name without `#`, empty where the wire never names it.
    const TYPE: &'static str = "";

    fn decode(value: Value) -> Result<Self, DecodeError>;
    fn encode(&self) -> Value;
}

/// Whether `received` names the type `known`: case, `#` and namespace are not stable on the wire.
pub(crate) fn same_type(received: &str, known: &str) -> bool {
    let last = |name: &str| name.rsplit(['.', '#']).next().unwrap_or_default().to_ascii_lowercase();
    !known.is_empty() && last(received) == last(known)
}

impl Wire for String {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(DecodeError::new("a text", &other)),
        }
    }

    fn encode(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Wire for Sensitive {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        String::decode(value).map(Self::from)
    }

    fn encode(&self) -> Value {
        Value::String(self.reveal().to_owned())
    }
}

impl Wire for DateTimeOffset {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        String::decode(value).map(Self::from)
    }

    fn encode(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

impl Wire for bool {
    const RESPELLED: bool = true;

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match &value {
            Value::Bool(flag) => Ok(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            other => Err(DecodeError::new("a boolean", other)),
        }
    }

    fn encode(&self) -> Value {
        Value::Bool(*self)
    }
}

/// `Edm.Int64` is a text when `IEEE754Compatible=true`, and `Edm.Int32` is one in some bodies.
macro_rules! integer {
    ($($integer:ty),*) => {$(
        impl Wire for $integer {
            const RESPELLED: bool = true;

            fn decode(value: Value) -> Result<Self, DecodeError> {
                let number = match &value {
                    Value::Number(number) => number.as_i64(),
                    Value::String(text) => text.trim().parse().ok(),
                    _ => None,
                };
                number
                    .and_then(|number| <$integer>::try_from(number).ok())
                    .ok_or_else(|| DecodeError::new("a whole number", &value))
            }

            fn encode(&self) -> Value {
                Value::from(*self)
            }
        }
    )*};
}

integer!(i32, i64);

/// `Edm.Single` and `Edm.Double`: three values have no JSON number and are texts.
impl Wire for f64 {
    const RESPELLED: bool = true;

    fn decode(value: Value) -> Result<Self, DecodeError> {
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => match text.trim() {
                "NaN" => Some(Self::NAN),
                "INF" => Some(Self::INFINITY),
                "-INF" => Some(Self::NEG_INFINITY),
                digits => digits.parse().ok().filter(|number: &Self| number.is_finite()),
            },
            _ => None,
        };
        number.ok_or_else(|| DecodeError::new("a number", &value))
    }

    fn encode(&self) -> Value {
        match *self {
            number if number.is_nan() => Value::from("NaN"),
            Self::INFINITY => Value::from("INF"),
            Self::NEG_INFINITY => Value::from("-INF"),
            number => Value::from(number),
        }
    }
}

impl Wire for Decimal {
    const RESPELLED: bool = true;

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::String(text) => Ok(Self::from(text)),
            Value::Number(number) => Ok(Self::from(number.to_string())),
            other => Err(DecodeError::new("a number", &other)),
        }
    }

    fn encode(&self) -> Value {
        self.number().map_or_else(|| Value::from(self.as_str()), Value::Number)
    }
}

impl Wire for EdmDuration {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        String::decode(value).map(Self::from)
    }

    fn encode(&self) -> Value {
        Value::from(self.as_str())
    }
}

impl<E: Member> Wire for Flags<E> {
    const RESPELLED: bool = true;

    fn decode(value: Value) -> Result<Self, DecodeError> {
        String::decode(value).map(|text| Self::parse(&text))
    }

    fn encode(&self) -> Value {
        Value::from(self.joined())
    }
}

impl Wire for Value {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        Ok(value)
    }

    fn encode(&self) -> Value {
        self.clone()
    }
}

impl<T: Wire> Wire for Vec<T> {
    const RESPELLED: bool = T::RESPELLED;

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Array(items) => items.into_iter().map(T::decode).collect(),
            other => Err(DecodeError::new("a list", &other)),
        }
    }

    fn encode(&self) -> Value {
        Value::Array(self.iter().map(T::encode).collect())
    }
}

impl<T: Wire> Wire for Box<T> {
    const RESPELLED: bool = T::RESPELLED;
    const TYPE: &'static str = T::TYPE;

    fn decode(value: Value) -> Result<Self, DecodeError> {
        T::decode(value).map(Self::new)
    }

    fn encode(&self) -> Value {
        (**self).encode()
    }
}

pub(crate) fn object_of(value: Value) -> Result<Map<String, Value>, DecodeError> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(DecodeError::new("an object", &other)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_may_arrive_as_text() {
        for (value, wanted) in
            [(json!(200), Some(200)), (json!("5001"), Some(5001)), (json!("x"), None)]
        {
            assert_eq!(i32::decode(value).ok(), wanted);
        }
        assert!(i32::decode(json!(i64::MAX)).is_err());
    }

    #[test]
    fn a_type_name_matches_on_its_last_segment_in_any_case() {
        for received in [
            "#microsoft.graph.call",
            "microsoft.graph.call",
            "#Microsoft.Graph.Call",
            "#Microsoft.Teams.GraphSvc.call",
        ] {
            assert!(same_type(received, "microsoft.graph.call"), "{received}");
        }
        assert!(!same_type("#microsoft.graph.callRoute", "microsoft.graph.call"));
        assert!(!same_type("", ""));
    }

    #[test]
    fn an_error_names_the_path_and_never_the_value() {
        let error = DecodeError::new("a text", &json!({"secret": 1})).within("id").within("user");
        assert_eq!(error.to_string(), "property user.id should be a text but is an object");
    }
}
