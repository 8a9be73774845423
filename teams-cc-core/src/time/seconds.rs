//! Durations in files that people write: a number of seconds, or ISO 8601 text.
//!
//! For serde's `with`: `written` for a duration, `optional` for one that may be missing.

use std::{fmt, time::Duration};

use serde::{Deserializer, Serializer, de};

use super::IsoDuration;

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of seconds, or text like \"PT1M30S\"")
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Duration, E> {
        Ok(Duration::from_secs(seconds))
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Duration, E> {
        let seconds = u64::try_from(seconds)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(seconds), &self))?;
        Ok(Duration::from_secs(seconds))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        text.parse()
            .map(IsoDuration::get)
            .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// A duration that is always there.
pub(crate) mod written {
    use super::{Deserializer, Duration, IsoDuration, Serializer, Visitor};

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        if duration.subsec_nanos() == 0 {
            return to.serialize_u64(duration.as_secs());
        }
        to.collect_str(&IsoDuration::from(*duration))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        from.deserialize_any(Visitor)
    }
}

/// A duration that may be missing.
pub(crate) mod optional {
    use serde::{Deserialize, Serialize};

    use super::{Deserializer, Duration, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Written(#[serde(with = "super::written")] Duration);

    #[expect(clippy::ref_option, reason = "serde's `with` hands it in so")]
    pub(crate) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(Written).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Written>::deserialize(from)?.map(|written| written.0))
    }
}
