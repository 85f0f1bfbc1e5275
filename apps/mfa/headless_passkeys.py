"""Passkeys in allauth's headless API: its own views, with ids that tell no numbers and
credentials that are looked at before they are taken apart."""

from typing import Any, ClassVar

from allauth.headless.internal.restkit import inputs
from allauth.headless.mfa import views
from allauth.headless.mfa.inputs import DeleteWebAuthnInput, UpdateWebAuthnInput
from allauth.mfa.models import Authenticator
from django import forms
from django.core.exceptions import ValidationError

from apps.accounts import passkey_names
from apps.core import opaque
from apps.mfa.forms import (
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
        told = forms.ModelChoiceField.default_error_messages["invalid_choice"]
        raise ValidationError(told, code="invalid_choice") from None


class RenameInput(UpdateWebAuthnInput):  # type: ignore[misc]  # untyped package
    id = _One(queryset=Authenticator.objects.none())


class RemoveInput(DeleteWebAuthnInput):  # type: ignore[misc]  # untyped package
    authenticators = _Several(queryset=Authenticator.objects.none())


class ManageView(views.ManageWebAuthnView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {
        "POST": AddInput,
        "PUT": RenameInput,
        "DELETE": RemoveInput,
    }


class AuthenticateView(views.AuthenticateWebAuthnView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"POST": AuthenticateInput}


class ReauthenticateView(views.ReauthenticateWebAuthnView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"POST": ReauthenticateInput}


class LoginView(views.LoginWebAuthnView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"POST": LoginInput}
