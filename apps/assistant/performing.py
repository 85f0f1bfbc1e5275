"""Doing what was approved elsewhere than by text."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.assistant import approvals, conversations, gate, phrases
from apps.assistant.models import Approval, ToolCall
from apps.core.kinds import job
from apps.jobs import jobs


@job("assistant.perform", called=gettext_noop("what you approved"))
def perform(call_id: int) -> str:
    """The receipt. Run again after a crash, it is done once."""
    call = ToolCall.objects.select_related("turn__user").get(pk=call_id)
    scene = conversations.enter(call.turn)
    scene.now = timezone.now()
    with phrases.spoken_to(scene.user):
        return gate.perform(scene, call).receipt


def decide(
    *, user: User, row: Approval, is_yes: bool, via: Approval.Via, always: bool = False
) -> Approval:
    """Keep the answer and, after a yes, have it done. Raises as `approvals.decide`."""
    with transaction.atomic():
        row = approvals.decide(
            user=user, row=row, is_yes=is_yes, via=via, always=always
        )
        if is_yes:
            jobs.enqueue(perform, row.call_id, key=str(row.public_id), by=user)
    return row
