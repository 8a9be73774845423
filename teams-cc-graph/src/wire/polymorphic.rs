//! Abstract types and their subtypes.

/// Define a choice among subtypes by `@odata.type`; anything else is kept whole as `Unknown`.
///
/// Two forms have one more variant, which has to stand first:
/// `base Plain(Type)` is a concrete base type, read where no subtype is named at all;
/// `fallback Other(Type)` is read where none or an unknown one is named, and takes the place of
/// `Unknown`.
macro_rules! polymorphic {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $(#[$base_meta:meta])*
            base $base:ident($base_ty:ty),
            $( $(#[$variant_meta:meta])* $variant:ident($ty:ty), )*
        }
    ) => {
        polymorphic! { @choice
            [$(#[$meta])*] $vis $name
            [ { $(#[$base_meta])* } $base($base_ty) $( { $(#[$variant_meta])* } $variant($ty) )* ]
            [ $base ] []
            [
                /// A subtype this crate does not know.
                Unknown($crate::wire::Object),
            ]
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $(#[$base_meta:meta])*
            fallback $base:ident($base_ty:ty),
            $( $(#[$variant_meta:meta])* $variant:ident($ty:ty), )*
        }
    ) => {
        polymorphic! { @choice
            [$(#[$meta])*] $vis $name
            [ { $(#[$base_meta])* } $base($base_ty) $( { $(#[$variant_meta])* } $variant($ty) )* ]
            [ $base ] [ $base ]
            []
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident($ty:ty), )+
        }
    ) => {
        polymorphic! { @choice
            [$(#[$meta])*] $vis $name
            [ $( { $(#[$variant_meta])* } $variant($ty) )+ ]
            [] []
            [
                /// A subtype that is not named, or one this crate does not know.
                Unknown($crate::wire::Object),
            ]
        }
    };
    (@number) => { None };
    (@number $first:ident) => { Some(0) };
    (@unknown $object:ident) => { { let _ = $object; None } };
    (@unknown $object:ident $kept:ident) => { Some(Self::$kept($object)) };
    (@choice
        [$(#[$meta:meta])*] $vis:vis $name:ident
        [ $( { $(#[$variant_meta:meta])* } $variant:ident($ty:ty) )+ ]
        [ $($unnamed:ident)? ] [ $($strange:ident)? ]
        [ $( $(#[$kept_meta:meta])* $kept:ident($kept_ty:ty), )? ]
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "large choices are boxed where they are held")]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant($ty), )+
            $( $(#[$kept_meta])* $kept($kept_ty), )?
        }

        impl $crate::wire::Choice for $name {
            const UNNAMED: Option<usize> = polymorphic! { @number $($unnamed)? };
            const STRANGE: Option<usize> = polymorphic! { @number $($strange)? };

            fn subtype(name: &str) -> Option<usize> {
                enum Subtype { $($variant),+ }
                $(
                    if $crate::wire::same_type(name, <$ty as $crate::wire::Wire>::TYPE) {
                        return Some(Subtype::$variant as usize);
                    }
                )+
                None
            }

            #[allow(non_upper_case_globals, reason = "subtypes are numbered by their names")]
            fn read_subtype<'de, A: ::serde::de::MapAccess<'de>>(
                subtype: usize,
                map: A,
                name: Option<$crate::wire::TypeName<'de>>,
            ) -> Result<Self, A::Error> {
                enum Subtype { $($variant),+ }
                $( const $variant: usize = Subtype::$variant as usize; )+
                match subtype {
                    $(
                        $variant => <$ty as $crate::wire::FromObject>::read_object(map, name)
                            .map(Self::$variant),
                    )+
                    _ => Err($crate::wire::refuse("of a known subtype", "of another")),
                }
            }

            fn unknown(object: $crate::wire::Object) -> Option<Self> {
                polymorphic! { @unknown object $($kept)? }
            }

            fn received_type(&self) -> Option<&::serde_json::Value> {
                match self {
                    $( Self::$variant(value) => $crate::wire::FromObject::received_type(value), )+
                    $( Self::$kept(_) => None, )?
                }
            }
        }

        impl $crate::wire::Wire for $name {
            fn read<'de, D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<(Self, Option<::serde_json::Value>), D::Error> {
                $crate::wire::read_choice(deserializer).map(|this| (this, None))
            }

            fn write<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(value) => $crate::wire::Wire::write(value, serializer), )+
                    $( Self::$kept(value) => $crate::wire::Wire::write(value, serializer), )?
                }
            }
        }

        impl $crate::wire::FromObject for $name {
            fn read_object<'de, A: ::serde::de::MapAccess<'de>>(
                map: A,
                name: Option<$crate::wire::TypeName<'de>>,
            ) -> Result<Self, A::Error> {
                $crate::wire::read_choice_rest(map, name)
            }

            fn received_type(&self) -> Option<&::serde_json::Value> {
                <Self as $crate::wire::Choice>::received_type(self)
            }
        }

        $(
            impl From<$ty> for $name {
                fn from(value: $ty) -> Self {
                    Self::$variant(value)
                }
            }

            impl From<$ty> for $crate::wire::Field<$name> {
                fn from(value: $ty) -> Self {
                    Self::Value(value.into())
                }
            }
        )+

        impl From<$name> for $crate::wire::Field<Box<$name>> {
            fn from(value: $name) -> Self {
                Self::Value(Box::new(value))
            }
        }

        $crate::wire::through_wire!($name);
    };
}
