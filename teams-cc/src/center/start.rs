//! From a set-up to a running contact center.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use teams_cc_core::{Clock, seed::Seed};
use teams_cc_graph::{
    Client,
    call::{Calls, CallsConfig},
    webhook::{Intake, IntakeConfig, KeySource},
};
use teams_cc_sip::trunk::Trunk;
use tokio::sync::{mpsc, watch};

use super::{
    Builder, ContactCenter, Report,
    builder::{config, mistake},
    command::Line,
    desk::Desk,
    presence::PresenceSide,
    runtime::{Runtime, State, Stop},
    wires::{Callbacks, GraphWire, TrunkWire, Wires},
};
use crate::{
    Error,
    platform::{Callback, GraphAccess, TrunkAccess},
};

/// How many callbacks may wait for keys. Further ones wait in the platform's queue.
const MAX_WAITING: usize = 256;

pub(super) async fn start(mut builder: Builder) -> Result<ContactCenter, Error> {
    let platform = Arc::clone(&builder.platform);
    let site = Arc::new(builder.site()?);
    platform.open()?;
    let clock = platform.clock();
    let seed = Seed::new(platform.seed());
    let graph = match platform.graph() {
        Some(access) => Some(graph(access, &clock, seed).await?),
        None => None,
    };
    let presence = graph.as_ref().map(|(client, _)| {
        PresenceSide::new(client.clone(), builder.presence_every, site.agents.values())
    });
    let trunk = platform.trunk().map(|access| trunk(access, &builder, &clock)).transpose()?;
    let graph = graph.map(|(_, wire)| wire);
    let wires = Wires::new(graph, trunk, builder.emergency.clone());
    let desk = Desk::new(builder.engine(), Arc::clone(&site), Arc::clone(&builder.store));
    let (line, end) = Line::new();
    let (publish, report) = watch::channel(Report::default());
    let (stop, stopping) = watch::channel(Stop::No);
    let runtime = Runtime {
        platform,
        clock,
        site,
        line: line.clone(),
        end,
        wires,
        desk,
        presence,
        publish,
        stop: stopping,
        state: State::default(),
    };
    let task = Some(tokio::spawn(runtime.run()));
    Ok(ContactCenter { line, report, stop, task })
}

/// Signs in, and joins the callbacks with the calls they are about.
async fn graph(
    access: GraphAccess,
    clock: &Arc<dyn Clock>,
    seed: Seed,
) -> Result<(Client, GraphWire), Error> {
    let GraphAccess { tenant, app, credential, cloud, transport, callback_url, .. } = access;
    let client = Client::builder()
        .cloud(cloud)
        .tenant(tenant.clone())
        .client_credential(app.clone(), credential)
        .transport(transport.clone())
        .clock(Arc::clone(clock))
        .seed(seed.derive("graph"))
        .build()
        .map_err(|error| config("the Graph client cannot be built", error))?;
    let mut calls =
        CallsConfig::new(tenant.clone(), app.clone(), callback_url).seed(seed.derive("calls"));
    calls.application_instance = access.application_instance;
    let (calls, events) = Calls::new(client.clone(), calls, Arc::clone(clock));
    let keys = KeySource::new(transport);
    let sink = Arc::new(calls.clone());
    let intake = Intake::new(IntakeConfig::new(app, [tenant]), keys, Arc::clone(clock), sink);
    client.sign_in().await.map_err(|error| config("Graph does not let us in", error))?;
    intake.warm_up().await.map_err(|error| config("callback keys cannot be read", error))?;
    let task = tokio::spawn(take_callbacks(access.callbacks, Arc::new(intake)));
    let callbacks = Callbacks(task.abort_handle());
    Ok((client, GraphWire { calls, events, callbacks }))
}

/// Answers callbacks until the platform sends none any more.
///
/// A callback whose key is known is handed on at once and in order. One that names an unknown key
/// waits for the keys to be read again, and holds nobody up meanwhile.
async fn take_callbacks(mut callbacks: mpsc::Receiver<Callback>, intake: Arc<Intake>) {
    let mut waiting = FuturesUnordered::new();
    loop {
        tokio::select! {
            biased;
            Some(()) = waiting.next() => {}
            callback = callbacks.recv(), if waiting.len() < MAX_WAITING => match callback {
                Some(callback) => waiting.push(answer(&intake, callback)),
                None => return,
            },
        }
    }
}

async fn answer(intake: &Intake, callback: Callback) {
    let response = intake.handle(callback.request).await;
    // A sender that has gone away needs no answer.
    let _ = callback.reply.send(response);
}

fn trunk(
    access: TrunkAccess,
    builder: &Builder,
    clock: &Arc<dyn Clock>,
) -> Result<TrunkWire, Error> {
    let TrunkAccess { config, network, media } = access;
    // A misspelt emergency route must not be found by the first call that needs it.
    for name in builder.carrier.iter().chain(&builder.emergency_carrier) {
        if !config.carriers.iter().any(|carrier| carrier.name == *name) {
            return Err(mistake(format!("the trunk has no carrier of the name {name:?}")));
        }
    }
    let config = config.emergency(builder.emergency.clone());
    let first = config.carriers.first().map(|carrier| carrier.name.clone());
    let carrier = builder.carrier.clone().or(first);
    let emergency = builder.emergency_carrier.clone().or_else(|| carrier.clone());
    let teams = config.fqdn.clone();
    let (trunk, events) =
        Trunk::start(config, network, Arc::clone(clock), media).map_err(|error| {
            super::builder::config("the trunk cannot be started as configured", error)
        })?;
    Ok(TrunkWire { trunk, events, teams, carrier, emergency })
}
