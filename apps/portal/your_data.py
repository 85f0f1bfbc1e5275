"""What is kept of a person, to take away."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect

from apps.accounts import archive, closing, exports
from apps.accounts.models import DataExport
from apps.core import live
from apps.core.errors import Conflict, TooMany
from apps.core.verbs import require_POST, require_safe
from apps.portal.shell import SignedIn
from apps.rbac.declared import fresh, in_person, signed_in

own = in_person(signed_in)


@own
@require_safe
def data(request: SignedIn) -> HttpResponse:
    found = exports.own(request.user)
    is_being_made = any(each.state == DataExport.State.MAKING for each in found)
    shown = {
        "exports": [(each, _far(each)) for each in found],
        "is_being_made": is_being_made,
        "days": closing.DAYS_TO_RETURN,
    }
    return live.answer(
        request,
        _version(found),
        lambda: shown,
        page="portal/data.html",
        part="portal/_data_live.html",
    )


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


def _far(export: DataExport) -> str:
    """How far it is, in words; nothing before it has begun."""
    return archive.told(export.job.progress) if export.job else ""


def _version(found: list[DataExport]) -> str:
    jobs = [(each.job.percent, each.job.progress) for each in found if each.job]
    rows = [(each.public_id, each.state, each.is_stopping) for each in found]
    return live.version((rows, jobs))
