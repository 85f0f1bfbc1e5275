"""A person sees what each of their texts cost this month, and nobody else's."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.sms import outbox
from apps.sms.models import InboundText, OutboundText, Pot
from apps.sms.money import usage
from tests.sign_in import signed_in
from tests.sms.conftest import BOB, text, work
from tests.sms.money.conftest import cap
from tests.sms.money.test_console import shown
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@transaction.atomic
def start(user: User, key: str) -> None:
    outbox.queue(user=user, body="Hi", dedupe_key=key)


def long_ago(days: int) -> None:
    """All that was texted."""
    then = timezone.now() - timedelta(days=days)
    InboundText.objects.update(received_at=then)
    OutboundText.objects.update(created_at=then)


def test_each_text_and_the_month(alice: User, bob: User, twilio: TwilioServer) -> None:
    text("hello")
    text("hello", number=BOB)
    work()
    client = signed_in(alice)
    page = shown(client, "/app/usage/")
    for said in ("1 from you, 1 to you: $0.02", "99 of 100 replies left"):
        assert said in page
    page = shown(client, "/app/usage/texts/")
    assert "From you, +1 202 555 0101" in page and "$0.0083" in page
    assert "To you, +1 202 555 0101" in page and "$0.0133" in page
    assert "5 characters" in page and "0102" not in page


def test_nothing_of_the_month_before(alice: User, twilio: TwilioServer) -> None:
    client = signed_in(alice)
    assert "No texts this month" in shown(client, "/app/usage/texts/")
    text("hello")
    work()
    long_ago(days=40)
    assert "No texts this month" in shown(client, "/app/usage/texts/")


def test_what_was_never_sent_cost_nothing(alice: User) -> None:
    cap(Pot.PROACTIVE, 0)
    cap(Pot.SECURITY, 0)
    start(alice, "x")
    page = shown(signed_in(alice), "/app/usage/texts/")
    assert "Not delivered" in page and "nothing" in page


def test_it_is_read_a_page_at_a_time(alice: User, twilio: TwilioServer) -> None:
    """Each once, also those of one moment."""
    with time_machine.travel(timezone.now(), tick=False):
        for number in range(5):
            start(alice, str(number))
    seen, before = [], ""
    for _ in range(3):
        page = usage.texts(alice, before=before, limit=2)
        seen += [each.id for each in page.rows]
        before = page.older
    assert len(seen) == len({*seen}) == 5 and not before


@pytest.mark.parametrize("before", ["x", "~", "2026-13-01", "2026-11-01", "\0"])
def test_a_page_that_is_none_is_refused(alice: User, before: str) -> None:
    with pytest.raises(Invalid):
        usage.texts(alice, before=before)
    response = signed_in(alice).get("/app/usage/texts/", {"before": before})
    assert response.status_code == 400


def test_its_queries_do_not_grow(
    alice: User,
    twilio: TwilioServer,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        text("hello")
        work()
    client = signed_in(alice)
    with django_assert_max_num_queries(15):
        client.get("/app/usage/")
    with django_assert_max_num_queries(6):
        client.get("/app/usage/texts/")
