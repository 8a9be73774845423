//! The simulation against what queueing theory knows.
//!
//! Every figure is the mean of forty days or more, played with fixed seeds: it must lie within
//! four standard errors of the exact value, and the standard error must be small against it, or
//! the days would say nothing. `TEAMS_CC_SOAK` makes the days longer by that factor.
//!
//! Formulas: Erlang B and C; Erlang A (Palm); non-preemptive priorities (Cobham); M/M/c/K; Little.

use std::time::Duration;

use teams_cc_core::{
    Agent, Seed,
    queue::{Discipline, Exit, Priority, QueueLimits},
    routing::{
        Queue, RingMode,
        policy::{self, RankBy, agent_id, eligible, longest_idle, random},
    },
    simulation::{Estimate, Poisson, Recorded, Report, Site, Spread, Study},
};

/// The mean handle time; everything else is measured by it.
const HANDLING: f64 = 100.0;
/// How much longer the days get at most; every error is below two in a hundred then.
const MOST: f64 = 12.0;
/// How many days each figure is the mean of.
const DAYS: u64 = 40;

/// How much longer than the days described here; a reduced form, where nothing is said.
fn soak() -> f64 {
    let factor: Option<f64> = std::env::var("TEAMS_CC_SOAK").ok().and_then(|it| it.parse().ok());
    factor.map_or(0.4, |factor| factor.min(MOST))
}

fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// A queue that never gives up a call, unless it is full.
fn queue(rank: RankBy, room: usize) -> Queue {
    let rules: policy::Rules = eligible().rank(rank.then(agent_id())).ring(RingMode::One);
    let limits =
        QueueLimits::default().length(room, Exit::Disconnect).wait(Duration::MAX, Exit::Disconnect);
    Queue::new("q".parse().expect("a name"), rules).limits(limits)
}

fn serves(agent: Agent) -> Agent {
    agent.queue("q".parse().expect("a name"))
}

fn site(agents: usize, queue: Queue) -> Site {
    Site::new(queue)
        .agents(agents, serves)
        .handling(Spread::Exponential(secs(HANDLING)))
        .warm_up(secs(40.0 * HANDLING))
}

/// Days of about so many calls, at this load in Erlang.
fn study(site: &Site, load: f64, calls: f64) -> Study {
    let rate = load / HANDLING;
    let length = secs(calls * soak() / rate);
    Study::of(site, DAYS, Seed::new(1909), || {
        Poisson::new("q".parse().expect("a name"), rate, length)
    })
}

#[track_caller]
fn agrees(what: &str, exact: f64, seen: Estimate, widest: f64) {
    // Longer days say more: ten times as long, and every error is below two in a hundred.
    let off = (seen.mean - exact) / seen.error;
    let widest = widest / soak().sqrt();
    assert!(seen.error <= widest * exact, "{what}: ± {} says nothing of {exact}", seen.error);
    assert!(off.abs() <= 4.0, "{what}: {} is {off:.1} standard errors off {exact}", seen.mean);
}

fn erlang_b(c: u32, a: f64) -> f64 {
    (1..=c).fold(1.0, |b, k| a * b / (f64::from(k) + a * b))
}

fn erlang_c(c: u32, a: f64) -> f64 {
    let (b, rho) = (erlang_b(c, a), a / f64::from(c));
    b / (1.0 - rho * (1.0 - b))
}

/// The mean wait by Erlang C, in handle times.
fn wait_c(c: u32, a: f64) -> f64 {
    erlang_c(c, a) / (f64::from(c) - a)
}

/// The law of how many calls there are, from the rates up and down.
fn law(up: impl Fn(u32) -> f64, down: impl Fn(u32) -> f64, most: u32) -> Vec<f64> {
    let mut law = vec![1.0];
    for n in 0..most {
        let last = *law.last().expect("there is one");
        law.push(last * up(n) / down(n + 1));
    }
    let sum: f64 = law.iter().sum();
    law.iter().map(|p| p / sum).collect()
}

