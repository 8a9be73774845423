//! Texts, numbers and flags of the schema, in every form the wire has for them.

use serde::{Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

use super::{DateTimeOffset, Decimal, EdmDuration, Flags, Member, Scalar, Sensitive, Wire};

/// Types whose one form is the text they were made from.
macro_rules! text {
    ($($text:ty: $reveal:ident),*) => {$(
        impl Wire for $text {
            fn read<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<(Self, Option<Value>), D::Error> {
                Scalar::text(deserializer).map(|text| (Self::from(text.into_owned()), None))
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$reveal())
            }
        }
    )*};
}

text!(String: as_str, Sensitive: reveal, DateTimeOffset: as_str, EdmDuration: as_str);

impl<E: Member> Wire for Flags<E> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        let text = Scalar::text(deserializer)?;
        let flags = Self::parse(&text);
        let received = (flags.joined() != text).then(|| Value::String(text.into_owned()));
        Ok((flags, received))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.joined())
    }
}

impl Wire for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        const EXPECTED: &str = "a boolean";
        let flag = match Scalar::read(deserializer, EXPECTED)? {
            Scalar::Bool(flag) => return Ok((flag, None)),
            Scalar::Text(text) if text.eq_ignore_ascii_case("true") => (true, text),
            Scalar::Text(text) if text.eq_ignore_ascii_case("false") => (false, text),
            other => return Err(other.refuse(EXPECTED)),
        };
        Ok((flag.0, Some(Value::String(flag.1.into_owned()))))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self)
    }
}

/// `Edm.Int64` is a text when `IEEE754Compatible=true`, and `Edm.Int32` is one in some bodies.
macro_rules! integer {
    ($($integer:ty: $serialize:ident),*) => {$(
        impl Wire for $integer {
            fn read<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<(Self, Option<Value>), D::Error> {
                const EXPECTED: &str = "a whole number";
                let scalar = Scalar::read(deserializer, EXPECTED)?;
                let (number, is_text) = match &scalar {
                    Scalar::Number(number) => (number.as_i64(), false),
                    Scalar::Text(text) => (text.trim().parse().ok(), true),
                    Scalar::Bool(_) => (None, false),
                };
                match number.and_then(|number| Self::try_from(number).ok()) {
                    Some(number) => Ok((number, is_text.then(|| scalar.into()))),
                    None => Err(scalar.refuse(EXPECTED)),
                }
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.$serialize(*self)
            }
        }
    )*};
}

integer!(i32: serialize_i32, i64: serialize_i64);

/// `Edm.Single` and `Edm.Double`: three values have no JSON number and are texts.
impl Wire for f64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        const EXPECTED: &str = "a number";
        let scalar = Scalar::read(deserializer, EXPECTED)?;
        let (number, as_written) = match &scalar {
            Scalar::Number(number) => (number.as_f64(), number.is_f64()),
            Scalar::Text(text) => match &**text {
                NOT_A_NUMBER => (Some(Self::NAN), true),
                INFINITY => (Some(Self::INFINITY), true),
                NEGATIVE_INFINITY => (Some(Self::NEG_INFINITY), true),
                digits => {
                    let number = digits.trim().parse().ok();
                    (number.filter(|number: &Self| number.is_finite()), false)
                }
            },
            Scalar::Bool(_) => (None, true),
        };
        match number {
            Some(number) => Ok((number, (!as_written).then(|| scalar.into()))),
            None => Err(scalar.refuse(EXPECTED)),
        }
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            number if number.is_nan() => serializer.serialize_str(NOT_A_NUMBER),
            Self::INFINITY => serializer.serialize_str(INFINITY),
            Self::NEG_INFINITY => serializer.serialize_str(NEGATIVE_INFINITY),
            number => serializer.serialize_f64(number),
        }
    }
}

const NOT_A_NUMBER: &str = "NaN";
const INFINITY: &str = "INF";
const NEGATIVE_INFINITY: &str = "-INF";

impl Wire for Decimal {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        const EXPECTED: &str = "a number";
        let scalar = Scalar::read(deserializer, EXPECTED)?;
        let decimal = match &scalar {
            Scalar::Number(number) => Self::from(number.to_string()),
            Scalar::Text(text) => Self::from(&**text),
            Scalar::Bool(_) => return Err(scalar.refuse(EXPECTED)),
        };
        let as_written = match (&scalar, decimal.number()) {
            (Scalar::Number(received), Some(written)) => *received == written,
            (Scalar::Text(_), written) => written.is_none(),
            _ => false,
        };
        Ok((decimal, (!as_written).then(|| scalar.into())))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.number() {
            Some(number) => Number::serialize(&number, serializer),
            None => serializer.serialize_str(self.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Traps 26 and 27.
    #[test]
    fn a_number_may_arrive_as_text() {
        for (value, wanted) in [
            (json!(200), Some((200, None))),
            (json!("5001"), Some((5001, Some(json!("5001"))))),
            (json!("x"), None),
            (json!(1.5), None),
            (json!(i64::MAX), None),
        ] {
            assert_eq!(i32::read(&value).ok(), wanted, "{value}");
        }
        let text = json!("9007199254740993");
        assert_eq!(i64::read(&text).ok(), Some((9_007_199_254_740_993, Some(text.clone()))));
    }

    #[test]
    fn an_error_never_quotes_the_value() {
        let refused = |error: serde_json::Error| error.to_string();
        for value in [json!("secret"), json!(["secret"]), json!({"secret": "secret"}), json!(null)]
        {
            for text in [
                bool::read(&value).map_err(refused).unwrap_err(),
                i32::read(&value).map_err(refused).unwrap_err(),
                <Vec<Box<crate::model::Call>>>::read(&value)
                    .map_err(refused)
                    .err()
                    .unwrap_or_default(),
                crate::model::Call::read(&value).map_err(refused).err().unwrap_or_default(),
            ] {
                assert!(!text.contains("secret"), "{text}");
            }
        }
        let number = String::read(&json!(12_065_550_100_u64)).map_err(refused).unwrap_err();
        assert_eq!(number, "property (value) should be a text but is a number");
    }
}
