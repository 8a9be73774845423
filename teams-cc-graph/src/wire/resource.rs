//! Objects with named properties.

use super::Additional;

/// A Graph object of a type this crate models; only this crate implements it.
pub trait Resource: sealed::Sealed {
    /// The qualified type name without `#`, empty for bodies that have none.
    const TYPE: &'static str;

    /// The properties the model does not name.
    fn additional(&self) -> &Additional;

    /// The properties the model does not name, to add to them.
    fn additional_mut(&mut self) -> &mut Additional;
}

/// Keeps [`Resource`] open for additions.
pub(crate) mod sealed {
    #[expect(unnameable_types, reason = "a trait that cannot be named cannot be implemented")]
    pub trait Sealed {}
}

/// Define a Graph object: one [`Field`](super::Field) per property, the rest in `additional`.
///
/// The text in parentheses is the qualified type name, written first as `@odata.type` for objects
/// made here; empty for bodies that have none. `after` names a function that settles what depends
/// on several properties once all are read. `requires (a, b)` makes `new` take these properties.
macro_rules! resource {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($type_name:literal $(, after = $after:path)?)
        $(requires ($($required:ident),+ $(,)?))?
        {
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

        $crate::wire::resource::constructor! {
            $name [$($($required)+)?] { $($field: $ty,)* }
        }

        impl $name {
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

        impl $crate::wire::Fields for $name {
            const NAMES: &'static [&'static str] = &[$($key),*];

            #[allow(
                dead_code,
                non_camel_case_types,
                non_upper_case_globals,
                unused_variables,
                reason = "properties are numbered by their names; an object may have none"
            )]
            fn read_slot<'de, D: ::serde::Deserializer<'de>>(
                &mut self,
                slot: usize,
                deserializer: D,
            ) -> Result<Option<::serde_json::Value>, D::Error> {
                enum Slot { $($field),* }
                $( const $field: usize = Slot::$field as usize; )*
                match slot {
                    $( $field => $crate::wire::read_field(&mut self.$field, deserializer), )*
                    _ => Ok(None),
                }
            }

            $(
                fn settle(&mut self) -> Result<(), ::serde_json::Error> {
                    $after(self)
                }
            )?

            fn unnamed(&mut self) -> &mut $crate::wire::Additional {
                &mut self.additional
            }
        }

        impl $crate::wire::Wire for $name {
            const TYPE: &'static str = $type_name;

            fn read<'de, D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<(Self, Option<::serde_json::Value>), D::Error> {
                $crate::wire::read_fields(deserializer).map(|this| (this, None))
            }

            #[allow(unused_mut, reason = "an object may have no named property at all")]
            fn write<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut object =
                    $crate::wire::ObjectWriter::begin(serializer, &self.additional, $type_name)?;
                $( object.put($key, &self.$field)?; )*
                object.end()
            }
        }

        impl $crate::wire::FromObject for $name {
            fn read_object<'de, A: ::serde::de::MapAccess<'de>>(
                map: A,
                name: Option<$crate::wire::TypeName<'de>>,
            ) -> Result<Self, A::Error> {
                $crate::wire::read_rest(map, name)
            }

            fn received_type(&self) -> Option<&::serde_json::Value> {
                self.additional.received_type()
            }
        }

        impl $crate::wire::resource::sealed::Sealed for $name {}

        impl $crate::wire::Resource for $name {
            const TYPE: &'static str = $type_name;

            fn additional(&self) -> &$crate::wire::Additional {
                &self.additional
            }

            fn additional_mut(&mut self) -> &mut $crate::wire::Additional {
                &mut self.additional
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

        impl From<$name> for $crate::wire::Field<Box<$name>> {
            fn from(value: $name) -> Self {
                Self::Value(Box::new(value))
            }
        }

        $crate::wire::through_wire!($name);
    };
}

/// Define `new`, with the properties that the service requires as arguments.
macro_rules! constructor {
    ($name:ident [] { $($field:ident: $ty:ty,)* }) => {
        impl $name {
            /// An object with every property missing.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }
        }
    };
    ($name:ident [$($required:ident)+] { $($field:ident: $ty:ty,)* }) => {
        /// The type of a property, by its name.
        macro_rules! type_of {
            $( ($field) => { $ty }; )*
        }

        impl $name {
            /// An object with what the service requires, every other property missing.
            #[must_use]
            pub fn new(
                $( $required: impl Into<$crate::wire::Field<type_of!($required)>>, )+
            ) -> Self {
                Self::default() $( .$required($required) )+
            }
        }
    };
}

pub(crate) use constructor;
