"""What a text would cost, by the price list."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.sms import areas
from apps.sms.models import Price
from apps.sms.money import prices

pytestmark = pytest.mark.django_db
OURS, ALICE = "+12025550100", "+12025550101"
TOLL_FREE = "+18005550100"


def twilio(micros: int, **more: object) -> Price:
    now = timezone.now()
    said = {"valid_from": now, "checked_at": now, "source": "twilio"} | more
    said = {"country": "US", "direction": "out", "part": "segment"} | said
    return Price.objects.create(micros=micros, **said)


def test_a_segment_of_the_united_states_by_the_public_list_with_the_carriers_fee() -> (
    None
):
    said = prices.outbound(number=ALICE, our_number=OURS, segments=2)
    assert (said.each, said.fee, said.micros) == (8_300, 5_000, 26_600)
    assert (said.country, said.source) == ("US", "list")
    came = prices.inbound(our_number=OURS, segments=3)
    assert (came.each, came.fee, came.micros) == (8_300, 0, 24_900)


def test_a_country_that_is_not_listed_costs_the_cautious_estimate() -> None:
    said = prices.outbound(number="+4915112345678", our_number=OURS, segments=1)
    assert (said.country, said.micros, said.source) == ("DE", 120_000, "estimate")


def test_pictures_cost_by_the_text() -> None:
    came = prices.inbound(our_number=OURS, segments=4, num_media=2)
    assert came.micros == 16_500


def test_what_twilio_says_of_the_account_counts_before_any_list() -> None:
    twilio(6_000, number_type="local")
    assert prices.outbound(number=ALICE, our_number=OURS, segments=1).micros == 11_000
    later = timezone.now() + timedelta(days=1)
    twilio(7_000, number_type="local", valid_from=later)
    twilio(1, number_type="local", currency="EUR")
    assert prices.outbound(number=ALICE, our_number=OURS, segments=1).each == 6_000


def test_the_dearest_counts_where_the_type_of_our_number_is_not_listed() -> None:
    twilio(6_000, number_type="local")
    twilio(9_000, number_type="shortcode")
    said = prices.outbound(number=ALICE, our_number=TOLL_FREE, segments=1)
    assert said.each == 9_000
    twilio(7_500, number_type="tollfree")
    said = prices.outbound(number=ALICE, our_number=TOLL_FREE, segments=1)
    assert said.each == 7_500


def test_what_would_this_cost_counts_the_words_as_they_would_be_sent() -> None:
    said = prices.would_cost("é" * 160, to=ALICE)
    assert (said.segments, said.micros) == (1, 13_300)
    assert prices.would_cost("ж" * 71, to=ALICE).segments == 2


def test_a_failed_text_costs_its_fee() -> None:
    assert prices.failed_fee() == 1_000


def test_entering_the_list_again_changes_nothing() -> None:
    before = list(Price.objects.order_by("pk").values())
    prices.enter()
    assert list(Price.objects.order_by("pk").values()) == before
    assert before[0]["valid_from"] == datetime(2026, 11, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "area", "country"),
    [
        ("+12025550101", "+1202", "US"),
        ("+16045550101", "+1604", "CA"),
        ("+493012345678", "+4930", "DE"),
        ("+4915112345678", "+49", "DE"),
        ("+6598765432", "+65", "SG"),
        ("+88213123456", "+882", ""),
        ("72345", "", ""),
        ("messenger:1234567890123456", "", ""),
    ],
)
def test_a_range_of_numbers_is_its_country_and_area(
    number: str, area: str, country: str
) -> None:
    assert (areas.area(number), areas.country(number)) == (area, country)


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (OURS, "local"),
        (TOLL_FREE, "tollfree"),
        ("72345", "shortcode"),
        ("+4915112345678", ""),
        ("BANK", ""),
    ],
)
def test_the_type_of_our_own_number_as_far_as_it_shows(ours: str, said: str) -> None:
    assert areas.number_type(ours) == said


def test_a_price_is_looked_up_once_while_prices_are_kept(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with prices.kept(), django_assert_num_queries(1):
        first = prices.outbound(number=ALICE, our_number=OURS, segments=1)
        assert prices.outbound(number=ALICE, our_number=OURS, segments=1) == first
    with django_assert_num_queries(1):
        prices.outbound(number=ALICE, our_number=OURS, segments=1)
