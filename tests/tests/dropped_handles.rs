//! Futures of the contact center itself and of the crates below it, dropped wherever they wait.

use std::{sync::Arc, time::Duration};

use teams_cc::{
    Contact, Error, Platform, Report,
    core::{
        Address, Clock, LegId, PhoneNumber,
        contact::{Leg, LegCommand, Prompt, RejectReason, TransferTarget},
    },
    presence::read::Reader,
    sip::trunk::{Destination, SipLeg, Trunk, TrunkEvent, TrunkEvents, Via},
};
use teams_cc_sim::{Sim, run};
use teams_cc_stories::{Bot, Cut, EVE, PROMPTS, Stage, small, small_trunk, sweep, wait};

async fn serve(contact: Contact) -> Result<(), Error> {
    let taken = contact.route("sales").await?;
    contact.connect(taken).await.map(drop)
}

#[test]
fn a_start_may_be_dropped_anywhere_and_starts_nothing() {
    let cuts = sweep(20, |cut| {
        run(async {
            let stage = Stage::new(small(42));
            let started = cut.run(stage.builder().on_contact(serve).start()).await;
            let Some(center) = started else {
                stage.left(Report::default()).await.assert_nothing(cut);
                assert_eq!(stage.watched.seen(), [], "{cut}: somebody was served");
                return false;
            };
            let center = center.expect("the platform is whole");
            stage.close(center).await.assert_nothing(cut);
            true
        })
        .expect("a runtime")
    });
    assert!(cuts > 6, "a start waits nowhere");
}

#[test]
fn waiting_for_a_report_and_setting_an_agent_available_may_be_dropped_anywhere() {
    for availability in [false, true] {
        sweep(1000, |cut| {
            run(async {
                let stage = Stage::new(small(42));
                let mut center =
                    stage.builder().on_contact(serve).start().await.expect("the platform is whole");
                let done = if availability {
                    let ada = "ada".parse().expect("an id");
                    let done = cut.run(center.set_available(ada, false)).await.is_some();
                    let ada = "ada".parse().expect("an id");
                    center.set_available(ada, true).await;
                    done
                } else {
                    cut.run(center.wait_until(|report| report.answered == 1)).await.is_some()
                };
                let closing = stage.close(center).await;
                closing.assert_nothing(cut);
                assert_eq!(closing.report.answered, 1, "{cut}\n{}", closing.ladder);
                done
            })
            .expect("a runtime")
        });
    }
}

#[test]
fn a_shutdown_nobody_waits_for_goes_on_all_the_same() {
    let cuts = sweep(1000, |cut| {
        run(async {
            let stage = Stage::new(small(42));
            let center =
                stage.builder().on_contact(serve).start().await.expect("the platform is whole");
            wait(Duration::from_secs(3)).await;
            assert_eq!(center.report().open, 1, "ada is being rung");
            let done = cut.run(center.shutdown(Duration::from_secs(1))).await;
            wait(Duration::from_secs(20)).await;
            assert!(stage.sim.is_quiet(), "{cut}: still on the phone\n{}", stage.sim.ladder());
            stage.left(done.unwrap_or_default()).await.assert_nothing(cut);
            let ladder = stage.sim.ladder();
            assert!(ladder.contains("C1 ended"), "{cut}: not hung up\n{ladder}");
            done.is_some()
        })
        .expect("a runtime")
    });
    assert!(cuts > 5, "a shutdown waits nowhere");
}

#[test]
fn a_call_over_graph_may_be_dropped_while_it_is_made() {
    let cuts = sweep(15, |cut| {
        run(async {
            let stage = Stage::new(no_customers());
            let bot = Bot::open(&stage.sim).await;
            let ada = stage.sim.address("ada").expect("a user");
            let leg = cut.run(bot.calls.dial(&ada, LegId::numbered("L", 1))).await;
            let done = leg.is_some();
            if let Some(leg) = leg {
                let leg = leg.expect("ada can be called");
                leg.execute(LegCommand::HangUp).await.expect("a call that stands");
            }
            wait(Duration::from_secs(2)).await;
            assert!(stage.sim.is_quiet(), "{cut}: ada still rings\n{}", stage.sim.ladder());
            bot.close(&cut.to_string()).await;
            stage.left(Report::default()).await.assert_nothing(cut);
            done
        })
        .expect("a runtime")
    });
    assert!(cuts > 4);
}

