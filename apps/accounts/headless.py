"""allauth's JSON API for apps: its login ends in a pair of tokens for one sign-in
(app_sessions.py)."""

import json
from collections.abc import Mapping
from dataclasses import field, fields, make_dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar, cast
from uuid import UUID

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.email_verification_by_code import (
    EmailVerificationProcess,
)
from allauth.account.utils import user_display
from allauth.core.internal.httpkit import get_authorization_credential
from allauth.headless.account import inputs, views
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.headless.base.response import APIResponse, UnauthorizedResponse
from allauth.headless.constants import Client
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from allauth.headless.tokens.views import RefreshTokenView
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import URLPattern, path
from django.utils.module_loading import import_string

from apps.accounts import (
    app_sessions,
    cookies,
    email_addresses,
    passkey_names,
    personal_tokens,
    sessions,
    tokens,
    tries,
)
from apps.accounts.forms import OneOfSeveral
from apps.accounts.fresh_auth import missing_second_factor
from apps.accounts.refusals import View, as_problems
from apps.accounts.sessionstore import SessionStore
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.rbac.declared import in_person, public
from apps.rbac.scopes import NotByToken

_PASSWORDS = frozenset({"password", "current_password", "new_password"})
# What is no text.
_TYPES: dict[str, type] = {
    "primary": bool,
    "passwordless": bool,
    "credential": dict,
    "authenticators": list,
}


_ANEW = frozenset(
    "config auth/login auth/signup auth/password/request auth/password/reset"
    " auth/webauthn/login tokens/refresh".split()
)


class TokenStrategy(AbstractTokenStrategy):  # type: ignore[misc]  # untyped package
    def get_session_token(self, request: HttpRequest) -> str | None:
        bearer: str | None = get_authorization_credential(request, "Bearer")
        if bearer and _begins_anew(request) and self._is_over(bearer):
            # Sent along by whatever sends it always.
            return None
        return bearer or super().get_session_token(request)

    def _is_over(self, bearer: str) -> bool:
        try:
            return self.lookup_session(bearer) is None
        except (tokens.BadToken, sessions.Over):
            return True

    def create_session_token(self, request: HttpRequest) -> str:
        """The key of a pending sign-in; nothing for one that is complete."""
        if request.user.is_authenticated:
            return ""
        if not request.session.session_key:
            request.session.save()
        return str(request.session.session_key)

    def lookup_session(self, session_token: str) -> SessionBase | None:
        """Raises `tokens.BadToken` or `sessions.Over` for a token that proves nothing
        (any more), Forbidden for one that proves too little or is a personal one."""
        if personal_tokens.is_one(session_token.encode()):
            raise NotByToken
        if "." in session_token:
            row = tokens.opened(session_token)
            sessions.insist_strong(row)
            return app_sessions.remembered(row)
        store = SessionStore(session_token)
        pending = bool(store.keys()) and cookies.sid_of(store) is None
        return store if pending else None

    def create_access_token_payload(self, request: Any) -> dict[str, Any]:
        """Raises Forbidden for whoever has to set up a second factor first."""
        row = request.sign_in
        is_too_weak = row.may_enter_console and not row.is_strong
        if is_too_weak or import_string(settings.FACTORS_WERE_RESET)(row.user):
            request.session.flush()
            sessions.end([row], sessions.Ending.FACTORS)
            raise Forbidden(
                "You need a second factor. Set one up on the website first, and sign "
                "in with it.",
                code="second_factor_missing",
            )
        app_sessions.move(request, row)
        return app_sessions.payload(tokens.issue(row))


def _begins_anew(request: HttpRequest) -> bool:
    """Whether it is open to whoever has no sign-in, or one that is over."""
    match = request.resolver_match
    return match is not None and match.view_name in _ANEW


class HeadlessAdapter(DefaultHeadlessAdapter):  # type: ignore[misc]  # untyped package
    def get_user_dataclass(self) -> Any:
        """As the package's own; its id is the public one, as everywhere."""
        told = {"description": "As `me` has it.", "example": str(UUID(int=7))}
        rest = [
            (each.name, each.type, field(metadata=each.metadata))
            for each in fields(super().get_user_dataclass())
            if each.name != "id"
        ]
        own = ("id", str | None, field(metadata=told))
        return make_dataclass("User", [own, *rest])

    def user_as_dataclass(self, user: Any) -> Any:
        """As the package's own, without a query for the primary address: the account
        has it too."""
        return self.get_user_dataclass()(
            id=str(user.public_id) if user.pk else None,
            # Nobody yet, when allauth plays a sign-up.
            email=user.email if user.pk else None,
            display=user_display(user),
            has_usable_password=user.has_usable_password(),
        )


