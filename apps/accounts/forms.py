"""What people tell us about themselves."""

from itertools import groupby
from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from apps.accounts import time_zones
from apps.accounts.models import User

NAME_LENGTH = 80


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]  # untyped package
    """Answers the same, and as slowly, whether or not the address has an account."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        required=False,
        help_text="What Switchboard calls you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # Filled in by the browser; without JavaScript it stays empty and UTC holds.
    timezone = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"data-zone": ""})
    )
    field_order: ClassVar = ["name", "email", "password1", "timezone"]

    # Set by allauth while it validates the address.
    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = "At least 12 characters."

    def clean_timezone(self) -> str:
        zone = str(self.cleaned_data["timezone"])
        # A browser that reports an unknown zone is no mistake of the person.
        return zone if zone in time_zones.names() else ""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            # A new account costs one hash, and a quicker answer would give it away.
            make_password(self.cleaned_data["password1"])
        try:
            answer: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:
            # Somebody signed up with this address while we looked.
            self.account_already_exists = True
            answer = super().try_save(request)
        return answer

    def save(self, request: HttpRequest) -> User:
        with transaction.atomic():
            saved: User = super().save(request)
        return saved


def zone_choices() -> list[tuple[str, Any]]:
    """Every zone, grouped by the region it is in."""
    regions = groupby(time_zones.names(), key=lambda zone: zone.partition("/")[0])
    return [
        (region, [(zone, _place(zone)) for zone in zones]) for region, zones in regions
    ]


def _place(zone: str) -> str:
    return (zone.partition("/")[2] or zone).replace("_", " ").replace("/", " / ")


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in stubs only
    class Meta:
        model = User
        fields = ("name", "timezone")

    timezone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        help_text="Reminders and times on these pages use it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "What Switchboard calls you."
        self.fields["name"].widget.attrs["autocomplete"] = "name"
