"""What the assistant did about a text."""

from collections.abc import Iterator

from django.urls import reverse

from apps.assistant.models import ToolCall
from apps.sms.journeys import Stage, Step, within
from apps.sms.models import Turn


def _tools(turn: Turn) -> Iterator[Step]:
    for call in ToolCall.objects.filter(turn=turn).order_by("pk"):
        yield Step(
            Stage.TOOL,
            within(turn, call.created_at),
            f"{call.tool} ({call.get_risk_display()}): {call.get_state_display()}.",
            is_bad=call.state in (ToolCall.State.FAILED, ToolCall.State.REFUSED),
            page=reverse("admin:assistant_toolcall_change", args=[call.pk]),
        )


def _sandbox(turn: Turn) -> Iterator[Step]:
    if turn.user_id is not None and turn.finished_at and not turn.silence:
        page = reverse("admin:assistant_conversation_redo", args=[turn.pk])
        words = "Do it again in a sandbox."
        yield Step(Stage.READING, None, words, page=page, is_offer=True)


STAGES = (_tools, _sandbox)
OF_TEXTS = ()
