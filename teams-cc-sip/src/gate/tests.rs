//! The gate by table and by property.

use std::time::Duration;

use proptest::prelude::*;
use teams_cc_core::{Instant, PhoneNumber, TenantId, emergency::EmergencyPlan};

use super::*;

const NOW: Instant = Instant::ZERO;

fn bank() -> TenantId {
    "bank".parse().unwrap()
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::presented(text)
}

fn try_out(
    gate: &mut Gate,
    purpose: Purpose,
    towards: Towards,
    to: &str,
    as_: &str,
) -> Result<Passage, Refusal> {
    let (tenant, number, shown) = (bank(), number(to), number(as_));
    let ask = Ask {
        tenant: Some(&tenant),
        purpose,
        towards,
        number: &number,
        shown: &shown,
        diverted_by: None,
    };
    gate.ask(NOW, &ask)
}

fn gate(permission: Permission) -> Gate {
    Gate::new(GatePolicy::new().tenant(bank(), permission))
}

#[test]
fn nobody_calls_a_carrier_unless_somebody_allowed_it() {
    let mut gates = [Gate::default(), gate(Permission::new()), gate(Permission::new().owns("+49"))];
    for gate in &mut gates {
        for purpose in [Purpose::Dial, Purpose::Refer, Purpose::Forward, Purpose::Callback] {
            let out = try_out(gate, purpose, Towards::Carrier, "+4989100", "+4989123");
            assert_eq!(out.unwrap_err(), Refusal::NoPermission, "{purpose:?}");
            try_out(gate, purpose, Towards::Teams, "+4989100", "+1").unwrap();
        }
        assert_eq!(gate.refusals()[0].count, 4);
    }
}

#[test]
fn prefixes_premium_numbers_and_callers_are_each_refused_with_their_reason() {
    let permission = Permission::new()
        .allow("+49")
        .allow("+1")
        .allow("+1900555")
        .allow("116")
        .refuse("+4915")
        .owns("+4989123");
    let (ours, theirs) = ("+498912345", "+14255550100");
    let cases = [
        ("+498955", ours, None),
        ("+14255550100", ours, None),
        ("116117", ours, None),
        ("+498955", "anonymous", None),
        ("+4412345678", ours, Some(Refusal::Prefix)),
        ("117", ours, Some(Refusal::Prefix)),
        ("+49900123456", ours, Some(Refusal::Premium)),
        ("+19005551234", ours, None),
        ("+19001234567", ours, Some(Refusal::Premium)),
        ("+4915112345", ours, Some(Refusal::Premium)),
        ("+498955", theirs, Some(Refusal::CallerNotOwned)),
        ("+498955", "+4989123****", None),
        ("+1425555****", ours, Some(Refusal::NotDialable)),
        ("anonymous", ours, Some(Refusal::NotDialable)),
    ];
    for (to, shown, expected) in cases {
        let out =
            try_out(&mut gate(permission.clone()), Purpose::Dial, Towards::Carrier, to, shown);
        assert_eq!(out.err(), expected, "{to} as {shown}");
    }
    for towards in [Towards::Teams, Towards::Carrier] {
        let out =
            try_out(&mut gate(permission.clone()), Purpose::Refer, towards, "+49900123", ours);
        assert_eq!(out.unwrap_err(), Refusal::Premium, "{towards:?}");
    }
}

#[test]
fn no_way_of_writing_a_number_leads_around_the_premium_list_or_the_owner() {
    let mut open = gate(Permission::unrestricted().refuse("+4915"));
    for (to, passes) in [
        ("00979123456", false),
        ("011979123456", false),
        ("0049900123456", false),
        ("#31#0049900123", false),
        ("#31#+49900123456", true),
        ("004915112345", false),
        ("+49900123456;ext=112", false),
        ("tel:+49900123456", true),
        ("+49 (900) 123-456", false),
        ("+\u{0664}\u{0669}900123456", true),
        ("0049891234567", true),
        ("888", true),
    ] {
        let out = try_out(&mut open, Purpose::Dial, Towards::Carrier, to, "+1");
        let premium = out.as_ref().err() == Some(&Refusal::Premium);
        assert_eq!(!premium, passes, "{to}: {out:?}");
    }
    // Whoever names the prefix as it is dialled means it.
    let mut named = gate(Permission::new().allow("0049900").any_caller());
    try_out(&mut named, Purpose::Dial, Towards::Carrier, "0049900123456", "+1").unwrap();
    // The extension is nobody's number: neither for help nor as the caller.
    let mut owner = gate(Permission::new().allow("+49").owns("1001").owns("+4989"));
    for (shown, passes) in
        [("+14255550100;ext=1001", false), ("+498955;ext=7", true), ("1001", true)]
    {
        let out = try_out(&mut owner, Purpose::Dial, Towards::Carrier, "+498955", shown);
        assert_eq!(out.is_ok(), passes, "{shown}");
    }
    let plan = EmergencyPlan::new("sos");
    let mut helped = gate(Permission::new().emergency(plan));
    for (to, passes) in [("112", true), ("+14255550100;ext=112", false)] {
        let out = try_out(&mut helped, Purpose::Dial, Towards::Carrier, to, "+1");
        assert_eq!(out.is_ok(), passes, "{to}");
    }
}

