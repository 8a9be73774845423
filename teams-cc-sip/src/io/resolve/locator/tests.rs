use teams_cc_core::time::ManualClock;

use super::*;

/// A DNS in memory that counts the questions.
#[derive(Default)]
struct Zone {
    naptr: BTreeMap<&'static str, Vec<Naptr>>,
    srv: BTreeMap<&'static str, Vec<Srv>>,
    hosts: BTreeMap<&'static str, Vec<IpAddr>>,
    life: u32,
    asked: Mutex<Vec<String>>,
    /// Whether nobody answers, for ever.
    dead: Mutex<bool>,
}

impl Zone {
    async fn answer<T: Clone>(
        &self,
        kind: &str,
        all: &BTreeMap<&'static str, Vec<T>>,
        name: &str,
    ) -> io::Result<(Vec<T>, u32)> {
        self.asked.lock().unwrap().push(format!("{kind} {name}"));
        if *self.dead.lock().unwrap() {
            std::future::pending::<()>().await;
        }
        Ok((all.get(name).cloned().unwrap_or_default(), self.life))
    }
}

#[async_trait]
impl Records for Arc<Zone> {
    async fn naptr(&self, name: &str) -> io::Result<(Vec<Naptr>, u32)> {
        self.answer("NAPTR", &self.naptr, name).await
    }

    async fn srv(&self, name: &str) -> io::Result<(Vec<Srv>, u32)> {
        self.answer("SRV", &self.srv, name).await
    }

    async fn addresses(&self, host: &str) -> io::Result<(Vec<IpAddr>, u32)> {
        self.answer("A", &self.hosts, host).await
    }
}

fn srv(priority: u16, port: u16, target: &str) -> Srv {
    Srv { priority, weight: 1, port, target: target.into() }
}

fn zone() -> Zone {
    let ip = |last: u8| IpAddr::from([192, 0, 2, last]);
    Zone {
        srv: [
            ("_sip._udp.srv.test", vec![srv(20, 5070, "b.test"), srv(10, 5080, "a.test")]),
            ("_sip._tcp.none.test", vec![srv(0, 0, ".")]),
            ("_sip._udp.zero.test", vec![srv(1, 0, "a.test"), srv(2, 5060, "b.test")]),
            ("_sip._udp.named.test", vec![srv(1, 5060, "a.test"), srv(2, 5060, "gone.test")]),
            ("udp.naptr.test", vec![srv(1, 5090, "c.test")]),
        ]
        .into(),
        naptr: [(
            "naptr.test",
            vec![Naptr {
                order: 1,
                preference: 1,
                flags: "s".into(),
                service: "SIP+D2U".into(),
                replacement: "udp.naptr.test".into(),
            }],
        )]
        .into(),
        hosts: [
            ("a.test", vec![ip(1)]),
            ("b.test", vec![ip(2)]),
            ("c.test", vec![ip(3), ip(4)]),
            ("plain.test", vec![ip(5)]),
        ]
        .into(),
        life: 300,
        ..Zone::default()
    }
}

fn locator(zone: Zone) -> (Locator<Arc<Zone>>, Arc<Zone>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::starting_at("2026-11-22T08:00:00Z".parse().unwrap()));
    let zone = Arc::new(zone);
    (Locator::new(Arc::clone(&zone), Arc::clone(&clock) as _, 1), zone, clock)
}

fn udp(host: &str, port: u16) -> Target {
    Target::new(TransportKind::Udp, host, port)
}

