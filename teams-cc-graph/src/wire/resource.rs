//! Objects with named properties.

/// Define a Graph object: one [`Field`](super::Field) per property, the rest in `additional`.
///
/// The text in parentheses is the qualified type name, written first as `@odata.type` for objects
/// made here; empty for bodies that have none. `after` names a function that settles what depends
/// on several properties once all are read.
macro_rules! resource {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($type_name:literal $(, after = $after:path)?) {
            $( $(#[$field_meta:meta])* $field:ident: $ty:ty = $key:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $crate::wire::Field<$ty>, )*
            /// Properties this model does not name.
            pub additional: $crate::wire::Additional,
        }

        impl $name {
            /// An object with every property missing.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            $(
                $(#[$field_meta])*
                #[must_use]
                pub fn $field(mut self, value: impl Into<$crate::wire::Field<$ty>>) -> Self {
                    self.$field = value.into();
                    self
                }
            )*

            /// Take over every property that `newer` carries; what it lacks stays.
            pub fn merge(&mut self, newer: Self) {
                $( self.$field.merge(newer.$field); )*
                self.additional.merge(newer.additional);
            }
        }

        impl $crate::wire::Wire for $name {
            const TYPE: &'static str = $type_name;

            fn decode(value: ::serde_json::Value) -> Result<Self, $crate::wire::DecodeError> {
                let map = match value {
                    ::serde_json::Value::Object(map) => map,
                    other => return Err($crate::wire::DecodeError::new("an object", &other)),
                };
                #[allow(unused_mut, reason = "an object may have no named property at all")]
                let mut reader = $crate::wire::Reader::new(map, $type_name);
                $( let $field = reader.take::<$ty>($key)?; )*
                let additional = reader.finish();
                #[allow(unused_mut, reason = "most objects need no second look")]
                let mut this = Self { $($field,)* additional };
                $( $after(&mut this)?; )?
                Ok(this)
            }

            fn encode(&self) -> ::serde_json::Value {
                let mut map = self.additional.begin($type_name);
                $( self.additional.put(&mut map, $key, &self.$field); )*
                self.additional.finish(&mut map);
                ::serde_json::Value::Object(map)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                $(
                    match &self.$field {
                        $crate::wire::Field::Missing => {}
                        $crate::wire::Field::Null => { shown.field(stringify!($field), &None::<()>); }
                        $crate::wire::Field::Value(value) => { shown.field(stringify!($field), value); }
                    }
                )*
                if !self.additional.is_empty() {
                    shown.field("additional", &self.additional);
                }
                shown.finish_non_exhaustive()
            }
        }

        $crate::wire::resource::through_value!($name);
    };
}

/// Read and write through a JSON value: duplicate keys and late discriminators do no harm there.
macro_rules! through_value {
    ($name:ty) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&$crate::wire::Wire::encode(self), serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let value =
                    <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                $crate::wire::Wire::decode(value).map_err(::serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use through_value;
