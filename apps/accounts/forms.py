"""What people tell us about themselves."""

from itertools import groupby
from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext_lazy

from apps.accounts import email_addresses, passwords, time_zones
from apps.accounts.models import User
from apps.core.errors import Conflict


class OneOfSeveral:
    """For a sign-up form of allauth's: of several with one new address at the same
    time, each is answered as if it were alone."""

    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try_save = super().try_save  # type: ignore[misc]  # allauth's, which comes next
        try:
            answer: tuple[User | None, HttpResponse | None] = try_save(request)
        except Conflict:
            self.account_already_exists = True
            answer = try_save(request)
        return answer


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]  # untyped package
    def clean_login(self) -> str:
        return email_addresses.as_kept(super().clean_login())


class SignupForm(OneOfSeveral, allauth_forms.SignupForm):  # type: ignore[misc]  # untyped
    """The page's. Its questions are those of `signup.Signup`."""

    field_order: ClassVar = ["name", "email", "password1", "phone", "timezone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = passwords.hint()

    def clean(self) -> dict[str, Any]:
        # Past allauth's own, which would judge the password without the name.
        found: dict[str, Any] = super(allauth_forms.SignupForm, self).clean()
        return found


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["autofocus"] = True


class ConfirmEmailForm(allauth_forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


def zone_choices() -> list[tuple[str, Any]]:
    """Every zone, grouped by the region it is in."""
    regions = groupby(time_zones.names(), key=lambda zone: zone.partition("/")[0])
    return [
        (region, [(zone, _place(zone)) for zone in zones]) for region, zones in regions
    ]


# Of Django and allauth, which in Spanish have them for strangers; we say "tú".
_OF_OTHERS = (
    gettext_noop("Enter a complete value."),
    gettext_noop("Enter a list of values."),
    gettext_noop("Enter a number."),
    gettext_noop("Enter a valid URL."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid date/time."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a valid time."),
    gettext_noop("Enter a valid value."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Forgot your password?"),
    gettext_noop("Please type your current password."),
    gettext_noop(
        "Select a valid choice. %(value)s is not one of the available choices."
    ),
    gettext_noop(
        "Select a valid choice. That choice is not one of the available choices."
    ),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("You cannot remove your primary email address (%(email)s)."),
    ngettext_lazy(
        "Ensure this value has at least %(limit_value)d character (it has "
        "%(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has "
        "%(show_value)d).",
        "limit_value",
    ),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has "
        "%(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has "
        "%(show_value)d).",
        "limit_value",
    ),
)


def _place(zone: str) -> str:
    return (zone.partition("/")[2] or zone).replace("_", " ").replace("/", " / ")


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in stubs only
    class Meta:
        model = User
        fields = ("name", "timezone")
        labels: ClassVar = {"name": gettext_lazy("Name")}

    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        help_text=gettext_lazy("Reminders and times on these pages use it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = gettext("What Switchboard calls you.")
        self.fields["name"].widget.attrs["autocomplete"] = "name"


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    class Meta:
        model = User
        fields = ("clock_hours", "first_weekday", "locale")
        help_texts: ClassVar = {
            "clock_hours": gettext_lazy("On these pages, in letters and in texts."),
            "first_weekday": gettext_lazy(
                "What “next week” and “end of the week” count from."
            ),
        }

    locale = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy(
            "Of these pages, of letters and of what the assistant texts."
        ),
    )


class AppearanceForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    class Meta:
        model = User
        fields = ("theme",)


class QuietHoursForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    class Meta:
        model = User
        fields = ("quiet_from", "quiet_until")
        widgets: ClassVar = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("quiet_from", "quiet_until")
        }
        help_texts: ClassVar = {
            "quiet_until": gettext_lazy(
                "A reminder that is due in between is texted at the end, and says when it was due."
            ),
        }

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        begin, end = found.get("quiet_from"), found.get("quiet_until")
        if not self.errors and (begin is None) != (end is None):
            missing = "quiet_from" if begin is None else "quiet_until"
            self.add_error(missing, gettext("Give both times, or none."))
        elif begin is not None and begin == end:
            self.add_error(
                "quiet_until", gettext("It ends at another time than it begins.")
            )
        return found
