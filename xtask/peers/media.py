"""msgraph-sdk on the simulator: redirects, recordings, tones, rosters and batches."""

import asyncio
import ssl
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from msgraph.generated.communications.calls.item.change_screen_sharing_role.change_screen_sharing_role_post_request_body import (
    ChangeScreenSharingRolePostRequestBody,
)
from msgraph.generated.communications.calls.item.mute.mute_post_request_body import (
    MutePostRequestBody,
)
from msgraph.generated.communications.calls.item.participants.invite.invite_post_request_body import (
    InvitePostRequestBody,
)
from msgraph.generated.communications.calls.item.participants.item.mute.mute_post_request_body import (
    MutePostRequestBody as MuteParticipant,
)
from msgraph.generated.communications.calls.item.participants.item.start_hold_music.start_hold_music_post_request_body import (
    StartHoldMusicPostRequestBody,
)
from msgraph.generated.communications.calls.item.record_response.record_response_post_request_body import (
    RecordResponsePostRequestBody,
)
from msgraph.generated.communications.calls.item.redirect.redirect_post_request_body import (
    RedirectPostRequestBody,
)
from msgraph.generated.communications.calls.item.send_dtmf_tones.send_dtmf_tones_post_request_body import (
    SendDtmfTonesPostRequestBody,
)
from msgraph.generated.communications.calls.item.unmute.unmute_post_request_body import (
    UnmutePostRequestBody,
)
from msgraph.generated.communications.calls.item.update_recording_status.update_recording_status_post_request_body import (
    UpdateRecordingStatusPostRequestBody,
)
from msgraph.generated.models.call import Call
from msgraph.generated.models.call_state import CallState
from msgraph.generated.models.chat_info import ChatInfo
from msgraph.generated.models.identity import Identity
from msgraph.generated.models.identity_set import IdentitySet
from msgraph.generated.models.invite_participants_operation import InviteParticipantsOperation
from msgraph.generated.models.operation_status import OperationStatus
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.organizer_meeting_info import OrganizerMeetingInfo
from msgraph.generated.models.participant import Participant
from msgraph.generated.models.record_operation import RecordOperation
from msgraph.generated.models.recording_status import RecordingStatus
from msgraph.generated.models.screen_sharing_role import ScreenSharingRole
from msgraph.generated.models.send_dtmf_tones_operation import SendDtmfTonesOperation
from msgraph.generated.models.tone import Tone
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from callback import Callback
from checks import check, end, equal
from client import ADA, BO, BOT, CA, SIM, a_call, client, hello, refused, user


def fetched(location, token):
    """The status and the first bytes of a clip, with this token."""
    request = urllib.request.Request(location, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=CA)) as clip:
            return clip.status, clip.read(4)
    except urllib.error.HTTPError as error:
        return error.code, b""


async def redirected(graph, told):
    """A customer's call that goes on to two users at once."""
    with check("msgraph-sdk redirects an incoming call to two users, and is told that it is over"):
        body = RedirectPostRequestBody(targets=[user(ADA), user(BO)], timeout=30)
        call, id = None, None
        while call is None:
            news = told.wait("incoming", Call, lambda one: one.data.state == CallState.Incoming)
            call, id = graph.communications.calls.by_call_id(news.data.id), news.data.id
            try:
                equal(await call.redirect.post(body), None)
            except ODataError as error:
                # Nobody answered it while other things were checked; the next one rings.
                equal(error.response_status_code, 404)
                call = None
        result = told.call("terminated", id, CallState.Terminated).data.result_info
        equal((result.code, result.subcode), (200, 0))
        await refused(call.get(), 404, "8523")


async def free(graph, who):
    """Waits, at most a minute, for the end of calls that checks before these have left behind."""
    for _ in range(300):
        presence = await graph.users.by_user_id(who).presence.get()
        if presence.activity == "Available":
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{who} is {presence.activity} for ever")


