//! Headers of one token and its parameters: subscriptions (RFC 6665) and others of that form.

use bytes::Bytes;

use crate::message::{Grammar, HeaderName, Params, ParseError, Text, TypedHeader, cursor::Cursor};

macro_rules! token_with_params {
    ($($(#[$doc:meta])* $type:ident { $(#[$field_doc:meta])* $field:ident } = $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $type {
            $(#[$field_doc])*
            pub $field: Text,
            /// The parameters.
            pub params: Params,
        }

        impl $type {
            /// The header with this token and no parameters.
            ///
            /// # Errors
            ///
            /// [`Rule::Token`](crate::message::Rule::Token) when the text is not a token.
            pub fn new(token: &str) -> Result<Self, ParseError> {
                let value = Bytes::copy_from_slice(token.as_bytes());
                let mut c = Cursor::new(&value, &Grammar::default());
                let $field = c.token()?;
                c.end()?;
                Ok(Self { $field, params: Params::new() })
            }

            /// The same header with a parameter.
            ///
            /// # Errors
            ///
            /// As [`Params::set`].
            pub fn with_param(mut self, name: &str, value: Option<&str>) -> Result<Self, ParseError> {
                self.params.set(name, value)?;
                Ok(self)
            }
        }

        impl TypedHeader for $type {
            fn name() -> HeaderName {
                HeaderName::$name
            }

            fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
                let mut c = Cursor::new(value, grammar);
                let $field = c.token()?;
                let params = Params::read(&mut c)?;
                c.end()?;
                Ok(Self { $field, params })
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.$field.as_bytes());
                self.params.write(out);
            }
        }
    )*};
}

token_with_params! {
    /// What is subscribed to (§8.2.1), such as `refer`.
    Event {
        /// The event package.
        package
    } = Event,
    /// Whether the subscription lives (§8.2.3).
    SubscriptionState {
        /// `active`, `pending` or `terminated`.
        state
    } = SubscriptionState,
    /// What a REFER's implicit subscription shall be (RFC 4488): `false` for none.
    ReferSub {
        /// `true` or `false`.
        value
    } = ReferSub,
    /// What an INFO carries (RFC 6086 §7.2).
    InfoPackage {
        /// The package.
        package
    } = InfoPackage,
    /// A package of INFO the sender takes (RFC 6086 §7.3).
    RecvInfo {
        /// The package.
        package
    } = RecvInfo,
    /// What a body is for (RFC 3261 §20.11), such as `session` or `render`.
    ContentDisposition {
        /// The type.
        kind
    } = ContentDisposition,
    /// A coding of bodies the sender takes (RFC 3261 §20.2).
    AcceptEncoding {
        /// The coding, or `*`.
        coding
    } = AcceptEncoding,
    /// A language the sender understands (RFC 3261 §20.3).
    AcceptLanguage {
        /// The range, or `*`.
        range
    } = AcceptLanguage,
    /// Whether a location may be used for routing (RFC 6442 §4.2).
    GeolocationRouting {
        /// `yes` or `no`.
        value
    } = GeolocationRouting,
    /// Why a location was of no use (RFC 6442 §4.3).
    GeolocationError {
        /// Three digits.
        code
    } = GeolocationError,
}

impl ReferSub {
    /// Whether no subscription is wanted.
    #[must_use]
    pub fn is_declined(&self) -> bool {
        self.value.eq_ignore_ascii_case("false")
    }
}

impl GeolocationRouting {
    /// Whether the location may be used for routing; anything but `yes` forbids it.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.value.eq_ignore_ascii_case("yes")
    }
}

impl ContentDisposition {
    /// Whether a receiver that does not understand the body may leave it out.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.params.get("handling").is_some_and(|h| h.eq_ignore_ascii_case("optional"))
    }
}

impl Event {
    /// The `id` that tells two REFERs of one dialog apart (RFC 3515 §2.4.6).
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.params.get("id")
    }
}

impl SubscriptionState {
    /// Whether the subscription is over.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state.eq_ignore_ascii_case("terminated")
    }
}
