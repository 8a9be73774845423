//! A Microsoft Teams of one's own for Graph clients in any language.
//!
//! Sign-in, presence and calls are served over HTTP and HTTPS until Ctrl-C, which prints what
//! happened. A client needs three settings: the authority, the address of Graph, and the private
//! certificate authority to trust; all are printed. `ada` answers calls, `bo` wants no disturbance.
//!
//! ```sh
//! cargo run --example simulator
//! cargo run --example simulator -- --https 127.0.0.1:8443 --callback http://127.0.0.1:9000/calls
//! ```
//!
//! With `--callback`, customers call the service number, and the bot behind that address is told.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::{error::Error, net::SocketAddr, path::Path, time::Duration};

use teams_cc::{
    Platform,
    core::{Clock, contact::Tone},
    graph::SystemClock,
};
use teams_cc_sim::{
    Sim,
    door::{HttpDoor, HttpOptions},
    world::{
        Answering, App, CALLBACK, Customer, ROLES, SECRET, SERVICE_NUMBER, Setup, Tenant, User,
    },
};

/// Where the certificate authority is written.
const CERTIFICATES: &str = "target/simulator-tls";
/// How many customers call, and how long after one another.
const CALLS: u32 = 360;
const CALL_EVERY: Duration = Duration::from_secs(10);

/// Where the doors are, and where calls are announced.
struct Options {
    http: SocketAddr,
    https: SocketAddr,
    callback: Option<String>,
}

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let (http, https) = ("127.0.0.1:8080".parse()?, "127.0.0.1:8443".parse()?);
        let mut options = Self { http, https, callback: None };
        while let Some(word) = words.next() {
            match (word.as_str(), words.next()) {
                ("--http", Some(at)) => options.http = at.parse()?,
                ("--https", Some(at)) => options.https = at.parse()?,
                ("--callback", Some(address)) => options.callback = Some(address),
                _ => return Err("options: --http ADDRESS --https ADDRESS --callback URL".into()),
            }
        }
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    let setup = world(options.callback.as_deref());
    let sim = Sim::new(setup.clone())?;
    let door = HttpOptions::default().http(options.http).https(options.https);
    let door = HttpDoor::open(&sim, door.callbacks().certificates(CERTIFICATES)).await?;

    let ([tenant], [app, reader], [account]) = (&*setup.tenants, &*setup.apps, &*setup.accounts)
    else {
        return Err("the world has one tenant, two apps and one resource account".into());
    };
    let base = format!("https://localhost:{}", door.https().port());
    println!("platform: {}", sim.label());
    println!("authority: {base}/{}", tenant.id);
    println!("graph: {base}/v1.0");
    println!("plain graph: http://{}/v1.0", door.http());
    let authority = Path::new(CERTIFICATES).canonicalize()?.join("ca.pem");
    println!("certificate authority: {}", authority.display());
    println!("tenant: {}", tenant.id);
    println!("client id: {}", app.id);
    println!("client secret: {SECRET}");
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../teams-cc-sim/keys");
    println!("client certificates: {}", keys.canonicalize()?.display());
    println!("permissions: {}", ROLES.join(" "));
    println!("client id that reads presence alone: {}", reader.id);
    for user in &setup.users {
        println!("user {}: {}", user.handle, user.id);
    }
    println!("service number: {SERVICE_NUMBER}");
    println!("its application instance: {}", account.id);
    println!("Ctrl-C ends");

    tokio::signal::ctrl_c().await?;
    println!("\n{}", sim.ladder());
    Ok(())
}

/// A tenant that begins now, with customers where a bot takes their calls.
fn world(callback: Option<&str>) -> Setup {
    let tenant = Tenant::new("contoso.test");
    let key = |digit| Tone::new(digit).expect("a digit is a key of a telephone");
    let brief = Duration::from_millis(500);
    let ada = Answering::after(2 * brief).confirms(key('1'), brief);
    let mut setup = Setup::contoso(42)
        .without_trunk()
        .start(SystemClock::new().wall())
        .user(User::new("ada", &tenant).answering([ada]))
        .user(User::new("bo", &tenant).presence("DoNotDisturb").without_voicemail());
    setup.apps.push(App::new("reader", SECRET, CALLBACK).roles(&["Presence.Read.All"]));
    if let Some((callback, app)) = callback.zip(setup.apps.first_mut()) {
        app.callback = callback.into();
        for n in 1..=CALLS {
            let customer =
                Customer::new(&format!("customer{n}"), &format!("+1425555{:04}", 1000 + n))
                    .dials(n * CALL_EVERY, SERVICE_NUMBER)
                    .talks(10 * brief)
                    .presses(key('2'), 1, brief);
            setup = setup.customer(customer);
        }
    }
    setup
}
