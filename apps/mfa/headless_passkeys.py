"""Passkeys in allauth's headless API: its own views, with ids that tell no numbers and
credentials that are looked at before they are taken apart."""

from typing import Any, ClassVar, cast

from allauth.headless.internal.restkit import inputs
from allauth.headless.mfa import views
from allauth.headless.mfa.inputs import DeleteWebAuthnInput, UpdateWebAuthnInput
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from apps.accounts import passkey_names
from apps.core import opaque
from apps.core.errors import NotFound
from apps.mfa.forms import (
    NAME,
    AddPasskeyForm,
    AuthenticatePasskeyForm,
    LoginPasskeyForm,
    ReauthenticatePasskeyForm,
)


class AuthenticateInput(AuthenticatePasskeyForm, inputs.Input):  # type: ignore[misc]  # untyped package
    pass


class ReauthenticateInput(ReauthenticatePasskeyForm, inputs.Input):  # type: ignore[misc]  # untyped package
    pass


class LoginInput(LoginPasskeyForm, inputs.Input):  # type: ignore[misc]  # untyped package
    pass


class AddInput(AddPasskeyForm, inputs.Input):  # type: ignore[misc]  # untyped package
    pass


class _One(inputs.ModelChoiceField):  # type: ignore[misc]  # untyped package
    def to_python(self, value: Any) -> Any:
        return super().to_python(_number(value) if value else value)


class _Several(inputs.ModelMultipleChoiceField):  # type: ignore[misc]  # untyped package
    def clean(self, value: Any) -> Any:
        names = isinstance(value, list | tuple)
        return super().clean([_number(each) for each in value] if names else value)


def _number(said: Any) -> int:
    """Raises ValidationError, as for one of somebody else."""
    try:
        return passkey_names.number(said)
    except opaque.Unopened:
        raise ValidationError("There is none of that id.", "invalid_choice") from None


class RenameInput(UpdateWebAuthnInput):  # type: ignore[misc]  # untyped package
    id = _One(queryset=Authenticator.objects.none())
    name = inputs.CharField(validators=NAME)


class RemoveInput(DeleteWebAuthnInput):  # type: ignore[misc]  # untyped package
    authenticators = _Several(queryset=Authenticator.objects.none())


class ManageView(views.ManageWebAuthnView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {
        "POST": AddInput,
        "PUT": RenameInput,
        "DELETE": RemoveInput,
    }

    def handle_invalid_input(self, given: Any) -> HttpResponse:
        """Raises NotFound for one that is somebody else's, as for one that is nobody's."""
        names = (name for name in ("id", "authenticators") if name in given.errors)
        if any(given.has_error(name, "invalid_choice") for name in names):
            raise NotFound
        return cast(HttpResponse, super().handle_invalid_input(given))

    @transaction.atomic
    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """All of them, or none where the last may not go."""
        return cast(HttpResponse, super().delete(request, *args, **kwargs))


class AuthenticateView(views.AuthenticateWebAuthnView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"POST": AuthenticateInput}


class ReauthenticateView(views.ReauthenticateWebAuthnView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"POST": ReauthenticateInput}


class LoginView(views.LoginWebAuthnView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"POST": LoginInput}
