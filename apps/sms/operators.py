"""Operators are told by text what cannot wait until morning."""

from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from apps.accounts.operators import who_are_told
from apps.sms import outbox


def tell(*, subject: str, words: str, is_urgent: bool) -> None:
    """One text to each who has a verified number, for what is urgent only."""
    if not is_urgent:
        return
    # The same words within a quarter of an hour are the same text.
    when = int(timezone.now().timestamp()) // 900
    mark = sha256(words.encode()).hexdigest()[:16]
    for person in who_are_told():
        with transaction.atomic():
            outbox.queue(
                user=person,
                body=f"Switchboard: {words}",
                kind="notice",
                dedupe_key=f"alert:{person.pk}:{mark}:{when}",
            )
