//! What a client prefers of an answer (RFC 7240).

use super::draft::Draft;
use crate::error::InvalidRequest;

/// The preferences of a read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Preferences {
    /// New members of enumerations by their names, instead of `unknownFutureValue`.
    pub(crate) unknown_enum_members: bool,
    /// Properties that are null are left out.
    pub(crate) omit_nulls: bool,
    /// How many items a page may hold.
    pub(crate) page_size: Option<u32>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { unknown_enum_members: true, omit_nulls: false, page_size: None }
    }
}

impl Draft {
    /// Set the preferences of a read.
    pub(crate) fn preferences(mut self, wanted: Preferences) -> Result<Self, InvalidRequest> {
        if wanted.unknown_enum_members {
            self = self.prefer("include-unknown-enum-members")?;
        }
        if wanted.omit_nulls {
            self = self.prefer("omit-values=nulls")?;
        }
        if let Some(size) = wanted.page_size {
            self = self.prefer(&format!("odata.maxpagesize={size}"))?;
        }
        Ok(self)
    }
}

/// The setters of a request whose answer may take several forms; its field is `preferences`.
macro_rules! preferences {
    ($name:ident: $($preference:ident),+ $(,)?) => {
        impl<C: $crate::request::Via> $name<C> {
            $( preferences!(@ $preference); )+
        }
    };
    (@ unknown_enum_members) => {
        /// Set whether new members of enumerations come by their names. Default: they do.
        ///
        /// Otherwise they come as `unknownFutureValue`, and what they are is lost.
        pub fn unknown_enum_members(mut self, wanted: bool) -> Self {
            self.preferences.unknown_enum_members = wanted;
            self
        }
    };
    (@ omit_nulls) => {
        /// Leave out properties that are null. Default: they come.
        pub fn omit_nulls(mut self) -> Self {
            self.preferences.omit_nulls = true;
            self
        }
    };
    (@ page_size) => {
        /// Set how many items a page may hold. Default: the service's choice, which is its limit.
        pub fn page_size(mut self, items: u32) -> Self {
            self.preferences.page_size = Some(items);
            self
        }
    };
}
