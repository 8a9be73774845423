//! Enumerations the service may extend.

use serde_json::Value;

/// One member of an enumeration, by its name.
pub(crate) trait Member: Sized {
    fn of_name(name: &str) -> Self;
    fn name(&self) -> &str;
}

/// A name as it came, where the schema spells it otherwise.
pub(crate) fn spelled(received: &str, name: &str) -> Option<Value> {
    if received == name { None } else { Some(Value::from(received)) }
}

/// Read and write a [`Member`] as the text of its name.
macro_rules! as_member {
    ($name:ty) => {
        impl $crate::wire::Slot for $name {
            fn take(&mut self, incoming: $crate::wire::Incoming<'_>) -> $crate::wire::Taken {
                let text = incoming.text()?;
                *self = $crate::wire::Member::of_name(text);
                Ok($crate::wire::spelled(text, $crate::wire::Member::name(self)))
            }

            fn give(&self) -> $crate::wire::Outgoing<'_> {
                $crate::wire::Outgoing::text($crate::wire::Member::name(self))
            }
        }

        impl $crate::wire::Wire for $name {
            fn blank() -> Self {
                $crate::wire::Member::of_name("")
            }
        }
    };
}

pub(crate) use as_member;

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

        $crate::wire::as_member!($name);
        $crate::wire::through_wire!($name);
    };
}
