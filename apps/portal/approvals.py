"""What waits for a person's yes, what need not be asked any more, what was decided."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.assistant import approvals, performing, toolbox
from apps.assistant.models import Approval
from apps.core import paging
from apps.core.errors import AppError
from apps.core.verbs import require_POST, require_safe
from apps.portal import parts
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac.declared import signed_in

PAGE = "portal:approvals"
SAID = {
    "yes": gettext_noop("Approved. What became of it is shown below in a moment."),
    "always": gettext_noop("Approved, and not asked about again."),
    "no": gettext_noop("Turned down. Nothing is done."),
}


@signed_in
@require_safe
@in_their_language
def page(request: SignedIn) -> HttpResponse:
    own = Approval.objects.owned_by(request.user)
    before = request.GET.get("before", "")
    decided = own.exclude(decision="").select_related("call")
    found = paging.newest(decided, before)
    standing = [
        (row, toolbox.named(row.tool).title) for row in approvals.standing(request.user)
    ]
    shown = {
        "waiting": own.open(timezone.now()),
        "standing": parts.of(standing, request.GET, here=reverse(PAGE)),
        "decided": found.rows,
        "older": found.older,
        "before": before,
    }
    return render(request, "portal/approvals.html", shown)


@signed_in
@require_POST
@in_their_language
def decide(request: SignedIn, public_id: UUID) -> HttpResponse:
    answer = request.POST.get("do", "")
    row = approvals.get(user=request.user, public_id=str(public_id))
    if answer not in SAID:
        messages.error(request, gettext("Say yes or no."))
        return redirect(PAGE)
    try:
        performing.decide(
            user=request.user,
            row=row,
            is_yes=answer != "no",
            always=answer == "always",
            via=Approval.Via.PORTAL,
        )
    except AppError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, gettext(SAID[answer]))
    return redirect(PAGE)


@signed_in
@require_POST
@in_their_language
def withdraw(request: SignedIn, public_id: UUID) -> HttpResponse:
    approvals.withdraw(user=request.user, public_id=str(public_id))
    messages.success(request, gettext("You are asked again from now on."))
    return redirect(PAGE)
