"""msal signs in at the simulator's token endpoint, by every flow that it has."""

import json
import pathlib
import ssl
import urllib.parse
import urllib.request
import uuid

import jwt
import msal
import requests

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from checks import check, end, equal, settings

SIM = settings()
AUTHORITY = SIM["authority"]
BASE = AUTHORITY.rsplit("/", 1)[0]
CA = SIM["certificate authority"]
SCOPE = ["https://graph.microsoft.com/.default"]


def application(secret=SIM["client secret"], client=SIM["client id"], authority=AUTHORITY, **more):
    """A confidential client that knows the private authority and asks nobody else about it."""
    more = {"instance_discovery": False, "verify": CA} | more
    return msal.ConfidentialClientApplication(
        client, client_credential=secret, authority=authority, **more
    )


def refused(answer, error, number):
    """An error as msal hands it on: OAuth's word, and the number of Entra behind it."""
    assert "access_token" not in answer, "a token was given out"
    equal(answer["error"], error)
    equal(answer["error_codes"], [number])
    assert f"AADSTS{number}:" in answer["error_description"], answer["error_description"]
    assert answer["trace_id"], "there is no trace id"


def verified(token):
    """The claims of an access token, its signature checked with the published keys."""
    trust = ssl.create_default_context(cafile=CA)
    address = f"{AUTHORITY}/v2.0/.well-known/openid-configuration"
    with urllib.request.urlopen(address, context=trust) as answer:
        metadata = json.load(answer)
    equal(metadata["issuer"], f"{BASE}/{SIM['tenant']}/v2.0")
    key = jwt.PyJWKClient(metadata["jwks_uri"], ssl_context=trust).get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=["RS256"], audience="https://graph.microsoft.com")


print(f"msal {msal.__version__}, PyJWT {jwt.__version__}", flush=True)
app = None
token = {}

with check("msal reads the tenant's metadata over HTTPS"):
    app = application()
    equal(app.authority.tenant, SIM["tenant"])
    equal(app.authority.token_endpoint, f"{AUTHORITY}/oauth2/v2.0/token")

with check("msal signs in with a client secret"):
    token = app.acquire_token_for_client(SCOPE)
    equal(token.get("error_description"), None)
    equal(token["token_type"], "Bearer")
    equal(token["token_source"], "identity_provider")
    assert 3000 <= token["expires_in"] <= 5400, token["expires_in"]

with check("msal takes the second token from its cache"):
    again = app.acquire_token_for_client(SCOPE)
    equal(again["token_source"], "cache")
    equal(again["access_token"], token["access_token"])

with check("msal fetches a token again once its cache is empty"):
    app.remove_tokens_for_client()
    equal(app.acquire_token_for_client(SCOPE)["token_source"], "identity_provider")

with check("an access token verifies with the published keys and carries the permissions"):
    claims = verified(token["access_token"])
    equal(claims["tid"], SIM["tenant"])
    equal(claims["appid"], SIM["client id"])
    equal(sorted(claims["roles"]), sorted(SIM["permissions"].split()))

with check("msal reports a wrong secret as invalid_client, AADSTS7000215"):
    answer = application(secret="not the secret").acquire_token_for_client(SCOPE)
    refused(answer, "invalid_client", 7000215)

with check("msal finds its request's correlation id in the refusal"):
    sent = []
    session = requests.Session()
    session.verify = CA
    session.hooks["response"].append(
        lambda answer, **_: sent.append(answer.request.headers.get("client-request-id"))
    )
    curious = application(secret="not the secret", http_client=session)
    equal(curious.acquire_token_for_client(SCOPE)["correlation_id"], sent[-1])

with check("msal reports an unknown application as unauthorized_client, AADSTS700016"):
    stranger = application(client=str(uuid.uuid4()))
    refused(stranger.acquire_token_for_client(SCOPE), "unauthorized_client", 700016)

with check("msal reports a scope without /.default as invalid_scope, AADSTS1002012"):
    answer = app.acquire_token_for_client(["https://graph.microsoft.com/User.Read"])
    refused(answer, "invalid_scope", 1002012)

with check("msal finds no authority for an unknown tenant"):
    try:
        application(authority=f"{BASE}/{uuid.uuid4()}")
    except ValueError as error:
        assert "Unable to get authority configuration" in str(error), error
    else:
        raise AssertionError("the authority was accepted")

