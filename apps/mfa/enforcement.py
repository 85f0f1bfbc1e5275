"""Who has to have a second factor, and is led to set one up.

Whoever may enter the console must, from the request on with which they may; no request
pays for the question, which the sign-in answers. Whose factors were reset carries a
mark in the session. The console asks for a fresh second factor by itself.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_noop

from apps.accounts.fresh_auth import StepUp
from apps.accounts.models import LoginSession, User
from apps.core.errors import Forbidden
from apps.core.problems import MACHINE_PREFIXES, problem
from apps.mfa import factor
from apps.mfa.models import FactorState
from apps.rbac import policy
from apps.rbac.declared import FRESH_MINUTES

_KEY = "must_set_up_factor"
# Open all the same, by the name of the address.
_WAYS = frozenset(
    "account_logout account_reauthenticate mfa_reauthenticate mfa_lost_here mfa_index"
    " mfa_add_webauthn panic me_panic"
    " auth/session auth/reauthenticate auth/2fa/reauthenticate"
    " auth/webauthn/reauthenticate account/authenticators"
    " account/authenticators/webauthn me_mfa me_mfa_totp me_mfa_totp_confirm me_mfa_sms"
    " me_mfa_sms_confirm me_mfa_recovery".split()
)


class Missing(Forbidden):
    code = "second_factor_missing"
    sentence = gettext_noop("You need a second factor. Set one up first.")


def is_required(user: User) -> bool:
    """Whether they may not be without one: by what they may do, or because it was
    reset."""
    return bool(policy.can(user, settings.MFA_ENFORCED_PERMISSION)) or was_reset(user)


def was_reset(user: User) -> bool:
    """Whether their factors were taken away, and none was set up since. Looked up once
    for each user object."""
    state: FactorState | None = getattr(user, "factor_state", None)
    return state is not None and state.enforced_at is not None


def mark(request: HttpRequest) -> None:
    """Nothing but setting one up is open in this session: their factors were reset."""
    request.session[_KEY] = True


def lacks_one(request: Any) -> bool:
    """Whether whoever is signed in has to prove or set up a second factor first."""
    row: LoginSession | None = request.sign_in
    is_weak = row is not None and row.enters_console and not row.is_strong
    return is_weak or bool(request.session.get(_KEY))


def met(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)


class EnforcementMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: Any,
        view: Callable[..., Any],
        args: Sequence[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or not lacks_one(request):
            return None
        match = request.resolver_match
        if "mfa" in match.namespaces or match.view_name in _WAYS:
            return None
        if factor.are_set_up(request.user):
            # They have one, and were made more than they were when they signed in.
            return StepUp(twice=True, minutes=FRESH_MINUTES).answer(request)
        if request.path.startswith(MACHINE_PREFIXES):
            return problem(Missing(), request)
        messages.warning(request, Missing.sentence)
        return redirect("mfa:factors")
