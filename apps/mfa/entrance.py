"""The page between the password and the portal, and the same page for "is it you?".

One page for every factor: the one that was chosen, and the ways to the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from apps.accounts import cookies
from apps.accounts.models import User
from apps.accounts.sessions import Over
from apps.core.errors import AppError, Conflict, TooMany
from apps.core.verbs import require_http_methods
from apps.mfa import challenges, factor, lost, proofs, trusted
from apps.mfa.challenges import Spent
from apps.mfa.factor import Factor
from apps.mfa.forms import (
    AuthenticatePasskeyForm,
    CodeForm,
    ReauthenticatePasskeyForm,
)
from apps.mfa.models import Challenge, LostFactors
from apps.rbac.declared import in_person, public, signed_in

Purpose = Challenge.Purpose
V = TypeVar("V", bound=Callable[..., Any])
_VERBS = ["GET", "HEAD", "POST"]
_pending: Callable[[V], V] = login_stage_required(
    stage=AuthenticateStage.key, redirect_urlname="account_login"
)


@dataclass(frozen=True)
class Attempt:
    """Who proves what, in which browser."""

    request: HttpRequest
    user: User
    purpose: str
    chosen: Factor
    others: list[Factor]

    @property
    def texted(self) -> Challenge | None:
        """The code that was sent for this attempt, where one has to be."""
        if not self.chosen.is_sent:
            return None
        return challenges.current(
            user=self.user,
            factor=self.chosen.id,
            purpose=self.purpose,
            session=proofs.session_of(self.request),
        )


@in_person(public)
@_pending
@require_http_methods(_VERBS)
def authenticate(request: Any) -> HttpResponseBase:
    """While this is pending nobody is signed in, and nothing else is open."""
    stage = request._login_stage
    theirs = factor.of(stage.login.user)
    if not theirs:
        raise Conflict(gettext("You have no second factor any more. Sign in again."))
    attempt = _attempt(request, stage.login.user, Purpose.LOGIN, theirs)
    if request.method != "POST":
        return _page(attempt)
    try:
        refused = _answer(attempt)
        response: HttpResponse = refused or stage.exit()
    except (Spent, Over) as over:
        messages.error(request, over.sentence)
        back: HttpResponse = stage.abort()
        return back
    if refused:
        return refused
    if "trust" in request.POST:
        trusted.trust(request, stage.login.user)
    return response


@in_person(signed_in)
@never_cache
@require_http_methods(_VERBS)
def reauthenticate(request: Any) -> HttpResponseBase:
    """Once more, for what needs a fresh proof."""
    theirs = factor.of(request.user)
    if not theirs:
        return redirect("account_reauthenticate")
    attempt = _attempt(request, request.user, Purpose.STEPUP, theirs)
    if request.method != "POST":
        return _page(attempt)
    try:
        refused = _answer(attempt)
    except Spent as spent:
        messages.error(request, spent.sentence)
        return redirect(request.get_full_path())
    return refused or resume_request(request) or redirect(settings.LOGIN_REDIRECT_URL)


@in_person(public)
@_pending
@require_http_methods(_VERBS)
def lose(request: Any) -> HttpResponseBase:
    """The slow way back, after the password: asks first, then says from when on."""
    user = request._login_stage.login.user
    cookies.insist_unchanged(request, user)
    return _lose(request, user, back="mfa_authenticate")


@in_person(signed_in)
@never_cache
@require_http_methods(_VERBS)
def lose_here(request: Any) -> HttpResponseBase:
    """The same for who is signed in, in a browser that is trusted for instance."""
    if not factor.are_set_up(request.user):
        return redirect("mfa:factors")
    return _lose(request, request.user, back="mfa_reauthenticate")


@in_person(public)
@never_cache
@require_http_methods(_VERBS)
def stop(request: HttpRequest, public_id: UUID, token: str) -> HttpResponse:
    """The link from the letters. Asks: mail programs open links by themselves."""
    loss = lost.by_link(public_id=public_id, token=token)
    is_stopped = request.method == "POST"
    if is_stopped:
        lost.cancel(loss=loss, how=LostFactors.Ended.LINK)
    return render(request, "mfa/lost_stop.html", {"is_stopped": is_stopped})


def _lose(request: HttpRequest, user: User, *, back: str) -> HttpResponse:
    if request.method == "POST":
        lost.begin(user=user)
    shown = {"loss": lost.waiting(user), "back": back}
    return render(request, "mfa/lost.html", shown)


def _attempt(
    request: HttpRequest, user: User, purpose: str, theirs: list[Factor]
) -> Attempt:
    wanted = request.POST.get("use") or request.GET.get("use")
    chosen = next((f for f in theirs if f.id == wanted), theirs[0])
    others = [each for each in theirs if each is not chosen]
    return Attempt(request, user, purpose, chosen, others)


def _answer(attempt: Attempt) -> HttpResponse | None:
    """The page again, or nothing once the factor is proved. Raises `Spent`."""
    if "text" in attempt.request.POST:
        return _text(attempt)
    if not attempt.chosen.is_typed:
        return _passkey(attempt)
    form = CodeForm(attempt.request.POST, factor=attempt.chosen)
    if not form.is_valid():
        return _page(attempt, form)
    try:
        proofs.prove(
            attempt.request,
            user=attempt.user,
            name=attempt.chosen.id,
            purpose=attempt.purpose,
            typed=form.cleaned_data["code"],
        )
    except Spent:
        raise
    except AppError as error:
        if attempt.chosen.is_sent and attempt.texted is None:
            # There is no field on the page to say it at.
            messages.error(attempt.request, error.sentence)
        form.add_error("code", error.sentence)
        return _page(attempt, form, error)
    return None


def _text(attempt: Attempt) -> HttpResponse:
    request = attempt.request
    try:
        proofs.text(
            request, user=attempt.user, name=attempt.chosen.id, purpose=attempt.purpose
        )
    except AppError as error:
        messages.error(request, error.sentence)
        return _page(attempt, error=error)
    kept = {"use": attempt.chosen.id} | ({"next": n} if (n := _next(request)) else {})
    return redirect(f"{request.path}?{urlencode(kept)}")


def _passkey(attempt: Attempt) -> HttpResponse | None:
    is_login = attempt.purpose == Purpose.LOGIN
    form_class = AuthenticatePasskeyForm if is_login else ReauthenticatePasskeyForm
    form = form_class(user=attempt.user, data=attempt.request.POST)
    if not form.is_valid():
        messages.error(
            attempt.request, gettext("That passkey was not recognised. Try again.")
        )
        return _page(attempt)
    form.save()
    return None


def _page(
    attempt: Attempt, form: CodeForm | None = None, error: AppError | None = None
) -> HttpResponse:
    chosen, js_data = attempt.chosen, {}
    if not chosen.is_typed:
        js_data = {"request_options": webauthn.begin_authentication(attempt.user)}
    is_login = attempt.purpose == Purpose.LOGIN
    device = chosen.device(attempt.user)
    phone = getattr(device, "phone", None)
    shown = {
        "factor": chosen,
        "others": attempt.others,
        "form": form or CodeForm(factor=chosen),
        "texted": attempt.texted,
        "phone": phone.e164[-4:] if phone else "",
        "js_data": js_data,
        "is_login": is_login,
        "may_be_trusted": is_login and trusted.may_be_trusted(attempt.user),
        "next": _next(attempt.request),
    }
    status = error.status.value if error else 200
    response = render(attempt.request, "mfa/authenticate.html", shown, status=status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def _next(request: HttpRequest) -> str:
    """Where to go afterwards, on this site only."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, None) else ""
