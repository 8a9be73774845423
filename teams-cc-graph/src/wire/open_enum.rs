//! Enumerations the service may extend.

/// One member of an enumeration, by its name.
pub(crate) trait Member {
    fn of_name(name: &str) -> Self;
    fn name(&self) -> &str;
}

/// Define an enumeration with its CSDL spellings, open for members yet to come.
///
/// Reading ignores ASCII case (notifications say `Established` where the schema says
/// `established`); writing uses the schema's spelling.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
            /// A member this version of the crate does not know, as it was spelled.
            Other(Box<str>),
        }

        impl $name {
            /// The spelling of the schema.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $( if text.eq_ignore_ascii_case($text) { return Self::$variant; } )+
                Self::Other(text.into())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::wire::Member for $name {
            fn of_name(name: &str) -> Self {
                Self::from(name)
            }

            fn name(&self) -> &str {
                self.as_str()
            }
        }

        impl $crate::wire::Wire for $name {
            const RESPELLED: bool = true;

            fn decode(value: ::serde_json::Value) -> Result<Self, $crate::wire::DecodeError> {
                match &value {
                    ::serde_json::Value::String(text) => Ok(Self::from(text.as_str())),
                    other => Err($crate::wire::DecodeError::new("a text", other)),
                }
            }

            fn encode(&self) -> ::serde_json::Value {
                ::serde_json::Value::String(self.as_str().to_owned())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as ::serde::Deserialize>::deserialize(deserializer)?;
                Ok(Self::from(text.as_str()))
            }
        }
    };
}
