"""Texts that come and are answered, within the transaction of a test."""

from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.sms.models import InboundText, Lane, PhoneNumber
from apps.sms.worker import drain
from tests.factories import PhoneNumberFactory
from tests.sms.conftest import text


def phone_of(user: User) -> PhoneNumber:
    """The one that is texted."""
    row = PhoneNumber.objects.owned_by(user).filter(is_primary=True).first()
    return row or PhoneNumberFactory.create(user=user)


def texted(user: User, words: str = "buy milk") -> InboundText:
    """From their phone, by the carrier's call, and answered."""
    assert text(words, number=phone_of(user).e164).status_code == 200
    answer_all()
    return InboundText.objects.owned_by(user).latest("pk")


def answer_all() -> None:
    """PostgreSQL's clock stands still in the transaction of a test, and what was put
    into a lane just now would be due after it."""
    Lane.objects.exclude(due_at=None).update(due_at=timezone.now() - timedelta(hours=1))
    drain()
