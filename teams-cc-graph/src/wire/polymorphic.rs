//! Abstract types and their subtypes.

/// Define a choice among subtypes by `@odata.type`; anything else is kept whole as `Other`.
macro_rules! polymorphic {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident($ty:ty), )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant($ty), )+
            /// A subtype that is not named, or one this crate does not know.
            Other($crate::wire::Object),
        }

        impl $crate::wire::Wire for $name {
            fn decode(value: ::serde_json::Value) -> Result<Self, $crate::wire::DecodeError> {
                let received = value.get("@odata.type").and_then(::serde_json::Value::as_str);
                let received = received.unwrap_or_default();
                $(
                    if $crate::wire::same_type(received, <$ty as $crate::wire::Wire>::TYPE) {
                        return <$ty as $crate::wire::Wire>::decode(value).map(Self::$variant);
                    }
                )+
                <$crate::wire::Object as $crate::wire::Wire>::decode(value).map(Self::Other)
            }

            fn encode(&self) -> ::serde_json::Value {
                match self {
                    $( Self::$variant(value) => $crate::wire::Wire::encode(value), )+
                    Self::Other(value) => $crate::wire::Wire::encode(value),
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

        $crate::wire::resource::through_value!($name);
    };
}
