//! What the token endpoint refuses with, and what to do about each.

use super::{Diagnosis, row};

/// [Codes](https://learn.microsoft.com/entra/identity-platform/reference-error-codes) that an
/// operator can do something about.
pub(super) const SIGN_IN: &[(i64, Diagnosis)] = &[
    (
        7_000_215,
        row(
            "AADSTS7000215",
            "the client secret is wrong",
            "use the secret's value, not its id, of this app registration",
        ),
    ),
    (
        7_000_222,
        row(
            "AADSTS7000222",
            "the client secret has expired",
            "create a new client secret in Entra ID and configure it",
        ),
    ),
    (
        700_016,
        row(
            "AADSTS700016",
            "the app is not known in this tenant",
            "let an administrator of the tenant consent to the app, or mend the client id",
        ),
    ),
    (
        90_002,
        row(
            "AADSTS90002",
            "the tenant does not exist in this cloud",
            "check the tenant id and the cloud",
        ),
    ),
    (
        90_038,
        row("AADSTS90038", "the tenant lives in another cloud", "configure the tenant's own cloud"),
    ),
    (
        500_011,
        row(
            "AADSTS500011",
            "the resource is not known in this tenant",
            "check the scope and the cloud",
        ),
    ),
    (
        7_000_112,
        row(
            "AADSTS7000112",
            "the app is disabled",
            "enable the enterprise application in Entra ID",
        ),
    ),
    (
        65_001,
        row(
            "AADSTS65001",
            "nobody consented to the app's permissions",
            "let an administrator of the tenant give admin consent",
        ),
    ),
    (
        9_001_023,
        row(
            "AADSTS9001023",
            "client credentials do not work on a shared authority",
            "sign in to the tenant's own id instead of common or organizations",
        ),
    ),
    (
        700_027,
        row(
            "AADSTS700027",
            "the client assertion's signature is not valid",
            "register the certificate that signs in the app registration",
        ),
    ),
    (
        50_196,
        row(
            "AADSTS50196",
            "the app asks for tokens in a loop",
            "share one client, whose cache keeps tokens, instead of building one per request",
        ),
    ),
    (
        50_034,
        row(
            "AADSTS50034",
            "the user does not exist in the tenant",
            "sign in a user of this tenant, or check the tenant id",
        ),
    ),
    (50_059, row("AADSTS50059", "the request names no tenant", "sign in to the tenant's own id")),
    (
        50_076,
        row(
            "AADSTS50076",
            "the user has to confirm with a second factor",
            "let the user sign in interactively, or sign the app in by itself",
        ),
    ),
    (
        50_079,
        row(
            "AADSTS50079",
            "the user has to register a second factor",
            "let the user sign in interactively, or sign the app in by itself",
        ),
    ),
    (
        50_105,
        row(
            "AADSTS50105",
            "the user is not assigned to the app",
            "assign the user to the enterprise application, or let everybody use it",
        ),
    ),
    (
        50_126,
        row(
            "AADSTS50126",
            "the user name or the password is wrong",
            "check the credential; better, sign in without a password",
        ),
    ),
    (50_173, row("AADSTS50173", "the user's sign-ins were revoked", "let the user sign in again")),
    (
        50_194,
        row(
            "AADSTS50194",
            "the app is registered for one tenant alone",
            "sign in to that tenant, or register the app for several organisations",
        ),
    ),
    (
        53_003,
        row(
            "AADSTS53003",
            "a conditional access policy refuses the sign-in",
            "let an administrator look at the sign-in log, and exclude the app or mend the policy",
        ),
    ),
    (
        65_004,
        row(
            "AADSTS65004",
            "the user declined to consent",
            "ask again, or let an administrator consent",
        ),
    ),
    (
        70_011,
        row("AADSTS70011", "the scope is not valid", "use the cloud's scope, ending in /.default"),
    ),
    (
        90_014,
        row(
            "AADSTS90014",
            "a field of the sign-in request is missing",
            "check that client id, secret and tenant are set",
        ),
    ),
    (
        90_094,
        row(
            "AADSTS90094",
            "only an administrator may consent",
            "let an administrator of the tenant give admin consent",
        ),
    ),
    (
        90_099,
        row(
            "AADSTS90099",
            "the app was not authorised in the tenant",
            "let an administrator of the tenant give admin consent",
        ),
    ),
    (
        500_113,
        row(
            "AADSTS500113",
            "no reply address is registered for the app",
            "add the redirect address to the app registration",
        ),
    ),
    (
        530_003,
        row(
            "AADSTS530003",
            "the device has to be managed",
            "let an administrator look at the conditional access policy",
        ),
    ),
    (
        650_052,
        row(
            "AADSTS650052",
            "the tenant has no subscription to a service the app needs",
            "let an administrator consent anew, after the service was bought",
        ),
    ),
    (
        650_057,
        row(
            "AADSTS650057",
            "the resource is not among the app's permissions",
            "add the permissions to the app registration",
        ),
    ),
    (
        700_025,
        row(
            "AADSTS700025",
            "the app is registered as a public client",
            "register it as a confidential client to use a secret",
        ),
    ),
    (
        700_030,
        row(
            "AADSTS700030",
            "the certificate of the assertion is not valid",
            "register the certificate that signs, and check its dates",
        ),
    ),
    (700_082, row("AADSTS700082", "the refresh token has expired", "let the user sign in again")),
    (
        900_023,
        row(
            "AADSTS900023",
            "the tenant id is no tenant",
            "use the tenant's id or one of its verified domains",
        ),
    ),
    (
        900_382,
        row(
            "AADSTS900382",
            "the app may not sign in across clouds",
            "register the app in the tenant's own cloud",
        ),
    ),
    (
        1_000_502,
        row(
            "AADSTS1000502",
            "the certificate has expired",
            "register a new certificate and sign with it",
        ),
    ),
    (
        7_000_113,
        row(
            "AADSTS7000113",
            "the app may not act for others",
            "check the grant, and the app registration",
        ),
    ),
    (
        7_000_218,
        row(
            "AADSTS7000218",
            "the client secret or assertion is missing",
            "configure a client secret or a certificate",
        ),
    ),
    (
        7_000_229,
        row(
            "AADSTS7000229",
            "the app has no service principal in the tenant",
            "let an administrator of the tenant consent to the app",
        ),
    ),
];
