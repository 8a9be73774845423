//! Reservations over PostgreSQL beside pgbench, which asks for the same functions of the same
//! server: what the store adds to what the database does.

use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use teams_cc::store::postgres::{PostgresConfig, PostgresStore};
use teams_cc_core::agent::Capacity;
use teams_cc_core::store::{DispatchStore, Terms};
use teams_cc_core::{AgentId, ContactId, Timestamp};

use crate::cluster::Cluster;
use crate::report::Report;
use crate::rounds::interleave;

/// Who asks at once, over a connection each.
const CLIENTS: u64 = 8;
/// Agents and calls of each client, so that nobody waits for another's rows.
const EACH: u64 = 100;
/// How long a part of a round is.
const PART: Duration = Duration::from_secs(2);
/// Of pgbench's pace, at least.
const SHARE: f64 = 0.5;

const SCRIPT: &str = "\\set n :client_id * 100 + random(0, 99)
SELECT teams_cc.reserve('a' || :n, 'C' || :n, 1, 1, 60000000) AS token \\gset
SELECT teams_cc.release(:token);
";

pub(crate) fn run() -> Report {
    let cluster = Cluster::start(&["synchronous_commit=on"]).expect("a PostgreSQL");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let store = runtime.block_on(fill(&cluster));
    let waits = Mutex::new(Vec::new());
    let series = interleave(&["pgbench", "teams-cc"], |name| match name {
        "pgbench" => pgbench(&cluster),
        _ => runtime.block_on(reservations(&store, &waits)),
    });
    let mut waits = waits.into_inner().expect("nobody panicked");
    waits.sort_unstable();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let mut report = Report::new("postgres");
    report.note(format!("{CLIENTS} clients, synchronous_commit on, statements prepared"));
    report.note(format!(
        "a reservation takes {:.2} ms at the median, {:.2} ms at p99, of {}",
        at(0.5),
        at(0.99),
        waits.len()
    ));
    let ratio = crate::rounds::median(&series[1].over(&series[0]));
    report.table("reserved and released", "pairs/s", series);
    report.at_least("pace over pgbench's", ratio, SHARE);
    drop(store);
    report
}

/// Agents who are free and calls that wait.
async fn fill(cluster: &Cluster) -> PostgresStore {
    let config = PostgresConfig::new(&cluster.url()).expect("a connection string");
    let store = PostgresStore::connect(config.connections(CLIENTS as usize)).await.expect("a server");
    store.migrate().await.expect("a schema");
    for n in 0..CLIENTS * EACH {
        store.put_agent(&AgentId::numbered("a", n), Capacity::ONE).await.expect("an agent");
        store.enqueue(&ContactId::numbered("C", n)).await.expect("a call");
    }
    store
}

/// Pairs a second, by pgbench.
fn pgbench(cluster: &Cluster) -> f64 {
    let script = std::env::temp_dir().join(format!("teams-cc-{}.sql", std::process::id()));
    std::fs::write(&script, SCRIPT).expect("a script");
    let clients = CLIENTS.to_string();
    let output = Command::new(cluster.program("pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--client", &clients])
        .args(["--time", &PART.as_secs().to_string(), "--file"])
        .arg(&script)
        .arg(cluster.url())
        .output()
        .expect("pgbench");
    let _ = std::fs::remove_file(script);
    let said = String::from_utf8_lossy(&output.stdout);
    let pace = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
    pace.and_then(|pace| pace.parse().ok()).unwrap_or_else(|| {
        panic!("pgbench tells no pace: {said}{}", String::from_utf8_lossy(&output.stderr))
    })
}

/// Pairs a second, by the store; how long reservations took goes to `waits`.
async fn reservations(store: &PostgresStore, waits: &Mutex<Vec<Duration>>) -> f64 {
    let begun = Instant::now();
    let clients = (0..CLIENTS).map(|client| async move {
        let mut took = Vec::new();
        let terms = Terms::new(Duration::from_secs(60));
        while begun.elapsed() < PART {
            let n = client * EACH + took.len() as u64 * 37 % EACH;
            let (agent, call) = (AgentId::numbered("a", n), ContactId::numbered("C", n));
            let asked = Instant::now();
            let token = store.reserve(&agent, &call, terms, Timestamp::UNIX_EPOCH).await;
            took.push(asked.elapsed());
            store.release(token.expect("both are free")).await.expect("released");
        }
        took
    });
    let took = join_all(clients).await;
    let pairs: usize = took.iter().map(Vec::len).sum();
    waits.lock().expect("nobody panicked").extend(took.into_iter().flatten());
    pairs as f64 / begun.elapsed().as_secs_f64()
}
