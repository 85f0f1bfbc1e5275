"""Taking back what was just changed on a page: the change goes along with its message,
signed, and is put back once."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from apps.assistant import events, lists, memory, notes, reminders
from apps.assistant.gate import UNDO_LIVES
from apps.core.errors import AppError
from apps.core.ids import uuid7
from apps.core.verbs import require_POST
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in

SALT = "portal.taking_back"
# Each puts back what its own verbs handed out, of that person alone.
RESTORE: Mapping[str, Any] = {
    "events": events.restore,
    "lists": lists.restore,
    "memory": memory.restore,
    "notes": notes.restore,
    "reminders": reminders.restore,
}


def offer(
    request: SignedIn, sentence: str, kind: str, before: Mapping[str, Any]
) -> None:
    """Say what was done, with a button that undoes it."""
    change = [uuid7().hex, request.user.pk, kind, before]
    signed = signing.dumps(change, salt=SALT, compress=True)
    messages.success(request, sentence, extra_tags=signed)


@signed_in
@require_POST
def take_back(request: SignedIn) -> HttpResponse:
    try:
        _put_back(request, request.POST.get("change", ""))
    except (AppError, signing.BadSignature) as error:
        said = gettext("That can no longer be undone. Change it by hand.")
        messages.error(request, getattr(error, "sentence", said))
    else:
        messages.success(request, gettext("Undone."))
    back = request.POST.get("back", "")
    is_ours = back.startswith("/app/") and url_has_allowed_host_and_scheme(
        back, allowed_hosts=None
    )
    return redirect(back if is_ours else "portal:overview")


def _put_back(request: SignedIn, signed: str) -> None:
    name, owner, kind, before = signing.loads(signed, salt=SALT, max_age=UNDO_LIVES)
    # A page that was left open shows the button again; by then it is another change.
    once = f"taken-back:{name}"
    is_theirs = owner == request.user.pk
    if not is_theirs or not cache.add(once, 1, UNDO_LIVES.total_seconds()):
        raise signing.BadSignature
    try:
        with transaction.atomic():
            RESTORE[kind](user=request.user, before=before)
    except AppError:
        cache.delete(once)
        raise
