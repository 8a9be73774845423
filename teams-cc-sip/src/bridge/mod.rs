//! Two legs that talk through us: a back-to-back user agent (RFC 7092).
//!
//! What one side does is relayed to the other in that side's own words: hold and resume by
//! re-INVITE (`inactive` towards Teams, which knows no other hold), the end by BYE. A transfer by
//! a Teams client stays on this side: REFER is answered here, the target is called through
//! Microsoft's proxy, and the other party only changes whom it talks to
//! (Learn, *Issues that affect call transfers*; RFC 3515, RFC 5589).

pub(crate) mod back_to_back;
mod consult;
mod end_codes;
pub(crate) mod header_policy;
mod hold;
mod join;
pub(crate) mod parting;
mod progress;
mod put_through;
mod recall;
pub(crate) mod recode;
mod redirect;
mod referral;
pub(crate) mod relay;
pub(crate) mod take_over;
mod together;
mod transfer;