with check("msal learns the tenant's id where it knows the domain alone"):
    named = application(authority=f"{BASE}/contoso.test")
    equal(named.authority.tenant, SIM["tenant"])
    equal(named.acquire_token_for_client(SCOPE).get("token_type"), "Bearer")

with check("msal asks the simulator's own instance discovery"):
    asked = application(
        validate_authority=True, instance_discovery=f"{BASE}/common/discovery/instance"
    )
    equal(asked.acquire_token_for_client(SCOPE).get("token_type"), "Bearer")

with check("msal gives an OpenID authority the tenant's issuer"):
    oidc = application(authority=None, oidc_authority=f"{AUTHORITY}/v2.0", instance_discovery=None)
    equal(oidc.acquire_token_for_client(SCOPE).get("token_type"), "Bearer")

KEYS = pathlib.Path(SIM["client certificates"])
PEM = (KEYS / "client.cert.pem").read_text()
CERTIFICATE = {
    "private_key": (KEYS / "client.key.pem").read_text(),
    "thumbprint": x509.load_pem_x509_certificate(PEM.encode()).fingerprint(hashes.SHA1()).hex(),
}
# With the certificate beside it, msal signs with PS256 and names it by its SHA-256.
NEWER = {"private_key": CERTIFICATE["private_key"], "public_certificate": PEM}
REDIRECT = "https://partner.example/signed-in"
PERSON = ["https://graph.microsoft.com/Presence.Read.All"]


def browsed(flow):
    """The redirect's query, as a browser would bring it back."""
    answer = requests.get(flow["auth_uri"], verify=CA, allow_redirects=False)
    equal(answer.status_code, 302)
    query = urllib.parse.urlsplit(answer.headers["location"]).query
    return dict(urllib.parse.parse_qsl(query))


def public():
    """A public client, in which people sign in."""
    return msal.PublicClientApplication(
        SIM["client id"], authority=AUTHORITY, instance_discovery=False, verify=CA
    )


for name, credential in [("RS256 and SHA-1", CERTIFICATE), ("PS256 and SHA-256", NEWER)]:
    with check(f"msal signs in with a certificate, {name}"):
        token = application(secret=credential).acquire_token_for_client(SCOPE)
        equal(token.get("error_description"), None)
        equal(verified(token["access_token"])["appid"], SIM["client id"])

with check("msal redeems an authorization code with PKCE and believes the id token"):
    agent = application()
    flow = agent.initiate_auth_code_flow(PERSON, redirect_uri=REDIRECT)
    token = agent.acquire_token_by_auth_code_flow(flow, browsed(flow))
    equal(token.get("error_description"), None)
    equal(token["id_token_claims"]["tid"], SIM["tenant"])
    equal(verified(token["access_token"])["scp"], "Presence.Read.All")

with check("msal refreshes, and its cache takes the new refresh token"):
    [account] = agent.get_accounts()
    again = agent.acquire_token_silent(PERSON, account=account, force_refresh=True)
    equal(again.get("error_description"), None)
    assert again["access_token"] != token["access_token"], "it is the old one"

with check("msal reports a code that was redeemed before as invalid_grant, AADSTS54005"):
    flow = agent.initiate_auth_code_flow(PERSON, redirect_uri=REDIRECT)
    query = browsed(flow)
    agent.acquire_token_by_auth_code_flow(dict(flow), query)
    refused(agent.acquire_token_by_auth_code_flow(dict(flow), query), "invalid_grant", 54005)

with check("msal signs in with a device code"):
    device = public()
    flow = device.initiate_device_flow(PERSON)
    token = device.acquire_token_by_device_flow(flow)
    equal(token.get("error_description"), None)
    equal(token["id_token_claims"]["tid"], SIM["tenant"])

with check("msal acts on behalf of who called"):
    tab = public()
    flow = tab.initiate_auth_code_flow(
        [f"api://{SIM['client id']}/access_as_user"], redirect_uri=REDIRECT
    )
    caller = tab.acquire_token_by_auth_code_flow(flow, browsed(flow))
    equal(caller.get("error_description"), None)
    token = application().acquire_token_on_behalf_of(caller["access_token"], PERSON)
    equal(token.get("error_description"), None)
    equal(verified(token["access_token"])["idtyp"], "user")

end()
