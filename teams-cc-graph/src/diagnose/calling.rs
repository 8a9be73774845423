//! Codes and phrases of Graph and its calling service, and what to check for each.

use super::{Diagnosis, row};

/// Codes, wherever they stand in the error: as its code, an inner code, or in its message.
pub(super) const CODES: &[Diagnosis] = &[
    row(
        "7503",
        "the calling service does not know the app as a calling bot",
        "enable calling on the bot's Teams channel, set its calling webhook, and sign in with the \
         same app id as the bot",
    ),
    row(
        "7504",
        "the tenant has not granted the app a permission that this request needs",
        "grant the permission in Entra ID with admin consent in the tenant of the call, then take \
         a fresh token",
    ),
    row(
        "7505",
        "the token's tenant is not the tenant of the call or of one of its parties",
        "sign in to the call's tenantId (Client::for_tenant), and check that source and targets \
         belong to it; a resource account is an applicationInstance, not a user",
    ),
    row(
        "8506",
        "the call is no policy-based recording call",
        "call updateRecordingStatus only in calls that a compliance recording policy brought",
    ),
    row(
        "8522",
        "the calling service no longer knows the call",
        "treat the call as ended; if it had just begun, check that the answer to the incoming \
         call was sent in time and that this process owns the call",
    ),
    row(
        "8536",
        "the service could not download the prompt",
        "check that the prompt's https address answers from the internet, without sign-in or \
         redirect, with a WAV file",
    ),
    row(
        "10073",
        "the call has no party that may pay for calling a phone",
        "invite phones only into calls of a resource account that has a phone number, and check \
         that its voice routing policy allows the number",
    ),
    row(
        "10151",
        "the call lacks what dialling out to a phone needs",
        "invite phones only into calls that came to, or were made by, a resource account with a \
         phone number; a call to the bot's own user name cannot dial out",
    ),
    row(
        "10202",
        "the call to be replaced was not found",
        "keep the consultation call up until the transfer completes, and check that \
         replacesCallId is its id",
    ),
    row(
        "580",
        "a precondition of the call to a phone is not met",
        "check the licence, phone number, voice routing policy and communication credits of the \
         resource account that calls",
    ),
];

/// Phrases of messages whose codes say too little.
pub(super) const PHRASES: &[(&str, Diagnosis)] = &[
    (
        "application access policy",
        row(
            "access policy",
            "the tenant has not let the app act on this user's meetings",
            "assign an application access policy (New-CsApplicationAccessPolicy, \
             Grant-CsApplicationAccessPolicy) to the user or the tenant; it takes up to 30 minutes",
        ),
    ),
    (
        "balance not found",
        row(
            "balance",
            "nothing pays for the call to a phone",
            "give the resource account a calling plan or communication credits, or route its \
             calls by Direct Routing",
        ),
    ),
    (
        "reverse lookup",
        row(
            "reverse lookup",
            "the number of the calling resource account was not found",
            "assign the phone number to the resource account, and link its app id to the bot",
        ),
    ),
    (
        "subscription validation request failed",
        row(
            "validation",
            "the service could not validate the notification address",
            "check that the address answers from the internet within 10 s, as plain text, with \
             the validationToken it was sent",
        ),
    ),
    (
        "subscription already exists",
        row(
            "subscription exists",
            "this identity has a subscription to the resource already",
            "list the subscriptions of the app and renew or delete the one that is there",
        ),
    ),
    (
        "requires the following permissions",
        row(
            "permissions",
            "the token lacks a permission",
            "grant one of the named permissions with admin consent in the tenant of the token",
        ),
    ),
];

/// What the [codes of Graph](https://learn.microsoft.com/graph/errors) mean, matched without case.
pub(super) const GRAPH_CODES: &[(&str, &str)] = &[
    ("accessDenied", "the caller may not do this"),
    ("activityLimitReached", "the app or the user has been throttled"),
    ("Authorization_RequestDenied", "the app or the user lacks a permission in the directory"),
    ("badRequest", "the request is not well formed"),
    ("conflict", "the resource is not in a state that allows the request"),
    ("ErrorAccessDenied", "the caller may not do this"),
    ("ExtensionError", "a service behind Graph refused, such as a subscription's validation"),
    ("Forbidden", "the caller may not do this"),
    ("gatewayTimeout", "a service behind Graph did not answer in time"),
    ("generalException", "an error that Graph does not specify"),
    ("InvalidAuthenticationToken", "the token is missing, expired or not for Graph"),
    ("invalidRange", "the range of bytes is not there"),
    ("invalidRequest", "the request is not well formed or not allowed now"),
    ("itemNotFound", "the resource was not found"),
    ("malwareDetected", "malware was detected in the resource"),
    ("nameAlreadyExists", "another resource has this name"),
    ("NoPermissionsInAccessToken", "the token holds no permission at all"),
    ("notAllowed", "the system does not allow the action"),
    ("NotFound", "the resource was not found"),
    ("notSupported", "the system does not support the request"),
    ("preconditionFailed", "a condition in the request's headers is not met"),
    ("quotaLimitReached", "the user has reached a quota"),
    ("Request_BadRequest", "the directory cannot read the request"),
    ("Request_ResourceNotFound", "the directory object was not found"),
    ("Request_UnsupportedQuery", "the directory does not support the query"),
    ("resourceModified", "the resource has changed since the caller read it"),
    ("ResourceNotFound", "the resource was not found"),
    ("resyncRequired", "the delta token is no longer valid: read everything anew"),
    ("serviceNotAvailable", "the service is not available: try again after a while"),
    ("ServiceUnavailable", "the service is not available: try again after a while"),
    ("TooManyRequests", "the app or the user has been throttled"),
    ("unauthenticated", "the caller is not signed in"),
    ("UnknownError", "an error that Graph does not specify"),
];

/// What the HTTP statuses mean that Graph documents.
pub(super) const STATUSES: &[(u16, &str)] = &[
    (400, "the request is malformed or wrong"),
    (401, "the token is missing or not valid"),
    (402, "the app has used up what is free"),
    (403, "the caller may not do this, or the resource has no licence"),
    (404, "the resource does not exist"),
    (405, "the method does not exist on this resource"),
    (406, "the service cannot answer in an accepted format"),
    (409, "the state of the resource conflicts with the request"),
    (410, "the resource is gone"),
    (411, "the length of the body is missing"),
    (412, "a condition in the request's headers is not met"),
    (413, "the request is too large"),
    (415, "the service does not support the format of the body"),
    (416, "the range of bytes is not there"),
    (422, "the request is well formed but cannot be processed"),
    (423, "the resource is locked"),
    (424, "a request this one depends on failed"),
    (429, "the app or the user has been throttled"),
    (500, "the service failed"),
    (501, "the feature does not exist"),
    (502, "a gateway in front of the service failed"),
    (503, "the service is not available for a while"),
    (504, "a service behind Graph did not answer in time"),
    (507, "a quota of storage is used up"),
    (509, "the app uses too much bandwidth"),
];
