"""Second factors in allauth's headless API, for both of its clients.

GET says what can be proved; POST with a factor and a code proves it; POST without a
code sends one, where there is one to send.
"""

from http import HTTPStatus
from typing import Any

from allauth.headless.base.response import AuthenticationResponse, UnauthorizedResponse
from allauth.headless.base.views import (
    APIView,
    AuthenticatedAPIView,
    AuthenticationStageAPIView,
)
from allauth.headless.constants import Client
from allauth.headless.internal.restkit import inputs
from allauth.headless.internal.restkit.response import APIResponse, ErrorResponse
from allauth.headless.mfa.views import AuthenticatorsView
from allauth.mfa.stages import AuthenticateStage
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from apps.accounts import cookies
from apps.accounts.headless import doors
from apps.accounts.models import User
from apps.core.errors import AppError, Conflict, Invalid, TooMany, Unavailable
from apps.mfa import factor, headless_passkeys, lost, proofs
from apps.mfa.challenges import Spent
from apps.mfa.models import Challenge, LostFactors

Purpose = Challenge.Purpose


class ProofInput(inputs.Input):  # type: ignore[misc]  # untyped package
    """`factor` may be left out: the code goes to the first one it looks like."""

    factor = inputs.CharField(required=False, max_length=20)
    code = inputs.CharField(required=False, max_length=40)


class FactorsResponse(APIResponse):  # type: ignore[misc]  # untyped package
    def __init__(self, request: HttpRequest, user: User) -> None:
        known = [
            {"id": f.id, "name": f.name, "is_sent": f.is_sent} for f in factor.of(user)
        ]
        super().__init__(request, data={"factors": known})


class _Proof(APIView):  # type: ignore[misc]  # untyped package
    """What the two endpoints have in common."""

    purpose: str

    def person(self) -> User:
        raise NotImplementedError

    def proved(self) -> HttpResponse:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return FactorsResponse(request, self.person())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given = self.input.cleaned_data
        user = self.person()
        try:
            name = _chosen(user, given["factor"], given["code"])
            if not given["code"]:
                proofs.text(request, user=user, name=name, purpose=self.purpose)
                sent: HttpResponse = APIResponse(request)
                return sent
            proofs.prove(
                request, user=user, name=name, purpose=self.purpose, typed=given["code"]
            )
        except Spent as spent:
            return self.spent(spent)
        except (TooMany, Unavailable):
            raise
        except AppError as error:
            return _refused(request, error)
        return self.proved()

    def spent(self, error: Spent) -> HttpResponse:
        return _refused(self.request, error)


class AuthenticateView(_Proof, AuthenticationStageAPIView):  # type: ignore[misc]
    input_class = ProofInput
    stage_class = AuthenticateStage
    purpose = Purpose.LOGIN

    def person(self) -> User:
        user: User = self.stage.login.user
        return user

    def proved(self) -> HttpResponse:
        answer: HttpResponse = self.respond_next_stage()
        return answer

    def spent(self, error: Spent) -> HttpResponse:
        self.stage.abort()
        answer: HttpResponse = UnauthorizedResponse(self.request)
        return answer


class LostView(AuthenticationStageAPIView):  # type: ignore[misc]  # untyped package
    """All factors are lost: the slow way back, after the password (lost.py)."""

    stage_class = AuthenticateStage

    def handle(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Raises Conflict for whoever is signed in: they say it to `me/mfa/lost`."""
        if request.user.is_authenticated:
            raise Conflict("You are signed in.")
        return super().handle(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._told(lost.waiting(self.stage.login.user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raises TooMany, Conflict while the account is frozen."""
        user = self.stage.login.user
        cookies.insist_unchanged(request, user)
        return self._told(lost.begin(user=user))

    def _told(self, loss: LostFactors | None) -> HttpResponse:
        data = {"factors_go_at": loss.ready_at if loss else None}
        answer: HttpResponse = APIResponse(self.request, data=data)
        return answer


class ReauthenticateView(_Proof, AuthenticatedAPIView):  # type: ignore[misc]
    input_class = ProofInput
    purpose = Purpose.STEPUP

    def person(self) -> User:
        user: User = self.request.user
        return user

    def proved(self) -> HttpResponse:
        answer: HttpResponse = AuthenticationResponse(self.request)
        return answer


def _chosen(user: User, name: str, code: str) -> str:
    """The factor that is meant. Never several: each try belongs to one device."""
    theirs = factor.of(user)
    if name:
        meant = factor.named(name)
        if meant not in theirs:
            raise Invalid("That is not set up for you.", code="not_enrolled")
        return meant.id
    for each in theirs:
        if not each.is_typed or (not code and not each.is_sent):
            continue
        try:
            each.tidied(code or "000000")
        except Invalid:
            continue
        return each.id
    raise Invalid("That is no code.", code="incorrect_code")


def _refused(request: HttpRequest, error: AppError) -> HttpResponse:
    found = ValidationError([ValidationError(error.sentence, error.code)])
    answer: HttpResponse = ErrorResponse(
        request, exception=found, status=HTTPStatus(error.status)
    )
    return answer


# Whom they are open to is judged by the views: a
# pending sign-in is nobody's yet.
VIEWS = {
    "auth/2fa/authenticate": AuthenticateView,
    "auth/2fa/reauthenticate": ReauthenticateView,
    "auth/2fa/lost": LostView,
    "auth/webauthn/authenticate": headless_passkeys.AuthenticateView,
    "auth/webauthn/reauthenticate": headless_passkeys.ReauthenticateView,
    "auth/webauthn/login": headless_passkeys.LoginView,
    "account/authenticators": AuthenticatorsView,
    "account/authenticators/webauthn": headless_passkeys.ManageView,
}

urlpatterns = [
    *doors(Client.BROWSER, VIEWS),
    *doors(Client.APP, VIEWS),
]
