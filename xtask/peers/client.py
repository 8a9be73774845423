"""msgraph-sdk as anybody would build it, on a simulator: its client, and what its requests share."""

import base64
import json
import ssl
from urllib.parse import urlsplit

import httpx
from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential
from kiota_abstractions.authentication.anonymous_authentication_provider import (
    AnonymousAuthenticationProvider,
)
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.call import Call
from msgraph.generated.models.identity import Identity
from msgraph.generated.models.identity_set import IdentitySet
from msgraph.generated.models.invitation_participant_info import InvitationParticipantInfo
from msgraph.generated.models.media_info import MediaInfo
from msgraph.generated.models.media_prompt import MediaPrompt
from msgraph.generated.models.modality import Modality
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.service_hosted_media_config import ServiceHostedMediaConfig
from msgraph_core import GraphClientFactory

from checks import equal, settings

SIM = settings()
GRAPH = SIM["graph"]
AUTHORITY = urlsplit(SIM["authority"])
BASE = f"{AUTHORITY.scheme}://{AUTHORITY.netloc}"
CA = SIM["certificate authority"]
BOT = SIM["callback"]
ADA, BO = SIM["user ada"], SIM["user bo"]


class Forger:
    """A credential that asks for more than it was given."""

    def __init__(self, credential):
        self.credential = credential

    def get_token(self, *scopes, **more):
        token = self.credential.get_token(*scopes, **more)
        head, claims, signature = token.token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        claims["roles"] = SIM["permissions"].split()
        claims = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return AccessToken(f"{head}.{claims}.{signature}", token.expires_on)


def client(app=None, tamper=False):
    """A client as anybody would build it for a cloud of its own; without an app it has no token."""
    trust = ssl.create_default_context(cafile=CA)
    provider = AnonymousAuthenticationProvider()
    if app:
        credential = ClientSecretCredential(
            SIM["tenant"],
            app,
            SIM["client secret"],
            authority=BASE,
            disable_instance_discovery=True,
            connection_verify=CA,
        )
        provider = AzureIdentityAuthenticationProvider(
            Forger(credential) if tamper else credential,
            scopes=["https://graph.microsoft.com/.default"],
            allowed_hosts=[AUTHORITY.hostname],
        )
    http = GraphClientFactory.create_with_default_middleware(
        client=httpx.AsyncClient(verify=trust, timeout=30, http2=True)
    )
    adapter = GraphRequestAdapter(provider, client=http)
    adapter.base_url = GRAPH
    return GraphServiceClient(request_adapter=adapter)


def user(id):
    """A user of the tenant, as a party of a call."""
    return InvitationParticipantInfo(
        odata_type="#microsoft.graph.invitationParticipantInfo",
        identity=IdentitySet(
            odata_type="#microsoft.graph.identitySet",
            user=Identity(odata_type="#microsoft.graph.identity", id=id),
        ),
    )


def hosted():
    return ServiceHostedMediaConfig(odata_type="#microsoft.graph.serviceHostedMediaConfig")


def a_call(*to):
    """The body of a new call, to one user or to several."""
    return Call(
        odata_type="#microsoft.graph.call",
        callback_uri=BOT,
        targets=[user(id) for id in to],
        requested_modalities=[Modality.Audio],
        media_config=hosted(),
        tenant_id=SIM["tenant"],
    )


def hello():
    """A recording to be played."""
    media = MediaInfo(
        odata_type="#microsoft.graph.mediaInfo",
        uri="https://bot.contoso.test/prompts/hello.wav",
    )
    return MediaPrompt(odata_type="#microsoft.graph.mediaPrompt", media_info=media)


async def refused(request, status, code):
    """The SDK raises its error with this status and code of Graph, and the ids support asks for."""
    try:
        answer = await request
    except ODataError as error:
        equal((error.response_status_code, error.error.code), (status, code))
        assert error.error.message, "the error has no message"
        inner = error.error.inner_error
        assert inner.request_id and inner.client_request_id and inner.date, inner
    else:
        raise AssertionError(f"it was not refused: {answer!r}")
