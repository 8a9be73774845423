//! Bad input: each a typed error that says what to do, and nothing else is disturbed.

use std::{error::Error as StdError, fmt::Write as _, sync::Arc, time::Duration};

use teams_cc::{
    Contact, ContactCenter, Error, ErrorKind, Platform,
    core::{
        Address, Clock, Instant, LegId, PhoneNumber,
        contact::{Leg, LegCommand, LegError, TransferTarget},
        secret::Secret,
    },
    graph::{InvalidRequest, auth::AppCredential},
    platform::{GraphAccess, Observation, TrunkAccess},
    presence::read::Reader,
    sip::{
        direct_routing::{CertificateFault, ParseFqdnError, SbcFqdn},
        io::TlsIdentity,
    },
};
use teams_cc_sim::{
    Sim, run,
    world::{Answering, PromptFile, Setup},
};
use teams_cc_stories::{
    Bot, PROMPTS, Stage, Watched, caller, locked, small, takes, trunk_caller, user, wait,
};

/// An error and everything behind it, as an operator reads it.
fn told(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        write!(text, ": {error}").expect("text takes everything");
        source = error.source();
    }
    text
}

/// What is changed of the Graph side.
type Bend = fn(&mut GraphAccess);

/// A simulator whose Graph side is changed before it is handed out.
struct Bent {
    inner: Watched,
    bend: Bend,
}

impl Platform for Bent {
    fn label(&self) -> String {
        self.inner.label()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.inner.clock()
    }

    fn seed(&self) -> u64 {
        self.inner.seed()
    }

    fn graph(&self) -> Option<GraphAccess> {
        self.inner.graph().map(|mut access| {
            (self.bend)(&mut access);
            access
        })
    }

    fn trunk(&self) -> Option<TrunkAccess> {
        self.inner.trunk()
    }

    fn observe(&self, now: Instant, observation: &Observation<'_>) {
        self.inner.observe(now, observation);
    }
}

async fn never(_: Contact) -> Result<(), Error> {
    panic!("nobody is served")
}

#[test]
fn credentials_that_are_refused_keep_the_contact_center_from_starting() {
    let bends: [(Bend, &str); 3] = [
        (
            |access| access.credential = AppCredential::secret(Secret::from("not-it")),
            "use the secret's value",
        ),
        (|access| access.tenant = "fabrikam".parse().expect("an id"), "check the tenant id"),
        (|access| access.app = "no-such-app".parse().expect("an id"), "client id"),
    ];
    for (bend, what_to_do) in bends {
        run(async {
            let stage = Stage::new(small(42));
            let bent = Bent { inner: stage.watched.clone(), bend };
            let started = ContactCenter::builder(bent).on_contact(never).start().await;
            let error = started.expect_err("this cannot start");
            assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
            let text = told(&error);
            assert!(text.contains(what_to_do), "{text}");
            assert!(!text.contains("not-it") && !format!("{error:?}").contains("not-it"), "{text}");
            stage.left(teams_cc::Report::default()).await.assert_nothing("no start");
        })
        .expect("a runtime");
    }
}

#[test]
fn a_contact_center_that_is_not_whole_says_what_is_missing() {
    run(async {
        let sim = Sim::seed(1);
        let error = ContactCenter::builder(sim.clone()).start().await.expect_err("no program");
        assert!(told(&error).contains("Builder::on_contact"), "{error}");
        let twisted = ContactCenter::builder(sim.clone()).prompts("prompts").on_contact(never);
        let error = twisted.start().await.expect_err("no address");
        assert!(told(&error).contains("the prompts' address"), "{error}");
        let unnamed = ContactCenter::builder(sim)
            .queue("", teams_cc::core::routing::policy::skill("en"))
            .on_contact(never);
        let error = unnamed.start().await.expect_err("no name");
        assert!(told(&error).contains("queue's name"), "{error}");
    })
    .expect("a runtime");
}

#[test]
fn a_missing_permission_is_named() {
    run(async {
        let mut setup = small(42);
        setup.customers.clear();
        setup.apps[0] = setup.apps[0].clone().roles(&["Calls.JoinGroupCall.All"]);
        let sim = Sim::new(setup).expect("a sound world");
        let bot = Bot::open(&sim).await;
        let ada = sim.address("ada").expect("a user");
        let refused = bot.calls.dial(&ada, LegId::numbered("L", 1)).await;
        let error = refused.expect_err("the app may not call");
        assert!(error.is_permission() && told(&error).contains("Calls.Initiate.All"), "{error}");
        let mend = error.diagnosis().expect("a known code");
        assert!(mend.mend.contains("admin consent"), "{mend:?}");
        let reader = Reader::new(bot.client.clone(), sim.clock());
        let users = sim.setup().users.into_iter().map(|user| user.id);
        let report = reader.read(users).await.expect("two are not too many");
        let error = report.failure().expect("the app may not read presence");
        assert!(told(error).contains("Presence.Read.All"), "{error}");
        bot.close("a missing permission").await;
    })
    .expect("a runtime");
}

