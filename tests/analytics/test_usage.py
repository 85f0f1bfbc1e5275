"""What a person is told of what they used: on the page, over the API, and in a file."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.analytics import charts, drawing, figures, periods, tips
from apps.analytics.periods import Period
from apps.core.errors import Invalid
from apps.sms.models import Charge, Delta, InboundText
from tests.analytics.rows import cost, drained, lane, went
from tests.factories import UserFactory
from tests.sms.conftest import text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
BAD = [
    ("period=tomorrow", "There is no such period."),
    ("from=2026-11-20&to=2026-11-01", "The last day is before the first."),
    ("from=2026-11-20", "`to` is no day"),
    ("from=20261101&to=2026-11-02", "`from` is no day"),
    ("from=2026-W01-1&to=2026-11-02", "`from` is no day"),
    ("from=2026-1-1&to=2026-11-02", "`from` is no day"),
    ("from=yesterday&to=2026-11-01", "`from` is no day"),
    ("from=9999-01-01&to=9999-12-31", "Take a day from 1970 to 2200."),
    ("from=2000-01-01&to=2026-01-01", "Take no more than"),
    ("period=7d&from=2026-11-01&to=2026-11-02", "not both"),
    ("period=7d%00", "There is no such period."),
    ("from=%00&to=%00", "`from` is no day"),
    ("from=0001-01-01&to=0001-01-02", "Take a day from 1970 to 2200."),
    ("period=7d&period=year", "Say `period` once."),
]
# What is not asked for by these names is nobody's.
UNKNOWN = ("user=2", "user_id=1", "limit=-1", "country=US", "role=user", "from[]=1")


@pytest.fixture
def used(alice: User, bob: User) -> None:
    """Texts of a month and the one before, and somebody else's."""
    now = timezone.now()
    for ago, times in ((1, 3), (8, 2), (40, 1)):
        at = now - timedelta(days=ago)
        for _ in range(times):
            arrived = {"state": "sent", "delivery": "delivered"}
            went(alice, at, sent_at=at, segments=2, **arrived)
            cost(alice, "out", at, 16_000)
            cost(alice, "in", at, 8_000)
    went(alice, now - timedelta(days=2), state="sent", delivery="undelivered")
    cost(alice, "tokens", now - timedelta(days=2), 1_500)
    went(bob, now, state="sent", delivery="delivered")
    cost(bob, "out", now, 99_000)
    drained()


def told(client: Client, path: str) -> Any:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()


def test_it_says_what_was_used_and_what_was_before(
    client: Client, alice: User, used: None
) -> None:
    client.force_login(alice)
    said = told(client, "usage?period=30d")
    assert said["volume"] == {
        "came": 5,
        "went": 6,
        "arrived": 5,
        "lost": 1,
        "segments": 11,
        "cost": 121_500,
        "cost_in": 40_000,
        "cost_out": 80_000,
        "cost_lookup": 0,
        "cost_tokens": 1_500,
    }
    before = said["volume_before"]
    assert (before["came"], before["went"], before["cost"]) == (1, 1, 24_000)
    assert told(client, "usage?period=7d")["volume"]["came"] == 3


def test_the_page_shows_the_same(client: Client, alice: User, used: None) -> None:
    client.force_login(alice)
    page = client.get("/app/usage/").content.decode()
    assert "5 from you, 6 to you" in page and "$0.12" in page
    assert "1 did not arrive" in page and "450 % more than before" in page
    assert 'aria-current="page">30 days' in page
    assert re.search(
        r"Of your budget \$[\d.]+ are left today, and \$[\d.]+ of \$[\d.]+ this month",
        page,
    )
    assert "Texts, 30 days: from you 5, to you 6." in page


