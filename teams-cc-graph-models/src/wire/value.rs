//! Texts, numbers and flags of the schema, in every form the wire has for them.

use serde_json::Value;

use super::{
    DateTimeOffset, Decimal, EdmDuration, Flags, Incoming, Member, Outgoing, Sensitive, Slot, Stop,
    Taken, Wire, refuse,
};

/// Types whose one form is the text they were made from.
macro_rules! text {
    ($($text:ty: $reveal:ident),*) => {$(
        impl Slot for $text {
            fn take(&mut self, incoming: Incoming<'_>) -> Taken {
                *self = Self::from(incoming.text()?);
                Ok(None)
            }

            fn give(&self) -> Outgoing<'_> {
                Outgoing::text(self.$reveal())
            }
        }

        impl Wire for $text {
            fn blank() -> Self {
                Self::default()
            }
        }
    )*};
}

text!(String: as_str, Sensitive: reveal, DateTimeOffset: as_str, EdmDuration: as_str);

impl<E: Member + std::fmt::Debug + 'static> Slot for Flags<E> {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        let text = incoming.text()?;
        *self = Self::parse(text);
        Ok((self.joined() != text).then(|| Value::from(text)))
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::Text(self.joined().into())
    }
}

impl<E: Member + std::fmt::Debug + 'static> Wire for Flags<E> {
    fn blank() -> Self {
        Self::new()
    }
}

impl Slot for bool {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        const EXPECTED: &str = "a boolean";
        let (flag, received) = match incoming.scalar(EXPECTED)? {
            Incoming::Bool(flag) => (flag, None),
            Incoming::Text(text) if text.eq_ignore_ascii_case("true") => (true, Some(text)),
            Incoming::Text(text) if text.eq_ignore_ascii_case("false") => (false, Some(text)),
            other => return Err(other.refused(EXPECTED)),
        };
        *self = flag;
        Ok(received.map(Value::from))
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::Bool(*self)
    }
}

impl Wire for bool {
    fn blank() -> Self {
        false
    }
}

/// `Edm.Int64` is a text when `IEEE754Compatible=true`, and `Edm.Int32` is one in some bodies.
fn take_integer(incoming: Incoming<'_>) -> Result<(i64, Option<Value>), Stop> {
    let incoming = incoming.scalar(WHOLE)?;
    let (number, received) = match &incoming {
        Incoming::Number(number) => (number.as_i64(), None),
        Incoming::Text(text) => (text.trim().parse().ok(), Some(*text)),
        _ => (None, None),
    };
    let number = number.ok_or_else(|| incoming.refused(WHOLE))?;
    Ok((number, received.map(Value::from)))
}

const WHOLE: &str = "a whole number";

impl Slot for i64 {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        let (number, received) = take_integer(incoming)?;
        *self = number;
        Ok(received)
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::Integer(*self)
    }
}

impl Wire for i64 {
    fn blank() -> Self {
        0
    }
}

impl Slot for i32 {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        let (number, received) = take_integer(incoming)?;
        let kind = if received.is_some() { "a text" } else { "a number" };
        *self = Self::try_from(number).map_err(|_| refuse(WHOLE, kind))?;
        Ok(received)
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::Integer((*self).into())
    }
}

impl Wire for i32 {
    fn blank() -> Self {
        0
    }
}

/// `Edm.Single` and `Edm.Double`: three values have no JSON number and are texts.
impl Slot for f64 {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        const EXPECTED: &str = "a number";
        let incoming = incoming.scalar(EXPECTED)?;
        let (number, as_written) = match &incoming {
            Incoming::Number(number) => (number.as_f64(), number.is_f64()),
            Incoming::Text(text) => match *text {
                NOT_A_NUMBER => (Some(Self::NAN), true),
                INFINITY => (Some(Self::INFINITY), true),
                NEGATIVE_INFINITY => (Some(Self::NEG_INFINITY), true),
                digits => {
                    let number = digits.trim().parse().ok();
                    (number.filter(|number: &Self| number.is_finite()), false)
                }
            },
            _ => (None, true),
        };
        *self = number.ok_or_else(|| incoming.refused(EXPECTED))?;
        if as_written { Ok(None) } else { incoming.into_value().map(Some) }
    }

    fn give(&self) -> Outgoing<'_> {
        match *self {
            number if number.is_nan() => Outgoing::text(NOT_A_NUMBER),
            Self::INFINITY => Outgoing::text(INFINITY),
            Self::NEG_INFINITY => Outgoing::text(NEGATIVE_INFINITY),
            number => Outgoing::Float(number),
        }
    }
}

impl Wire for f64 {
    fn blank() -> Self {
        0.0
    }
}

const NOT_A_NUMBER: &str = "NaN";
const INFINITY: &str = "INF";
const NEGATIVE_INFINITY: &str = "-INF";

impl Slot for Decimal {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        const EXPECTED: &str = "a number";
        let incoming = incoming.scalar(EXPECTED)?;
        *self = match &incoming {
            Incoming::Number(number) => Self::from(number.to_string()),
            Incoming::Text(text) => Self::from(*text),
            other => return Err(other.refused(EXPECTED)),
        };
        let as_written = match (&incoming, self.number()) {
            (Incoming::Number(received), Some(written)) => *received == written,
            (Incoming::Text(_), written) => written.is_none(),
            _ => false,
        };
        if as_written { Ok(None) } else { incoming.into_value().map(Some) }
    }

    fn give(&self) -> Outgoing<'_> {
        match self.number() {
            Some(number) => Outgoing::Number(number),
            None => Outgoing::text(self.as_str()),
        }
    }
}

impl Wire for Decimal {
    fn blank() -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::wire::read;

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
            assert_eq!(read::<i32, _>(&value).ok(), wanted, "{value}");
        }
        let text = json!("9007199254740993");
        assert_eq!(read::<i64, _>(&text).ok(), Some((9_007_199_254_740_993, Some(text.clone()))));
    }

    #[test]
    fn an_error_never_quotes_the_value() {
        let refused = |error: serde_json::Error| error.to_string();
        for value in [json!("secret"), json!(["secret"]), json!({"secret": "secret"}), json!(null)]
        {
            for text in [
                read::<bool, _>(&value).map_err(refused).unwrap_err(),
                read::<i32, _>(&value).map_err(refused).unwrap_err(),
                read::<Vec<Box<crate::model::Call>>, _>(&value)
                    .map_err(refused)
                    .err()
                    .unwrap_or_default(),
                read::<crate::model::Call, _>(&value).map_err(refused).err().unwrap_or_default(),
            ] {
                assert!(!text.contains("secret"), "{text}");
            }
        }
        let number = read::<String, _>(&json!(12_065_550_100_u64)).map_err(refused).unwrap_err();
        assert_eq!(number, "property (value) should be a text but is a number");
    }
}
