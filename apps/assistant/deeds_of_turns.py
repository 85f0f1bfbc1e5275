"""What the assistant did about a message, and what its person can still say to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from psycopg.types.numeric import Int8

from apps.accounts.models import User
from apps.assistant import toolbox
from apps.assistant.models import ToolCall
from apps.core import prepared
from apps.sms.threads import Message

State = ToolCall.State
_STATES = dict(State.choices)
# All but looking, in order, each with what is still open of it.
_CALLS = (
    "SELECT call.turn_id, call.tool, call.state, call.receipt, call.handle,"
    "  CASE WHEN call.undo IS NOT NULL THEN call.undo_until END,"
    "  approval.public_id, approval.about"
    " FROM assistant_toolcall call LEFT JOIN assistant_approval approval"
    "  ON approval.call_id = call.id AND approval.user_id = %s"
    "  AND approval.decision = '' AND approval.expires_at > %s"
    " WHERE call.user_id = %s AND call.turn_id = ANY(%s) AND call.risk <> 'read'"
    " ORDER BY call.id"
)


@dataclass(frozen=True)
class Done:
    """One tool call. `undo` and `approval` name it where it can be taken back, or waits
    for a yes; empty where it cannot, or does not."""

    title: str
    state: str
    receipt: str
    undo: str = ""
    approval: str = ""
    about: str = ""


def of(
    user: User, messages: Iterable[Message], now: datetime
) -> Mapping[int | None, list[Done]]:
    """By turn."""
    said = {m.turn_id: m.body for m in messages if m.turn_id and m.direction == "out"}
    found: dict[int | None, list[Done]] = defaultdict(list)
    if not said:
        return found
    turns = [Int8(turn_id) for turn_id in said]
    for turn_id, *call in prepared.rows(_CALLS, [user.pk, now, user.pk, turns]):
        done = _done(*call, now=now)
        # What came of it since is told; what the reply says already is not.
        is_said = done.receipt in said[turn_id]
        found[turn_id].append(replace(done, receipt="") if is_said else done)
    return found


def _done(
    tool: str,
    state: str,
    receipt: str,
    handle: UUID,
    undo_until: datetime | None,
    approval: UUID | None,
    about: str | None,
    *,
    now: datetime,
) -> Done:
    is_done = state == State.DONE
    can_undo = is_done and undo_until is not None and undo_until > now
    return Done(
        title=toolbox.named(tool).title,
        state="" if is_done else str(_STATES[state]),
        receipt=receipt,
        undo=str(handle) if can_undo else "",
        approval=str(approval or ""),
        about=about or "",
    )
