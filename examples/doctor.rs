//! The doctor of a tenant: what is missing before the first call, and who mends it.
//!
//! ```sh
//! cargo run --example doctor      # a healthy tenant and a sick one, in the simulator
//! TEAMS_CC_TENANT_ID=… TEAMS_CC_CLIENT_ID=… TEAMS_CC_CLIENT_SECRET=… \
//! TEAMS_CC_CALLBACK_URL=https://… cargo run --example doctor    # your tenant
//! ```
//!
//! It changes nothing. Live, let the contact center run meanwhile: its address is posted to.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::{convert::Infallible, env, error::Error, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use teams_cc::{
    Env, Platform,
    core::{Clock, Secret, Timestamp},
    doctor::{Doctor, Severity},
    graph::{
        Transport,
        auth::AppCredential,
        webhook::{ChangeDelivery, Delivery, Intake, IntakeConfig, KeySource},
        wire::Sensitive,
    },
    platform::{EnvError, GraphAccess},
};
use teams_cc_sim::{Setup, Sim};
use tower::util::BoxCloneSyncService;

const CALLS: &str = "https://bot.contoso.test/calls";
const CHANGES: &str = "https://bot.contoso.test/changes";

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    match Env::from_vars(env::vars()) {
        Ok(tenant) => live(&tenant),
        Err(EnvError::NotLive) => teams_cc_sim::run(async {
            tell("a healthy tenant", &healthy()?).await;
            tell("a sick tenant", &sick()?).await;
            Ok(())
        })?,
        Err(error) => Err(error.into()),
    }
}

async fn tell(whose: &str, doctor: &Doctor) {
    println!("{whose}:");
    let findings = doctor.run().await;
    for finding in &findings {
        println!("  {finding}");
    }
    let worst = findings.iter().map(|finding| finding.severity).max();
    println!("  {}\n", if worst == Some(Severity::Fault) { "not ready" } else { "ready" });
}

fn healthy() -> Result<Doctor, Failure> {
    let sim = Sim::new(Setup::contoso(42))?;
    let access = sim.graph().ok_or("the world has a bot")?;
    let ours = intake(&sim, &access);
    Ok(Doctor::new(sim.clock())
        .contact_center("the bot", &access)?
        .callback(CALLS, ours.clone())
        .notifications(CHANGES, ours)
        .certificate("of the bot", in_days(&*sim.clock(), 300)))
}

fn sick() -> Result<Doctor, Failure> {
    let mut setup = Setup::contoso(42);
    setup.apps[0] = setup.apps[0].clone().roles(&["Calls.Initiate.All", "Calls.AccessMedia.All"]);
    let sim = Sim::new(setup)?;
    let access = sim.graph().ok_or("the world has a bot")?;
    let doctor = Doctor::new(sim.clock()).contact_center("the bot", &access)?;
    let mut other = access;
    other.credential = AppCredential::secret(Secret::from("last year's"));
    Ok(doctor
        .contact_center("the bot's second process", &other)?
        .callback(CALLS, service(|_| async { Response::new(Bytes::new()) }))
        .notifications(CHANGES, service(|_| async { Response::new("Hello".into()) }))
        .certificate("of the bot", in_days(&*sim.clock(), 12))
        .certificate("of the trunk", in_days(&*sim.clock(), -1)))
}

fn live(tenant: &Env) -> Result<(), Failure> {
    let doctor = Doctor::of_environment(tenant)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tell(&tenant.label(), &doctor));
    Ok(())
}

/// The intake of a bot that also subscribes, as if it were reached over the network.
fn intake(sim: &Sim, access: &GraphAccess) -> Transport {
    let whose = IntakeConfig::new(access.app.clone(), [access.tenant.clone()]);
    let keys = KeySource::new(access.transport.clone());
    let intake = Intake::new(whose, keys, sim.clock(), Arc::new(|_: Delivery| Ok(())))
        .subscriptions(Arc::new(|_: &str| None::<Sensitive>), Arc::new(|_: ChangeDelivery| Ok(())));
    let intake = Arc::new(intake);
    service(move |request| {
        let intake = Arc::clone(&intake);
        async move { intake.handle(request).await }
    })
}

fn service<F, R>(serve: F) -> Transport
where
    F: Fn(Request<Bytes>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response<Bytes>> + Send + 'static,
{
    let serve = tower::service_fn(move |request| {
        let answer = serve(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    BoxCloneSyncService::new(tower::ServiceExt::map_err(serve, Into::into))
}

fn in_days(clock: &dyn Clock, days: i64) -> Timestamp {
    Timestamp::from_unix_seconds(clock.wall().unix_seconds() + days * 86_400)
}
