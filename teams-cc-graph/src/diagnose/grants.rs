//! What ends or holds up the grants of people, and assertions; words where no code tells.

use super::{Diagnosis, row};

/// [Codes](https://learn.microsoft.com/entra/identity-platform/reference-error-codes) of people's
/// sign-ins and of assertions.
pub(super) const GRANTS: &[(i64, Diagnosis)] = &[
    (
        700_024,
        row(
            "AADSTS700024",
            "the client assertion is not within its time",
            "set this machine's clock; an assertion lives ten minutes at most",
        ),
    ),
    (
        50_012,
        row(
            "AADSTS50012",
            "the client assertion is not valid",
            "check the certificate, its registration and this machine's clock",
        ),
    ),
    (
        700_021,
        row("AADSTS700021", "the assertion's app is not the one it is for", "check the client id"),
    ),
    (
        700_023,
        row(
            "AADSTS700023",
            "the client assertion is for another audience",
            "check the authority and the cloud",
        ),
    ),
    (
        700_211,
        row(
            "AADSTS700211",
            "no federated credential has the assertion's issuer",
            "add the issuer to the app's federated credentials, as it stands in the assertion",
        ),
    ),
    (
        700_212,
        row(
            "AADSTS700212",
            "no federated credential has the assertion's audience",
            "use the audience of the cloud, such as api://AzureADTokenExchange",
        ),
    ),
    (
        700_213,
        row(
            "AADSTS700213",
            "no federated credential has the assertion's subject",
            "add the subject to the app's federated credentials, as it stands in the assertion",
        ),
    ),
    (
        500_133,
        row(
            "AADSTS500133",
            "the token to act on behalf of is not within its time",
            "let the client send a fresh token, and set this machine's clock",
        ),
    ),
    (
        50_013,
        row(
            "AADSTS50013",
            "the token to act on behalf of is not valid",
            "check that it is a person's token for this app, from this cloud",
        ),
    ),
    (
        50_058,
        row("AADSTS50058", "nobody is signed in silently", "let the user sign in interactively"),
    ),
    (
        50_072,
        row(
            "AADSTS50072",
            "the user has to register a second factor",
            "let the user sign in interactively",
        ),
    ),
    (
        50_074,
        row(
            "AADSTS50074",
            "the user has to confirm with a second factor",
            "let the user sign in interactively",
        ),
    ),
    (
        50_078,
        row(
            "AADSTS50078",
            "the second factor has to be confirmed again",
            "let the user sign in interactively",
        ),
    ),
    (
        50_097,
        row(
            "AADSTS50097",
            "the device has to be authenticated",
            "let the user sign in interactively on a device the tenant knows",
        ),
    ),
    (
        50_158,
        row(
            "AADSTS50158",
            "a condition outside Entra has to be met",
            "let the user sign in interactively",
        ),
    ),
    (
        16_000,
        row(
            "AADSTS16000",
            "several accounts could be meant",
            "let the user sign in interactively and choose",
        ),
    ),
    (
        50_055,
        row(
            "AADSTS50055",
            "the user's password has expired",
            "let the user sign in interactively and set a new one",
        ),
    ),
    (
        50_057,
        row(
            "AADSTS50057",
            "the user's account is disabled",
            "let an administrator enable the account, then sign in again",
        ),
    ),
    (50_089, row("AADSTS50089", "the sign-in took too long", "let the user sign in again")),
    (
        50_132,
        row(
            "AADSTS50132",
            "the session was revoked or the password changed",
            "let the user sign in again",
        ),
    ),
    (
        50_133,
        row(
            "AADSTS50133",
            "the session ended because the password changed",
            "let the user sign in again",
        ),
    ),
    (
        54_005,
        row(
            "AADSTS54005",
            "the code was redeemed before",
            "let the user sign in again; redeem a code once",
        ),
    ),
    (70_000, row("AADSTS70000", "the grant is not valid", "let the user sign in again")),
    (
        70_008,
        row(
            "AADSTS70008",
            "the code or the refresh token has expired",
            "let the user sign in again",
        ),
    ),
    (
        70_043,
        row(
            "AADSTS70043",
            "a policy on how often to sign in ended the refresh token",
            "let the user sign in again",
        ),
    ),
    (
        700_084,
        row(
            "AADSTS700084",
            "the refresh token of a single-page app has expired",
            "let the user sign in again; a server's tokens live longer",
        ),
    ),
    (
        53_000,
        row(
            "AADSTS53000",
            "the device has to be compliant",
            "let an administrator look at the conditional access policy",
        ),
    ),
    (
        53_001,
        row(
            "AADSTS53001",
            "the device has to be joined to the domain",
            "let an administrator look at the conditional access policy",
        ),
    ),
    (
        53_002,
        row(
            "AADSTS53002",
            "the app is not one the policy approves",
            "let an administrator look at the conditional access policy",
        ),
    ),
    (
        53_004,
        row(
            "AADSTS53004",
            "the user cannot register a second factor because of a risk",
            "let an administrator look at the user's risk",
        ),
    ),
    (
        530_032,
        row(
            "AADSTS530032",
            "a security policy blocks the sign-in",
            "let an administrator look at the sign-in log",
        ),
    ),
    (
        530_034,
        row(
            "AADSTS530034",
            "an administrator's policy blocks the sign-in",
            "let an administrator look at the sign-in log",
        ),
    ),
    (
        530_035,
        row(
            "AADSTS530035",
            "security defaults block the sign-in",
            "let an administrator look at the sign-in log",
        ),
    ),
    (
        90_095,
        row(
            "AADSTS90095",
            "an administrator has to approve the app",
            "let an administrator of the tenant give admin consent",
        ),
    ),
    (
        650_056,
        row(
            "AADSTS650056",
            "the app registration is incomplete",
            "add the permissions to the app registration, and consent to them",
        ),
    ),
    (
        700_011,
        row(
            "AADSTS700011",
            "the app is not known in this tenant",
            "check the client id and the tenant",
        ),
    ),
    (
        50_011,
        row(
            "AADSTS50011",
            "the redirect address is not registered for the app",
            "add it to the app registration, letter by letter",
        ),
    ),
    (
        50_020,
        row(
            "AADSTS50020",
            "the user is not of this tenant",
            "invite the user as a guest, or sign in to the user's own tenant",
        ),
    ),
    (
        1_002_012,
        row(
            "AADSTS1002012",
            "the scope of client credentials is not valid",
            "use the cloud's scope, ending in /.default",
        ),
    ),
];