fn text(found: io::Result<Vec<SocketAddr>>) -> Vec<String> {
    found.unwrap().iter().map(ToString::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn a_domain_is_found_by_naptr_then_srv_then_its_own_address() {
    let table = [
        (udp("naptr.test", 0), vec!["192.0.2.3:5090", "192.0.2.4:5090"]),
        (udp("srv.test", 0), vec!["192.0.2.1:5080", "192.0.2.2:5070"]),
        (udp("plain.test", 0), vec!["192.0.2.5:5060"]),
        (Target::new(TransportKind::Tls, "plain.test", 0), vec!["192.0.2.5:5061"]),
        // A server without address does not hide the others.
        (udp("named.test", 0), vec!["192.0.2.1:5060"]),
        // Nobody listens at port 0.
        (udp("zero.test", 0), vec!["192.0.2.2:5060"]),
        // RFC 3263 §4.2: a port means that nothing but addresses is looked up.
        (udp("srv.test.", 0), vec![]),
        (udp("plain.test", 5070), vec!["192.0.2.5:5070"]),
        (udp("198.51.100.1", 0), vec!["198.51.100.1:5060"]),
        (udp("2001:db8::1", 5070), vec!["[2001:db8::1]:5070"]),
    ];
    let (locator, zone, _) = locator(zone());
    for (target, expected) in table {
        let found = locator.locate(&target).await;
        if expected.is_empty() {
            assert_eq!(found.unwrap_err().kind(), io::ErrorKind::NotFound, "{target:?}");
        } else {
            assert_eq!(text(found), expected, "{target:?}");
        }
    }
    let none = locator.locate(&Target::new(TransportKind::Tcp, "none.test", 0)).await;
    assert_eq!(none.unwrap_err().kind(), io::ErrorKind::NotFound);
    let asked = zone.asked.lock().unwrap().join(", ");
    assert!(asked.starts_with("NAPTR naptr.test, SRV udp.naptr.test, A c.test"), "{asked}");
    assert!(!asked.contains("A none.test"), "there is decidedly no server: {asked}");
}

#[tokio::test(start_paused = true)]
async fn the_next_server_is_tried_where_one_has_failed() {
    let (locator, _, clock) = locator(zone());
    let target = udp("srv.test", 0);
    locator.failed("192.0.2.1:5080".parse().unwrap());
    assert_eq!(text(locator.locate(&target).await), ["192.0.2.2:5070", "192.0.2.1:5080"]);
    clock.advance(Duration::from_secs(61));
    assert_eq!(text(locator.locate(&target).await)[0], "192.0.2.1:5080");
    locator.failed("192.0.2.1:5080".parse().unwrap());
    locator.works("192.0.2.1:5080".parse().unwrap());
    assert_eq!(text(locator.locate(&target).await)[0], "192.0.2.1:5080");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_asked_for_again_when_its_time_is_over() {
    let (locator, zone, clock) = locator(zone());
    let target = udp("srv.test", 0);
    let questions = || zone.asked.lock().unwrap().len();
    locator.locate(&target).await.unwrap();
    let once = questions();
    clock.advance(Duration::from_secs(299));
    locator.locate(&target).await.unwrap();
    assert_eq!(questions(), once);
    clock.advance(Duration::from_secs(1));
    locator.locate(&target).await.unwrap();
    assert_eq!(questions(), 2 * once);
    // With a port it is asked each time.
    for _ in 0..3 {
        locator.locate(&udp("plain.test", 5060)).await.unwrap();
    }
    assert_eq!(questions(), 2 * once + 3);
}

#[tokio::test(start_paused = true)]
async fn a_dns_that_is_dead_costs_seconds_and_its_last_answer_serves_for_an_hour() {
    let (locator, zone, clock) = locator(zone());
    let target = udp("srv.test", 0);
    let first = text(locator.locate(&target).await);
    *zone.dead.lock().unwrap() = true;
    clock.advance(Duration::from_secs(301));
    let started = tokio::time::Instant::now();
    assert_eq!(text(locator.locate(&target).await), first);
    assert!(started.elapsed() <= QUESTION_LIMIT * 2 + Duration::from_millis(10));
    clock.advance(GRACE);
    let late = locator.locate(&target).await.unwrap_err();
    assert_eq!(late.kind(), io::ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn domains_are_remembered_up_to_a_bound() {
    let (locator, _, _) = locator(zone());
    let found = locator.find(TransportKind::Udp, "plain.test").await.unwrap();
    for number in 0..2 * MAX_DOMAINS {
        locator.remember((TransportKind::Udp, number.to_string().into()), found.clone());
    }
    assert_eq!(locator.state().domains.len(), MAX_DOMAINS);
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_has_given_up_its_servers_is_believed_at_once() {
    let mut gone = zone();
    gone.srv.insert("_sip._udp.srv.test", vec![srv(0, 0, ".")]);
    let (before, _, clock) = locator(zone());
    let target = udp("srv.test", 0);
    let found = before.find(TransportKind::Udp, "srv.test").await.unwrap();
    let after = Locator::new(Arc::new(gone), clock.clone(), 1);
    after.remember((TransportKind::Udp, "srv.test".into()), found);
    assert!(after.locate(&target).await.is_ok());
    clock.advance(Duration::from_secs(301));
    assert_eq!(after.locate(&target).await.unwrap_err().kind(), io::ErrorKind::NotFound);
}
