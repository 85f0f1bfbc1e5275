"""What a month has cost, and what is left."""

from datetime import datetime

import pytest
import time_machine

from apps.accounts.models import User
from apps.rbac.models import RoleLimits
from apps.sms import composer
from apps.sms.models import Pot
from apps.sms.money import in_dollars, ledger, tokens, usage
from tests.assistant.conftest import Phone
from tests.factories import UserFactory
from tests.sms.money.conftest import reserved

pytestmark = pytest.mark.django_db
OUT = 13_300


@pytest.fixture
def alice(db: None) -> User:
    """In New York."""
    return UserFactory.create()


@time_machine.travel("2026-11-10T03:00Z", tick=False)
def test_of_the_month_in_utc_and_at_this_rate(alice: User) -> None:
    """The 9th of November in New York, the 10th in UTC."""
    with time_machine.travel("2026-10-31T23:59Z", tick=False):
        reserved("out:october", OUT, alice)
    with time_machine.travel("2026-11-01T00:01Z", tick=False):
        reserved("out:november", OUT, alice)
        reserved("in:november", 8_300, alice, what="in", texts=0)
    reserved("out:never", OUT, alice)
    ledger.release(cause="out:never")
    reserved("out:bob", OUT, UserFactory.create(name="Bob"))
    used = usage.of_month(alice)
    assert (used.came, used.went, used.micros) == (1, 1, 21_600)
    assert used.by_the_end == 3 * 21_600
    assert used.ends_at == datetime.fromisoformat("2026-12-01T00:00Z")


def test_what_is_left(alice: User) -> None:
    RoleLimits.objects.filter(role__slug="user").update(texts=10)
    for number in range(3):
        reserved(f"out:{number}", 1_000_000, alice)
    reserved("out:reminder", OUT, alice, pot=Pot.PROACTIVE)
    tokens.reserve(cause="llm:1", user=alice, micros=100_000)
    left = usage.left(alice)
    assert (left.texts, left.texts_of) == (7, 10)
    assert (left.started, left.started_of) == (4, 5)
    assert left.micros == left.day_micros == 2_000_000
    assert (left.day_of, left.month_micros) == (5_000_000, left.month_of - 3_000_000)
    assert (left.tokens_micros, left.tokens_of) == (400_000, 500_000)


@time_machine.travel("2026-11-24T15:00Z", tick=False)
def test_both_answer_by_text_in_one_segment(alice: User) -> None:
    for number in range(80):
        reserved(f"out:{number}", OUT, alice)
        reserved(f"in:{number}", 8_300, alice, what="in", texts=0)
    phone = Phone(alice)
    said = phone.text("usage")
    assert said == (
        "This month: 80 texts in, 80 out, $1.73. At this rate $2.16 for the whole"
        " month."
    )
    tokens.reserve(cause="llm:1", user=alice, micros=2_000)
    assert "of it under $0.01 for the language model" in phone.text("my usage?")
    said = phone.text("How many texts do I have left?")
    assert said == (
        "Left until Mon 30 Nov, 7:00 PM: 20 of 100 answers ($3.27 for now), 50"
        " reminders, $0.50 for the language model."
    )
    assert composer.count(said).segments == 1


@pytest.mark.parametrize(
    ("micros", "said"),
    [
        (0, "$0.00"),
        (9_999, "under $0.01"),
        (10_000, "$0.01"),
        (1_234_567_890, "$1,234.57"),
    ],
)
def test_dollars_for_people(micros: int, said: str) -> None:
    assert in_dollars(micros) == said
