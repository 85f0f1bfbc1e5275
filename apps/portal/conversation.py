"""The thread of a person's texts and the answers to them."""

import mimetypes
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers

from apps.accounts.models import User
from apps.assistant import toolbox
from apps.assistant.models import ToolCall
from apps.core import live
from apps.core.errors import NotFound
from apps.core.verbs import require_safe
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in
from apps.sms import threads
from apps.sms.models import MediaFile
from apps.sms.threads import Message


@signed_in
@require_safe
def conversation(request: SignedIn) -> HttpResponse:
    """The newest page is live: it asks again with the version it shows."""
    return live.answer(
        request,
        threads.version(request.user),
        lambda: _shown(request.user, request.GET.get("before", "")),
        page="portal/conversation.html",
        part="portal/_thread.html",
    )


@signed_in
@require_safe
def file(request: SignedIn, public_id: UUID) -> HttpResponse:
    """A picture to look at, or a file to save. A browser runs nothing of it."""
    own = MediaFile.objects.filter(user=request.user, state=MediaFile.State.KEPT)
    found = own.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such file.")
    answer = HttpResponse(bytes(found.content), content_type=found.content_type)
    how = "inline" if found.is_picture else "attachment"
    ending = mimetypes.guess_extension(found.content_type) or ""
    answer["Content-Disposition"] = f'{how}; filename="{found.public_id}{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    add_never_cache_headers(answer)
    return answer


def _shown(user: User, before: str) -> dict[str, Any]:
    page = threads.page(user, before=before)
    return {
        "page": page,
        "thread": with_deeds(user, page.messages),
        "before": before,
    }


def with_deeds(
    user: User, messages: Iterable[Message]
) -> list[tuple[Message, list[str]]]:
    """Each message, and on a reply what the assistant did in that turn, from record."""
    messages = list(messages)
    turns = {message.turn_id for message in messages if message.turn_id}
    calls = ToolCall.objects.owned_by(user).changes().filter(turn_id__in=turns)
    deeds: dict[int | None, list[str]] = defaultdict(list)
    for call in calls:
        deeds[call.turn_id].append(_deed(call))
    return [(m, deeds[m.turn_id] if m.direction == "out" else []) for m in messages]


def _deed(call: ToolCall) -> str:
    state = "" if call.state == ToolCall.State.DONE else f" ({call.state})"
    return f"{toolbox.named(call.tool).title}{state}"
