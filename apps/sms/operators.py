"""Operators are told by text what cannot wait until morning."""

from django.db import transaction

from apps.accounts.operators import who_are_told
from apps.sms import outbox


def tell(*, subject: str, words: str, is_urgent: bool, mark: str) -> None:
    """One text to each who has a verified number, for what is urgent only; with one
    `mark` once, however often it is tried. Also beyond the budgets: codes that are pumped
    for money are what somebody is to be woken for. So many an hour are told at most
    (jobs/telling.py)."""
    if not is_urgent:
        return
    for person in who_are_told():
        with transaction.atomic():
            outbox.queue(
                user=person,
                body=f"Switchboard: {words}",
                kind="notice",
                dedupe_key=f"alert:{mark}:{person.pk}",
                must_arrive=True,
            )