/// DR-085: a forwarded call shows its caller; who forwarded it must be the tenant's.
#[test]
fn a_forward_is_vouched_for_by_who_forwarded() {
    let (tenant, to, caller) = (bank(), number("+498955"), number("+14255550100"));
    let cases = [
        (Purpose::Forward, Some("+498912345"), true),
        (Purpose::Forward, Some("+4930123"), false),
        (Purpose::Forward, None, false),
        (Purpose::Dial, Some("+498912345"), false),
    ];
    for (purpose, by, passes) in cases {
        let by = by.map(number);
        let ask = Ask {
            tenant: Some(&tenant),
            purpose,
            towards: Towards::Carrier,
            number: &to,
            shown: &caller,
            diverted_by: by.as_ref(),
        };
        let mut gate = gate(Permission::new().allow("+49").owns("+4989123"));
        assert_eq!(gate.ask(NOW, &ask).is_ok(), passes, "{purpose:?} {by:?}");
    }
}

#[test]
fn caps_hold_until_calls_are_given_back_and_are_counted_by_tenant_and_reason() {
    let cap = Cap::none().concurrent(2).rate(3, Duration::from_mins(1));
    let mut gate = gate(Permission::unrestricted().outbound(cap));
    let dial = |gate: &mut Gate| {
        try_out(gate, Purpose::Dial, Towards::Carrier, "+498955", "+1").map(|p| p.grant.unwrap())
    };
    let first = dial(&mut gate).unwrap();
    let second = dial(&mut gate).unwrap();
    assert_eq!(dial(&mut gate).unwrap_err(), Refusal::Concurrent);
    gate.release(first);
    gate.release(second);
    let third = dial(&mut gate).unwrap();
    assert_eq!(dial(&mut gate).unwrap_err(), Refusal::Rate);
    gate.release(third);
    assert_eq!(gate.calls(Some(&bank())), (0, 0));
    let counts: Vec<_> = gate.refusals().into_iter().map(|r| (r.refusal, r.count)).collect();
    assert_eq!(counts, [(Refusal::Rate, 1), (Refusal::Concurrent, 1)]);
    assert!(Refusal::Rate.is_temporary() && !Refusal::Premium.is_temporary());
}

/// DR-136.
#[test]
fn numbers_are_translated_by_the_tenants_own_rules_before_they_are_looked_at() {
    let rules = Translation::new().called(Towards::Carrier, Rule::new("0").strip(1).prepend("+49"));
    let permission = Permission::new().allow("+49").any_caller().translation(rules);
    let mut gate = gate(permission);
    let out = try_out(&mut gate, Purpose::Dial, Towards::Carrier, "089555123456", "+1").unwrap();
    assert_eq!(out.number.reveal(), "+4989555123456");
    let premium = try_out(&mut gate, Purpose::Dial, Towards::Carrier, "0900555123456", "+1");
    assert_eq!(premium.unwrap_err(), Refusal::Premium, "a rule opens no way around the list");
    let (to, shown) = (number("089555123456"), number("+1"));
    let ask = Ask {
        tenant: None,
        purpose: Purpose::Dial,
        towards: Towards::Carrier,
        number: &to,
        shown: &shown,
        diverted_by: None,
    };
    assert_eq!(gate.ask(NOW, &ask).unwrap_err(), Refusal::NoPermission, "none is inherited");
}

#[test]
fn the_owner_of_a_number_is_the_closest_and_only_one() {
    let (a, b): (TenantId, TenantId) = ("a".parse().unwrap(), "b".parse().unwrap());
    let gate = Gate::new(
        GatePolicy::new()
            .tenant(a.clone(), Permission::new().owns("+4989").owns("+301"))
            .tenant(b.clone(), Permission::new().owns("+4989123").owns("+301")),
    );
    for (called, owner) in
        [("+498955555", Some(&a)), ("+498912345", Some(&b)), ("+30123456", None), ("+1425", None)]
    {
        assert_eq!(gate.owner_of(&number(called)), owner, "{called}");
    }
}