def test_it_is_asked_for_in_few_queries(
    client: Client,
    alice: User,
    used: None,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(alice)
    with django_assert_max_num_queries(15):
        client.get("/app/usage/?period=year")


@pytest.mark.parametrize(("query", "said"), BAD)
def test_what_cannot_be_asked_is_said(
    client: Client, alice: User, query: str, said: str
) -> None:
    client.force_login(alice)
    response = client.get(f"/api/v1/usage?{query}")
    assert response.status_code == 400 and said in response.json()["detail"]
    assert client.get(f"/app/usage/days.csv?{query}").status_code == 400
    page = client.get(f"/app/usage/?{query}")
    assert page.status_code == 400
    assert said.replace("`", "&#x60;") in page.content.decode().replace("`", "&#x60;")


@pytest.mark.parametrize("query", UNKNOWN)
def test_whoever_asks_for_something_else_is_told(
    client: Client, alice: User, query: str
) -> None:
    client.force_login(alice)
    for path in ("usage", "usage/charts/texts"):
        response = client.get(f"/api/v1/{path}?{query}")
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["detail"] == "Ask by period, from, to alone."
    page = client.get(f"/app/usage/?{query}")
    assert page.status_code == 400 and b"Ask by period, from, to alone." in page.content
    assert client.get(f"/app/usage/days.csv?{query}").status_code == 400


def test_who_never_texted_is_told_so(client: Client) -> None:
    client.force_login(UserFactory.create())
    said = told(client, "usage?period=year")
    assert {*said["volume"].values()} == {0}
    assert said["speed"] == {"p50": None, "p95": None, "times": 0}
    assert said["tools"] == said["providers"] == said["tips"] == []
    page = client.get("/app/usage/?period=month").content.decode()
    assert "0 from you, 0 to you" in page and "Nothing in this time." in page
    assert b"At this rate it is $0.00" in client.get("/app/usage/").content


@time_machine.travel("2026-11-01T00:00:30+00:00", tick=False)
def test_on_the_first_of_a_month_the_first_day_is_one_of_thirty(
    client: Client, alice: User
) -> None:
    """By the second, hardly any time would have to make up for all of the month."""
    cost(alice, "out", timezone.now() - timedelta(seconds=20), 10_000)
    cost(alice, "out", timezone.now() - timedelta(seconds=40), 70_000)
    drained()
    client.force_login(alice)
    page = client.get("/app/usage/?period=month").content.decode()
    assert "At this rate it is $0.30 by the end" in page
    volume = told(client, "usage?period=month")["volume"]
    before = told(client, "usage?period=month")["volume_before"]
    assert (volume["cost"], before["cost"]) == (10_000, 0)
    assert told(client, "usage?period=last_month")["volume"]["cost"] == 70_000


def test_a_day_is_that_of_utc_wherever_its_person_is(
    client: Client, alice: User
) -> None:
    alice.timezone = "Pacific/Auckland"
    alice.save()
    cost(alice, "out", datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), 1)
    cost(alice, "out", datetime(2026, 11, 1, tzinfo=UTC), 2)
    drained()
    client.force_login(alice)
    for first, last, micros in (
        ("2026-10-31", "2026-10-31", 1),
        ("2026-11-01", "2026-11-01", 2),
        ("2026-10-31", "2026-11-01", 3),
    ):
        said = told(client, f"usage?from={first}&to={last}")
        assert said["volume"]["cost"] == micros


def test_the_file_has_every_day(client: Client, alice: User, used: None) -> None:
    client.force_login(alice)
    response: Any = client.get("/app/usage/days.csv?period=7d")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0] == (
        "day,texts_from_you,texts_to_you,arrived,lost,segments_to_you,dollars,"
        "dollars_from_you,dollars_to_you,dollars_language_model,dollars_phone_checks,"
        "answer_ms_p50,answer_ms_p95"
    )
    assert len(lines) == 8
    yesterday = (timezone.now() - timedelta(days=1)).astimezone(ZoneInfo("UTC"))
    (line,) = [each for each in lines if each.startswith(str(yesterday.date()))]
    costs = "0.072000,0.024000,0.048000,0.000000,0.000000"
    assert line == f"{yesterday.date()},3,3,3,0,6,{costs},,"


