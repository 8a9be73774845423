"""msgraph-sdk sends its requests to a server of this script, which prints each as a line of JSON.

Every request is made twice: with the types of all objects named, as Microsoft's documented examples
have them, and with what the SDK says by itself.
"""

import asyncio
import json
import os
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# This would send loopback to a proxy.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"

import httpx
from kiota_abstractions.authentication.anonymous_authentication_provider import (
    AnonymousAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.communications.calls.item.answer.answer_post_request_body import (
    AnswerPostRequestBody,
)
from msgraph.generated.communications.calls.item.participants.invite.invite_post_request_body import (
    InvitePostRequestBody,
)
from msgraph.generated.communications.calls.item.play_prompt.play_prompt_post_request_body import (
    PlayPromptPostRequestBody,
)
from msgraph.generated.communications.calls.item.record_response.record_response_post_request_body import (
    RecordResponsePostRequestBody,
)
from msgraph.generated.communications.calls.item.transfer.transfer_post_request_body import (
    TransferPostRequestBody,
)
from msgraph.generated.communications.get_presences_by_user_id.get_presences_by_user_id_post_request_body import (
    GetPresencesByUserIdPostRequestBody,
)
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.call import Call
from msgraph.generated.models.chat_info import ChatInfo
from msgraph.generated.models.chat_message import ChatMessage
from msgraph.generated.models.communications_identity_set import CommunicationsIdentitySet
from msgraph.generated.models.identity import Identity
from msgraph.generated.models.identity_set import IdentitySet
from msgraph.generated.models.incoming_call_options import IncomingCallOptions
from msgraph.generated.models.invitation_participant_info import InvitationParticipantInfo
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.media_info import MediaInfo
from msgraph.generated.models.media_prompt import MediaPrompt
from msgraph.generated.models.modality import Modality
from msgraph.generated.models.organizer_meeting_info import OrganizerMeetingInfo
from msgraph.generated.models.outgoing_call_options import OutgoingCallOptions
from msgraph.generated.models.participant_info import ParticipantInfo
from msgraph.generated.models.service_hosted_media_config import ServiceHostedMediaConfig
from msgraph.generated.models.subscription import Subscription
from msgraph_core import GraphClientFactory

BASE = "/v1.0"
CALLBACK = "https://bot.example.com/callback"
AGENT = "98da8a1a-1b87-452c-a713-65d3f10b5555"
INSTANCE = "3d913abb-aec0-4964-8fa6-3c6850c4f278"
TENANT = "aa67bd4c-8475-432d-bd41-39f255720e0a"
CALL = "57dab8b1-894c-409a-b240-bd8beae78896"
CONSULTED = "e5d39592-99bd-4db8-bca8-30fb894ec51d"
WAV = "https://cdn.example.com/welcome.wav"
CONTEXT = "d45324c1-fcb5-430a-902c-f20af696537c"
CHAT = "19:meeting_x@thread.v2"

seen = []


class Listener(BaseHTTPRequestHandler):
    """Keeps the request, and answers with an empty object."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        seen.append((self.command, self.path, json.loads(body) if body else None))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_PATCH = do_PUT = do_DELETE = do_POST

    def log_message(self, *_):
        pass


class Form:
    """How objects are made: with their types named, or as the SDK has them."""

    def __init__(self, name):
        self.name = name

    def make(self, kind, **values):
        made = kind(**values)
        if self.name == "named":
            local = kind.__name__[0].lower() + kind.__name__[1:]
            made.odata_type = f"#microsoft.graph.{local}"
        return made

    def identity(self, slot, id, kind=IdentitySet, **more):
        return self.make(kind, **{slot: self.make(Identity, id=id, **more)})

    def party(self, slot, id, kind=IdentitySet, **more):
        return self.make(
            InvitationParticipantInfo, identity=self.identity(slot, id, kind), **more
        )

    def prompt(self):
        return self.make(MediaPrompt, media_info=self.make(MediaInfo, uri=WAV, resource_id="w-1"))

    def phone(self, id):
        """The SDK knows phones only in a type that the wire does not name."""
        return self.party("phone", id, CommunicationsIdentitySet)


def requests(graph, form):
    """Every request by its name."""
    call = graph.communications.calls.by_call_id(CALL)
    hosted = lambda: form.make(ServiceHostedMediaConfig)
    meeting_organizer = form.identity(
        "user", AGENT, additional_data={"tenantId": TENANT}
    )
    return {
        "createCall": lambda: graph.communications.calls.post(
            form.make(
                Call,
                callback_uri=CALLBACK,
                targets=[form.party("user", AGENT)],
                requested_modalities=[Modality.Audio],
                media_config=hosted(),
                call_options=form.make(
                    OutgoingCallOptions, is_content_sharing_notification_enabled=True
                ),
                subject="billing",
                tenant_id=TENANT,
            )
        ),
        "createCall to a phone": lambda: graph.communications.calls.post(
            form.make(
                Call,
                callback_uri=CALLBACK,
                source=form.make(
                    ParticipantInfo,
                    identity=form.identity(
                        "application_instance", INSTANCE, CommunicationsIdentitySet
                    ),
                ),
                targets=[form.phone("+12065550100")],
                requested_modalities=[Modality.Audio],
                media_config=hosted(),
                tenant_id=TENANT,
            )
        ),
        "createCall to a meeting": lambda: graph.communications.calls.post(
            form.make(
                Call,
                callback_uri=CALLBACK,
                requested_modalities=[Modality.Audio],
                media_config=hosted(),
                chat_info=form.make(ChatInfo, thread_id=CHAT, message_id="0"),
                meeting_info=form.make(OrganizerMeetingInfo, organizer=meeting_organizer),
                tenant_id=TENANT,
            )
        ),
        "answer": lambda: call.answer.post(
            AnswerPostRequestBody(
                callback_uri=CALLBACK,
                accepted_modalities=[Modality.Audio],
                media_config=form.make(
                    ServiceHostedMediaConfig,
                    pre_fetch_media=[form.make(MediaInfo, uri=WAV, resource_id="w-1")],
                ),
                call_options=form.make(
                    IncomingCallOptions, is_content_sharing_notification_enabled=True
                ),
                participant_capacity=200,
            )
        ),
        "transfer": lambda: call.transfer.post(
            TransferPostRequestBody(transfer_target=form.party("user", AGENT))
        ),
        "transfer after consulting": lambda: call.transfer.post(
            TransferPostRequestBody(
                transfer_target=form.party("user", AGENT, replaces_call_id=CONSULTED)
            )
        ),
        "invite": lambda: call.participants.invite.post(
            InvitePostRequestBody(
                participants=[form.party("user", AGENT, replaces_call_id=CONSULTED)],
                client_context=CONTEXT,
            )
        ),
        "playPrompt": lambda: call.play_prompt.post(
            PlayPromptPostRequestBody(prompts=[form.prompt()], client_context=CONTEXT)
        ),
        "recordResponse": lambda: call.record_response.post(
            RecordResponsePostRequestBody(
                prompts=[form.prompt()],
                barge_in_allowed=True,
                initial_silence_timeout_in_seconds=5,
                max_silence_timeout_in_seconds=2,
                max_record_duration_in_seconds=10,
                play_beep=True,
                stop_tones=["#", "1", "*"],
                client_context=CONTEXT,
            )
        ),
        "getPresencesByUserId": lambda: graph.communications.get_presences_by_user_id.post(
            GetPresencesByUserIdPostRequestBody(ids=[AGENT, INSTANCE])
        ),
        "create subscription": lambda: graph.subscriptions.post(
            form.make(
                Subscription,
                change_type="created,updated",
                notification_url=CALLBACK,
                lifecycle_notification_url=CALLBACK,
                resource="/communications/callRecords",
                expiration_date_time=datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc),
                client_state="state-1",
            )
        ),
        "send chat message": lambda: graph.chats.by_chat_id(CHAT).messages.post(
            form.make(
                ChatMessage,
                body=form.make(
                    ItemBody, content="Your customer is on the line", content_type=BodyType.Text
                ),
            )
        ),
    }


async def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    http = GraphClientFactory.create_with_default_middleware(client=httpx.AsyncClient(timeout=30))
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client=http)
    adapter.base_url = f"http://127.0.0.1:{server.server_port}{BASE}"
    graph = GraphServiceClient(request_adapter=adapter)
    for form in ("named", "default"):
        for name, send in requests(graph, Form(form)).items():
            seen.clear()
            await send()
            ((method, path, body),) = seen
            assert path.startswith(BASE), path
            line = {"request": name, "form": form, "method": method, "path": path[len(BASE) :]}
            print(json.dumps(line | {"body": body}))
    server.shutdown()


sys.exit(asyncio.run(main()))
