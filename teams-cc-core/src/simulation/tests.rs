//! Days in which calls go on from queue to queue.

use std::time::Duration;

use super::*;
use crate::{
    Seed,
    queue::{Exit, Priority, QueueLimits},
    routing::{
        Queue, RingMode,
        policy::{agent_id, eligible},
    },
};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn queue(name: &str, limits: QueueLimits) -> Queue {
    let rules = eligible().rank(agent_id()).ring(RingMode::One);
    Queue::new(name.parse().unwrap(), rules).limits(limits)
}

#[test]
fn a_call_that_goes_to_another_queue_is_played_on_there() {
    let escalate = Exit::Escalate { queue: "second".parse().unwrap(), priority: Priority::HIGH };
    let first = QueueLimits::default().wait(secs(30), escalate);
    let site = Site::new(queue("first", first))
        .queue(queue("second", QueueLimits::default()))
        .agents(1, |agent| agent.queue("second".parse().unwrap()))
        .handling(Spread::Fixed(secs(10)));
    let calls = Recorded::from_csv("arrived,queue\n0,first\n5,first\n").unwrap();
    let report = simulate(&site, calls, Seed::new(1));
    assert_eq!((report.all.answered, report.all.exited), (2, 0), "{report:?}");
    let waits = 30.0 + 35.0;
    assert!((report.all.wait.as_secs_f64() - waits).abs() < 1e-6, "{:?}", report.all.wait);
}

#[test]
fn calls_sent_around_in_a_circle_leave_in_the_end() {
    let to = |name: &str| QueueLimits::default().wait(secs(1), Exit::Queue(name.parse().unwrap()));
    let site = Site::new(queue("first", to("second"))).queue(queue("second", to("first")));
    let calls = Recorded::from_csv("arrived,queue\n0,first\n").unwrap();
    let report = simulate(&site, calls, Seed::new(1));
    assert_eq!((report.all.offered, report.all.exited), (1, 1), "{report:?}");
}
