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
    (@keep $this:ident $object:ident) => {{
        let _ = ($this, $object);
        false
    }};
    (@keep $this:ident $object:ident $kept:ident) => {{
        *$this = Self::$kept($object);
        true
    }};
    (@blank [$first:ident $($variant:ident)*]) => { Self::$first($crate::wire::Wire::blank()) };
    (@blank [$($variant:ident)+] $kept:ident) => { Self::$kept($crate::wire::Wire::blank()) };
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
            fn subtypes(&self) -> &'static $crate::wire::Subtypes {
                const {
                    &$crate::wire::Subtypes {
                        names: &[$( <$ty as $crate::wire::Wire>::TYPE ),+],
                        family: None,
                        unnamed: polymorphic! { @number $($unnamed)? },
                        strange: polymorphic! { @number $($strange)? },
                        settled_later: false,
                    }
                }
            }

            fn select(&mut self, subtype: usize) -> Option<&mut dyn $crate::wire::Slot> {
                enum Subtype { $($variant),+ }
                *self = match [$(Subtype::$variant),+].get(subtype)? {
                    $( Subtype::$variant => Self::$variant($crate::wire::Wire::blank()), )+
                };
                Some(match self {
                    $( Self::$variant(value) => value, )+
                    $( Self::$kept(value) => value, )?
                })
            }

            fn keep(&mut self, object: $crate::wire::Object) -> bool {
                polymorphic! { @keep self object $($kept)? }
            }
        }

        impl $crate::wire::Slot for $name {
            fn take(&mut self, incoming: $crate::wire::Incoming<'_>) -> $crate::wire::Taken {
                $crate::wire::take_choice(self, incoming)
            }

            fn give(&self) -> $crate::wire::Outgoing<'_> {
                match self {
                    $( Self::$variant(value) => $crate::wire::Slot::give(value), )+
                    $( Self::$kept(value) => $crate::wire::Slot::give(value), )?
                }
            }
        }

        impl $crate::wire::Wire for $name {
            fn blank() -> Self {
                polymorphic! { @blank [$($variant)+] $($kept)? }
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

        $crate::wire::through_wire!($name);
    };
}