/// Erlang A: the parts that wait and that abandon, with patience in handle times.
fn erlang_a(c: u32, a: f64, patience: f64) -> (f64, f64) {
    let down = |n: u32| f64::from(n.min(c)) + f64::from(n.saturating_sub(c)) / patience;
    let law = law(|_| a, down, 20 * c + 400);
    let waits: f64 = (0u32..).zip(&law).filter(|(n, _)| *n >= c).map(|(_, p)| p).sum();
    let queue: f64 = (0u32..).zip(&law).map(|(n, p)| f64::from(n.saturating_sub(c)) * p).sum();
    (waits, queue / patience / a)
}

#[test]
fn formulas_give_the_published_values() {
    let near = |seen: f64, exact: f64| assert!((seen - exact).abs() < 1e-7, "{seen} {exact}");
    near(erlang_b(5, 3.0), 0.110_054_347_8);
    near(erlang_b(17, 9.651_60), 0.01);
    near(erlang_c(2, 1.0), 1.0 / 3.0);
    near(erlang_c(14, 10.0), 0.174_131_933_6);
    near(wait_c(11, 10.0), 0.682_118_20);
    let (waits, abandons) = erlang_a(50, 48.0, 2.0);
    near(waits, 0.467_774_07);
    near(abandons, 0.030_912_25);
}

#[test]
fn waits_are_those_of_erlang_c() {
    for (c, a, calls, widest) in [(2, 1.0, 6_000.0, 0.03), (5, 3.0, 6_000.0, 0.03)] {
        let study = study(&site(c as usize, queue(longest_idle(), usize::MAX)), a, calls);
        let delayed = study.estimate(|day| day.all.delayed());
        agrees(&format!("M/M/{c} {a} delayed"), erlang_c(c, a), delayed, widest);
        let wait = study.estimate(|day| day.all.speed_of_answer() / HANDLING);
        agrees(&format!("M/M/{c} {a} wait"), wait_c(c, a), wait, 2.0 * widest);
        let within = study.estimate(|day| day.all.service_level().of_offered);
        let over = (-(f64::from(c) - a) * 20.0 / HANDLING).exp();
        agrees(&format!("M/M/{c} {a} level"), 1.0 - erlang_c(c, a) * over, within, widest);
    }
}

#[test]
fn lost_calls_are_those_of_erlang_b_however_long_calls_take() {
    // A queue for nobody: who finds all agents busy is given up. Insensitive to the spread.
    let (c, a) = (5u32, 3.0);
    let mean = secs(HANDLING);
    let median = secs(HANDLING / (0.5f64 * 0.5 / 2.0).exp());
    for spread in [Spread::Exponential(mean), Spread::Fixed(mean), Spread::LogNormal(median, 0.5)] {
        // A call that is taken leaves the queue at once, so room is for one that is.
        let rules = eligible().rank(agent_id()).ring(RingMode::One);
        let rules = rules.or_when(policy::custom_condition(NobodyFree), Exit::Disconnect);
        let queue = Queue::new("q".parse().expect("a name"), rules);
        let study = study(&site(c as usize, queue).handling(spread), a, 4_000.0);
        let lost = study.estimate(|day| day.all.blocked());
        agrees(&format!("M/G/{c}/{c} {spread:?} lost"), erlang_b(c, a), lost, 0.03);
    }
}

/// Holds while every agent is in a call.
struct NobodyFree;

impl policy::Condition for NobodyFree {
    fn since(
        &self,
        view: &teams_cc_core::routing::View<'_>,
        call: teams_cc_core::routing::CallRef<'_>,
    ) -> Option<teams_cc_core::Instant> {
        let free = view.candidates(call).any(|agent| agent.can_take(view.now()).is_ok());
        (!free).then(|| view.now())
    }
}

#[test]
fn impatient_callers_leave_as_erlang_a_says() {
    for (c, a, patience, calls) in [(10u32, 10.0, 1.0, 4_000.0), (10, 10.0, 2.0, 5_000.0)] {
        let site = site(c as usize, queue(longest_idle(), usize::MAX))
            .patience(Spread::Exponential(secs(patience * HANDLING)));
        let study = study(&site, a, calls);
        let (waits, abandons) = erlang_a(c, a, patience);
        agrees("M/M/10+M waits", waits, study.estimate(|day| day.all.delayed()), 0.02);
        let left = study.estimate(|day| day.all.abandonment());
        agrees("M/M/10+M abandons", abandons, left, 0.03);
    }
}

