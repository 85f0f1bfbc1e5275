"""Development mail, read in the browser."""

import time
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.core import mailbox
from apps.core.errors import NotFound
from apps.jobs import mail as queue
from apps.portal import shell
from apps.rbac.declared import in_person, public

View = Callable[..., HttpResponse]
# Whoever has just signed up looks faster than a worker writes.
_WAIT_SECONDS = 2.0


def _only_here(view: View) -> View:
    """For everyone on a laptop; nothing at this address on a server. Codes for signing
    in are no part of what somebody who is stood in for sees."""

    @wraps(view)
    def guarded(request: HttpRequest, **names: UUID) -> HttpResponse:
        if not shell.has_mail_reader():
            raise NotFound("There is no page at this address.")
        return view(request, **names)

    return in_person(public)(guarded)


@_only_here
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    until = time.monotonic() + _WAIT_SECONDS
    while (waiting := queue.are_on_the_way()) and time.monotonic() < until:
        time.sleep(0.05)
    shown = {"mails": mailbox.read_all(), "is_waiting": waiting}
    return render(request, "portal/dev_mail.html", shown)


@_only_here
@require_safe
def letter(request: HttpRequest, key: UUID) -> HttpResponse:
    for mail in mailbox.read_all():
        if mail.key == str(key):
            return render(request, "portal/dev_letter.html", {"mail": mail})
    raise NotFound("That message is no longer here.")
