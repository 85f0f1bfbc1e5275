"""What waits for a person's yes: asked once, decided once, wherever they decide.

A yes marks the call; whoever then does it (gate.perform) does it once. By text that is
the turn that brought the yes; from the portal or the API it is a job.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Approval, Risk, StandingApproval, ToolCall
from apps.assistant.toolbox import Proposal, Tool
from apps.core import errors
from apps.rbac import audit

Decision, Via = Approval.Decision, Approval.Via
# A digit and a letter, none of which looks like another or makes a word of it.
DIGITS = "23456789"
LETTERS = "ABCDEFGHJKMNPRTWXY"
SAID: dict[str, str] = {
    Decision.NONE: "approval_open",
    Decision.YES: "approval_yes",
    Decision.NO: "approval_no",
    Decision.EXPIRED: "approval_expired",
}
# How long a yes counts: what cannot be taken back is soon about another world.
LIVES = {Risk.OUTWARD: timedelta(hours=12), Risk.DESTRUCTIVE: timedelta(hours=1)}
# Of one person at once: who asks for more answers those first.
MOST_OPEN = 20
# A code that has just been used is not given to something else: its text may be late.
RESTED = 60
_AT_ONCE = 500


def ask(scene: Scene, call: ToolCall, proposal: Proposal) -> str:
    """Have a call wait for a yes; the question. In the transaction that records the call.

    Raises errors.Conflict where too much waits already.
    """
    User.objects.select_for_update().get(pk=scene.user.pk)
    now = timezone.now()
    _expire(Approval.objects.owned_by(scene.user).filter(expires_at__lte=now), now)
    # The same asked twice waits once, or no bare yes would be about it any more.
    same = {"call__tool": call.tool, "call__arguments": call.arguments}
    _expire(Approval.objects.owned_by(scene.user).filter(**same), now)
    if Approval.objects.owned_by(scene.user).undecided().count() >= MOST_OPEN:
        raise errors.Conflict(phrases.say("too_many_approvals"))
    row = Approval.objects.create(
        call=call,
        user=scene.user,
        code=_code(scene.user),
        sentence=proposal.sentence,
        about=proposal.about,
        basis=dict(proposal.basis),
        asked_at=now,
        expires_at=now + LIVES.get(Risk(call.risk), LIVES[Risk.OUTWARD]),
    )
    return question(row)


def question(row: Approval) -> str:
    key = "approve_or_always" if row.about else "approve"
    return phrases.say(key, what=row.sentence, code=row.code, about=row.about)


def named(user: User, code: str) -> Approval | None:
    """The latest of a person that was called so, decided or not."""
    rows = Approval.objects.owned_by(user).filter(code=code.upper())
    return rows.order_by("-pk").first()


def get(*, user: User, public_id: str) -> Approval:
    """Raises errors.NotFound."""
    try:
        wanted = uuid.UUID(public_id)
        return (
            Approval.objects.owned_by(user).select_related("call").get(public_id=wanted)
        )
    except (ValueError, Approval.DoesNotExist):
        raise errors.NotFound(phrases.say("no_approval")) from None


def decide(
    *,
    user: User,
    row: Approval,
    is_yes: bool,
    via: Approval.Via,
    always: bool = False,
    by: ToolCall | None = None,
) -> Approval:
    """Keep the person's answer. With a yes the call is approved, and to be performed.

    The same call of a text, `by`, decides once, however often it is run. Raises errors.Conflict when it was decided before, or too late.
    """
    now = timezone.now()
    with transaction.atomic():
        row = Approval.objects.owned_by(user).select_for_update().get(pk=row.pk)
        row.call = ToolCall.objects.select_for_update().get(pk=row.call_id)
        if by is not None and row.decided_by_id == by.pk:
            return row
        if row.decision:
            raise errors.Conflict(outcome(row))
        if row.expires_at > now:
            row.decided_by = by
            _settle(row, Decision.YES if is_yes else Decision.NO, via, now)
            if is_yes and always and row.about:
                StandingApproval.objects.get_or_create(
                    user=user, tool=row.call.tool, about=row.about
                )
            _recorded(row)
            return row
        _settle(row, Decision.EXPIRED, Via.SYSTEM, now)
    raise errors.Conflict(outcome(row))


def outcome(row: Approval) -> str:
    """What became of it, to whoever asks once more."""
    if row.decision == Decision.YES and row.call.state in ToolCall.ENDED:
        return phrases.say("approved_before", result=row.call.receipt)
    return phrases.say(SAID[row.decision], what=row.sentence)


def insist_unchanged(scene: Scene, tool: Tool[Any], call: ToolCall) -> None:
    """A yes was to the world as it was then. Raises errors.Conflict."""
    row = Approval.objects.filter(call=call).first()
    if row is None or not row.basis or tool.propose is None:
        return
    now = tool.propose(scene, tool.parse(call.arguments))
    if now and dict(now.basis) != row.basis:
        raise errors.Conflict(phrases.say("changed_since", what=now.sentence))


def stands(user: User, tool: Tool[Any], proposal: Proposal) -> bool:
    """Whether the person said ALWAYS to this before."""
    if not proposal.about:
        return False
    found = StandingApproval.objects.filter(
        user=user, tool=tool.name, about=proposal.about
    )
    return found.exists()


def standing(user: User) -> QuerySet[StandingApproval]:
    """What need not be asked any more, the newest first."""
    return StandingApproval.objects.filter(user=user).order_by("-pk")


def withdraw(*, user: User, public_id: str) -> None:
    """Ask again about this from now on. Raises errors.NotFound."""
    try:
        row = StandingApproval.objects.get(user=user, public_id=uuid.UUID(public_id))
    except (ValueError, StandingApproval.DoesNotExist):
        raise errors.NotFound(phrases.say("no_approval")) from None
    row.delete()
    audit.done(
        "assistant.standingapproval.delete",
        actor=user,
        before={"tool": row.tool, "about": row.about},
    )


def expire(now: datetime) -> int:
    """Close what nobody decided in time; how many. Safe to run twice and side by side."""
    with transaction.atomic():
        rows = Approval.objects.undecided().filter(expires_at__lte=now)
        locked = rows.order_by("pk").select_for_update(skip_locked=True)[:_AT_ONCE]
        return _expire(Approval.objects.filter(pk__in=[r.pk for r in locked]), now)


def turn_down_all(user: User) -> None:
    """Nothing that waits is done any more, nor without asking."""
    now = timezone.now()
    with transaction.atomic():
        open_ones = Approval.objects.owned_by(user).undecided()
        for row in open_ones.select_for_update().select_related("call"):
            _settle(row, Decision.NO, Via.SYSTEM, now)
        StandingApproval.objects.filter(user=user).delete()


def _expire(rows: QuerySet[Approval], now: datetime) -> int:
    found = list(rows.filter(decision="").select_related("call"))
    for row in found:
        _settle(row, Decision.EXPIRED, Via.SYSTEM, now)
    return len(found)


_BECOMES: dict[str, str] = {
    Decision.YES: ToolCall.State.APPROVED,
    Decision.NO: ToolCall.State.DENIED,
    Decision.EXPIRED: ToolCall.State.EXPIRED,
}


def _settle(row: Approval, decision: str, via: str, now: datetime) -> None:
    row.decision, row.decided_via, row.decided_at = decision, via, now
    row.save(update_fields=["decision", "decided_via", "decided_at", "decided_by"])
    row.call.state = _BECOMES[decision]
    if decision != Decision.YES:
        row.call.receipt = phrases.say(SAID[decision], what=row.sentence)
    row.call.save(update_fields=["state", "receipt"])


def _recorded(row: Approval) -> None:
    audit.done(
        f"assistant.approval.{row.decision}",
        actor=row.user,
        obj=row,
        after={"tool": row.call.tool, "via": row.decided_via},
    )


def _code(user: User) -> str:
    latest = Approval.objects.owned_by(user).order_by("-pk")[:RESTED]
    taken = {*latest.values_list("code", flat=True)}
    undecided = Approval.objects.owned_by(user).undecided()
    taken |= {*undecided.values_list("code", flat=True)}
    free = [f"{d}{x}" for d in DIGITS for x in LETTERS if f"{d}{x}" not in taken]
    return secrets.choice(free)
