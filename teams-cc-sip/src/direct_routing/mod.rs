//! What Microsoft Teams asks of a SIP trunk, beyond the RFCs.
//!
//! Sources: Learn, *Plan Direct Routing*, *Direct Routing: SIP protocol*, *Configure an SBC for
//! multiple tenants*. Nothing here waits, reads a clock or opens a socket.

mod address_range;
mod certificate;
mod cloud;
mod codes;
mod connection_fault;
mod doctor;
mod failover;
mod fqdn;
pub mod headers;
mod number;
mod optimization;
mod options_ping;
mod roots;
#[doc = include_str!("../../DIRECT_ROUTING.md")]
pub mod rows {}
mod signed;
mod tenant;

pub use address_range::{AddressRange, ParseRangeError};
pub(crate) use certificate::refuse_self_signed;
pub use certificate::{
    CertificateFault, EXPIRY_WARNING, OwnCertificate, TeamsClientVerifier, check_own, names_proven,
};
pub use cloud::Cloud;
pub use codes::{AnsweredBy, Explanation, explain};
pub use connection_fault::ConnectionFault;
pub use doctor::{
    CertificateDoctor, CertificateReport, Check, Finding, Severity, microsoft_root_of,
};
pub use failover::{Attempt, Failover, MAX_HOLD_DOWN, after_response};
pub use fqdn::{ParseFqdnError, SbcFqdn, certificate_name_covers};
pub(crate) use number::{Caller, caller};
pub use number::{NumberFault, caller_uri, carrier_request_uri, number_of, teams_request_uri};
pub use optimization::MediaOptimization;
pub use options_ping::{
    HealthReason, HealthWarning, OptionsPing, PING_INTERVAL, PeerState, Ping, SILENCE_WARNING,
};
pub use roots::{ERA, MICROSOFT_ROOTS, MicrosoftRoot, missing_roots};
pub use tenant::{Customer, MAX_NAMES_PER_TENANT, MAX_TENANT_NAMES, TenantFault, Tenants};