type Step = for<'a> fn(
    &'a Contact,
    &'a Sim,
) -> std::pin::Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// Does one step wrong; the same customer must then be connected as if nothing had happened.
fn mistake(setup: Setup, what: &str, step: Step) -> Error {
    run(async {
        let stage = Stage::new(setup);
        let errors = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (note, sim) = (Arc::clone(&errors), stage.sim.clone());
        let center = stage
            .builder()
            .on_contact(move |contact| {
                let (note, sim) = (Arc::clone(&note), sim.clone());
                async move {
                    let outcome = step(&contact, &sim).await;
                    locked(&note).extend(outcome.err());
                    let taken = contact.route("sales").await?;
                    contact.connect(taken).await.map(drop)
                }
            })
            .start()
            .await
            .expect("the platform is whole");
        let closing = stage.close(center).await;
        closing.assert_nothing(what);
        assert_eq!(closing.report.answered, 1, "{what}: {}\n{}", closing.report, closing.ladder);
        let error = locked(&errors).pop();
        error.unwrap_or_else(|| panic!("{what}: no error\n{}", closing.ladder))
    })
    .expect("a runtime")
}

#[test]
fn a_prompt_the_service_cannot_play_is_an_error_that_names_the_format() {
    let mut setup = small(42).prompt(
        PromptFile::new(&format!("{PROMPTS}stereo.wav"), Duration::from_secs(3)).unplayable(),
    );
    let error =
        mistake(setup.clone(), "stereo.wav", |contact, _| Box::pin(contact.prompt("stereo.wav")));
    assert!(matches!(error.kind(), ErrorKind::Order(_)), "{error:?}");
    assert!(told(&error).contains("16 kHz"), "{error}");
    let error = mistake(setup.clone(), "stereo.wav as a menu", |contact, _| {
        Box::pin(async { contact.menu("stereo.wav").await.map(drop) })
    });
    assert!(told(&error).contains("16 kHz"), "{error}");
    setup.unlisted_prompt = None;
    let accept = format!("{PROMPTS}accept.wav");
    let setup = setup.prompt(PromptFile::new(&accept, Duration::from_secs(2)));
    let error = mistake(setup, "nowhere.wav", |contact, _| Box::pin(contact.prompt("nowhere.wav")));
    assert!(matches!(error.kind(), ErrorKind::Order(_)), "{error:?}");
}

#[test]
fn a_prompt_without_an_address_is_an_error() {
    let error = mistake(small(42), "a prompt that is no address", |contact, _| {
        Box::pin(contact.prompt("https://"))
    });
    assert!(matches!(error.kind(), ErrorKind::Prompt(_)), "{error:?}");
    assert!(error.to_string().contains("Builder::prompts"), "{error}");
}

#[test]
fn queues_and_agents_nobody_named_are_errors_that_say_where_to_name_them() {
    let error = mistake(small(42), "no such queue", |contact, _| {
        Box::pin(async { contact.route("returns").await.map(drop) })
    });
    assert_eq!(*error.kind(), ErrorKind::UnknownQueue("returns".into()));
    assert!(error.to_string().contains("Builder::queue"), "{error}");
    let error = mistake(small(42), "no such agent", |contact, _| {
        Box::pin(async { contact.reach("zoe").await.map(drop) })
    });
    assert_eq!(*error.kind(), ErrorKind::UnknownAgent("zoe".into()));
    assert!(error.to_string().contains("Builder::agents"), "{error}");
}

#[test]
fn a_destination_that_must_be_e164_and_is_not_says_how_to_write_it() {
    let setups = [("graph", small(42)), ("trunk", teams_cc_stories::small_trunk(42))];
    for (way, setup) in setups {
        let error = mistake(setup, way, |contact, _| {
            Box::pin(async {
                let desk = Address::Phone(PhoneNumber::presented("4711"));
                contact.dial(desk).await.map(drop)
            })
        });
        assert!(matches!(error.kind(), ErrorKind::Destination(_)), "{way}: {error:?}");
        assert!(error.to_string().contains("with + and country code"), "{way}: {error}");
    }
    let error = mistake(small(42), "transfer", |contact, _| {
        Box::pin(async {
            let desk = Address::Phone(PhoneNumber::presented("4711"));
            contact.transfer(desk).await.map(drop)
        })
    });
    assert!(error.to_string().contains("with + and country code"), "{error}");
}

