//! A property that is missing, null, or there.

use std::any::Any;

use super::{Slot, Wire};

/// A property of a Graph object: missing, null, or a value.
///
/// The three differ. Notifications carry partial objects, so a missing property says nothing; in a
/// `PATCH` body null clears and missing keeps.
///
/// ```
/// use teams_cc_graph_models::wire::Field;
///
/// let subject: Field<String> = "billing".into();
/// assert_eq!(subject.get().map(String::as_str), Some("billing"));
/// assert!(Field::<String>::default().is_missing());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no fourth case")]
pub enum Field<T> {
    /// The property is not in the object.
    #[default]
    Missing,
    /// The property is there and null.
    Null,
    /// The property is there with a value.
    Value(T),
}

impl<T> Field<T> {
    /// Replace the value and return what was there.
    pub fn replace(&mut self, value: T) -> Option<T> {
        std::mem::replace(self, Self::Value(value)).into_option()
    }

    /// Take over `newer` unless it is missing.
    pub fn merge(&mut self, newer: Self) {
        if !newer.is_missing() {
            *self = newer;
        }
    }

    /// The value, if there is one.
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Null => None,
        }
    }

    /// The value, mutably, if there is one.
    pub const fn get_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Null => None,
        }
    }

    /// The value, if there is one.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Null => None,
        }
    }

    /// Whether the property is not in the object.
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Whether the property is there and null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> Field<Vec<T>> {
    /// The items; none for a collection that is missing or null.
    pub fn items(&self) -> &[T] {
        self.get().map_or(&[], Vec::as_slice)
    }
}

impl<T> Field<Box<T>> {
    /// The value out of its box, if there is one.
    pub fn as_deref(&self) -> Option<&T> {
        self.get().map(Box::as_ref)
    }
}

impl Field<String> {
    /// The text, if there is one.
    pub fn text(&self) -> Option<&str> {
        self.get().map(String::as_str)
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<T> for Field<Box<T>> {
    fn from(value: T) -> Self {
        Self::Value(Box::new(value))
    }
}

impl From<&str> for Field<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

/// A property of whatever type.
pub(crate) trait AnyField: Any {
    fn slot(&self) -> Field<&dyn Slot>;

    /// Becomes a value to be read over.
    fn fill(&mut self) -> Option<&mut dyn Slot>;

    /// Becomes null.
    fn clear(&mut self);

    /// Takes over a newer property of the same type unless it is missing.
    fn take_newer(&mut self, newer: &mut dyn AnyField);

    /// Another of the same type.
    fn twin(&self) -> Box<dyn AnyField>;
}

impl<T: Wire> AnyField for Field<T> {
    fn slot(&self) -> Field<&dyn Slot> {
        match self {
            Self::Missing => Field::Missing,
            Self::Null => Field::Null,
            Self::Value(value) => Field::Value(value),
        }
    }

    fn fill(&mut self) -> Option<&mut dyn Slot> {
        *self = Self::Value(T::blank());
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Null => None,
        }
    }

    fn clear(&mut self) {
        *self = Self::Null;
    }

    fn take_newer(&mut self, newer: &mut dyn AnyField) {
        let newer: &mut dyn Any = newer;
        if let Some(newer @ (Self::Null | Self::Value(_))) = newer.downcast_mut::<Self>() {
            std::mem::swap(self, newer);
        }
    }

    fn twin(&self) -> Box<dyn AnyField> {
        Box::new(Self::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_takes_null_and_values_but_not_absence() {
        let mut field = Field::Value(1);
        field.merge(Field::Missing);
        assert_eq!(field, Field::Value(1));
        field.merge(Field::Null);
        assert!(field.is_null());
        field.merge(Field::Value(2));
        assert_eq!(field.into_option(), Some(2));
    }
}
