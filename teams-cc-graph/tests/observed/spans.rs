use std::{cell::RefCell, collections::BTreeMap, fmt};

use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry::Registry,
};

use crate::support::client;

thread_local! {
    /// The attributes of each span of a thread, as they are in the end; `None` for those never set.
    static SPANS: RefCell<BTreeMap<u64, Fields>> = const { RefCell::new(BTreeMap::new()) };
}

/// Writes spans down for the thread they are made on.
///
/// One serves the whole process, for the reason that `log.rs` gives.
struct Spans;

type Fields = BTreeMap<&'static str, Option<String>>;

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), Some(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), Some(value.to_owned()));
    }
}

impl<S: Subscriber> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let metadata = attributes.metadata();
        if !metadata.target().starts_with("teams_cc_graph") {
            return;
        }
        let mut fields: Fields =
            metadata.fields().iter().map(|field| (field.name(), None)).collect();
        fields.insert("name", Some(metadata.name().to_owned()));
        attributes.record(&mut Into(&mut fields));
        SPANS.with_borrow_mut(|spans| spans.insert(id.into_u64(), fields));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        SPANS.with_borrow_mut(|spans| {
            if let Some(fields) = spans.get_mut(&id.into_u64()) {
                values.record(&mut Into(fields));
            }
        });
    }
}

/// Attributes of every request, with values that are the same each time.
const ALWAYS: [(&str, &str); 8] = [
    ("name", "graph_request"),
    ("otel.name", "POST /communications/calls/{id}/keepAlive"),
    ("otel.kind", "client"),
    ("http.request.method", "POST"),
    ("url.template", "/communications/calls/{id}/keepAlive"),
    ("server.address", "graph.microsoft.com"),
    ("graph.operation", "keepAlive"),
    ("server.port", ""),
];

/// Those of an answer.
const ANSWERED: [(&str, &str); 3] =
    [("graph.request_id", "r-1"), ("graph.client_request_id", "c-1"), ("graph.scenario_id", "s-1")];

const TIMES: [&str; 3] = ["graph.token_wait_ms", "graph.throttle_wait_ms", "graph.send_ms"];

#[tokio::test(start_paused = true)]
async fn a_request_has_one_span_whose_attributes_keep_their_names() {
    tracing::subscriber::set_global_default(Registry::default().with(Spans)).unwrap();
    for (statuses, status, resends, error) in [
        (&[200][..], Some("200"), None, None),
        (&[503, 200], Some("200"), Some("1"), None),
        (&[404], Some("404"), None, Some("404")),
        (&[503], None, Some("1"), Some("timeout")),
    ] {
        let _ = client(statuses).communications().call("c1").keep_alive().await;
        let spans = SPANS.take();
        let [mut span]: [Fields; 1] =
            spans.into_values().collect::<Vec<_>>().try_into().expect("one span");
        let mut take = |name: &str| {
            span.remove(name).unwrap_or_else(|| panic!("no {name} with {statuses:?}: {span:?}"))
        };
        for (name, value) in ALWAYS {
            assert_eq!(take(name).unwrap_or_default(), value, "{name}");
        }
        for (name, value) in ANSWERED {
            assert_eq!(take(name).as_deref(), status.map(|_| value), "{name}");
        }
        for name in TIMES {
            let millis: f64 = take(name).unwrap().parse().unwrap();
            assert!(millis >= 0.0, "{name}");
        }
        assert_eq!(take("http.response.status_code").as_deref(), status);
        assert_eq!(take("http.request.resend_count").as_deref(), resends);
        assert_eq!(take("error.type").as_deref(), error);
        assert!(span.is_empty(), "attributes without a test: {span:?}");
    }
}
