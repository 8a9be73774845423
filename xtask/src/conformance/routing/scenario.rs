//! A scenario as its file has it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// Names and values that differ from product to product.
pub(super) type Fields = Map<String, Value>;

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Scenario {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) engine: String,
    pub(super) strategy: String,
    pub(super) config: Fields,
    pub(super) agents: Vec<Fields>,
    pub(super) calls: Vec<Fields>,
    #[serde(default)]
    pub(super) events: Vec<Fields>,
    pub(super) until: Option<u64>,
    pub(super) expect: Fields,
    #[serde(default)]
    pub(super) note: String,
    agents_spec: Option<Crowd>,
}

/// Many agents of numbered names, all in calls until they are said to be free.
#[derive(Clone, Debug, Deserialize)]
struct Crowd {
    count: u32,
    prefix: String,
    free_at: BTreeMap<String, Vec<String>>,
}

/// Reads fields without minding which are there.
pub(super) trait Read {
    fn text(&self, name: &str) -> Option<&str>;
    fn number(&self, name: &str) -> Option<i64>;
    fn flag(&self, name: &str) -> Option<bool>;
    fn list(&self, name: &str) -> &[Value];
}

impl Read for Fields {
    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    fn list(&self, name: &str) -> &[Value] {
        self.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

impl Scenario {
    /// Adds the agents who are only counted.
    pub(super) fn with_crowd(mut self) -> Self {
        let Some(crowd) = self.agents_spec.take() else { return self };
        let fields = |value: Value| value.as_object().cloned().unwrap_or_default();
        for n in 0..crowd.count {
            let id = format!("{}{n}", crowd.prefix);
            self.agents.push(fields(serde_json::json!({ "id": id, "device": "INUSE" })));
        }
        for (t, agents) in &crowd.free_at {
            let t: u64 = t.parse().unwrap_or(0);
            for agent in agents {
                self.events.push(fields(serde_json::json!({
                    "t": t, "type": "device", "agent": agent, "value": "NOT_INUSE",
                })));
            }
        }
        self
    }

    /// Whether the product's answer is a fault that is not to be copied.
    pub(super) fn is_fault(&self) -> bool {
        self.title.starts_with("KNOWN ")
    }

    pub(super) fn setting(&self, name: &str) -> Option<u64> {
        self.config.number(name).and_then(|number| u64::try_from(number).ok())
    }

    /// A number that the title gives after a word, such as `after 300 s`.
    pub(super) fn told(&self, word: &str) -> Option<u64> {
        let (_, rest) = self.title.split_once(word)?;
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    }

    /// The last second that anything is expected in.
    pub(super) fn last_second(&self) -> u64 {
        let times = self.expect.values().filter_map(Value::as_array).flatten();
        let expected = times.filter_map(|entry| entry.get(0)?.as_u64()).max();
        let arrivals = self.calls.iter().filter_map(|call| call.get("t")?.as_u64()).max();
        self.until.unwrap_or_else(|| expected.max(arrivals).unwrap_or(0))
    }
}
