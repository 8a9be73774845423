"""msgraph-sdk reads presence and makes calls at the simulator's Graph door."""

import asyncio
import uuid
from importlib.metadata import version
from urllib.parse import urlsplit

from msgraph.generated.communications.calls.item.answer.answer_post_request_body import (
    AnswerPostRequestBody,
)
from msgraph.generated.communications.calls.item.cancel_media_processing.cancel_media_processing_post_request_body import (
    CancelMediaProcessingPostRequestBody,
)
from msgraph.generated.communications.calls.item.play_prompt.play_prompt_post_request_body import (
    PlayPromptPostRequestBody,
)
from msgraph.generated.communications.calls.item.subscribe_to_tone.subscribe_to_tone_post_request_body import (
    SubscribeToTonePostRequestBody,
)
from msgraph.generated.communications.calls.item.transfer.transfer_post_request_body import (
    TransferPostRequestBody,
)
from msgraph.generated.communications.get_presences_by_user_id.get_presences_by_user_id_post_request_body import (
    GetPresencesByUserIdPostRequestBody,
)
from msgraph.generated.models.call import Call
from msgraph.generated.models.call_direction import CallDirection
from msgraph.generated.models.call_state import CallState
from msgraph.generated.models.media_state import MediaState
from msgraph.generated.models.modality import Modality
from msgraph.generated.models.operation_status import OperationStatus
from msgraph.generated.models.play_prompt_operation import PlayPromptOperation
from msgraph.generated.models.service_hosted_media_config import ServiceHostedMediaConfig
from msgraph.generated.models.tone import Tone

from callback import Callback, verified
from checks import check, end, equal
from client import ADA, BASE, BO, BOT, CA, SIM, a_call, client, hello, hosted, refused, user

NOBODY = str(uuid.uuid4())


def prompt(context):
    """The body of playPrompt for one recording."""
    return PlayPromptPostRequestBody(client_context=context, prompts=[hello()])


async def presence(graph, reader):
    with check("msgraph-sdk reads a user's presence"):
        found = await graph.users.by_user_id(BO).presence.get()
        equal((found.id, found.availability, found.activity), (BO, "DoNotDisturb", "DoNotDisturb"))

    with check("msgraph-sdk reads the presence of several users, and of nobody nothing"):
        body = GetPresencesByUserIdPostRequestBody(ids=[ADA, BO, NOBODY])
        found = await graph.communications.get_presences_by_user_id.post(body)
        shown = [(one.id, one.availability) for one in found.value]
        equal(shown, [(ADA, "Available"), (BO, "DoNotDisturb")])

    with check("an app that may read presence alone reads it"):
        found = await reader.communications.presences.by_presence_id(ADA).get()
        equal(found.availability, "Available")

    with check("the presence of nobody is an ODataError 404"):
        await refused(graph.users.by_user_id(NOBODY).presence.get(), 404, "ResourceNotFound")

    with check("no ids are an ODataError 400"):
        body = GetPresencesByUserIdPostRequestBody(ids=[])
        await refused(graph.communications.get_presences_by_user_id.post(body), 400, "BadRequest")

    with check("a request without a token is an ODataError 401"):
        request = client().users.by_user_id(ADA).presence.get()
        await refused(request, 401, "InvalidAuthenticationToken")

    with check("a token that was tampered with is an ODataError 401"):
        forger = client(SIM["client id that reads presence alone"], tamper=True)
        request = forger.users.by_user_id(ADA).presence.get()
        await refused(request, 401, "InvalidAuthenticationToken")


