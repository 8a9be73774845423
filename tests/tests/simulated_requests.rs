//! Which of the typed requests of teams-cc-graph the simulator answers: its page says so, and says
//! the truth.

use std::{collections::BTreeSet, fmt::Write, fs, path::Path, time::Duration};

use bytes::Bytes;
use teams_cc_core::Instant;
use teams_cc_sim::world::{Input, Output, SECRET, Setup, World};
use teams_cc_stories::small;

/// Where the typed requests are declared, and where the page is.
const REQUESTS: &str = "../teams-cc-graph/src/request";
const PAGE: &str = "../teams-cc-sim/src/requests.md";
const VERBS: [&str; 5] = ["GET", "POST", "PATCH", "PUT", "DELETE"];

fn path(relative: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Every `VERB "/path"` of the macros that declare requests, by path and verb.
fn declared(directory: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in fs::read_dir(directory).expect("a folder").map(|entry| entry.expect("an entry")) {
        let at = entry.path();
        if at.is_dir() {
            declared(&at, found);
            continue;
        }
        let text = fs::read_to_string(&at).expect("a source file");
        let words: Vec<_> = text.split_whitespace().collect();
        for pair in words.windows(2) {
            let path = pair[1].strip_prefix('"').and_then(|path| path.split('"').next());
            // Tests of the macro itself have requests of their own.
            if let Some(path) =
                path.filter(|path| path.starts_with('/') && !path.contains("/probes"))
                && VERBS.contains(&pair[0])
            {
                found.insert((path.to_owned(), pair[0].to_owned()));
            }
        }
    }
}

/// A world in which a customer's call rings, with who may do everything.
fn ringing() -> (World, Instant, String, String) {
    let mut setup: Setup = small(42);
    let app = &mut setup.apps[0];
    app.roles.push("Teamwork.Migrate.All".into());
    let (app, tenant) = (app.id.to_string(), setup.tenants[0].id.to_string());
    let mut world = World::new(setup).expect("a sound world");
    let mut now = Instant::ZERO;
    let call = loop {
        world.handle_input(now, Input::Tick).expect("time passes");
        match world.poll_output() {
            Output::Callback(callback) => {
                let body: serde_json::Value =
                    serde_json::from_slice(callback.request.body()).expect("JSON");
                let id = body["value"][0]["resourceData"]["id"].as_str().expect("an id");
                break id.to_owned();
            }
            Output::Timeout(next) => now = next.expect("somebody calls"),
            _ => {}
        }
    };
    let form = format!(
        "grant_type=client_credentials&client_id={app}&client_secret={SECRET}\
         &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
    );
    let uri = format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token");
    let request = http::Request::post(uri).body(Bytes::from(form)).expect("a request");
    let answer = world.handle(now, &request).response;
    let answer: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
    let token = answer["access_token"].as_str().expect("a token").to_owned();
    (world, now + Duration::from_millis(1), call, token)
}

/// The status of a request with nothing in it, on the call that rings.
fn status(path: &str, verb: &str) -> u16 {
    let (mut world, now, call, token) = ringing();
    let mut path = path.replacen("/calls/{id}", &format!("/calls/{call}"), 1);
    if path.starts_with("/onlineMeetings") || path.starts_with("/adhocCalls") {
        path.insert_str(0, "/users/x");
    }
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "x");
    }
    let request = http::Request::builder()
        .method(verb)
        .uri(format!("https://graph.microsoft.com/v1.0{path}"))
        .header("authorization", format!("Bearer {token}"))
        .body(if verb == "GET" || verb == "DELETE" { Bytes::new() } else { "{}".into() })
        .expect("a request");
    world.handle(now, &request).response.status().as_u16()
}

#[test]
fn the_page_of_simulated_requests_names_every_typed_request_and_tells_the_truth() {
    let mut requests = BTreeSet::new();
    declared(&path(REQUESTS), &mut requests);
    assert!(requests.len() > 130, "the declarations look otherwise now: {}", requests.len());
    let mut wanted = String::new();
    let mut simulated = 0;
    for (path, verb) in &requests {
        let known = status(path, verb) != 501;
        simulated += usize::from(known);
        let mark = if known { "yes" } else { "501" };
        writeln!(wanted, "| `{verb} {path}` | {mark} |").expect("text grows");
    }
    let page = fs::read_to_string(path(PAGE)).expect("the page");
    let shown: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let wanted_lines: Vec<_> = wanted.lines().collect();
    assert_eq!(shown, wanted_lines, "the table of {PAGE} should be:\n{wanted}");
    let count = format!("{simulated} of {} typed requests", requests.len());
    assert!(page.contains(&count), "{PAGE} should say: {count}");
}
