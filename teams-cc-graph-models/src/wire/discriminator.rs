//! `@odata.type`, in every form the wire has for it.

use serde_json::Value;

use super::{
    Stop,
    incoming::{Incoming, Take},
};

/// The OData discriminator.
pub(crate) const ODATA_TYPE: &str = "@odata.type";

/// Whether `received` names the type `known`: case, `#` and namespace are not stable on the wire.
pub(crate) fn same_type(received: &str, known: &str) -> bool {
    let last = |name: &str| name.rsplit(['.', '#']).next().unwrap_or_default().len();
    let (length, known_length) = (last(received), last(known));
    length > 0
        && length == known_length
        && received
            .get(received.len() - length..)
            .zip(known.get(known.len() - length..))
            .is_some_and(|(received, known)| received.eq_ignore_ascii_case(known))
}

/// The discriminator of an object.
pub(crate) enum TypeName {
    /// As this type writes its own name.
    Own(&'static str),
    /// In another way: as it came, and a text if all is well.
    Odd(Value),
}

impl TypeName {
    /// The name; empty, and so no type's, where it is no text.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Own(name) => name,
            Self::Odd(value) => value.as_str().unwrap_or_default(),
        }
    }

    /// Whether this is how the type itself writes its name.
    pub(super) fn is_own(&self, type_name: &str) -> bool {
        matches!(self, Self::Own(name) if *name == type_name)
    }
}

impl From<TypeName> for Value {
    fn from(name: TypeName) -> Self {
        match name {
            TypeName::Own(name) => Self::String(format!("#{name}")),
            TypeName::Odd(value) => value,
        }
    }
}

/// Reads a discriminator.
pub(crate) struct ReadTypeName<'a> {
    /// The type that is meant by a name.
    pub(super) own: &'a dyn Fn(&str) -> Option<&'static str>,
    pub(super) name: Option<TypeName>,
}

impl Take for ReadTypeName<'_> {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop> {
        let own = match &incoming {
            Incoming::Text(text) => (self.own)(text).filter(|own| {
                !own.is_empty() && text.strip_prefix('#').is_some_and(|text| text == *own)
            }),
            _ => None,
        };
        self.name = Some(match own {
            Some(own) => TypeName::Own(own),
            None => TypeName::Odd(incoming.into_value()?),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap 9.
    #[test]
    fn a_type_name_matches_on_its_last_segment_in_any_case() {
        for received in [
            "#microsoft.graph.call",
            "microsoft.graph.call",
            "#Microsoft.Graph.Call",
            "#Microsoft.Teams.GraphSvc.call",
            "call",
        ] {
            assert!(same_type(received, "microsoft.graph.call"), "{received}");
        }
        for received in ["#microsoft.graph.callRoute", "", "#", "é", "xcall"] {
            assert!(!same_type(received, "microsoft.graph.call"), "{received}");
        }
        assert!(!same_type("", ""));
    }
}