#[test]
fn calls_and_legs_refuse_a_number_that_is_not_e164_before_anything_is_sent() {
    run(async {
        let stage = Stage::new(small(42));
        let mut bot = Bot::open(&stage.sim).await;
        let desk = Address::Phone(PhoneNumber::presented("4711"));
        let refused = bot.calls.dial(&desk, LegId::numbered("L", 1)).await;
        let error = refused.expect_err("no full number");
        let kind = error.kind();
        let invalid = teams_cc::graph::ErrorKind::Invalid(InvalidRequest::NotE164);
        assert_eq!(format!("{kind:?}"), format!("{invalid:?}"));
        assert!(told(&error).contains("write it with +"), "{error}");
        let leg = bot.incoming().await;
        leg.execute(LegCommand::Answer).await.expect("it rings");
        wait(Duration::from_secs(2)).await;
        let before = stage.sim.log().events().len();
        let blind = LegCommand::Transfer(TransferTarget::Blind(desk));
        let error = leg.execute(blind).await.expect_err("no full number");
        assert!(matches!(error, LegError::InvalidDestination { .. }), "{error:?}");
        let after = stage.sim.log().events().len();
        assert_eq!(after, before, "something was sent\n{}", stage.sim.ladder());
        leg.execute(LegCommand::HangUp).await.expect("the call still stands");
        bot.close("a short number").await;
    })
    .expect("a runtime");
}

#[test]
fn callers_without_a_usable_number_are_served_like_any_other() {
    let shown = ["anonymous", "", "4711", "112", "+49301234XXXX", "Restricted", "tel", "+", "00"];
    for number in shown {
        run(async {
            let call = |mut customer: teams_cc_sim::world::Customer| {
                customer.number = PhoneNumber::presented(number);
                customer
            };
            let setup = Setup::contoso(42)
                .customer(call(caller(1, 1)))
                .customer(call(trunk_caller(2, 60)))
                .user(user("ada", 60, [takes(1500)]))
                .user(user("bo", 61, [takes(1500)]))
                .user(user("eve", 50, [Answering::after(Duration::from_secs(2))]));
            let stage = Stage::new(setup);
            let center = stage
                .builder()
                .on_contact(|contact| async move {
                    let taken = contact.route("sales").await?;
                    contact.connect(taken).await.map(drop)
                })
                .start()
                .await
                .expect("whole");
            let closing = stage.close(center).await;
            closing.assert_nothing(number);
            assert_eq!(closing.report.answered, 2, "{number:?}\n{}", closing.ladder);
        })
        .expect("a runtime");
    }
}

#[test]
fn an_address_cannot_be_the_name_of_a_trunk() {
    for address in ["192.0.2.7", "127.1", "[2001:db8::7]", "2001:db8::7"] {
        let error = SbcFqdn::new(address).expect_err("an address is no name");
        assert_eq!(error, ParseFqdnError::IpAddress, "{address}");
        assert!(error.to_string().contains("use the fqdn"), "{error}");
    }
}

#[test]
fn a_certificate_that_does_not_cover_the_trunk_carries_nothing() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let names = vec!["*.sbc.contoso.test".to_owned(), "other.test".to_owned()];
    let params = rcgen::CertificateParams::new(names).expect("names");
    let certificate = params.self_signed(&key).expect("a certificate");
    let trunk = SbcFqdn::new("sbc.contoso.test").expect("a name");
    let identity = TlsIdentity::new(
        vec![certificate.der().clone()],
        rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        rustls::RootCertStore::empty(),
        [&trunk],
        ["sip.pstnhub.test"],
        "2026-01-05T08:00:00Z".parse().expect("a timestamp"),
    );
    let error = identity.expect_err("a wildcard covers what is below it alone");
    assert_eq!(*error.kind(), teams_cc::sip::ErrorKind::Certificate);
    let fault = error.source().and_then(|source| source.downcast_ref::<CertificateFault>());
    assert!(matches!(fault, Some(CertificateFault::NotCovered { .. })), "{error:?}");
    let text = told(&error);
    for word in ["sbc.contoso.test", "*.sbc.contoso.test", "subject alternative names"] {
        assert!(text.contains(word), "no {word}: {text}");
    }
}

#[test]
fn a_carrier_that_is_not_there_is_an_error_before_any_call_needs_it() {
    run(async {
        for (phones, emergency, ok) in
            [("carrier", "carrier", true), ("carier", "carrier", false), ("carrier", "911", false)]
        {
            let stage = Stage::new(small(42));
            let builder = stage.builder().carriers(phones, emergency);
            let started = builder.on_contact(async |_| Ok(())).start().await;
            assert_eq!(started.is_ok(), ok, "{phones} {emergency}");
            if let Err(error) = started {
                assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
                let missing = if phones == "carrier" { emergency } else { phones };
                assert!(told(&error).contains(missing), "{error}");
            }
        }
    })
    .expect("a runtime");
}
