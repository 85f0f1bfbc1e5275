"""What sign-up asks in pages and in the API alike; allauth builds its forms on it."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from apps.accounts import email_changes, names, time_zones
from apps.accounts.models import User

NAME_LENGTH = 80


class Signup(forms.Form):
    """Answers the same, and as slowly, whether or not the address has an account."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        required=False,
        validators=[names.insist_readable],
        help_text="What Switchboard calls you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # Filled in by the browser; without JavaScript it stays empty and UTC holds.
    timezone = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"data-zone": ""})
    )

    # Set by allauth while it validates the address.
    account_already_exists: bool

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