#[test]
fn a_tenant_that_is_removed_leaves_nothing_behind() {
    let mut gate = gate(Permission::unrestricted());
    let out = try_out(&mut gate, Purpose::Dial, Towards::Carrier, "+498955", "+1").unwrap();
    gate.permit(&bank(), None);
    gate.release(out.grant.unwrap());
    assert!(gate.usage_is_empty());
    gate.permit(&bank(), Some(Permission::unrestricted()));
    gate.admit(NOW, Some(&bank()), &number("+498955")).unwrap();
    gate.permit(&bank(), None);
    assert!(gate.usage_is_empty(), "nor one that had no call");
}

impl Gate {
    fn usage_is_empty(&self) -> bool {
        self.usage.is_empty() && self.refusals().is_empty()
    }
}

prop_compose! {
    fn any_cap()(
        concurrent in prop::option::of(0_u32..3),
        rate in prop::option::of((0_u32..3, 1_u64..100)),
    ) -> Cap {
        let cap = concurrent.map_or(Cap::none(), |most| Cap::none().concurrent(most));
        rate.map_or(cap, |(calls, secs)| cap.rate(calls, Duration::from_secs(secs)))
    }
}

fn any_prefix() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "+", "1", "11", "112", "9", "911", "+49", "0", "+112", "urn"])
        .prop_map(str::to_owned)
}

prop_compose! {
    fn any_permission()(
        allow in prop::collection::vec(any_prefix(), 0..3),
        refuse in prop::collection::vec(any_prefix(), 0..3),
        owns in prop::collection::vec(any_prefix(), 0..3),
        outbound in any_cap(),
        inbound in any_cap(),
        rules in prop::collection::vec((any_prefix(), 0_usize..4, any_prefix(), any::<bool>()), 0..4),
        plan in prop::option::of(prop::sample::select(vec!["DE", "US", "GB"])),
    ) -> Permission {
        let mut permission = Permission::new().outbound(outbound).inbound(inbound);
        permission = allow.iter().fold(permission, |p, prefix| p.allow(prefix));
        permission = refuse.iter().fold(permission, |p, prefix| p.refuse(prefix));
        permission = owns.iter().fold(permission, |p, prefix| p.owns(prefix));
        let translation = rules.iter().fold(Translation::new(), |t, (prefix, strip, put, called)| {
            let rule = Rule::new(prefix).strip(*strip).prepend(put);
            match called {
                true => t.called(Towards::Carrier, rule.clone()).called(Towards::Teams, rule),
                false => t.shown(Towards::Carrier, rule.clone()).shown(Towards::Teams, rule),
            }
        });
        permission = permission.translation(translation);
        match plan {
            Some(country) => permission.emergency(EmergencyPlan::new("sos").country(country).unwrap()),
            None => permission,
        }
    }
}

proptest! {
    /// DESIGN: no policy, limit, translation or fraud rule captures, delays or rewrites one.
    #[test]
    fn no_rule_of_the_gate_touches_an_emergency_call(
        named in any_permission(),
        others in any_permission(),
        known in any::<bool>(),
        towards in prop::sample::select(vec![Towards::Teams, Towards::Carrier]),
        purpose in prop::sample::select(
            vec![Purpose::Dial, Purpose::Refer, Purpose::Forward, Purpose::Callback]),
        shown in prop::sample::select(vec!["+14255550100", "anonymous", "1001", "+1425555****"]),
        help in prop::sample::select(vec!["112", "911", "urn:service:sos.fire"]),
        earlier in 0_usize..6,
        steps in prop::collection::vec(0_u64..50, 6),
    ) {
        let mut gate = Gate::new(GatePolicy::new().tenant(bank(), named).others(others));
        let tenant = if known { bank() } else { "stranger".parse().unwrap() };
        let (other, shown) = (number("+14255550199"), number(shown));
        let ask = |number| Ask {
            tenant: Some(&tenant), purpose, towards, number, shown: &shown, diverted_by: None,
        };
        let mut now = NOW;
        for step in steps.into_iter().take(earlier) {
            now += Duration::from_secs(step);
            let _ = gate.ask(now, &ask(&other));
            if gate.admit(now, Some(&tenant), &other).is_ok() {
                let _counted = gate.enter(Some(&tenant), &other);
            }
        }
        let (counted, refused) = (gate.calls(Some(&tenant)), gate.refusals());
        let help = PhoneNumber::Emergency(help.into());
        let passage = gate.ask(now, &ask(&help)).unwrap();
        prop_assert_eq!(&passage.number, &help);
        prop_assert_eq!(&passage.shown, &shown, "the call-back number is kept");
        prop_assert!(passage.grant.is_none());
        prop_assert!(gate.admit(now, Some(&tenant), &help).is_ok());
        prop_assert!(gate.enter(Some(&tenant), &help).is_none());
        prop_assert_eq!((gate.calls(Some(&tenant)), gate.refusals()), (counted, refused));
    }
}
