"""What the assistant did about a message, and what its person can still say to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from apps.accounts.models import User
from apps.assistant import toolbox
from apps.assistant.models import Approval, ToolCall
from apps.sms.threads import Message

State = ToolCall.State


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
    turns = {*said}
    calls = ToolCall.objects.owned_by(user).changes().filter(turn_id__in=turns)
    waiting = {
        row.call_id: row
        for row in Approval.objects.owned_by(user)
        .open(now)
        .filter(call__turn_id__in=turns)
    }
    found: dict[int | None, list[Done]] = defaultdict(list)
    for call in calls:
        done = _done(call, waiting.get(call.pk), now)
        # What came of it since is told; what the reply says already is not.
        is_said = call.receipt in said[call.turn_id]
        found[call.turn_id].append(replace(done, receipt="") if is_said else done)
    return found


def _done(call: ToolCall, waits: Approval | None, now: datetime) -> Done:
    can_undo = (
        call.state == State.DONE
        and call.undo is not None
        and call.undo_until is not None
        and call.undo_until > now
    )
    return Done(
        title=toolbox.named(call.tool).title,
        state="" if call.state == State.DONE else call.get_state_display(),
        receipt=call.receipt,
        undo=str(call.handle) if can_undo else "",
        approval=str(waits.public_id) if waits else "",
        about=waits.about if waits else "",
    )
