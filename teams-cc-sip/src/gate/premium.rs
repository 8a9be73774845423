//! Prefixes behind which calls cost extra and money is shared with whoever is called.

/// Premium-rate and shared-revenue prefixes, refused unless a tenant is allowed them one by one.
///
/// Taken from the ITU's list of assigned country codes (`+979`, `+870`, `+881`…`+883`, `+888`) and
/// from national numbering plans as they are generally known. It is data, not a promise: what an
/// operator's own carrier charges extra for is added with
/// [`Permission::refuse`](super::Permission::refuse).
pub const PREMIUM: [&str; 40] = [
    "+979", "+870", "+881", "+882", "+883", "+888", // no country: premium and satellite
    "+1900", "+1976", // North America
    "+31900", "+31906", "+31909", // Netherlands
    "+32900", "+32902", "+32903", "+32905", "+32906", "+32909", // Belgium
    "+3389",  // France
    "+34803", "+34806", "+34807", "+34905", // Spain
    "+39892", "+39895", "+39899", // Italy
    "+41900", "+41901", "+41906", // Switzerland
    "+43900", "+43901", "+43930", "+43931", // Austria
    "+44871", "+44872", "+44873", "+449", // United Kingdom
    "+46900", "+46939", // Sweden
    "+49137", "+49900", // Germany
];
