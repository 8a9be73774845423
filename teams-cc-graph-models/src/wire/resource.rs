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
            pub fn merge(&mut self, mut newer: Self) {
                $crate::wire::merge(self, &mut newer);
            }
        }

        const _: () = {
            #[allow(non_camel_case_types, reason = "properties are numbered by their names")]
            enum Property { $($field),* }

            const PROPERTIES: &[Property] = &[$(Property::$field),*];

            impl $crate::wire::Fields for $name {
                fn table(&self) -> &'static $crate::wire::Table {
                    const {
                        &$crate::wire::Table::new(
                            stringify!($name),
                            $type_name,
                            &[$($key),*],
                            &[$(stringify!($field)),*],
                        )
                    }
                }

                fn field(&self, slot: usize) -> Option<&dyn $crate::wire::AnyField> {
                    match PROPERTIES.get(slot) {
                        $( Some(Property::$field) => Some(&self.$field), )*
                        _ => None,
                    }
                }

                fn field_mut(&mut self, slot: usize) -> Option<&mut dyn $crate::wire::AnyField> {
                    match PROPERTIES.get(slot) {
                        $( Some(Property::$field) => Some(&mut self.$field), )*
                        _ => None,
                    }
                }

                fn unnamed(&self) -> &$crate::wire::Additional {
                    &self.additional
                }

                fn unnamed_mut(&mut self) -> &mut $crate::wire::Additional {
                    &mut self.additional
                }

                fn settle(&mut self) -> Result<(), $crate::wire::Stop> {
                    $( $after(self)?; )?
                    Ok(())
                }
            }
        };

        impl $crate::wire::Slot for $name {
            fn take(&mut self, incoming: $crate::wire::Incoming<'_>) -> $crate::wire::Taken {
                $crate::wire::take_object(self, incoming)
            }

            fn give(&self) -> $crate::wire::Outgoing<'_> {
                $crate::wire::Outgoing::Object(self)
            }
        }

        impl $crate::wire::Wire for $name {
            const TYPE: &'static str = $type_name;

            fn blank() -> Self {
                Self::default()
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
                $crate::wire::show(self, f)
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
