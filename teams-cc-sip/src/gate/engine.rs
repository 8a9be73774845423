//! The gate itself: who asked, what was counted, what was answered.

use std::collections::BTreeMap;

use teams_cc_core::{Instant, PhoneNumber, TenantId, emergency::EmergencyPlan};

use super::{Cap, GatePolicy, Permission, Refusal, cap::Bucket, permission::dialled};

/// Which way a call goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a trunk has exactly these two sides")]
pub enum Towards {
    /// Into Teams.
    Teams = 0,
    /// To a carrier.
    Carrier = 1,
}

/// Why somebody is to be called. Every purpose passes the same gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The application calls.
    #[default]
    Dial,
    /// A party asked to be handed over, by REFER.
    Refer,
    /// A call is passed on, and shows its own caller.
    Forward,
    /// Somebody is called back.
    Callback,
}

/// One question to the gate.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a question is written in full by who asks")]
pub struct Ask<'a> {
    /// On whose behalf, where that is known.
    pub tenant: Option<&'a TenantId>,
    /// Why.
    pub purpose: Purpose,
    /// Which way.
    pub towards: Towards,
    /// Whom.
    pub number: &'a PhoneNumber,
    /// Under which number.
    pub shown: &'a PhoneNumber,
    /// Who forwarded the call, of a [`Purpose::Forward`].
    pub diverted_by: Option<&'a PhoneNumber>,
}

/// What the gate lets through.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "an answer is taken apart by who asked")]
pub struct Passage {
    /// The number to call, translated.
    pub number: PhoneNumber,
    /// The number to show, translated.
    pub shown: PhoneNumber,
    /// What to give back when the call is over; none for an emergency call, which is not counted.
    pub grant: Option<Grant>,
}

/// One call that is counted, until it is given back by [`Gate::release`].
#[derive(Debug)]
#[must_use = "a grant that is not released counts for ever"]
pub struct Grant {
    tenant: Option<TenantId>,
    inbound: bool,
}

impl Grant {
    /// The tenant it is counted for; none for everybody without a permission of their own.
    #[must_use]
    pub fn tenant(&self) -> Option<&TenantId> {
        self.tenant.as_ref()
    }
}

/// How often somebody was refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusalCount {
    /// The tenant; none for everybody who has no permission of their own.
    pub tenant: Option<TenantId>,
    /// The reason.
    pub refusal: Refusal,
    /// How often, since the trunk started.
    pub count: u64,
}

#[derive(Debug, Default)]
pub(super) struct Usage {
    outbound: (u32, Bucket),
    inbound: (u32, Bucket),
}

/// Lets calls through or refuses them with a reason, and counts both.
///
/// What it keeps is bounded by the tenants that have a permission of their own: all others share
/// one place.
#[derive(Debug, Default)]
pub struct Gate {
    policy: GatePolicy,
    pub(super) usage: BTreeMap<Option<TenantId>, Usage>,
    refused: BTreeMap<(Option<TenantId>, Refusal), u64>,
}

impl Gate {
    /// A gate nobody has passed yet.
    #[must_use]
    pub fn new(policy: GatePolicy) -> Self {
        Self { policy, usage: BTreeMap::new(), refused: BTreeMap::new() }
    }

    /// Gives a tenant another permission, or takes it away; calls under way stay counted.
    pub fn permit(&mut self, tenant: &TenantId, permission: Option<Permission>) {
        if let Some(permission) = permission {
            self.policy.tenants.insert(tenant.clone(), permission);
        } else {
            self.policy.tenants.remove(tenant);
            self.refused.retain(|(of, _), _| of.as_ref() != Some(tenant));
            let busy = |usage: &Usage| usage.inbound.0 > 0 || usage.outbound.0 > 0;
            self.usage.retain(|of, usage| of.as_ref() != Some(tenant) || busy(usage));
        }
    }

    /// Whether a call may go out. Counted until its grant is released.
    ///
    /// A call to the emergency services passes before anything is looked at, as it is.
    ///
    /// # Errors
    ///
    /// The [`Refusal`], which is counted.
    pub fn ask(&mut self, now: Instant, ask: &Ask<'_>) -> Result<Passage, Refusal> {
        if self.is_emergency(ask.tenant, ask.number) {
            let (number, shown) = (ask.number.clone(), ask.shown.clone());
            return Ok(Passage { number, shown, grant: None });
        }
        let key = self.key(ask.tenant);
        let permission = self.permission(ask.tenant);
        let number = permission.translation.of_called(ask.towards, ask.number);
        let shown = permission.translation.of_shown(ask.towards, ask.shown);
        let cap = permission.outbound;
        let allowed = match (ask.towards, ask.purpose) {
            (Towards::Carrier, purpose) => {
                let by = ask.diverted_by.filter(|_| purpose == Purpose::Forward);
                permission.may_call(&number).and_then(|()| permission.may_show(&shown, by))
            }
            (Towards::Teams, Purpose::Refer | Purpose::Forward)
                if permission.is_premium(&number) =>
            {
                Err(Refusal::Premium)
            }
            (Towards::Teams, _) => Ok(()),
        };
        let reasons = (Refusal::Concurrent, Refusal::Rate);
        let outcome = allowed.and_then(|()| {
            let usage = self.usage.entry(key.clone()).or_default();
            fits(now, &mut usage.outbound, cap, reasons)?;
            usage.outbound.0 = usage.outbound.0.saturating_add(1);
            Ok(())
        });
        match outcome {
            Ok(()) => {
                let grant = Some(Grant { tenant: key, inbound: false });
                Ok(Passage { number, shown, grant })
            }
            Err(refusal) => Err(self.note(key, refusal)),
        }
    }

