"""Letters about second factors: whoever did it, the owner hears of it."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.urls import reverse

from apps.accounts import letters
from apps.accounts.models import User


def added(user: User, factor: str) -> None:
    _tell(user, "factor_added", factor=factor)


def removed(user: User, factor: str) -> None:
    _tell(user, "factor_removed", factor=factor)


def recovery_codes_made(user: User) -> None:
    _tell(user, "recovery_codes_made")


def recovery_code_used(user: User, left: int) -> None:
    _tell(user, "recovery_code_used", left=left)


def loss_begun(user: User, ready_at: datetime, cancel_url: str) -> None:
    until = letters.in_words(ready_at, user)
    _tell(user, "loss_begun", until=until, cancel_url=cancel_url)


def loss_cancelled(user: User) -> None:
    _tell(user, "loss_cancelled")


def factors_reset(user: User) -> None:
    _tell(user, "factors_reset")


def factors_taken_back(user: User) -> None:
    _tell(user, "factors_taken_back")


def browser_trusted(user: User, browser: str) -> None:
    _tell(user, "browser_trusted", browser=browser)


def frozen(user: User, *, is_known: bool) -> None:
    _tell(user, "factors_frozen", is_known=is_known)


def addresses(user: User) -> list[str]:
    """Every verified one: whoever took the account over may hold one of them."""
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return list(verified.order_by("-primary", "pk").values_list("email", flat=True))


def _tell(user: User, name: str, **facts: Any) -> None:
    security_url = letters.public(reverse("mfa:factors"))
    for address in addresses(user):
        letters.tell(user, name, to=address, security_url=security_url, **facts)