#[test]
fn a_full_queue_turns_away_as_many_as_m_m_c_k() {
    let (c, a, room) = (10u32, 12.0, 5u32);
    let law = law(|_| a, |n| f64::from(n.min(c)), c + room);
    let blocked = *law.last().expect("there is one");
    let study = study(&site(c as usize, queue(longest_idle(), room as usize)), a, 4_000.0);
    agrees("M/M/10/15 blocked", blocked, study.estimate(|day| day.all.blocked()), 0.02);
}

#[test]
fn priorities_wait_as_cobham_says_and_conserve_the_mean() {
    let (c, rates) = (5u32, [1.0, 2.0, 1.0]);
    let load: f64 = rates.iter().sum();
    let site = site(c as usize, queue(longest_idle(), usize::MAX).order(Discipline::Strict));
    let length = secs(12_000.0 * soak() * HANDLING / load);
    let study = Study::of(&site, DAYS, Seed::new(1954), || {
        Poisson::new("q".parse().expect("a name"), rates[0] / HANDLING, length)
            .priority(Priority::steps(2))
            .and(rates[1] / HANDLING, Priority::steps(1))
            .and(rates[2] / HANDLING, Priority::NORMAL)
    });
    let w0 = erlang_c(c, load) / f64::from(c);
    let mut before = 0.0;
    for (rate, steps) in rates.iter().zip([2, 1, 0]) {
        let upto = before + rate / f64::from(c);
        let exact = w0 / ((1.0 - before) * (1.0 - upto));
        before = upto;
        let wait = study.estimate(|day| {
            let class = day.priorities.get(&Priority::steps(steps));
            class.map_or(0.0, |class| class.speed_of_answer() / HANDLING)
        });
        agrees(&format!("priority {steps} wait"), exact, wait, 0.06);
    }
    let mean = study.estimate(|day| day.all.speed_of_answer() / HANDLING);
    agrees("mean wait over all priorities", wait_c(c, load), mean, 0.06);
}

#[test]
fn who_rests_longest_or_anybody_makes_the_same_wait_and_the_fastest_a_shorter_one() {
    let speeds = [2.0, 2.0, 1.0, 1.0, 0.5, 0.5];
    let wait = |rank: RankBy| {
        let site =
            speeds.iter().enumerate().fold(site(0, queue(rank, usize::MAX)), |site, (n, pace)| {
                let id = format!("a{n}").parse().expect("a name");
                let agent = Agent::new(id, teams_cc_core::Address::Anonymous);
                let speed = i64::try_from(n).unwrap_or(0);
                site.agent(serves(agent).label("slowness", speed), *pace)
            });
        study(&site, 5.5, 12_000.0)
    };
    let [idle, any, fast] =
        [wait(longest_idle()), wait(random(7)), wait(RankBy::SmallestLabel("slowness".into()))];
    let figure = |day: &Report| day.all.speed_of_answer() / HANDLING;
    let same = idle.difference(&any, figure);
    assert!(same.mean.abs() <= 4.0 * same.error, "{same:?}");
    let faster = idle.difference(&fast, figure);
    assert!(faster.mean < -4.0 * faster.error, "{faster:?}");
}

#[test]
fn the_mean_queue_is_the_rate_times_the_mean_wait_in_every_run() {
    let site = site(5, queue(longest_idle(), 8))
        .patience(Spread::Exponential(secs(HANDLING)))
        .warm_up(Duration::ZERO);
    let rate = 6.0 / HANDLING;
    let length = secs(2_000.0 / rate);
    let day = Poisson::new("q".parse().expect("a name"), rate, length);
    let report = teams_cc_core::simulation::simulate(&site, day, Seed::new(3));
    let all = report.all;
    assert_eq!(all.offered, all.answered + all.abandoned + all.exited, "no call is lost");
    // An accounting identity: the area under the queue is the sum of the waits, as the time that
    // is looked at goes on until nobody waits.
    let area = report.mean_queue() * length_of(&report);
    let waits = all.wait.as_secs_f64();
    assert!((area / waits - 1.0).abs() < 1e-9, "{area} {waits}");
}