async def outgoing(graph, reader, told):
    """A call to a user, from the first ring to the error after its end."""
    with check("a call without the permission is an ODataError 403"):
        await refused(reader.communications.calls.post(a_call(ADA)), 403, "7504")

    with check("a call to nobody is an ODataError 400"):
        await refused(graph.communications.calls.post(a_call(NOBODY)), 400, "BadRequest")

    made = None
    with check("msgraph-sdk calls a user"):
        made = await graph.communications.calls.post(a_call(ADA))
        assert isinstance(made, Call), made
        equal((made.state, made.direction), (CallState.Establishing, CallDirection.Outgoing))
        equal((made.tenant_id, made.callback_uri), (SIM["tenant"], BOT))
        equal(made.targets[0].identity.user.id, ADA)
        equal(made.source.identity.application.id, SIM["client id"])
        assert isinstance(made.media_config, ServiceHostedMediaConfig), made.media_config
    if made is None:
        return
    call = graph.communications.calls.by_call_id(made.id)

    with check("a prompt before the call is established is an ODataError 400"):
        await refused(call.play_prompt.post(prompt("too early")), 400, "BadRequest")

    news = None
    with check("the callback is told in Microsoft's model that the call is established"):
        news = told.call("established", made.id, CallState.Established)
        equal((news.change, news.url), ("updated", f"/communications/calls/{made.id}"))
        equal(news.data.direction, CallDirection.Outgoing)
        equal(news.data.media_state.audio, MediaState.Active)

    with check("the token of a notification verifies with the published keys"):
        claims = verified(news.headers, BASE, CA, SIM["client id"])
        equal((claims["tid"], claims["iss"]), (SIM["tenant"], "https://api.botframework.com"))

    with check("msgraph-sdk reads the established call"):
        found = await call.get()
        equal((found.id, found.state), (made.id, CallState.Established))
        equal(found.media_state.audio, MediaState.Active)
        equal(found.call_chain_id, made.call_chain_id)

    with check("the callee's presence is Busy, InACall"):
        found = await graph.users.by_user_id(ADA).presence.get()
        equal((found.availability, found.activity), ("Busy", "InACall"))

    with check("msgraph-sdk subscribes to tones"):
        body = SubscribeToTonePostRequestBody(client_context="tones")
        done = await call.subscribe_to_tone.post(body)
        equal((done.status, done.client_context), (OperationStatus.Completed, "tones"))

    with check("msgraph-sdk plays a prompt, and the callback is told that it has ended"):
        begun = await call.play_prompt.post(prompt("hello"))
        equal((begun.status, begun.client_context), (OperationStatus.Running, "hello"))
        ended = told.wait("playPrompt", PlayPromptOperation, lambda one: one.data.id == begun.id)
        equal((ended.data.status, ended.data.client_context), (OperationStatus.Completed, "hello"))

    with check("the callback is told the key that the callee pressed"):
        pressed = told.wait("toneInfo", Call, lambda one: one.data.tone_info)
        equal((pressed.data.id, pressed.data.tone_info.tone), (made.id, Tone.Tone1))

    with check("msgraph-sdk cancels a prompt"):
        begun = await call.play_prompt.post(prompt("never mind"))
        body = CancelMediaProcessingPostRequestBody(client_context="cancel")
        done = await call.cancel_media_processing.post(body)
        equal(done.status, OperationStatus.Completed)
        ended = told.wait("playPrompt", PlayPromptOperation, lambda one: one.data.id == begun.id)
        equal((ended.data.status, ended.data.result_info.subcode), (OperationStatus.Failed, 8508))

    with check("msgraph-sdk keeps the call alive"):
        equal(await call.keep_alive.post(), None)

    with check("msgraph-sdk hangs up, and the callback is told"):
        equal(await call.delete(), None)
        equal(told.call("terminated", made.id, CallState.Terminated).change, "deleted")

    with check("a call that is over is an ODataError 404"):
        await refused(call.get(), 404, "8523")


async def answered(graph, told, which):
    """A customer's call to the service number, answered; its id, or nothing where that failed."""
    id = None
    with check(f"the callback is told of {which} incoming call"):
        news = told.wait("incoming", Call, lambda one: one.data.state == CallState.Incoming)
        equal((news.change, news.data.direction), ("created", CallDirection.Incoming))
        number = news.data.source.identity.additional_data["phone"]["id"]
        assert number.startswith("+1425555"), "the caller has another number"
        id = news.data.id
    if id is None:
        return None
    with check(f"msgraph-sdk answers {which} incoming call"):
        call = graph.communications.calls.by_call_id(id)
        body = AnswerPostRequestBody(
            callback_uri=BOT, media_config=hosted(), accepted_modalities=[Modality.Audio]
        )
        equal(await call.answer.post(body), None)
        told.call("established", id, CallState.Established)
        found = await call.get()
        equal((found.state, found.direction), (CallState.Established, CallDirection.Incoming))
    return id


def over(told, id):
    """How a call ended, as code and subcode."""
    result = told.call("terminated", id, CallState.Terminated).data.result_info
    return result.code, result.subcode


async def incoming(graph, told):
    """Customers' calls, one handed on in person and one blindly."""
    customer = await answered(graph, told, "the first")
    with check("msgraph-sdk calls a user and hands the first call on in person"):
        offer = await graph.communications.calls.post(a_call(ADA))
        told.call("established", offer.id, CallState.Established)
        target = user(ADA)
        target.replaces_call_id = offer.id
        call = graph.communications.calls.by_call_id(customer)
        equal(await call.transfer.post(TransferPostRequestBody(transfer_target=target)), None)
        told.call("transferAccepted", customer, CallState.TransferAccepted)
        equal(over(told, offer.id), (200, 5003))

    customer = await answered(graph, told, "the second")
    with check("msgraph-sdk transfers the second call blindly"):
        call = graph.communications.calls.by_call_id(customer)
        body = TransferPostRequestBody(transfer_target=user(ADA))
        equal(await call.transfer.post(body), None)
        equal(over(told, customer), (0, 7015))


async def main():
    names = ("msgraph-sdk", "azure-identity")
    print(", ".join(f"{name} {version(name)}" for name in names), flush=True)
    told = Callback(urlsplit(BOT).port)
    graph, reader = client(SIM["client id"]), client(SIM["client id that reads presence alone"])
    await presence(graph, reader)
    await outgoing(graph, reader, told)
    await incoming(graph, told)
    end()


asyncio.run(main())