/// Words of OAuth, and of this crate, where no code tells more.
pub(super) const WORDS: &[Diagnosis] = &[
    row(
        "invalid_client",
        "the app's credential is refused",
        "check the secret, certificate or federated credential of the app registration",
    ),
    row(
        "invalid_grant",
        "the grant is dead",
        "let the user sign in again, and keep the new refresh token",
    ),
    row(
        "interaction_required",
        "the user has to do something",
        "let the user sign in interactively, with the claims of the error",
    ),
    row("login_required", "the user has to sign in", "let the user sign in interactively"),
    row(
        "consent_required",
        "nobody consented to the app's permissions",
        "let an administrator of the tenant give admin consent",
    ),
    row(
        "access_denied",
        "the user or a policy declined",
        "ask again, or let an administrator look at the sign-in log",
    ),
    row("authorization_declined", "the user declined", "begin again when the user is willing"),
    row("expired_token", "nobody signed in before the code expired", "begin again with a new code"),
    row("bad_verification_code", "the device code is not known", "begin again with a new code"),
    row(
        "unauthorized_client",
        "the app may not use this flow here",
        "check the client id, the tenant, and whether the app registration allows the flow",
    ),
    row("invalid_scope", "the scope is not valid", "check the scope and the cloud"),
    row(
        "state_mismatch",
        "the redirect answers another sign-in",
        "begin the sign-in again, from the browser that is to end it",
    ),
    row(
        "unknown_signing_key",
        "the id token is signed with a key that its issuer does not publish, or no longer does",
        "let the user sign in again; where that does not help, check the authority and the cloud",
    ),
    row(
        "invalid_id_token",
        "the id token is not proven",
        "check this machine's clock, the client id, the tenant and the cloud",
    ),
];
