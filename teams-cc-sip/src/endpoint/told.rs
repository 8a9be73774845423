//! What transactions and time tell a call.

use teams_cc_core::Instant;

use super::{
    CallEnd, Event, Failure, ReferEnd,
    core::{Core, Owner},
};
use crate::{
    dialog::{Call, Stage},
    message::CSeq,
    transaction::{TransactionId, table::What},
};

/// A deadline of a call has come.
pub(crate) fn on_call_time(core: &mut Core, call: &mut Call, now: Instant) {
    let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
    match &call.stage {
        Stage::Calling(caller) if caller.limit <= now => core.on_invite_limit(now, call),
        Stage::Ringing(_) => core.on_ring_time(now, call),
        _ => {}
    }
    if due(call.answer.as_ref().map(|answer| answer.resend.min(answer.limit))) {
        core.on_answer_time(now, call);
    }
    if due(call.offer.as_ref().map(|offer| offer.at)) {
        core.on_offer_time(now, call);
    }
    if due(call.peer_offer.as_ref().map(|offer| offer.limit)) {
        core.on_peer_offer_limit(now, call);
    }
    if due(call.lingering.map(|(_, at)| at))
        && let Some((transaction, _)) = call.lingering.take()
    {
        core.table.forget(transaction);
    }
    core.on_reliable_time(now, call);
    if due(call.owed_ack.map(|owed| owed.limit)) {
        core.on_ack_limit(now, call);
    }
    core.on_session_time(now, call);
    core.on_refer_time(now, call);
}

/// A transaction of a call has something to say.
pub(crate) fn on_told(
    core: &mut Core,
    call: &mut Call,
    now: Instant,
    id: TransactionId,
    owner: Owner,
    what: What,
) {
    if let What::Response(response) = &what
        && core.again(now, Some(call), id, owner, response)
    {
        return;
    }
    match (owner, what) {
        (_, What::Gone) => {
            call.live = call.live.saturating_sub(1);
            if let Owner::Peer(request, _) = owner {
                core.forget_asked(call, request);
            }
        }
        (Owner::Invite(_), What::Response(response)) => {
            core.on_invite_response(now, call, id, response);
        }
        (Owner::Invite(_), what @ (What::TimedOut | What::Unreachable)) => {
            // Not where the INVITE has been sent again with another session interval.
            if let Stage::Calling(caller) = &mut call.stage
                && caller.transaction == id
            {
                let end = match (caller.cancel.take(), what) {
                    (Some(cancel), _) => cancel.end,
                    (None, What::Unreachable) => CallEnd::Unreachable,
                    (None, _) => CallEnd::NoResponse,
                };
                core.end(now, call, end);
            }
        }
        (Owner::ReInvite(_), What::Response(response)) => {
            core.on_offer_response(now, call, response);
        }
        (Owner::ReInvite(_), What::TimedOut | What::Unreachable) => {
            core.on_offer_lost(now, call, None);
        }
        (Owner::Update(_), What::Response(response)) => {
            core.on_update_response(now, call, response);
        }
        (Owner::Update(_), What::TimedOut | What::Unreachable) => {
            core.on_update_lost(now, call, None);
        }
        (Owner::PeerInvite(_), What::Ack(ack)) => {
            let number = ack.headers().required::<CSeq>().map(|cseq| cseq.number);
            if number.is_ok_and(|number| call.awaits_ack(number)) {
                core.on_answer_ack(now, call, ack);
            }
        }
        (Owner::Notify(_, refer), What::Response(response)) => {
            core.on_report_response(now, call, refer, Some(response.status()));
        }
        (Owner::Notify(_, refer), What::TimedOut | What::Unreachable) => {
            core.on_report_response(now, call, refer, None);
        }
        (Owner::PeerRefer(_, refer), What::TimedOut) => {
            core.end_refer(call, refer, ReferEnd::Expired);
        }
        (Owner::Peer(request, _), What::TimedOut) => {
            core.forget_asked(call, request);
            core.release(now, call);
            on_told_outside(core, owner, What::TimedOut);
        }
        (Owner::Ours(..) | Owner::Peer(..), what) => on_told_outside(core, owner, what),
        // BYE and CANCEL have done their work when they are sent; a refusal nobody
        // acknowledged, or a response that could not be sent, ends by its own timers.
        _ => {}
    }
}

/// A transaction outside of any call has something to say.
pub(crate) fn on_told_outside(core: &mut Core, owner: Owner, what: What) {
    match (owner, what) {
        (Owner::Ours(request, _), What::Response(response)) => {
            core.event(Event::Response { request, response });
        }
        (Owner::Ours(request, _), What::TimedOut) => {
            core.event(Event::RequestFailed { request, why: Failure::TimedOut });
        }
        (Owner::Ours(request, _), What::Unreachable) => {
            core.event(Event::RequestFailed { request, why: Failure::Unreachable });
        }
        (Owner::Peer(request, _), What::TimedOut) => {
            core.incoming.remove(&request);
            core.event(Event::RequestAbandoned { request });
        }
        (Owner::Peer(request, _), What::Gone) => {
            core.incoming.remove(&request);
        }
        _ => {}
    }
}
