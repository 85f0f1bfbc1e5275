"""The one gate: every effect of the assistant passes here, once.

What touches only own rows is one transaction with its record. What reaches a connected
account is recorded before it is asked for, outside of any transaction, and finished
after; a worker that dies between is followed by one that asks under the same handle. What
reaches others, or cannot be taken back, is recorded as waiting for a yes (approvals.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.assistant import approvals, features, phrases, toolbox
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk, ToolCall
from apps.assistant.toolbox import Ask, Proposal, Tool
from apps.core import errors, http, prepared
from apps.integrations.answers import OutcomeUnknown
from apps.rbac import verdicts
from apps.sms import trust

# Long enough to notice a wrong read-back, short enough that "undo" means the thing
# just done.
UNDO_LIVES = timedelta(minutes=15)
# All that a tool asks of a provider, together. Somebody waits for a text.
SECONDS = 25.0
# Of one person: far above any use, far below what a stolen phone is worth.
MOST_OUTWARD_A_DAY = 50
DAY = timedelta(days=1)

State = ToolCall.State
_CLAIM = f"{prepared.insertion(ToolCall)} ON CONFLICT DO NOTHING RETURNING id"
# What is undone together is done again together, and comes to the disk before a reply
# that tells of it.
_CLAIM_TOGETHER = (
    f"{_CLAIM}, {prepared.LAZILY}, {features.SAID.format(call=ToolCall._meta.db_table)}"
)


def call(
    scene: Scene, *, tool: str, arguments: Mapping[str, Any], key: str
) -> ToolCall:
    """Run a tool for the person of the scene, exactly once for (turn, key).

    A call made before returns as it was recorded. A refusal (AppError) is recorded and
    its sentence is the receipt. Where an approval is needed, the receipt asks for it.
    Raises toolbox.Ask, with nothing done or recorded, when the tool needs an answer
    first.
    """
    chosen = toolbox.named(tool)
    try:
        chosen.parse(arguments)
    except errors.Invalid as error:
        return _unread(scene, chosen, arguments, key, error)
    is_own = not chosen.runs_apart and chosen.propose is None
    if scene.is_rehearsed and not is_own:
        return _unrehearsed(scene, chosen, arguments, key)
    try:
        return (_together if is_own else _apart)(scene, chosen, arguments, key)
    finally:
        # A question tells their words as well.
        scene.has_read_others |= chosen.is_untrusted


def _together(
    scene: Scene, chosen: Tool[Any], arguments: Mapping[str, Any], key: str
) -> ToolCall:
    """The effect, its receipt and the data to undo it are one transaction."""
    made = _asked(scene, chosen, arguments, key)
    try:
        with transaction.atomic():
            # The row comes first: a second run at the same time waits here for the
            # first and then repeats its receipt.
            if not (claimed := _claim(made, _CLAIM_TOGETHER)):
                return _recorded(made)
            insist(scene, chosen, claimed[-1])
            _run(scene, chosen, made)
            return made
    except errors.AppError as error:
        made = _asked(scene, chosen, arguments, key)
        _fail(made, error)
    return made if _claim(made) else _recorded(made)


def _apart(
    scene: Scene, chosen: Tool[Any], arguments: Mapping[str, Any], key: str
) -> ToolCall:
    made = _asked(scene, chosen, arguments, key)
    if known := _known(made):
        return perform(scene, known) if known.state == State.RUNNING else known
    try:
        insist(scene, chosen)
        _record(scene, chosen, made, _proposed(scene, chosen, made))
    except errors.AppError as error:
        made = _asked(scene, chosen, arguments, key)
        _fail(made, error)
        _claim(made)
    made = _recorded(made)
    return perform(scene, made) if made.state == State.APPROVED else made


@transaction.atomic
def _record(
    scene: Scene, chosen: Tool[Any], made: ToolCall, proposal: Proposal | None
) -> None:
    """As waiting for a yes, or as to be done."""
    waits = proposal is not None and not _is_agreed(scene, chosen, proposal)
    made.state = State.WAITING if waits else State.APPROVED
    if proposal:
        made.arguments = dict(proposal.arguments)
        if made.risk == Risk.WRITE:
            # This time it is not of own rows alone.
            made.risk = proposal.risk
    if _claim(made) and proposal and waits:
        made.receipt = approvals.ask(scene, made, proposal)
        prepared.update(made, "receipt")


def perform(scene: Scene, made: ToolCall) -> ToolCall:
    """Do what was recorded and approved, once. `made` that is being done already was
    begun by somebody who is gone."""
    chosen = toolbox.named(made.tool)
    begun = ToolCall.objects.filter(pk=made.pk, state=State.APPROVED)
    if begun.update(state=State.RUNNING):
        made.state = State.RUNNING
    elif made.state != State.RUNNING:
        made.refresh_from_db()
        return made
    elif not chosen.is_repeatable:
        return _finished(made, State.UNKNOWN, phrases.say("outcome_unknown"))
    try:
        insist(scene, chosen)
        approvals.insist_unchanged(scene, chosen, made)
        if chosen.runs_apart:
            with http.within(SECONDS):
                _run(scene, chosen, made)
        else:
            with transaction.atomic():
                _run(scene, chosen, made)
    except Ask:
        # Nothing has happened: the answer will be another call.
        made.delete()
        raise
    except OutcomeUnknown as error:
        return _finished(made, State.UNKNOWN, error.sentence)
    except errors.AppError as error:
        _fail(made, error)
        return _finished(made, made.state, made.receipt)
    return made


def insist(scene: Scene, tool: Tool[Any], *said: bool | None) -> None:
    """Whether this person, at this phone, may use it now. Raises errors.AppError. `said`
    is about its feature (features.py)."""
    if tool.permission:
        verdicts.insist(scene.user, tool.permission)
    if not tool.is_blind and trust.is_in_doubt(scene.user, scene.turn.number):
        raise errors.Forbidden(phrases.say("still_yours", url=trust.page()))
    features.insist(scene.user, tool, *said)
    if tool.needs:
        tool.needs.insist(scene.user)


def _proposed(scene: Scene, tool: Tool[Any], made: ToolCall) -> Proposal | None:
    proposal = None
    if tool.propose:
        with http.within(SECONDS):
            proposal = tool.propose(scene, tool.parse(made.arguments))
    if tool.risk == Risk.OUTWARD or (proposal and tool.risk == Risk.WRITE):
        since = scene.now - DAY
        calls = ToolCall.objects.owned_by(scene.user).filter(created_at__gt=since)
        if calls.filter(risk=Risk.OUTWARD).count() >= MOST_OUTWARD_A_DAY:
            raise errors.Conflict(phrases.say("too_many_outward"))
    return proposal


def _is_agreed(scene: Scene, tool: Tool[Any], proposal: Proposal) -> bool:
    return not scene.has_read_others and approvals.stands(scene.user, tool, proposal)


def _unrehearsed(
    scene: Scene, chosen: Tool[Any], arguments: Mapping[str, Any], key: str
) -> ToolCall:
    made = _asked(scene, chosen, arguments, key)
    made.state = State.REFUSED
    made.receipt = "(Asks an account, or leaves the product: not done in a sandbox.)"
    _claim(made)
    return made


def _unread(
    scene: Scene,
    chosen: Tool[Any],
    arguments: Mapping[str, Any],
    key: str,
    error: errors.Invalid,
) -> ToolCall:
    """Refused before anything else: not even the record could hold all of it."""
    made = _asked(scene, chosen, chosen.recordable(arguments), key)
    _fail(made, error)
    return made if _claim(made) else _recorded(made)


def _asked(
    scene: Scene, tool: Tool[Any], arguments: Mapping[str, Any], key: str
) -> ToolCall:
    return ToolCall(
        turn=scene.turn,
        user=scene.user,
        key=key,
        tool=tool.name,
        arguments=dict(arguments),
        risk=tool.risk,
        state=State.DONE,
        created_at=scene.now,
    )


def _claim(made: ToolCall, statement: str = _CLAIM) -> tuple[Any, ...]:
    """What the statement tells if this call is the first of its kind, or nothing."""
    for claimed in prepared.rows(statement, prepared.given(made)):
        made.pk = claimed[0]
        prepared.kept(made)
        return claimed
    return ()


def _known(made: ToolCall) -> ToolCall | None:
    calls = ToolCall.objects.owned_by(made.user)
    return calls.filter(turn=made.turn_id, key=made.key).first()


def _recorded(made: ToolCall) -> ToolCall:
    return ToolCall.objects.owned_by(made.user).get(turn=made.turn_id, key=made.key)


def _run(scene: Scene, tool: Tool[Any], made: ToolCall) -> None:
    scene.call = made
    result = tool.run(scene, tool.parse(made.arguments))
    made.state = State.DONE
    made.result = result.values
    made.receipt = tool.receipt(scene, result.values)
    if tool.undo and result.undo is not None:
        made.undo = result.undo
        made.undo_until = scene.now + UNDO_LIVES
    prepared.update(made, "state", "result", "receipt", "undo", "undo_until")


def _fail(made: ToolCall, error: errors.AppError) -> None:
    is_refused = error.status < errors.AppError.status
    made.state = State.REFUSED if is_refused else State.FAILED
    made.receipt = error.sentence


def _finished(made: ToolCall, state: str, receipt: str) -> ToolCall:
    made.state, made.receipt = state, receipt
    prepared.update(made, "state", "receipt")
    return made
