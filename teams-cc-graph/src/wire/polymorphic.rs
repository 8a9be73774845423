//! Abstract types and their subtypes.

/// Define a choice among subtypes by `@odata.type`; anything else is kept whole as `Unknown`.
///
/// Two forms have one more variant, which stands first:
/// `base Plain(Type)` is a concrete base type, read where no subtype is named at all;
/// `fallback Other(Type)` is read where none or an unknown one is named, and takes the place of
/// `Unknown`.
macro_rules! polymorphic {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(#[$base_meta:meta])*
            base $base:ident($base_ty:ty),
            $( $(#[$variant_meta:meta])* $variant:ident($ty:ty), )*
        }
    ) => {
        polymorphic! { @choice
            [$(#[$meta])*] $name
            [ { $(#[$base_meta])* } $base($base_ty) $( { $(#[$variant_meta])* } $variant($ty) )* ]
            [ $base($base_ty) ]
            [ Unknown($crate::wire::Object) ]
            [
                /// A subtype this crate does not know.
                Unknown($crate::wire::Object),
            ]
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(#[$base_meta:meta])*
            fallback $base:ident($base_ty:ty),
            $( $(#[$variant_meta:meta])* $variant:ident($ty:ty), )*
        }
    ) => {
        polymorphic! { @choice
            [$(#[$meta])*] $name
            [ { $(#[$base_meta])* } $base($base_ty) $( { $(#[$variant_meta])* } $variant($ty) )* ]
            [ $base($base_ty) ]
            [ $base($base_ty) ]
            []
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident($ty:ty), )+
        }
    ) => {
        polymorphic! { @choice
            [$(#[$meta])*] $name
            [ $( { $(#[$variant_meta])* } $variant($ty) )+ ]
            [ Unknown($crate::wire::Object) ]
            [ Unknown($crate::wire::Object) ]
            [
                /// A subtype that is not named, or one this crate does not know.
                Unknown($crate::wire::Object),
            ]
        }
    };
    (@choice
        [$(#[$meta:meta])*] $name:ident
        [ $( { $(#[$variant_meta:meta])* } $variant:ident($ty:ty) )+ ]
        [ $unnamed:ident($unnamed_ty:ty) ]
        [ $strange:ident($strange_ty:ty) ]
        [ $( $(#[$kept_meta:meta])* $kept:ident($kept_ty:ty), )? ]
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "large choices are boxed where they are held")]
        pub enum $name {
            $( $(#[$variant_meta])* $variant($ty), )+
            $( $(#[$kept_meta])* $kept($kept_ty), )?
        }

        impl $crate::wire::Wire for $name {
            fn decode(value: ::serde_json::Value) -> Result<Self, $crate::wire::DecodeError> {
                let Some(received) = value.get("@odata.type") else {
                    return <$unnamed_ty as $crate::wire::Wire>::decode(value).map(Self::$unnamed);
                };
                let received = received.as_str().unwrap_or_default();
                $(
                    if $crate::wire::same_type(received, <$ty as $crate::wire::Wire>::TYPE) {
                        return <$ty as $crate::wire::Wire>::decode(value).map(Self::$variant);
                    }
                )+
                <$strange_ty as $crate::wire::Wire>::decode(value).map(Self::$strange)
            }

            fn encode(&self) -> ::serde_json::Value {
                match self {
                    $( Self::$variant(value) => $crate::wire::Wire::encode(value), )+
                    $( Self::$kept(value) => $crate::wire::Wire::encode(value), )?
                }
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

        $crate::wire::resource::through_value!($name);
    };
}
