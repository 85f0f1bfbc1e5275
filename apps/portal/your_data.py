"""What is kept of a person, to take away."""

import hashlib
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from apps.accounts import closing, exports
from apps.accounts.models import DataExport
from apps.core.errors import Conflict, TooMany
from apps.core.verbs import require_POST, require_safe
from apps.portal.shell import SignedIn
from apps.rbac.declared import fresh, in_person, signed_in

UNCHANGED = 204
own = in_person(signed_in)


@own
@require_safe
def data(request: SignedIn) -> HttpResponse:
    """The whole page, or only its live part (`v`) when that has changed."""
    found = exports.own(request.user)
    version = _version(found)
    if request.GET.get("v") == version:
        return HttpResponse(status=UNCHANGED)
    is_being_made = any(each.state == DataExport.State.MAKING for each in found)
    shown = {
        "exports": found,
        "version": version,
        "is_being_made": is_being_made,
        "days": closing.DAYS_TO_RETURN,
    }
    name = "_data_live" if "v" in request.GET else "data"
    return render(request, f"portal/{name}.html", shown)


@fresh(own)
@require_POST
def ask(request: SignedIn) -> HttpResponse:
    try:
        exports.ask(user=request.user)
    except (Conflict, TooMany) as error:
        messages.error(request, error.sentence)
    return redirect("portal:data")


@fresh(own)
@require_safe
def fetch(request: SignedIn, public_id: UUID) -> StreamingHttpResponse:
    return exports.sent(exports.one(request.user, public_id))


@own
@require_POST
def drop(request: SignedIn, public_id: UUID) -> HttpResponse:
    exports.drop(export=exports.one(request.user, public_id))
    return redirect("portal:data")


def _version(found: list[DataExport]) -> str:
    shown = [
        f"{each.public_id}{each.state}{each.is_stopping}"
        + (f"{each.job.percent}{each.job.progress}" if each.job else "")
        for each in found
    ]
    return hashlib.sha256("|".join(shown).encode()).hexdigest()[:16]
