//! What one tenant may do, as data.

use std::{collections::BTreeMap, fmt};

use teams_cc_core::{PhoneNumber, TenantId, emergency::EmergencyPlan};

use super::{Cap, PREMIUM, Refusal, Translation};

/// What one tenant may do. A new one may call nobody at a carrier.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_sip::gate::{Cap, Permission};
///
/// let permission = Permission::new()
///     .allow("+49")
///     .owns("+4989123")
///     .outbound(Cap::none().concurrent(50).rate(100, Duration::from_secs(60)));
/// assert!(!format!("{permission:?}").contains("89123"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permission {
    allowed: Vec<Box<str>>,
    refused: Vec<Box<str>>,
    numbers: Vec<Box<str>>,
    any_caller: bool,
    /// Bounds on calls out, to carriers and into Teams alike.
    pub outbound: Cap,
    /// Bounds on calls in, from Teams and, for numbers the tenant owns, from carriers.
    pub inbound: Cap,
    /// How numbers are rewritten.
    pub translation: Translation,
    /// The tenant's own emergency numbers and their route; the trunk's where there are none.
    pub emergency: Option<EmergencyPlan>,
}

impl Permission {
    /// Calls into Teams only, without bounds.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything but premium numbers, under any caller number: for laboratories.
    #[must_use]
    pub fn unrestricted() -> Self {
        Self::new().allow("").any_caller()
    }

    /// Lets calls to a prefix through, such as `+49`; a short code is named as it is dialled.
    ///
    /// A prefix that lies inside of one on the premium list allows that as well.
    #[must_use]
    pub fn allow(mut self, prefix: &str) -> Self {
        self.allowed.push(prefix.into());
        self
    }

    /// Refuses a prefix inside of those that are allowed, as [`PREMIUM`] is refused.
    #[must_use]
    pub fn refuse(mut self, prefix: &str) -> Self {
        self.refused.push(prefix.into());
        self
    }

    /// Says that the tenant owns a number, or all numbers of a range by their common prefix.
    #[must_use]
    pub fn owns(mut self, prefix: &str) -> Self {
        self.numbers.push(prefix.into());
        self
    }

    /// Lets the tenant show numbers it does not own, as where the carrier screens them itself.
    #[must_use]
    pub fn any_caller(mut self) -> Self {
        self.any_caller = true;
        self
    }

    /// Bounds calls out.
    #[must_use]
    pub fn outbound(mut self, cap: Cap) -> Self {
        self.outbound = cap;
        self
    }

    /// Bounds calls in.
    #[must_use]
    pub fn inbound(mut self, cap: Cap) -> Self {
        self.inbound = cap;
        self
    }

    /// Rewrites numbers.
    #[must_use]
    pub fn translation(mut self, translation: Translation) -> Self {
        self.translation = translation;
        self
    }

    /// Says which numbers reach the emergency services, and over which carrier.
    #[must_use]
    pub fn emergency(mut self, plan: EmergencyPlan) -> Self {
        self.emergency = Some(plan);
        self
    }

    /// Whether a number is the tenant's.
    #[must_use]
    pub fn is_owner_of(&self, number: &PhoneNumber) -> bool {
        self.owned(number).is_some()
    }

    /// How much of a number is named as the tenant's.
    pub(super) fn owned(&self, number: &PhoneNumber) -> Option<usize> {
        longest(&self.numbers, dialled(number))
    }

    /// Whether a carrier may be asked for a number.
    pub(super) fn may_call(&self, number: &PhoneNumber) -> Result<(), Refusal> {
        if self.allowed.is_empty() {
            return Err(Refusal::NoPermission);
        }
        if matches!(number, PhoneNumber::Masked(_) | PhoneNumber::Anonymous) {
            return Err(Refusal::NotDialable);
        }
        let text = dialled(number);
        let Some(allowed) = longest(&self.allowed, text) else { return Err(Refusal::Prefix) };
        // Whoever names a prefix as long as the premium one means it; `refuse` is meant always.
        let refused = |text: &str, allowed: usize| {
            longest(&self.refused, text).is_some_and(|refused| refused >= allowed)
                || premium(text).is_some_and(|premium| premium > allowed)
        };
        let abroad = international(text)
            .is_some_and(|(whole, before)| refused(&whole, (allowed + 1).saturating_sub(before)));
        if refused(text, allowed) || abroad {
            return Err(Refusal::Premium);
        }
        Ok(())
    }