def test_the_file_tells_how_long_answers_took(client: Client, alice: User) -> None:
    now = timezone.now()
    for ms in (100, 100, 9_000):
        Delta.objects.create(at=now, user_id=alice.pk, stage="reply", ms=ms)
    drained()
    client.force_login(alice)
    response: Any = client.get("/app/usage/days.csv?period=7d")
    last = b"".join(response.streaming_content).decode().splitlines()[-1]
    p50, p95 = map(int, last.split(",")[-2:])
    assert p50 == pytest.approx(100, rel=0.05)
    assert p95 == pytest.approx(9_000, rel=0.05)


def test_days_are_chosen_without_typing_an_address(
    client: Client, alice: User, used: None
) -> None:
    client.force_login(alice)
    page = client.get("/app/usage/?from=2026-10-01&to=2026-10-31").content.decode()
    assert 'type="date" name="from" value="2026-10-01"' in page
    assert 'type="date" name="to" value="2026-10-31"' in page


@time_machine.travel("2026-11-15T12:00:00+00:00", tick=False)
def test_the_api_tells_the_budget_as_the_page_does(client: Client, alice: User) -> None:
    cost(alice, "out", timezone.now(), 150_000)
    client.force_login(alice)
    budget = told(client, "usage")["budget"]
    assert budget["by_the_end"] == 300_000
    assert budget["texts"] == budget["texts_of"] > budget["started"] > 0
    assert 0 < budget["day_micros"] <= budget["day_of"] < budget["month_of"]
    ends = datetime.fromisoformat(budget["renews_at"])
    assert ends == datetime(2026, 12, 1, tzinfo=UTC)


def test_the_parts_of_a_cost_add_up(client: Client, alice: User) -> None:
    cost(alice, "in", timezone.now(), 316_000)
    cost(alice, "out", timezone.now(), 426_000)
    drained()
    client.force_login(alice)
    page = client.get("/app/usage/").content.decode()
    assert "$0.316 from you, $0.426 to you" in page and "$0.74" in page
    # There is no half of a text.
    assert ">0.5<" not in page


@pytest.mark.parametrize("key", [*charts.every()])
def test_a_chart_has_a_value_for_each_step(
    client: Client, alice: User, used: None, key: str
) -> None:
    client.force_login(alice)
    for period, steps in (("7d", 7), ("90d", 90)):
        said = told(client, f"usage/charts/{key}?period={period}")
        assert len(said["steps"]) == steps
        assert all(len(each["values"]) == steps for each in said["series"])
    assert len(told(client, f"usage/charts/{key}?period=year")["steps"]) in (12, 13)
    assert client.get("/api/v1/usage/charts/nothing").status_code == 404


def test_a_drawing_holds_what_the_series_say(alice: User, used: None) -> None:
    found = figures.of_person(periods.named("30d"), alice)
    drawn = drawing.draw(charts.every()["texts"], found)
    assert [bar.said.split(", ")[1] for bar in drawn.bars][-2:] == [
        "from you: 3",
        "to you: 3",
    ]
    for bar in drawn.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= 100
        assert 0 <= bar.y <= bar.y + bar.height <= drawn.floor + 0.01
    assert len(drawn.rows) == 30
    empty = drawing.draw(
        charts.every()["delivery"], figures.Figures(found.period, {}, {})
    )
    assert empty.is_empty and empty.said == "Delivered, 30 days."


@pytest.mark.parametrize(
    ("now", "key", "first", "last", "before"),
    [
        (
            "2026-03-31",
            "month",
            "2026-03-01",
            "2026-03-31",
            ("2026-02-01", "2026-02-28"),
        ),
        (
            "2026-11-10",
            "month",
            "2026-11-01",
            "2026-11-10",
            ("2026-10-01", "2026-10-10"),
        ),
        (
            "2026-03-05",
            "last_month",
            "2026-02-01",
            "2026-02-28",
            ("2026-01-01", "2026-01-31"),
        ),
        ("2026-11-10", "7d", "2026-11-04", "2026-11-10", ("2026-10-28", "2026-11-03")),
    ],
)
def test_a_period_is_compared_with_the_one_before(
    now: str, key: str, first: str, last: str, before: tuple[str, str]
) -> None:
    with time_machine.travel(f"{now}T12:00:00+00:00", tick=False):
        period = periods.named(key)
    said = period.before.first.isoformat(), period.before.last.isoformat()
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert said == before
    with pytest.raises(Invalid):
        periods.named("never")


