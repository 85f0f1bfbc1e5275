"""The steps after sign-up: an address, a phone, a second factor.

What is done is read off the account; all that is kept is whether its owner still wants to
be reminded. Each step is the page where the same is done later, with a line on it.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core.verbs import require_POST
from apps.mfa import factor
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in
from apps.sms import numbers


@dataclass(frozen=True)
class Step:
    name: str
    why: str
    action: str
    url: str
    is_done: bool


def steps(user: User) -> list[Step]:
    """In order."""
    return [
        Step(gettext("Create an account"), "", "", "", True),
        verify_email(user),
        link_phone(user),
        Step(
            gettext("Set up a second factor"),
            gettext("A stolen password is then not enough to get in."),
            gettext("Set up"),
            reverse("mfa:factors"),
            factor.are_set_up(user),
        ),
    ]


def verify_email(user: User) -> Step:
    return Step(
        gettext("Verify your email"),
        gettext("It is how you get back in."),
        gettext("Verify"),
        reverse("account_email"),
        EmailAddress.objects.filter(user=user, verified=True).exists(),
    )


def link_phone(user: User) -> Step:
    return Step(
        gettext("Link a phone"),
        gettext("One text proves that it is yours."),
        gettext("Link"),
        reverse("portal:phones"),
        numbers.primary(user) is not None,
    )


def end(user: User) -> None:
    """They are through, or want to hear no more of it."""
    User.objects.filter(pk=user.pk).update(is_setting_up=False)
    user.is_setting_up = False


@signed_in
@require_POST
def dismiss(request: SignedIn) -> HttpResponse:
    end(request.user)
    return redirect("portal:overview")