    /// Whether a number may be shown to a carrier; a forwarded call shows its caller, and the
    /// tenant vouches for who forwarded it.
    pub(super) fn may_show(
        &self,
        shown: &PhoneNumber,
        diverted_by: Option<&PhoneNumber>,
    ) -> Result<(), Refusal> {
        let claimed = diverted_by.unwrap_or(shown);
        let silent = matches!(claimed, PhoneNumber::Anonymous) && diverted_by.is_none();
        if self.any_caller || silent || self.is_owner_of(claimed) {
            Ok(())
        } else {
            Err(Refusal::CallerNotOwned)
        }
    }

    /// Whether a number is refused by name, wherever the call goes.
    pub(super) fn is_premium(&self, number: &PhoneNumber) -> bool {
        matches!(self.may_call(number), Err(Refusal::Premium))
            || (self.allowed.is_empty() && premium(dialled(number)).is_some())
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permission")
            .field("allowed", &self.allowed)
            .field("refused", &self.refused)
            .field("numbers", &format_args!("{} ranges", self.numbers.len()))
            .field("any_caller", &self.any_caller)
            .field("outbound", &self.outbound)
            .field("inbound", &self.inbound)
            .finish_non_exhaustive()
    }
}

/// What is dialled for a number. An extension behind a main number is no number of its own: who
/// calls `+1900…;ext=112` calls +1900… and not 112.
pub(crate) fn dialled(number: &PhoneNumber) -> &str {
    match number {
        PhoneNumber::Extension { main: Some(main), .. } => main.reveal(),
        number => number.reveal(),
    }
}

/// A number that is dialled abroad, as `00…` or `011…`, with its plus sign; and how many
/// characters stood for it. Codes for services of the network, as in `#31#00…`, do not hide it.
fn international(text: &str) -> Option<(String, usize)> {
    let number = text.rsplit(['#', '*']).next().unwrap_or(text);
    let rest = number.strip_prefix("00").or_else(|| number.strip_prefix("011"));
    let rest = rest.or_else(|| number.strip_prefix('+').filter(|_| number.len() < text.len()))?;
    Some((format!("+{rest}"), text.len() - rest.len()))
}

fn premium(text: &str) -> Option<usize> {
    PREMIUM.iter().filter(|prefix| text.starts_with(**prefix)).map(|prefix| prefix.len()).max()
}

fn longest(prefixes: &[Box<str>], text: &str) -> Option<usize> {
    prefixes.iter().filter(|prefix| text.starts_with(&***prefix)).map(|prefix| prefix.len()).max()
}

/// The permissions of every tenant, and of calls that are nobody's.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GatePolicy {
    /// By tenant; a tenant that is not here has the permission of [`GatePolicy::others`].
    pub tenants: BTreeMap<TenantId, Permission>,
    /// Whoever is not named, and calls on behalf of no tenant. Default: nothing at a carrier.
    pub others: Permission,
}

impl GatePolicy {
    /// Nobody may call a carrier.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everybody may call everything but premium numbers: for laboratories.
    #[must_use]
    pub fn unrestricted() -> Self {
        Self::new().others(Permission::unrestricted())
    }

    /// Gives a tenant its permission.
    #[must_use]
    pub fn tenant(mut self, tenant: TenantId, permission: Permission) -> Self {
        self.tenants.insert(tenant, permission);
        self
    }

    /// Gives everybody else a permission, which they share with its bounds.
    #[must_use]
    pub fn others(mut self, permission: Permission) -> Self {
        self.others = permission;
        self
    }
}