async def media(graph, told):
    """What a bot does with the media of a call."""
    await free(graph, ADA)
    made = await graph.communications.calls.post(a_call(ADA))
    told.call("established", made.id, CallState.Established)
    call = graph.communications.calls.by_call_id(made.id)

    with check("msgraph-sdk records an answer, and reads the operation while it runs"):
        body = RecordResponsePostRequestBody(
            client_context="record", max_record_duration_in_seconds=1, prompts=[hello()]
        )
        begun = await call.record_response.post(body)
        equal((begun.status, begun.client_context), (OperationStatus.Running, "record"))
        found = await call.operations.by_comms_operation_id(begun.id).get()
        assert isinstance(found, RecordOperation), found
        equal((found.id, found.status), (begun.id, OperationStatus.Running))

    with check("the clip lies where the notification says, for its own token alone"):
        ended = told.wait("record", RecordOperation, lambda one: one.data.id == begun.id).data
        equal((ended.status, ended.result_info.subcode), (OperationStatus.Completed, 8515))
        location, token = ended.recording_location, ended.recording_access_token
        equal(fetched(location, token), (200, b"RIFF"))
        equal(fetched(location, "another"), (401, b""))

    with check("msgraph-sdk reads the operation once it is over"):
        found = await call.operations.by_comms_operation_id(begun.id).get()
        equal(found.status, OperationStatus.Completed)

    with check("msgraph-sdk sends tones"):
        body = SendDtmfTonesPostRequestBody(
            tones=[Tone.Tone1, Tone.Pound], delay_between_tones_ms=10, client_context="dtmf"
        )
        begun = await call.send_dtmf_tones.post(body)
        equal(begun.status, OperationStatus.Running)
        ended = told.wait("tones", SendDtmfTonesOperation, lambda one: one.data.id == begun.id)
        equal(ended.data.status, OperationStatus.Completed)

    with check("msgraph-sdk mutes and unmutes the bot"):
        done = await call.mute.post(MutePostRequestBody(client_context="mute"))
        equal((done.status, done.client_context), (OperationStatus.Completed, "mute"))
        done = await call.unmute.post(UnmutePostRequestBody(client_context="unmute"))
        equal((done.status, done.client_context), (OperationStatus.Completed, "unmute"))

    with check("a recording status without a recording policy is an ODataError 403"):
        body = UpdateRecordingStatusPostRequestBody(status=RecordingStatus.Recording)
        await refused(call.update_recording_status.post(body), 403, "8506")

    with check("what is not simulated is an ODataError 501, and the call lives on"):
        body = ChangeScreenSharingRolePostRequestBody(role=ScreenSharingRole.Viewer)
        await refused(call.change_screen_sharing_role.post(body), 501, "NotImplemented")
        equal((await call.get()).state, CallState.Established)
    await call.delete()


async def group(graph, told):
    """A meeting, and who is in it."""
    wanted = a_call()
    wanted.chat_info = ChatInfo(
        odata_type="#microsoft.graph.chatInfo", thread_id="19:meeting_x@thread.v2", message_id="0"
    )
    organizer = Identity(odata_type="#microsoft.graph.identity", id=BO)
    wanted.meeting_info = OrganizerMeetingInfo(
        odata_type="#microsoft.graph.organizerMeetingInfo",
        organizer=IdentitySet(odata_type="#microsoft.graph.identitySet", user=organizer),
    )
    made = await graph.communications.calls.post(wanted)
    call = graph.communications.calls.by_call_id(made.id)
    told.call("established", made.id, CallState.Established)

    with check("msgraph-sdk invites a user, and the callback is told the roster"):
        body = InvitePostRequestBody(participants=[user(ADA)], client_context="invite")
        begun = await call.participants.invite.post(body)
        equal(begun.status, OperationStatus.Running)
        fits = lambda one: one.data.client_context == "invite"
        ended = told.wait("invite", InviteParticipantsOperation, fits)
        equal(ended.data.status, OperationStatus.Completed)
        roster = told.wait("roster", list, lambda one: len(one.data) == 2)
        assert all(isinstance(one, Participant) for one in roster.data), roster.data
        equal(roster.url, f"/communications/calls/{made.id}/participants")

    with check("msgraph-sdk lists, mutes, holds and removes a participant"):
        people = (await call.participants.get()).value
        [ada] = [one for one in people if one.info.identity.user]
        equal(ada.info.identity.user.id, ADA)
        one = call.participants.by_participant_id(ada.id)
        done = await one.mute.post(MuteParticipant(client_context="mute"))
        equal(done.status, OperationStatus.Completed)
        equal((await one.get()).is_muted, True)
        music = StartHoldMusicPostRequestBody(client_context="music", custom_prompt=hello())
        equal((await one.start_hold_music.post(music)).client_context, "music")
        equal(await one.delete(), None)
        told.call("terminated", made.id, CallState.Terminated)

    with check("msgraph-sdk calls two users at once; the first to answer establishes the call"):
        made = await graph.communications.calls.post(a_call(ADA, BO))
        equal([one.identity.user.id for one in made.targets], [ADA, BO])
        told.call("established", made.id, CallState.Established)
        await graph.communications.calls.by_call_id(made.id).delete()


async def batch(graph):
    # The bodies of a batch's answers are beyond this version: it takes JSON for base64.
    with check("msgraph-sdk puts requests into a batch and reads the status of each"):
        wanted = {
            "ada": graph.users.by_user_id(ADA).presence.to_get_request_information(),
            "gone": graph.communications.calls.by_call_id("gone").to_get_request_information(),
        }
        items = {id: BatchRequestItem(request, id) for id, request in wanted.items()}
        answers = await graph.batch.post(BatchRequestContent(items))
        equal(answers.get_response_status_codes(), {"ada": 200, "gone": 404})
        assert "json" in answers.get_response_by_id("ada").content_type


async def main():
    told = Callback(urlsplit(BOT).port)
    graph = client(SIM["client id"])
    await batch(graph)
    await media(graph, told)
    await group(graph, told)
    await redirected(graph, told)
    end()


asyncio.run(main())
