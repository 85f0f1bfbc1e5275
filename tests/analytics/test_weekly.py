"""Operators read on Monday what the week was."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics.weekly import report
from apps.jobs.models import UnwantedLetters
from tests.analytics.rows import cost, drained, went
from tests.rbac.factories import verified

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def used(alice: User) -> None:
    for ago in (2, 3, 9):
        at = timezone.now() - timedelta(days=ago)
        went(alice, at, state="sent", delivery="delivered")
        cost(alice, "in", at, 7_500)
    drained()


def test_each_operator_reads_of_the_week(used: None) -> None:
    verified("ada@example.com", "administrator")
    verified("alina@example.com")
    report()
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.com"]
    assert letter.subject == "The week on Switchboard"
    body = str(letter.body)
    assert "Texts in: 2, 1 the week before." in body
    assert "Texts out: 2, 1 the week before." in body
    assert "/admin/analytics/daysum/?from=" in body
    assert "All promises were kept." in body
    assert "No more of these letters" in body


def test_who_wants_none_gets_none(used: None) -> None:
    ada = verified("ada@example.com", "administrator")
    UnwantedLetters.objects.create(person=ada, category="weekly")
    report()
    assert not mail.outbox