class WholePasswords:
    """Mixed into inputs: the spaces of a password are part of it, as on the pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields  # type: ignore[attr-defined]  # of the form beside it
        for name in _PASSWORDS & fields.keys():
            fields[name].strip = False


class SoundKey:
    """Mixed into inputs with a key that the package takes apart without looking."""

    def clean_key(self) -> Any:
        try:
            return super().clean_key()  # type: ignore[misc]  # of the form beside it
        except (TypeError, ValueError) as error:
            adapter = get_account_adapter()
            raise adapter.validation_error("invalid_password_reset") from error


class SignupInput(WholePasswords, OneOfSeveral, inputs.SignupInput):  # type: ignore[misc]  # untyped
    pass


class LoginInput(WholePasswords, inputs.LoginInput):  # type: ignore[misc]  # untyped
    def clean_email(self) -> str:
        return email_addresses.as_kept(self.cleaned_data["email"])


class ReauthenticateInput(WholePasswords, inputs.ReauthenticateInput):  # type: ignore[misc]  # untyped
    pass


class ChangePasswordInput(WholePasswords, inputs.ChangePasswordInput):  # type: ignore[misc]  # untyped
    pass


class ResetKeyInput(SoundKey, inputs.ResetPasswordKeyInput):  # type: ignore[misc]  # untyped
    pass


class ResetPasswordInput(WholePasswords, SoundKey, inputs.ResetPasswordInput):  # type: ignore[misc]  # untyped
    pass


class LoginView(views.LoginView):  # type: ignore[misc]  # untyped package
    input_class = LoginInput


class ReauthenticateView(views.ReauthenticateView):  # type: ignore[misc]  # untyped package
    input_class = ReauthenticateInput


class ResetPasswordView(views.ResetPasswordView):  # type: ignore[misc]  # untyped package
    input_class = ResetPasswordInput

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given = ResetKeyInput({"key": request.headers.get("X-Password-Reset-Key", "")})
        if not given.is_valid():
            refused: HttpResponse = ErrorResponse(request, input=given)
            return refused
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer


class SignupView(views.SignupView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"POST": SignupInput}


class ChangePasswordView(views.ChangePasswordView):  # type: ignore[misc]  # untyped
    """An app gets a new pair: who knows the old password may hold the old one."""

    input_class = ChangePasswordInput

    def handle(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            refused: HttpResponse = self.http_method_not_allowed(request)
            return refused
        if step_up := missing_second_factor(request):
            raise step_up
        with tries.of_password(request, request.user.email) as one:
            answer: HttpResponse = super().handle(request, *args, **kwargs)
            one.is_good = answer.status_code == HTTPStatus.OK
        return answer

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().post(request, *args, **kwargs)
        is_app = request.allauth.headless.client == Client.APP
        if is_app and answer.status_code == HTTPStatus.OK:
            body = json.loads(answer.content)
            pair = tokens.renew(request.sign_in)
            body.setdefault("meta", {}).update(app_sessions.payload(pair))
            answer.content = json.dumps(body).encode()
        return answer


class RefreshView(RefreshTokenView):  # type: ignore[misc]  # untyped package
    def post(self, request: HttpRequest) -> HttpResponse:
        """As a sign-in tells it, with how long the access token is good. Raises
        `tokens.BadToken` or `sessions.Over`."""
        pair = tokens.refresh(self.input.cleaned_data["refresh_token"])
        answer: HttpResponse = APIResponse(request, data=app_sessions.payload(pair))
        return answer


class ManageEmailView(views.ManageEmailView):  # type: ignore[misc]  # untyped package
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and request.user.is_authenticated:
            tries.of_new_address(request)
        with email_addresses.changing(request):
            answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


class VerifyEmailView(views.VerifyEmailView):  # type: ignore[misc]  # untyped package
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with email_addresses.changing(request):
            answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def handle_invalid_input(self, given: Any) -> HttpResponse:
        if given.has_error("key", "required"):
            # Nothing was guessed, so nothing is counted.
            return cast(HttpResponse, ErrorResponse(self.request, input=given))
        answer: HttpResponse = super().handle_invalid_input(given)
        if self.stage and EmailVerificationProcess.resume(self.request) is None:
            # One too many: what was begun is over, as with second factors.
            self.stage.abort()
            return cast(HttpResponse, UnauthorizedResponse(self.request))
        return answer

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.process.email_address.verified:
            raise Conflict("This address is proved already.")
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


def typed(view: View) -> View:
    """Refuses values of another type: allauth's forms would make text of a list, and
    take `["a password"]` for one."""

    @wraps(view)
    def looked_over(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given = json.loads(request.body) if request.body else {}
        for name, value in given.items():
            if type(value) is not _TYPES.get(name, str):
                raise Invalid("A value is of another type.", code="wrong_type")
        if any(type(each) is not str for each in given.get("authenticators", ())):
            raise Invalid("A value is of another type.", code="wrong_type")
        answer: HttpResponse = view(request, *args, **kwargs)
        over: sessions.Over | None = getattr(request, "sign_out", None)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and over and over.ending:
            # Told why, once, where the package only says that they are not signed in.
            raise over
        return answer

    return cast(View, looked_over)


def telling_csrf_token(view: View) -> View:
    """In a header: a page of another origin cannot read our cookie."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = view(request, *args, **kwargs)
        # Afterwards: whoever signs in gets another one.
        answer["X-CSRFToken"] = get_token(request)
        return answer

    return cast(View, told)


def doors(client: Client, found: Mapping[str, Any]) -> list[URLPattern]:
    """Views of allauth's API for one kind of client. Each looks itself who is asking,
    and is closed to whoever stands in for somebody."""
    opened = in_person(public)
    return [
        path(f"{client.value}/v1/{address}", opened(_view(client, view)), name=address)
        for address, view in found.items()
    ]


def _view(client: Client, view: Any) -> Any:
    made = as_problems(passkey_names.named(typed(view.as_api_view(client=client))))
    return telling_csrf_token(made) if client == Client.BROWSER else made


# What people can do here, out of what the package has; see docs/api.md.
VIEWS = {
    "auth/session": views.SessionView,
    "auth/login": LoginView,
    "auth/signup": SignupView,
    "auth/email/verify": VerifyEmailView,
    "auth/email/verify/resend": views.ResendEmailVerificationCodeView,
    "auth/password/request": views.RequestPasswordResetView,
    "auth/password/reset": ResetPasswordView,
    "auth/reauthenticate": ReauthenticateView,
    "account/email": ManageEmailView,
    "account/password/change": ChangePasswordView,
}

urlpatterns = [
    *doors(Client.BROWSER, VIEWS),
    *doors(Client.APP, VIEWS | {"tokens/refresh": RefreshView}),
]