fn length_of(report: &Report) -> f64 {
    if report.arrival_rate() == 0.0 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "few calls")]
    let offered = report.all.offered as f64;
    offered / report.arrival_rate()
}

/// Mutations: each turns red what the rule it breaks is seen by.
#[test]
fn the_newest_first_leaves_the_mean_wait_and_raises_its_variance() {
    let of = |discipline| {
        let site = site(5, queue(longest_idle(), usize::MAX).order(discipline));
        study(&site, 4.0, 6_000.0)
    };
    let (oldest, newest) = (of(Discipline::Strict), of(Discipline::NewestFirst));
    let mean = oldest.difference(&newest, |day| day.all.speed_of_answer());
    assert!(mean.mean.abs() <= 4.0 * mean.error, "{mean:?}");
    let variance = oldest.difference(&newest, |day| day.all.wait_variance());
    assert!(variance.mean > 4.0 * variance.error, "{variance:?}");
}

#[test]
fn wrap_up_counts_as_time_at_work() {
    // Ten seconds after each call make agents as busy as calls of so much longer.
    let (c, a) = (5u32, 3.0);
    let wrap = 0.1 * HANDLING;
    let rules = eligible().rank(agent_id()).ring(RingMode::One);
    let rules = rules.or_when(policy::custom_condition(NobodyFree), Exit::Disconnect);
    let queue = Queue::new("q".parse().expect("a name"), rules);
    let site = Site::new(queue)
        .agents(c as usize, |agent| serves(agent).wrap_up(secs(wrap)))
        .handling(Spread::Exponential(secs(HANDLING)))
        .warm_up(secs(40.0 * HANDLING));
    let study = study(&site, a, 4_000.0);
    let lost = study.estimate(|day| day.all.blocked());
    agrees("lost with wrap-up", erlang_b(c, a * 1.1), lost, 0.03);
    let without = erlang_b(c, a);
    assert!((lost.mean - without).abs() > 4.0 * lost.error, "wrap-up would not be seen");
}

#[test]
fn agents_are_at_work_as_long_as_calls_and_wrap_up_take_and_no_longer_than_is_looked_at() {
    // Offered load over agents, while nobody is lost.
    let wrap = 0.2 * HANDLING;
    let site = Site::new(queue(longest_idle(), usize::MAX))
        .agents(5, |agent| serves(agent).wrap_up(secs(wrap)))
        .handling(Spread::Exponential(secs(HANDLING)))
        .warm_up(secs(40.0 * HANDLING));
    let study = study(&site, 3.0, 4_000.0);
    agrees("occupancy", 3.0 * 1.2 / 5.0, study.estimate(Report::occupancy), 0.02);
    // Two calls of three minutes, ten seconds apart, for one agent: at work all the time that is
    // looked at, which ends once the second is taken.
    let site = Site::new(queue(longest_idle(), usize::MAX))
        .agents(1, serves)
        .handling(Spread::Fixed(Duration::from_mins(3)));
    let calls = Recorded::from_csv("arrived,queue\n0,q\n10,q\n").expect("a table");
    let report = teams_cc_core::simulation::simulate(&site, calls, Seed::new(1));
    assert!((report.occupancy() - 1.0).abs() < 1e-9, "{}", report.occupancy());
    assert_eq!(report.all.answered, 2);
}

#[test]
fn a_call_for_a_queue_that_is_not_there_is_told_as_turned_away() {
    let site = Site::new(queue(longest_idle(), usize::MAX)).agents(1, serves);
    let calls = Recorded::from_csv("arrived,queue\n0,q\n1,elsewhere\n").expect("a table");
    let report = teams_cc_core::simulation::simulate(&site, calls, Seed::new(1));
    let all = report.all;
    assert_eq!((all.offered, all.answered, all.turned_away), (2, 1, 1));
}
