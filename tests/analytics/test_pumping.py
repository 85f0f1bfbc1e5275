"""Where texts are paid for and no phone is linked, operators see it, and why."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.analytics import pumping
from apps.analytics.models import PersonDay
from apps.analytics.models.texts import NOBODY
from apps.analytics.periods import Period
from apps.analytics.pumping import Suspect
from apps.sms.models import PhoneNumber, TextedCode
from tests.analytics.rows import cost, drained, went
from tests.factories import PhoneNumberFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 20)
PERIOD = Period(DAY - timedelta(days=6), DAY)


def sent(country: str, texts: int, micros: int, day: date = DAY) -> None:
    """Codes to numbers that nobody has linked."""
    PersonDay.objects.bulk_create(
        [
            PersonDay(
                user_id=NOBODY,
                day=day,
                direction="out",
                kind="code",
                country=country,
                status="delivered",
                texts=texts,
            ),
            PersonDay(
                user_id=NOBODY, day=day, direction="out", country=country, micros=micros
            ),
        ]
    )


def linked(begins: str, times: int) -> None:
    for n in range(times):
        phone = PhoneNumberFactory.create(
            user=UserFactory.create(), e164=f"{begins}{2000 + n}"
        )
        at = datetime(2026, 10, 20, 12, tzinfo=UTC)
        PhoneNumber.objects.filter(pk=phone.pk).update(verified_at=at)


def test_a_country_where_hardly_anybody_links_a_phone_is_suspected() -> None:
    sent("DE", 200, 18_000_000)
    sent("DE", 20, 1_800_000, DAY - timedelta(days=7))
    linked("+4915123456", 3)
    assert pumping.suspects(PERIOD) == [
        Suspect(
            "DE",
            "200 codes and guidance to numbers of nobody, 3 linked: $18.00, up from"
            " $1.80.",
        )
    ]


def test_it_is_said_where_it_did_not_grow() -> None:
    sent("DE", 60, 5_000_000)
    sent("DE", 90, 8_000_000, DAY - timedelta(days=7))
    ((found),) = pumping.suspects(PERIOD)
    assert found.why.endswith("0 linked: $5.00, no more than in the time before.")


def test_where_people_link_their_phones_nothing_is_wrong() -> None:
    sent("US", 60, 500_000)
    linked("+1202555", 12)
    assert pumping.suspects(PERIOD) == []


def test_countries_that_share_a_code_are_told_apart() -> None:
    """Jamaica's numbers begin with +1 as those of the United States do."""
    sent("JM", 60, 5_000_000)
    sent("US", 60, 500_000)
    linked("+1202555", 20)
    assert [each.where for each in pumping.suspects(PERIOD)] == ["JM"]


def test_of_few_texts_nothing_is_said() -> None:
    sent("DE", 49, 5_000_000)
    assert pumping.suspects(PERIOD) == []


@pytest.mark.django_db(transaction=True)
def test_texts_to_nobody_are_what_is_looked_at() -> None:
    at = datetime(2026, 10, 20, 12, tzinfo=UTC)
    user = UserFactory.create()
    for n in range(50):
        texted = {"country": "DE", "state": "sent", "number": f"+49151{n:08}"}
        went(None, at, kind="guidance", **texted)
        went(user, at, kind="reply", **{**texted, "country": "FR"})
    cost(None, "out", at, 90_000)
    drained()
    assert [each.where for each in pumping.suspects(PERIOD)] == ["DE"]


def test_an_area_where_no_code_is_typed_is_told_by_its_numbers() -> None:
    phone = PhoneNumberFactory.create(user=UserFactory.create())
    now = datetime.now(UTC)
    for n in range(50):
        code = TextedCode.objects.create(
            user=phone.user,
            phone=phone,
            area="+4915123",
            digest="",
            password_mark="",
            expires_at=now,
            confirmed_at=now if n < 5 else None,
        )
        past = now - timedelta(minutes=10)
        TextedCode.objects.filter(pk=code.pk).update(created_at=past)
    (found,) = pumping.suspects(PERIOD)
    assert found.where == "+4915123"
    assert "Of the last 50 codes there fewer than 10 were typed" in found.why
