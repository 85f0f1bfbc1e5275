"""Proving from a page that a phone is one's own: by a code that is texted to it, or by
saying that it still is."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from apps.core.errors import AppError, Conflict
from apps.core.verbs import require_http_methods, require_POST
from apps.portal.forms import PhoneCodeForm
from apps.portal.shell import SignedIn
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, fresh
from apps.sms import numbers, texted_codes, trust


@fresh(about(Permission.NUMBER_CHANGE))
@require_POST
def send_code(request: SignedIn, public_id: UUID) -> HttpResponse:
    try:
        texted_codes.send(user=request.user, public_id=str(public_id))
    except Conflict as error:
        messages.error(request, error.sentence)
        return redirect("portal:phones")
    except AppError as error:
        # One that was sent before may still be good.
        messages.error(request, error.sentence)
        number = numbers.own(request.user, str(public_id))
        if texted_codes.live(number) is None:
            return redirect("portal:phones")
    return redirect("portal:phone_code", public_id=public_id)


@fresh(about(Permission.NUMBER_CHANGE))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: SignedIn, public_id: UUID) -> HttpResponse:
    number = numbers.own(request.user, str(public_id))
    if number.is_verified and not number.doubt:
        return redirect("portal:phones")
    form = PhoneCodeForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            texted_codes.check(
                user=request.user,
                public_id=str(public_id),
                code=form.cleaned_data["code"],
            )
        except AppError as error:
            form.add_error("code", error.sentence)
            status = error.status.value
        else:
            shown = numbers.display(number.e164)
            messages.success(
                request,
                gettext("%(shown)s is linked. Text ? from it to begin.")
                % {"shown": shown},
            )
            return redirect("portal:phones")
    shown_there = {"form": form, "number": number}
    return render(request, "portal/phone_code.html", shown_there, status=status)


@fresh(about(Permission.NUMBER_CHANGE))
@require_POST
def confirm(request: SignedIn, public_id: UUID) -> HttpResponse:
    """They have just proven who they are."""
    try:
        number = trust.confirm(user=request.user, public_id=str(public_id))
    except Conflict as error:
        messages.error(request, error.sentence)
    else:
        shown = numbers.display(number.e164)
        messages.success(
            request, gettext("Thank you: %(shown)s is still yours.") % {"shown": shown}
        )
    return redirect("portal:phones")
