"""What sign-up asks in pages and in the API alike; allauth builds its forms on it."""

from importlib import import_module
from typing import Any, Protocol, cast

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from apps.accounts import email_changes, names, time_zones
from apps.accounts.models import User
from apps.core.errors import AppError

NAME_LENGTH = 80


class Phones(Protocol):
    """What reads and notes the phone, named by `SIGN_UP_PHONE`: it stands above."""

    def read(self, text: str) -> str: ...

    def note(self, user: User, number: str) -> None: ...


def phones() -> Phones:
    return cast(Phones, import_module(settings.SIGN_UP_PHONE))


class Signup(forms.Form):
    """Answers the same, and as slowly, whether or not the address has an account."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        required=False,
        validators=[names.insist_readable],
        help_text=gettext_lazy("What Switchboard calls you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=32,
        required=False,
        help_text=gettext_lazy(
            "With its country code, like +1 202 555 0123. You link it in the "
            "next step, or later."
        ),
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
        ),
    )
    # Filled in by the browser; without JavaScript it stays empty and UTC holds.
    timezone = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"data-zone": ""})
    )

    # Set by allauth while it validates the address.
    account_already_exists: bool

    def clean_phone(self) -> str:
        """Judged alike whether or not the address has an account."""
        text = str(self.cleaned_data["phone"])
        try:
            return phones().read(text) if text else ""
        except AppError as error:
            raise forms.ValidationError(error.sentence, code=error.code) from None

    def clean_timezone(self) -> str:
        zone = str(self.cleaned_data["timezone"])
        # A browser that reports an unknown zone is no mistake of the person.
        return zone if zone in time_zones.names() else ""

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        field = "password1" if "password1" in self.fields else "password"
        password = found.get(field)
        if not password:
            return found
        if email_changes.is_held(found.get("email", "")):
            self.account_already_exists = True
        person = User(email=found.get("email", ""), name=found.get("name", ""))
        try:
            get_adapter().clean_password(password, user=person)
        except forms.ValidationError as error:
            self.add_error(field, error)
        if self.account_already_exists and not self.errors:
            # A new account costs one hash, and a quicker answer would give it away.
            make_password(password)
        return found

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth asks for it; the adapter has kept everything already."""
