"""Before what is dangerous, people prove once more who they are (RFC 9470).

Whoever has a second factor proves that one; the password is enough for the others.
Views say it by `declared.fresh`; allauth's own ask through the adapter.
"""

from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import is_headless_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.models import LoginSession, User
from apps.core.errors import Unauthorized
from apps.core.problems import MACHINE_PREFIXES, problem
from apps.rbac.declared import FRESH_MINUTES
from apps.rbac.scopes import NotByToken


class StepUp(Unauthorized):
    """Signed in, but that was a while ago or with too little."""

    code = "step_up"

    def __init__(self, *, twice: bool, minutes: int) -> None:
        super().__init__(
            gettext("Confirm it with your second factor first.")
            if twice
            else gettext("Confirm it with your password first.")
        )
        self.twice = twice
        level, seconds = "aal2" if twice else "aal1", minutes * 60
        self.challenge = (
            'Bearer error="insufficient_user_authentication",'
            f' acr_values="{level}", max_age="{seconds}"'
        )
        # The same for programs that read bodies more easily than headers.
        self.extra = {"acr": level, "max_age": seconds}

    def answer(self, request: HttpRequest) -> HttpResponse:
        """A problem for an app; a browser is led to the proof, and back to the page."""
        if request.path.startswith(MACHINE_PREFIXES):
            return problem(self, request)
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(proof_page(request, twice=self.twice))
        led: HttpResponse = suspend_request(
            request, proof_page(request, twice=self.twice)
        )
        return led


def missing(
    request: Any, *, minutes: int = FRESH_MINUTES, two: bool = False
) -> StepUp | None:
    """What has to be proved before this request may go on, if anything. Raises
    NotByToken: a program cannot prove it."""
    if getattr(request, "personal_token", None) is not None:
        raise NotByToken
    row: LoginSession | None = getattr(request, "sign_in", None)
    twice = two or has_second_factor(request.user)
    if row is not None and is_fresh(row, twice=twice, minutes=minutes):
        return None
    return StepUp(twice=twice, minutes=minutes)


def missing_second_factor(request: Any) -> StepUp | None:
    """The same where a form asks for the password anyway."""
    step_up = missing(request)
    return step_up if step_up is not None and step_up.twice else None


def insist(request: Any) -> None:
    """For views of allauth: it answers its own exception in pages. For programs it
    would offer a password to whoever has to prove more."""
    step_up = missing(request)
    if step_up is None:
        return
    if is_headless_request(request):
        raise step_up
    raise ReauthenticationRequired


def is_fresh(row: LoginSession, *, twice: bool, minutes: int = FRESH_MINUTES) -> bool:
    at = row.proved_twice_at if twice else row.proved_at
    return at is not None and timezone.now() < at + timedelta(minutes=minutes)


def has_second_factor(user: User) -> bool:
    """What the app named in `SECOND_FACTORS` says."""
    if not settings.SECOND_FACTORS:
        return False
    return bool(import_string(settings.SECOND_FACTORS)(user))


def proof_page(request: HttpRequest, *, twice: bool) -> str:
    """Where a browser proves it, or sets up what it needs for that."""
    user: Any = request.user
    if has_second_factor(user):
        return resolve_url("mfa_reauthenticate")
    if not twice and not user.has_usable_password():
        # They signed up with an account elsewhere.
        return resolve_url("prove_elsewhere")
    return resolve_url("mfa:factors" if twice else "account_reauthenticate")