def test_a_tip_says_what_a_curly_quote_costs(alice: User, twilio: TwilioServer) -> None:
    """71 letters and one curly quote are two segments; without it they are one."""
    for n in range(3):
        text(f"note it\u2019s {n}" + "a" * 64)
    text("note plain words")
    work()
    drained()
    found = tips.find(periods.named("30d"), alice)
    (tip,) = [each for each in found if each.key == "characters"]
    assert tip.texts == 3 and "\u2019" in tip.words
    charges = Charge.objects.filter(what="in", segments=2)
    saved = sum(charge.micros // 2 for charge in charges)
    # By a week at least.
    assert tip.micros == saved * 30 // 7 > 0


def test_tips_tell_of_pictures_and_of_what_did_not_arrive(alice: User) -> None:
    now = timezone.now()
    came = InboundText.objects.create(
        sid="MM1",
        lane=lane(alice),
        user=alice,
        number="+12025550101",
        our_number="+12025550100",
        body="look",
        num_media=1,
        request_id="r",
    )
    Charge.objects.filter(pk=cost(alice, "in", now, 16_500).pk).update(inbound=came)
    lost = went(alice, now, state="sent", delivery="undelivered")
    Charge.objects.filter(pk=cost(alice, "out", now, 8_300).pk).update(text=lost)
    found = tips.find(periods.named("7d"), alice)
    assert [(tip.key, tip.texts) for tip in found] == [
        ("pictures", 1),
        ("undelivered", 1),
    ]
    assert found[0].micros == 16_500 * 30 // 7
    assert [tip.words[:8] for tip in found] == ["One text", "One text"]


def test_what_a_tip_saves_is_by_the_days_that_somebody_was_there(alice: User) -> None:
    now = timezone.now()
    lost = went(alice, now, state="sent", delivery="undelivered")
    Charge.objects.filter(pk=cost(alice, "out", now, 70_000).pk).update(text=lost)
    today = now.astimezone(UTC).date()
    for days_ago, in_days in ((2, 7), (13, 14), (400, 365)):
        cost(alice, "in", now - timedelta(days=days_ago), 1)
        drained()
        (tip,) = tips.find(periods.named("year"), alice)
        assert tip.micros == 70_000 * 30 // in_days
    for first, in_days in ((today, 7), (today - timedelta(days=19), 20)):
        (tip,) = tips.find(Period(first, today), alice)
        assert tip.micros == 70_000 * 30 // in_days


def test_the_page_asks_again_and_hears_of_what_is_new(
    client: Client, alice: User, twilio: TwilioServer
) -> None:
    client.force_login(alice)
    page = client.get("/app/usage/?period=7d").content.decode()
    again = re.search(r'hx-get="(/app/usage/[^"]+)"', page)
    assert again is not None and "period=7d" in again[1]
    asked = again[1].replace("&amp;", "&")
    assert client.get(asked).status_code == 204
    text("reminders")
    work()
    drained()
    part = client.get(asked)
    assert part.status_code == 200 and b"1 from you, 1 to you" in part.content
    assert b"<html" not in part.content


@time_machine.travel("2026-11-20T12:00:00+00:00", tick=False)
def test_the_overview_tells_of_the_month(client: Client, alice: User) -> None:
    now = timezone.now()
    for _ in range(3):
        went(alice, now, state="sent", delivery="delivered")
        cost(alice, "out", now, 16_000)
        cost(alice, "in", now, 8_000)
    went(alice, now - timedelta(days=21), state="sent", delivery="delivered")
    drained()
    client.force_login(alice)
    page = client.get("/app/").content.decode()
    assert "3 texts from you, 3 to you" in page and "$0.07" in page
