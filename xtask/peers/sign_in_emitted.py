"""msal signs in by every flow; each request it sends is printed as a line of JSON.

Nothing leaves the process: msal's own session sends to an adapter, which takes each request as it
would go onto the wire and answers as Microsoft Entra does.
"""

import base64
import io
import json
import pathlib
import sys
import time
import urllib.parse

import msal
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes

TENANT = "7b0e9a52-24a5-4a53-9f47-5d9e0b3f2c11"
CLIENT = "8a34a46b-3d17-4adc-8dce-dc4e7d572698"
AUTHORITY = f"https://login.microsoftonline.com/{TENANT}"
SECRET = "s3cret+of/the~app"
REDIRECT = "https://partner.example/signed-in"
APP = ["https://graph.microsoft.com/.default"]
PERSON = ["https://graph.microsoft.com/Presence.Read.All"]
OF_MSAL_ITSELF = {"openid-configuration"}

name = None
nonce = None


def pairs(text):
    """The fields of a form or a query; none of them stands there twice."""
    fields = urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    assert len(dict(fields)) == len(fields), text
    return dict(fields)


def told(method, url, headers, fields):
    """One request as a line."""
    line = {"request": name, "method": method, "url": url, "headers": headers, "fields": fields}
    print(json.dumps(line), flush=True)


class Entra(requests.adapters.BaseAdapter):
    """Prints what it is sent, and answers it."""

    def send(self, request, **_):
        path = urllib.parse.urlsplit(request.url).path
        if path.rsplit("/", 1)[-1] not in OF_MSAL_ITSELF:
            told(request.method, request.url, dict(request.headers), pairs(request.body))
        response = requests.Response()
        response.status_code = 200
        response.request, response.url = request, request.url
        response.headers["content-type"] = "application/json"
        response.raw = io.BytesIO(json.dumps(answer(path)).encode())
        return response

    def close(self):
        pass


def answer(path):
    """What Entra says at a path."""
    if path.endswith("openid-configuration"):
        at = f"{AUTHORITY}/oauth2/v2.0"
        return {
            "issuer": f"{AUTHORITY}/v2.0",
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "device_authorization_endpoint": f"{at}/devicecode",
        }
    if path.endswith("devicecode"):
        return {
            "device_code": "d3vice",
            "user_code": "user",
            "verification_uri": "https://microsoft.com/devicelogin",
            "expires_in": 900,
            "interval": 1,
        }
    now = int(time.time())
    claims = {
        "iss": f"{AUTHORITY}/v2.0", "aud": CLIENT, "tid": TENANT, "oid": "o", "sub": "s",
        "iat": now, "exp": now + 3600, "nonce": nonce, "preferred_username": "ada@contoso.test",
    }
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    return {
        "token_type": "Bearer",
        "access_token": "t",
        "expires_in": 3600,
        "refresh_token": "r3fresh",
        "id_token": f"{part({'alg': 'none'})}.{part(claims)}.",
        "client_info": part({"uid": "o", "utid": TENANT}),
    }


def session():
    """A session that knows no network."""
    made = requests.Session()
    made.mount("https://", Entra())
    return made


def application(credential, **more):
    """A confidential client."""
    return msal.ConfidentialClientApplication(
        CLIENT, client_credential=credential, authority=AUTHORITY, instance_discovery=False,
        http_client=session(), **more
    )


def granted(token):
    """msal took the answer."""
    assert "access_token" in token, token


keys = pathlib.Path(sys.argv[1])
pem = (keys / "client.cert.pem").read_text()
private = (keys / "client.key.pem").read_text()
sha1 = x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA1()).hex()

name = "client secret"
granted(application(SECRET).acquire_token_for_client(APP))
name = "client secret, challenges handled"
granted(application(SECRET, client_capabilities=["cp1"]).acquire_token_for_client(APP))
name = "certificate, PS256"
newer = {"private_key": private, "public_certificate": pem}
granted(application(newer).acquire_token_for_client(APP))
name = "certificate, RS256"
older = {"private_key": private, "thumbprint": sha1}
granted(application(older).acquire_token_for_client(APP))

name = "authorization page"
agent = application(SECRET)
flow = agent.initiate_auth_code_flow(PERSON, redirect_uri=REDIRECT)
url, _, query = flow["auth_uri"].partition("?")
fields = pairs(query)
nonce = fields["nonce"]
told("GET", url, {}, fields)
name = "authorization code"
granted(agent.acquire_token_by_auth_code_flow(flow, {"code": "c0de", "state": flow["state"]}))
name = "refresh token"
[account] = agent.get_accounts()
granted(agent.acquire_token_silent(PERSON, account=account, force_refresh=True))

device = msal.PublicClientApplication(
    CLIENT, authority=AUTHORITY, instance_discovery=False, http_client=session()
)
name = "device code"
flow = device.initiate_device_flow(PERSON)
name = "device code, asked about"
nonce = None
granted(device.acquire_token_by_device_flow(flow))
name = "on behalf of"
granted(application(SECRET).acquire_token_on_behalf_of("c4ller", PERSON))
