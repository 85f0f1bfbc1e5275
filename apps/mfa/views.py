"""A person's second factors: what is set up, one more, one less, codes on paper."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from apps.accounts import browsers
from apps.accounts.models import User
from apps.core.errors import AppError, Conflict, NotFound
from apps.core.verbs import (
    require_http_methods,
    require_POST,
    require_safe,
)
from apps.mfa import enforcement, enrolment, factor, lost, proofs, trusted
from apps.mfa.factors import passkey, recovery, sms, totp
from apps.mfa.forms import CodeForm
from apps.rbac.declared import fresh, in_person, signed_in
from apps.sms.models import PhoneNumber

_VERBS = ["GET", "HEAD", "POST"]
owner = in_person(signed_in)


class Request(HttpRequest):
    """Of somebody who is signed in: the policies let nobody else through."""

    user: User


@owner
@never_cache
@require_safe
def factors(request: Request) -> HttpResponse:
    user = request.user
    known, codes = factor.of(user), recovery.device(user)
    left = codes.left if codes else 0
    pending = enrolment.sms_setup(user)
    own = PhoneNumber.objects.owned_by(user).verified().order_by("-is_primary", "pk")
    texts = sms.device(user)
    shown = {
        "known": known,
        "app": totp.device(user),
        "texts": texts,
        "numbers": [each for each in own if not texts or each.pk != texts.phone_id],
        "keys": passkey.keys(user),
        "codes": codes,
        "codes_left": left,
        "loss": lost.waiting(user),
        "browsers": trusted.known(user),
        "are_set_up": any(not each.is_backup for each in known),
        "is_only_one_left": enrolment.is_only_one_left(known, left),
        "is_required": enforcement.is_required(user),
        "is_pending": pending is not None,
    }
    return render(request, "mfa/factors.html", shown)


@fresh(owner)
@require_POST
def begin_totp(request: Request) -> HttpResponse:
    enrolment.begin_totp(user=request.user)
    return redirect("mfa:totp")


@fresh(owner)
@never_cache
@require_http_methods(_VERBS)
def confirm_totp(request: Request) -> HttpResponse:
    setup = enrolment.totp_setup(request.user)
    if setup is None:
        return redirect("mfa:factors")
    shown = {"setup": setup}
    return _confirmed(request, totp.FACTOR, "mfa/totp.html", shown)


@fresh(owner)
@require_POST
def begin_sms(request: Request) -> HttpResponse:
    try:
        enrolment.begin_sms(
            user=request.user,
            number=_uuid(request.POST.get("number", "")),
            session=proofs.session_of(request),
        )
    except AppError as error:
        messages.error(request, error.sentence)
        if enrolment.sms_setup(request.user) is None:
            return redirect("mfa:factors")
    return redirect("mfa:sms")


@fresh(owner)
@never_cache
@require_http_methods(_VERBS)
def confirm_sms(request: Request) -> HttpResponse:
    device = enrolment.sms_setup(request.user)
    if device is None:
        return redirect("mfa:factors")
    return _confirmed(request, sms.FACTOR, "mfa/sms.html", {"number": device.phone})


@fresh(owner)
@never_cache
@require_http_methods(_VERBS)
def remove(request: Request, name: str) -> HttpResponse:
    """Asks first, on a page of its own."""
    declared = factor.named(name)
    if not declared.is_enrolled(request.user) or not declared.is_typed:
        raise NotFound(gettext("That is not set up for you."))
    try:
        if request.method != "POST":
            enrolment.insist_removable(request.user, declared)
            shown = {
                "factor": declared,
                "is_last": factor.is_last(request.user, declared),
            }
            return render(request, "mfa/remove.html", shown)
        enrolment.remove(user=request.user, name=name)
    except Conflict as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request,
            gettext("Removed: %(factor)s.") % {"factor": gettext(declared.name)},
        )
    return redirect("mfa:factors")


@fresh(owner)
@never_cache
@require_http_methods(_VERBS)
def recovery_codes(request: Request) -> HttpResponse:
    """Made by a press of the button and shown in the answer to it: never again."""
    if request.method != "POST":
        return render(
            request, "mfa/recovery.html", {"device": recovery.device(request.user)}
        )
    codes = enrolment.new_recovery_codes(user=request.user)
    return _codes(request, codes)


@owner
@require_POST
def forget(request: Request, public_id: UUID) -> HttpResponse:
    browsers.forget(user=request.user, public_id=public_id, by=request.user)
    messages.success(
        request, gettext("Forgotten: that browser is asked for everything again.")
    )
    return redirect("mfa:factors")


@owner
@require_POST
def veto(request: Request) -> HttpResponse:
    lost.veto(user=request.user)
    messages.success(
        request, gettext("Stopped: your factors stay. Change your password now.")
    )
    return redirect("mfa:factors")


def _confirmed(
    request: Request, declared: factor.Factor, template: str, shown: dict[str, Any]
) -> HttpResponse:
    form = CodeForm(request.POST or None, factor=declared)
    status = 200
    if request.method == "POST" and form.is_valid():
        confirm = {"totp": enrolment.confirm_totp, "sms": enrolment.confirm_sms}
        try:
            codes = confirm[declared.id](
                user=request.user,
                code=form.cleaned_data["code"],
                session=proofs.session_of(request),
            )
        except AppError as error:
            form.add_error("code", error.sentence)
            status = error.status.value
        else:
            # Setting it up proves it, like any other code.
            proofs.record(request, request.user, declared.id)
            enforcement.met(request)
            messages.success(
                request,
                gettext("Set up: %(factor)s.") % {"factor": gettext(declared.name)},
            )
            return _codes(request, codes) if codes else redirect("mfa:factors")
    return render(request, template, {**shown, "form": form}, status=status)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(gettext("That phone is not on your list.")) from None


def _codes(request: Request, codes: list[str]) -> HttpResponse:
    shown = {"codes": [recovery.grouped(code) for code in codes]}
    return render(request, "mfa/recovery_codes.html", shown)
