"""Letters about second factors: whoever did it, the owner hears of it."""

import smtplib
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts.adapter import public
from apps.accounts.models import User
from apps.core.logs import logger


def added(user: User, what: str) -> None:
    _tell(user, "added", what=what)


def removed(user: User, what: str) -> None:
    _tell(user, "removed", what=what)


def recovery_codes_made(user: User) -> None:
    _tell(user, "recovery_codes")


def recovery_code_used(user: User, left: int) -> None:
    _tell(user, "recovery_code_used", left=left)


def loss_begun(user: User, ready_at: datetime, cancel_url: str) -> None:
    until = ready_at.astimezone(user.zone)
    _tell(user, "loss_begun", until=until, cancel_url=cancel_url)


def loss_cancelled(user: User) -> None:
    _tell(user, "loss_cancelled")


def factors_reset(user: User) -> None:
    _tell(user, "factors_reset")


def frozen(user: User) -> None:
    _tell(user, "frozen")


def addresses(user: User) -> list[str]:
    """Every verified one: whoever took the account over may hold one of them."""
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return list(verified.order_by("-primary", "pk").values_list("email", flat=True))


def _tell(user: User, template: str, **given: Any) -> None:
    """After the commit. A mail server that is away undoes nothing."""
    context = {
        "user": user,
        "at": timezone.now().astimezone(user.zone),
        "security_url": public(reverse("mfa:factors")),
        "password_url": public(reverse("account_change_password")),
        **given,
    }

    def send() -> None:
        for address in addresses(user):
            try:
                get_adapter().send_mail(f"mfa/email/{template}", address, context)
            except (OSError, smtplib.SMTPException) as error:
                logger.error("notice_lost", user=user.pk, error=type(error).__name__)

    transaction.on_commit(send)
