"""A form that is filled in alike and sent again makes no second thing: by a second press,
or after *Back*, where the words still stand in it."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from apps.assistant.models import Event, Note, Reminder
from apps.portal.shell import SignedIn

# Five minutes: whoever goes back does it before, whoever wants two comes later.
SECONDS = 300
# It is being made, or whoever made it died.
MAKING = 30
# Another with every page, and never typed.
_NOT_WORDS = ("csrfmiddlewaretoken",)

M = TypeVar("M", Event, Note, Reminder)


def made(request: SignedIn, rows: QuerySet[M], make: Callable[[], M]) -> M | None:
    """What `make` made. None where the same form made one that is still among `rows`,
    or does so now. Raises as `make`."""
    place = _place(request)
    if not cache.add(place, "", MAKING):
        earlier = cache.get(place)
        if not earlier or rows.filter(public_id=earlier).exists():
            return None
    try:
        row = make()
    except Exception:
        cache.delete(place)
        raise
    cache.set(place, str(row.public_id), SECONDS)
    return row


def told(request: SignedIn, page: str) -> HttpResponse:
    """Where it is there already."""
    said = gettext("You had sent this a moment ago, so it is there once.")
    messages.info(request, said)
    return redirect(page)


def _place(request: SignedIn) -> str:
    fields: dict[str, Any] = {
        name: values for name, values in request.POST.lists() if name not in _NOT_WORDS
    }
    said = json.dumps([request.user.pk, request.path, fields], sort_keys=True)
    return f"sent:{hashlib.sha256(said.encode()).hexdigest()}"