#[test]
fn an_order_to_a_graph_call_may_be_dropped_anywhere() {
    let prompt = Prompt::new(format!("{PROMPTS}hello.wav")).expect("an address");
    let orders = [
        LegCommand::Answer,
        LegCommand::Reject(RejectReason::Busy),
        LegCommand::Play(vec![prompt]),
        LegCommand::CollectTones,
        LegCommand::CancelMedia,
        LegCommand::Transfer(TransferTarget::Blind(Address::Anonymous)),
        LegCommand::HangUp,
    ];
    for order in orders {
        let cuts = sweep(20, |cut| run(order_over_graph(order.clone(), cut)).expect("a runtime"));
        assert!(cuts > 4, "{order:?} waits nowhere");
    }
}

async fn order_over_graph(mut order: LegCommand, cut: Cut) -> bool {
    let told = format!("{order:?} {cut}");
    let stage = Stage::new(small(42));
    let mut bot = Bot::open(&stage.sim).await;
    let leg = bot.incoming().await;
    if let LegCommand::Transfer(target) = &mut order {
        *target = TransferTarget::Blind(stage.sim.address("ada").expect("a user"));
    }
    if !matches!(order, LegCommand::Answer | LegCommand::Reject(_)) {
        leg.execute(LegCommand::Answer).await.expect("a call that rings");
        wait(Duration::from_secs(2)).await;
    }
    let done = cut.run(leg.execute(order)).await;
    if let Some(Err(error)) = &done {
        panic!("{told}: {error}");
    }
    wait(Duration::from_secs(5)).await;
    drop(leg);
    bot.close(&told).await;
    stage.left(Report::default()).await.assert_nothing(told);
    done.is_some()
}

#[test]
fn a_sign_in_and_a_presence_reading_may_be_dropped_anywhere() {
    let signed = sweep(15, |cut| {
        run(async {
            let stage = Stage::new(no_customers());
            let bot = Bot::open(&stage.sim).await;
            let done = cut.run(bot.client.sign_in()).await;
            bot.client.sign_in().await.expect("a dropped sign-in stands in nobody's way");
            bot.close(&cut.to_string()).await;
            stage.left(Report::default()).await.assert_nothing(cut);
            done.is_some()
        })
        .expect("a runtime")
    });
    let read = sweep(15, |cut| {
        run(async {
            let stage = Stage::new(no_customers());
            let bot = Bot::open(&stage.sim).await;
            let reader = Reader::new(bot.client.clone(), stage.sim.clock()).batch(1);
            let users: Vec<_> =
                stage.sim.setup().users.iter().map(|user| user.id.clone()).collect();
            let done = cut.run(reader.read(users.clone())).await.is_some();
            let report = reader.read(users.clone()).await.expect("two are not too many");
            assert_eq!(report.found().len(), users.len(), "{cut}");
            bot.close(&cut.to_string()).await;
            stage.left(Report::default()).await.assert_nothing(cut);
            done
        })
        .expect("a runtime")
    });
    assert!(signed > 4 && read > 4);
}

#[test]
fn a_shutdown_of_calls_may_be_dropped_anywhere_and_asked_for_again() {
    let cuts = sweep(500, |cut| {
        run(async {
            let stage = Stage::new(no_customers());
            let bot = Bot::open(&stage.sim).await;
            let ada = stage.sim.address("ada").expect("a user");
            let leg =
                bot.calls.dial(&ada, LegId::numbered("L", 1)).await.expect("she can be called");
            let dropped = cut.run(bot.calls.shutdown(Duration::from_secs(3))).await;
            let done = dropped.is_some();
            if let Some(left) = dropped {
                assert_eq!(left.calls.len(), 1, "{cut}: ada still rings");
            } else {
                let again = bot.calls.dial(&ada, LegId::numbered("L", 2)).await;
                assert_eq!(again.is_err(), cut != Cut::AtOnce(0), "{cut}: {again:?}");
                if let Ok(again) = again {
                    again.execute(LegCommand::HangUp).await.expect("a call that stands");
                }
            }
            leg.execute(LegCommand::HangUp).await.expect("orders are still carried out");
            bot.close(&cut.to_string()).await;
            stage.left(Report::default()).await.assert_nothing(cut);
            done
        })
        .expect("a runtime")
    });
    assert!(cuts > 4);
}

/// The trunk of a platform, without a contact center.
fn trunk(sim: &Sim) -> (Trunk, TrunkEvents) {
    let access = sim.trunk().expect("a trunk");
    let clock: Arc<dyn Clock> = sim.clock();
    Trunk::start(access.config, access.network, clock, access.media).expect("a whole configuration")
}