    /// Whether a call to this number, for this tenant, may come in; it is counted by
    /// [`Gate::enter`].
    ///
    /// # Errors
    ///
    /// The [`Refusal`], which is counted.
    pub fn admit(
        &mut self,
        now: Instant,
        tenant: Option<&TenantId>,
        called: &PhoneNumber,
    ) -> Result<(), Refusal> {
        if self.is_emergency(tenant, called) {
            return Ok(());
        }
        let key = self.key(tenant);
        let cap = self.permission(tenant).inbound;
        let reasons = (Refusal::InboundConcurrent, Refusal::InboundRate);
        let usage = self.usage.entry(key.clone()).or_default();
        let outcome = fits(now, &mut usage.inbound, cap, reasons);
        outcome.map_err(|refusal| self.note(key, refusal))
    }

    /// A call that was admitted has come in: counted until its grant is released.
    ///
    /// A call to the emergency services is not counted.
    pub fn enter(&mut self, tenant: Option<&TenantId>, called: &PhoneNumber) -> Option<Grant> {
        if self.is_emergency(tenant, called) {
            return None;
        }
        let key = self.key(tenant);
        let calls = &mut self.usage.entry(key.clone()).or_default().inbound.0;
        *calls = calls.saturating_add(1);
        Some(Grant { tenant: key, inbound: true })
    }

    /// A call is over.
    #[expect(clippy::needless_pass_by_value, reason = "a grant is given back once")]
    pub fn release(&mut self, grant: Grant) {
        if let Some(usage) = self.usage.get_mut(&grant.tenant) {
            let side = if grant.inbound { &mut usage.inbound } else { &mut usage.outbound };
            side.0 = side.0.saturating_sub(1);
            // A tenant that has been removed leaves nothing behind.
            let idle = usage.inbound.0 == 0 && usage.outbound.0 == 0;
            let gone = |tenant| !self.policy.tenants.contains_key(tenant);
            if idle && grant.tenant.as_ref().is_some_and(gone) {
                self.usage.remove(&grant.tenant);
            }
        }
    }

    /// The one tenant that owns a number; none where nobody does, or several do.
    #[must_use]
    pub fn owner_of(&self, number: &PhoneNumber) -> Option<&TenantId> {
        let owned =
            |(tenant, permission): (_, &Permission)| Some((permission.owned(number)?, tenant));
        let owners: Vec<_> = self.policy.tenants.iter().filter_map(owned).collect();
        let most = owners.iter().map(|(length, _)| *length).max()?;
        let mut closest = owners.into_iter().filter(|(length, _)| *length == most);
        closest.next().filter(|_| closest.next().is_none()).map(|(_, tenant)| tenant)
    }

    /// The emergency plan that a tenant has for itself.
    #[must_use]
    pub fn emergency_plan(&self, tenant: Option<&TenantId>) -> Option<&EmergencyPlan> {
        self.permission(tenant).emergency.as_ref()
    }

    /// How often whom was refused for what, in the tenants' order.
    #[must_use]
    pub fn refusals(&self) -> Vec<RefusalCount> {
        self.refused
            .iter()
            .map(|((tenant, refusal), count)| RefusalCount {
                tenant: tenant.clone(),
                refusal: *refusal,
                count: *count,
            })
            .collect()
    }

    /// How many calls out and in are counted for a tenant now.
    #[must_use]
    pub fn calls(&self, tenant: Option<&TenantId>) -> (u32, u32) {
        let usage = self.usage.get(&self.key(tenant));
        usage.map_or((0, 0), |usage| (usage.outbound.0, usage.inbound.0))
    }

    fn is_emergency(&self, tenant: Option<&TenantId>, number: &PhoneNumber) -> bool {
        let plan = self.emergency_plan(tenant);
        number.is_emergency() || plan.is_some_and(|plan| plan.kind(dialled(number)).is_some())
    }

    fn permission(&self, tenant: Option<&TenantId>) -> &Permission {
        tenant.and_then(|tenant| self.policy.tenants.get(tenant)).unwrap_or(&self.policy.others)
    }

    fn key(&self, tenant: Option<&TenantId>) -> Option<TenantId> {
        tenant.filter(|tenant| self.policy.tenants.contains_key(tenant)).cloned()
    }

    fn note(&mut self, tenant: Option<TenantId>, refusal: Refusal) -> Refusal {
        let named = tenant.as_ref().map(|tenant| tenant.as_str().to_owned());
        tracing::info!(tenant = named, why = %refusal, "a call was refused");
        let count = self.refused.entry((tenant, refusal)).or_default();
        *count = count.saturating_add(1);
        refusal
    }
}

fn fits(
    now: Instant,
    (calls, bucket): &mut (u32, Bucket),
    cap: Cap,
    (many, fast): (Refusal, Refusal),
) -> Result<(), Refusal> {
    if cap.concurrent.is_some_and(|most| *calls >= most) {
        return Err(many);
    }
    if cap.rate.is_some_and(|rate| !bucket.take(now, rate)) {
        return Err(fast);
    }
    Ok(())
}
