//! What is said of a value that cannot be the property it stands for.

use std::fmt;

use serde::de::Error;

/// A value of the wrong kind. Its text names the kind and never the value, which may be private.
pub(crate) struct Refusal {
    expected: &'static str,
    found: &'static str,
}

/// What every refusal begins with, so that outer objects can add their property to the path.
const BEGINNING: &str = "property ";

/// The path of a value that no property is known for yet.
const NO_PATH: &str = "(value)";

/// Refuses a value: `property (value) should be a text but is a list`.
#[cold]
pub(crate) fn refuse<E: Error>(expected: &'static str, found: &'static str) -> E {
    E::custom(Refusal { expected, found })
}

/// Puts a property in front of the path of a refusal; other errors stay as they are.
#[cold]
pub(crate) fn within<E: Error>(error: E, property: &str) -> E {
    let text = error.to_string();
    match text.strip_prefix(BEGINNING) {
        None => error,
        Some(rest) => match rest.strip_prefix(NO_PATH) {
            Some(rest) => E::custom(format_args!("{BEGINNING}{property}{rest}")),
            None => E::custom(format_args!("{BEGINNING}{property}.{rest}")),
        },
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, found } = self;
        write!(f, "{BEGINNING}{NO_PATH} should be {expected} but is {found}")
    }
}

/// Define the methods of a visitor that refuse; the defaults of serde would quote the value.
macro_rules! refused {
    ($self:ident => $expected:expr; $($kind:ident)*) => {
        $( refused! { @$kind $self $expected } )*
    };
    (@null $self:ident $expected:expr) => {
        fn visit_unit<E: ::serde::de::Error>($self) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "null"))
        }

        fn visit_none<E: ::serde::de::Error>($self) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "null"))
        }
    };
    (@scalar $self:ident $expected:expr) => {
        fn visit_bool<E: ::serde::de::Error>($self, _: bool) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "a boolean"))
        }

        fn visit_i64<E: ::serde::de::Error>($self, _: i64) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "a number"))
        }

        fn visit_u64<E: ::serde::de::Error>($self, _: u64) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "a number"))
        }

        fn visit_f64<E: ::serde::de::Error>($self, _: f64) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "a number"))
        }

        fn visit_str<E: ::serde::de::Error>($self, _: &str) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "a text"))
        }
    };
    (@wide $self:ident $expected:expr) => {
        fn visit_i128<E: ::serde::de::Error>($self, _: i128) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "a number"))
        }

        fn visit_u128<E: ::serde::de::Error>($self, _: u128) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "a number"))
        }

        fn visit_bytes<E: ::serde::de::Error>($self, _: &[u8]) -> Result<Self::Value, E> {
            Err($crate::wire::refuse($expected, "a string of bytes"))
        }
    };
    (@list $self:ident $expected:expr) => {
        fn visit_seq<A: ::serde::de::SeqAccess<'de>>($self, _: A) -> Result<Self::Value, A::Error> {
            Err($crate::wire::refuse($expected, "a list"))
        }
    };
    (@object $self:ident $expected:expr) => {
        fn visit_map<A: ::serde::de::MapAccess<'de>>($self, _: A) -> Result<Self::Value, A::Error> {
            Err($crate::wire::refuse($expected, "an object"))
        }
    };
}

pub(crate) use refused;