fn to_eve(leg: &str) -> Destination {
    let tenant = "sbc.contoso.test".parse().expect("a name");
    let number = PhoneNumber::presented(EVE);
    let leg = leg.parse().expect("an id");
    Destination::new(Via::Teams { tenant }, number, PhoneNumber::Anonymous, leg)
}

#[test]
fn a_call_on_the_trunk_may_be_dropped_while_it_is_made() {
    let cuts = sweep(5, |cut| {
        run(async {
            let stage = Stage::new(no_customers());
            let (trunk, _events) = trunk(&stage.sim);
            let leg = cut.run(trunk.dial(to_eve("L1"))).await;
            let done = leg.is_some();
            wait(Duration::from_secs(1)).await;
            drop(leg.map(|leg| leg.expect("eve can be called")));
            wait(Duration::from_secs(3)).await;
            assert!(stage.sim.is_quiet(), "{cut}: eve still rings\n{}", stage.sim.ladder());
            let left = trunk.shutdown(Duration::from_secs(5)).await;
            assert!(left.is_empty(), "{cut}: {left:?}");
            stage.left(Report::default()).await.assert_nothing(cut);
            done
        })
        .expect("a runtime")
    });
    assert!(cuts > 3);
}

#[test]
fn an_order_to_a_call_on_the_trunk_may_be_dropped_anywhere() {
    let orders = [
        LegCommand::Ring,
        LegCommand::Answer,
        LegCommand::Reject(RejectReason::Busy),
        LegCommand::Hold,
        LegCommand::Resume,
        LegCommand::HangUp,
    ];
    for order in orders {
        let cuts = sweep(50, |cut| run(order_on_the_trunk(&order, cut)).expect("a runtime"));
        assert!(cuts > 3, "{order:?} waits nowhere");
    }
}

async fn order_on_the_trunk(order: &LegCommand, cut: Cut) -> bool {
    let told = format!("{order:?} {cut}");
    let stage = Stage::new(small_trunk(42));
    let (trunk, mut events) = trunk(&stage.sim);
    let leg: Arc<SipLeg> = loop {
        if let Some(TrunkEvent::Incoming(call)) = events.next().await {
            break call.leg;
        }
    };
    if !matches!(order, LegCommand::Ring | LegCommand::Answer | LegCommand::Reject(_)) {
        leg.execute(LegCommand::Answer).await.expect("a call that rings");
        wait(Duration::from_secs(1)).await;
    }
    if *order == LegCommand::Resume {
        leg.execute(LegCommand::Hold).await.expect("a call that stands");
    }
    let done = cut.run(leg.execute(order.clone())).await;
    if let Some(Err(error)) = &done {
        panic!("{told}: {error}");
    }
    wait(Duration::from_secs(2)).await;
    drop(leg);
    wait(Duration::from_secs(3)).await;
    assert!(stage.sim.is_quiet(), "{told}: still on the phone\n{}", stage.sim.ladder());
    let left = trunk.shutdown(Duration::from_secs(5)).await;
    assert!(left.is_empty(), "{told}: {left:?}");
    stage.left(Report::default()).await.assert_nothing(told);
    done.is_some()
}

#[test]
fn a_shutdown_of_the_trunk_nobody_waits_for_goes_on() {
    sweep(5, |cut| {
        run(async {
            let stage = Stage::new(no_customers());
            let (trunk, mut events) = trunk(&stage.sim);
            let leg = trunk.dial(to_eve("L1")).await.expect("eve can be called");
            wait(Duration::from_secs(1)).await;
            let done = cut.run(trunk.shutdown(Duration::from_secs(5))).await.is_some();
            if cut == Cut::AtOnce(0) {
                // Never started, so nothing was told to stop.
                trunk.shutdown(Duration::from_secs(5)).await;
            }
            while events.next().await.is_some() {}
            drop(leg);
            wait(Duration::from_secs(3)).await;
            assert!(stage.sim.is_quiet(), "{cut}\n{}", stage.sim.ladder());
            stage.left(Report::default()).await.assert_nothing(cut);
            done
        })
        .expect("a runtime")
    });
}

/// Nobody calls by themselves.
fn no_customers() -> teams_cc_sim::world::Setup {
    let mut setup = small(42);
    setup.customers.clear();
    setup
}
