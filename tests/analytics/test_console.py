"""What operators are told of everybody, and who is not."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import erasure
from apps.accounts.models import User
from apps.analytics import figures, histogram, overall, periods, recounting, sla
from apps.analytics.filters import Filters
from apps.analytics.models import SpeedDay, SpeedHour
from apps.analytics.periods import Period
from apps.analytics.recounting import Days
from apps.assistant.models import ToolDelta
from apps.integrations.models import CallDelta, Connection, OAuthEvent
from apps.jobs.models import Job
from apps.rbac.catalog import Permission
from apps.sms import acknowledged
from apps.sms.models import Delta, OutboundText
from tests.analytics.rows import cost, drained, went
from tests.rbac.factories import helper
from tests.sign_in import signed_in
from tests.sms.conftest import BOB, text

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/admin/analytics/daysum/"
DAYS = f"{PAGE}days"


@pytest.fixture
def used(alice: User, bob: User) -> None:
    at = timezone.now() - timedelta(days=2)
    for user, country in ((alice, "US"), (bob, "DE"), (None, "US")):
        went(user, at, state="sent", delivery="delivered", country=country)
    went(
        bob, at, state="sent", delivery="undelivered", error_code="30003", country="DE"
    )
    cost(alice, "out", at, 8_300)
    cost(alice, "in", at, 7_500)
    cost(bob, "out", at, 90_000)
    drained()


def shown(client: Client, query: str = "", status: int = 200) -> str:
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_the_front_page_tells_the_day_as_the_figures_do(
    ada: User, alice: User, bob: User
) -> None:
    now = timezone.now()
    went(alice, now, state="sent", delivery="delivered")
    went(bob, now, state="sent", delivery="undelivered", error_code="30003")
    went(bob, now - timedelta(days=1), state="sent", delivery="undelivered")
    Delta.objects.create(direction="in", texts=3, at=now)
    cost(alice, "out", now, 18_300)
    drained()
    # Rows that are gone were texts of the day all the same.
    ago = now - timedelta(days=15)
    User.objects.filter(pk=bob.pk).update(closed_at=ago, is_active=False)
    erasure.erase(bob.pk)
    assert not OutboundText.objects.filter(error_code="30003").exists()
    drained()
    client = signed_in(ada)
    page = " ".join(client.get("/admin/").content.decode().split())
    today = now.date().isoformat()
    told = shown(client, f"from={today}&to={today}")
    for label, of_figures, value in (
        ("Texts in, today", "Texts in", "3"),
        ("Texts out, today", "Texts out", "2"),
        ("Failed, today", "", "1"),
        ("Spent, today", "", "$0.02"),
    ):
        assert f"<span>{label}</span><strong>{value}</strong>" in page
        if of_figures:
            assert f'<h2>{of_figures}</h2><p class="tile-figure">{value}</p>' in told


def test_an_operator_sees_what_all_used(ada: User, used: None) -> None:
    page = shown(signed_in(ada))
    assert '<h2>Texts out</h2><p class="tile-figure">4</p>' in page
    assert "Unreachable" in page or "30003" in page
    assert "a•••@example.com" in page and "alice@example.com" not in page
    assert "$0.09" in page and "Texts, 30 days: in 1, out 4." in page


@time_machine.travel("2026-11-26T10:01:00+00:00", tick=False)
def test_the_page_asks_again_and_hears_of_what_is_new(ada: User, bob: User) -> None:
    client = signed_in(ada)
    page = shown(client, "period=7d&country=DE")
    assert "js/app.js" in page and "data-steady" in page
    asked = re.search(r'hx-get="(\?[^"]+)"', page)
    assert asked is not None
    again = PAGE + asked[1].replace("&amp;", "&")
    assert "period=7d" in again and "country=DE" in again
    with CaptureQueriesContext(connection) as queries:
        assert client.get(again).status_code == 204
    assert len(queries) <= 9
    went(bob, timezone.now(), state="sent", delivery="delivered", country="DE")
    drained()
    part = client.get(again)
    said = " ".join(part.content.decode().split())
    assert '<h2>Texts out</h2><p class="tile-figure">1</p>' in said
    assert "<html" not in said


def test_by_country_and_by_role(ada: User, bob: User, used: None) -> None:
    client = signed_in(ada)
    page = shown(client, "country=de")
    assert '<h2>Texts out</h2><p class="tile-figure">2</p>' in page
    page = shown(client, "role=administrator")
    assert '<h2>Texts out</h2><p class="tile-figure">0</p>' in page
    # Strangers hold no role.
    page = shown(client, "role=user")
    assert '<h2>Texts out</h2><p class="tile-figure">3</p>' in page
    page = shown(client, "role=user&country=de")
    assert '<h2>Texts out</h2><p class="tile-figure">2</p>' in page
    page = shown(client, "role=administrator&country=de")
    assert '<h2>Texts out</h2><p class="tile-figure">0</p>' in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("period=never", "There is no such period."),
        ("country=USA", "A country is two letters"),
        ("role=king", "There is no such role."),
        ("role=%00", "There is no such role."),
        ("limit=-1", "Ask by period, from, to, country, role alone."),
        ("user=2", "Ask by period, from, to, country, role alone."),
        ("period=7d&period=year", "Say `period` once."),
        ("from=2026-02-01&to=2026-01-01", "The last day is before the first."),
    ],
)
def test_what_cannot_be_asked_is_said(ada: User, query: str, said: str) -> None:
    client = signed_in(ada)
    assert said in shown(client, query, status=400)
    assert client.get(f"{DAYS}.csv?{query}").status_code == 400


def test_the_days_as_files(ada: User, used: None) -> None:
    client = signed_in(ada)
    response: Any = client.get(f"{DAYS}.json?period=7d")
    rows = json.loads(b"".join(response.streaming_content))
    assert len(rows) == 7 and sum(row["went"] for row in rows) == 4
    response = client.get(f"{DAYS}.csv?period=7d&country=DE")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0].startswith("day,came,went,arrived,lost,segments,cost_in")
    assert len(lines) == 8
    assert client.get(f"{DAYS}.xls").status_code == 404


def test_who_may_not_is_told_nothing(alice: User, ada: User, used: None) -> None:
    for client in (signed_in(alice), helper(ada, Permission.PERSON_VIEW)):
        for path in (PAGE, f"{DAYS}.csv"):
            assert client.get(path).status_code in (302, 403)
    assert signed_in(ada).get(PAGE).status_code == 200


def test_a_promise_is_held_against_what_was(db: None) -> None:
    today, now = timezone.now().date(), timezone.now()
    for ms, times in ((500, 97), (60_000, 3)):
        bucket = histogram.bucket(ms)
        SpeedDay.objects.create(stage="reply", day=today, bucket=bucket, times=times)
    SpeedHour.objects.create(
        stage="reply", at=now, bucket=histogram.bucket(60_000), times=2
    )
    kept = {each.promise.stage: each for each in sla.kept(periods.named("7d"))}
    reply = kept["reply"]
    assert reply.share == pytest.approx(0.97) and not reply.is_kept
    # One in a hundred may fail, and three have.
    assert reply.budget == pytest.approx(3)
    assert reply.burns == [pytest.approx(100), pytest.approx(100)]
    assert reply.p50 == pytest.approx(500, rel=0.05)
    assert kept["delivery"].share is None and kept["delivery"].is_kept


def replied(user: User, at: Any, ms: int, country: str) -> None:
    """An answer that somebody waited so long for."""
    Delta.objects.create(at=at, user_id=user.pk, stage="reply", ms=ms, country=country)


def test_times_are_of_the_country_and_of_the_role(ada: User, bob: User) -> None:
    now = timezone.now()
    replied(bob, now, 100, "DE")
    replied(bob, now, 1_000, "US")
    replied(ada, now, 10_000, "DE")
    replied(ada, now, 60_000, "FR")
    drained()
    period = periods.named("7d")
    for filters, times in (
        (Filters(), [100, 1_000, 10_000, 60_000]),
        (Filters(country="DE"), [100, 10_000]),
        (Filters(role="administrator"), [10_000, 60_000]),
        (Filters(country="DE", role="administrator"), [10_000]),
        (Filters(country="US", role="administrator"), []),
    ):
        found = figures.of_all(period, filters).speeds.values()
        buckets = [bucket for day in found for bucket, _ in day]
        assert sorted(buckets) == [histogram.bucket(ms) for ms in times], filters


def test_a_country_of_a_role_is_what_both_have_in_common(
    alice: User, bob: User, ada: User
) -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    arrived = {"state": "sent", "delivery": "delivered"}
    for user, country in ((ada, "DE"), (ada, "US"), (bob, "DE"), (alice, "US")):
        went(user, at, **arrived, country=country)
    went(ada, at, state="failed", error_code="30007", country="DE")
    went(bob, at, state="failed", error_code="30003", country="DE")
    cost(bob, "out", at, 90_000)
    cost(bob, "out", at, 20_000, country="DE")
    cost(ada, "in", at, 30_000, country="DE")
    drained()
    period = Period(date(2026, 11, 1), date(2026, 11, 30))
    told = overall.of(period, Filters(country="DE", role="administrator"))
    assert (told.figures.volume().went, told.figures.volume().lost) == (1, 1)
    assert [(row["country"], row["went"]) for row in told.countries] == [("DE", 1)]
    assert [row["code"] for row in told.errors] == ["30007"]
    # What the carrier refused did not go.
    assert [(row["user_id"], row["went"]) for row in told.people] == [(ada.pk, 1)]
    told = overall.of(period, Filters(country="DE"))
    assert told.figures.volume().went == 2 and len(told.errors) == 2
    # By what they texted there.
    assert [(each["user_id"], each["went"], each["cost"]) for each in told.people] == [
        (ada.pk, 1, 30_000),
        (bob.pk, 1, 20_000),
    ]
    assert overall.of(period, Filters(country="GB")).people == []
    told = overall.of(period, Filters(role="administrator"))
    assert [row["country"] for row in told.countries] == ["DE", "US"]
    assert told.figures.volume().went == 2
    assert recounting.check(Days(period.first, period.last)) == 0


def test_those_who_signed_up_are_of_the_role(ada: User, alice: User) -> None:
    for role, people in (("", 2), ("administrator", 1)):
        told = overall.of(periods.named("7d"), Filters(role=role))
        assert told.funnel[0].people == people


def test_what_was_asked_for_is_of_the_role(alice: User, ada: User) -> None:
    now = timezone.now()
    for user, times in ((alice, 2), (ada, 1)):
        ToolDelta.objects.create(
            at=now, user_id=user.pk, tool="notes.add", outcome="done", calls=times
        )
    drained()
    period = periods.named("7d")
    for role, times in (("", 3), ("administrator", 1)):
        (tool,) = overall.of(period, Filters(role=role)).tools
        assert tool["all"] == times


def test_those_who_opted_out_are_counted_by_the_day(
    ada: User, alice: User, bob: User
) -> None:
    text("STOP")
    text("STOP", number=BOB)
    text("START", number=BOB)
    drained()
    page = shown(signed_in(ada), "period=7d")
    assert (
        '<h2>Opted out</h2><p class="tile-figure">2</p>'
        "<small>1 came back; 1 are out now</small>"
    ) in page
    of_role = shown(signed_in(ada), "period=7d&role=administrator")
    assert "0 came back; 0 are out now" in of_role
    of_country = shown(signed_in(ada), "period=7d&country=US")
    assert "are out now" not in of_country and "Not told by country" in of_country
    assert "who signed up are of all countries" in of_country
    today = figures.of_all(periods.named("7d")).days[timezone.now().date()]
    assert (today["stopped"], today["resumed"]) == (2, 1)
    # What no table tells is not counted again, and not taken back.
    today_only = Days(timezone.now().date(), timezone.now().date())
    assert recounting.check(today_only) == 0
    recounting.mend(today_only)
    assert figures.of_all(periods.named("7d")).volume().stopped == 2


def test_a_webhooks_time_is_held_against_a_promise(ada: User, alice: User) -> None:
    acknowledged.write()
    drained()
    SpeedDay.objects.all().delete()
    SpeedHour.objects.all().delete()
    for seconds in (0.01, 0.01, 0.01, 0.2):
        acknowledged.note(seconds)
    acknowledged.write()
    drained()
    kept = {each.promise.stage: each for each in sla.kept(periods.named("7d"))}
    webhook = kept["webhook"]
    assert webhook.share == pytest.approx(0.75) and not webhook.is_kept
    assert webhook.p50 == pytest.approx(10, rel=0.05)
    assert webhook.burns == [pytest.approx(25), pytest.approx(25)]
    assert "Twilio hears that we have its text within 50 ms" in shown(signed_in(ada))


def test_connections_are_told_with_their_renewals(ada: User, alice: User) -> None:
    now = timezone.now()
    for uid, status in (("1", "connected"), ("2", "attention"), ("3", "ended")):
        Connection.objects.create(
            user=alice, provider="google", uid=uid, status=status, connected_at=now
        )
    for outcome in ("renewed", "renewed", "transient", "refused"):
        OAuthEvent.objects.create(kind="refresh", provider="google", outcome=outcome)
    CallDelta.objects.create(
        at=now,
        user_id=alice.pk,
        provider="notion",
        capability="x",
        outcome="ok",
        milliseconds=80,
    )
    drained()
    found = {row["provider"]: row for row in overall.of(periods.named("7d")).providers}
    google = found["google"]
    # Where its person took the grant back nothing failed.
    assert (google["renewed"], google["failed"]) == (2, 1)
    assert (google["live"], google["needy"], google["all"]) == (2, 1, 0)
    assert (found["notion"]["all"], found["notion"]["each"]) == (1, 80)
    assert "<td>2</td><td>1</td><td>2</td><td>1</td>" in shown(signed_in(ada))


@time_machine.travel("2026-11-26T10:01:00+00:00", tick=False)
def test_the_last_hour_is_more_than_its_first_minute(db: None) -> None:
    for hour, ms in ((9, 60_000), (8, 500), (4, 500), (3, 60_000)):
        SpeedHour.objects.create(
            stage="reply",
            at=timezone.now().replace(hour=hour, minute=0),
            bucket=histogram.bucket(ms),
            times=1,
        )
    kept = {each.promise.stage: each for each in sla.kept(periods.named("7d"))}
    last, of_six = kept["reply"].burns
    assert last == pytest.approx(100) and of_six == pytest.approx(100 / 3)


def test_who_wants_no_texts_is_no_failure(alice: User) -> None:
    at = timezone.now()
    went(alice, at, state="sent", delivery="delivered")
    went(alice, at, state="failed", error_code="21610")
    went(alice, at, state="sent", delivery="undelivered", error_code="30003")
    drained()
    volume = figures.of_all(periods.named("7d")).volume()
    assert (volume.arrived, volume.lost, volume.delivery) == (1, 1, 50)


def test_background_work_that_ended_is_counted(ada: User) -> None:
    for state, times in (("done", 2), ("dead", 1)):
        for _ in range(times):
            Job.objects.create(
                kind="analytics.recount",
                queue="bulk",
                state=state,
                finished_at=timezone.now(),
            )
    told = overall.of(periods.named("7d"))
    assert told.tasks == [{"kind": "analytics.recount", "all": 3, "bad": 1}]
    assert "<td>3</td><td>1</td>" in shown(signed_in(ada))


def test_those_who_signed_up_are_followed(alice: User, bob: User, used: None) -> None:
    told = overall.of(periods.named("30d"))
    steps = {step.label: step.people for step in told.funnel}
    assert steps["Signed up"] == 2 and steps["Linked a phone"] == 2
    assert steps["Texted"] == 1 and steps["Connected an account"] == 0


def test_the_numbers_of_all_over_the_api(ada: User, alice: User, used: None) -> None:
    client = signed_in(ada)
    said = client.get("/api/v1/figures/charts/texts?period=7d").json()
    sums = {each["name"]: sum(each["values"]) for each in said["series"]}
    assert sums == {"In": 1, "Out": 4} and len(said["steps"]) == 7
    said = client.get("/api/v1/figures/charts/texts?period=7d&country=DE").json()
    assert [sum(each["values"]) for each in said["series"]] == [0, 2]
    for query in ("country=USA", "role=king", "period=never", "limit=-1", "user=2"):
        response = client.get(f"/api/v1/figures/charts/texts?{query}")
        assert response.status_code == 400, query
        assert response["Content-Type"] == "application/problem+json"
    response = signed_in(alice).get("/api/v1/figures/charts/texts")
    assert response.status_code == 403
