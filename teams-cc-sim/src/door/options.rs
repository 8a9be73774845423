//! The query options that the simulator knows (OData 4.01 §11.2.5), and pages of a collection.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

use super::{origin, problem::Problem};

/// The options of one request.
pub(super) struct Options(Vec<(String, String)>);

impl Options {
    /// Reads them; one that is not among `known` is beyond the simulator.
    pub(super) fn of(request: &Request<Bytes>, known: &[&str]) -> Result<Self, Problem> {
        let query = request.uri().query().unwrap_or_default();
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some(_) => Err(Problem::not_simulated()),
            None => Ok(Self(pairs)),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The conditions of `$filter` that must all be met.
    pub(super) fn conditions(&self) -> Vec<&str> {
        self.get("$filter").map_or_else(Vec::new, |filter| filter.split(" and ").collect())
    }

    /// Leaves the properties that `$select` names, and what is known by `@odata`.
    pub(super) fn select(&self, mut entity: Value) -> Value {
        if let (Some(wanted), Some(entity)) = (self.get("$select"), entity.as_object_mut()) {
            let wanted: Vec<_> = wanted.split(',').map(str::trim).collect();
            entity.retain(|name, _| wanted.contains(&name.as_str()) || name.starts_with("@odata"));
        }
        entity
    }

    /// One page of a collection, at most `longest` items, and where the next one is.
    pub(super) fn page(
        &self,
        request: &Request<Bytes>,
        items: Vec<Value>,
        longest: usize,
    ) -> Result<Value, Problem> {
        let wanted = match self.get("$top") {
            Some(top) => top.parse().ok().filter(|top| (1..=longest).contains(top)),
            None => Some(page_size(request).unwrap_or(longest).clamp(1, longest)),
        };
        let wanted = wanted.ok_or_else(|| {
            Problem::bad_request(format!("$top is a number from 1 to {longest} here."))
        })?;
        let skip = self.get("$skiptoken").map_or(Some(0), |token| token.parse().ok());
        let skip: usize =
            skip.ok_or_else(|| Problem::bad_request("The skip token is not of this service."))?;
        let left = items.len().saturating_sub(skip);
        let value: Vec<_> =
            items.into_iter().skip(skip).take(wanted).map(|item| self.select(item)).collect();
        let mut page = Map::from_iter([("value".to_owned(), json!(value))]);
        if left > wanted {
            let mut next = url::form_urlencoded::Serializer::new(String::new());
            next.extend_pairs(self.0.iter().filter(|(name, _)| name != "$skiptoken"));
            next.append_pair("$skiptoken", &(skip + wanted).to_string());
            let link = format!("{}{}?{}", origin(request), request.uri().path(), next.finish());
            page.insert("@odata.nextLink".to_owned(), link.into());
        }
        Ok(Value::Object(page))
    }
}

/// `Prefer: odata.maxpagesize=n`.
fn page_size(request: &Request<Bytes>) -> Option<usize> {
    let prefer = request.headers().get_all("prefer").into_iter();
    let mut words =
        prefer.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    words.find_map(|word| word.trim().strip_prefix("odata.maxpagesize=")?.parse().ok())
}

/// The text between the quotes of `… eq 'text'`, where doubled quotes stand for one.
pub(super) fn quoted<'a>(condition: &'a str, before: &str) -> Option<std::borrow::Cow<'a, str>> {
    let text = condition.trim().strip_prefix(before)?.trim().strip_prefix('\'')?;
    let text = text.trim_end_matches(')').strip_suffix('\'')?;
    Some(if text.contains("''") { text.replace("''", "'").into() } else { text.into() })
}
