"""What operators are told of everybody, and who is not."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics import histogram, overall, periods, sla
from apps.analytics.models import SpeedDay, SpeedHour
from apps.jobs.models import Job
from apps.rbac.catalog import Permission
from tests.analytics.rows import cost, drained, went
from tests.rbac.factories import helper
from tests.sign_in import signed_in

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


def shown(client: Client, query: str = "") -> str:
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_an_operator_sees_what_all_used(ada: User, used: None) -> None:
    page = shown(signed_in(ada))
    assert '<h2>Texts out</h2><p class="tile-figure">4</p>' in page
    assert "Unreachable" in page or "30003" in page
    assert "a•••@example.com" in page and "alice@example.com" not in page
    assert "$0.09" in page and "Texts, 30 days: in 1, out 4." in page


def test_by_country_and_by_role(ada: User, bob: User, used: None) -> None:
    client = signed_in(ada)
    page = shown(client, "country=de")
    assert '<h2>Texts out</h2><p class="tile-figure">2</p>' in page
    page = shown(client, "role=administrator")
    assert '<h2>Texts out</h2><p class="tile-figure">0</p>' in page
    # Strangers hold no role.
    page = shown(client, "role=user")
    assert '<h2>Texts out</h2><p class="tile-figure">3</p>' in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("period=never", "There is no such period."),
        ("country=USA", "A country is two letters"),
        ("role=king", "There is no such role."),
        ("role=user&country=US", "not both"),
        ("from=2026-02-01&to=2026-01-01", "The last day is before the first."),
    ],
)
def test_what_cannot_be_asked_is_said(ada: User, query: str, said: str) -> None:
    client = signed_in(ada)
    assert said in shown(client, query)
    assert client.get(f"{DAYS}.csv?{query}").status_code == 400


def test_the_days_as_files(ada: User, used: None) -> None:
    client = signed_in(ada)
    response: Any = client.get(f"{DAYS}.json?period=7d")
    rows = [
        json.loads(line) for line in b"".join(response.streaming_content).splitlines()
    ]
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


def test_background_work_that_ended_is_counted(ada: User) -> None:
    for state, times in (("done", 2), ("dead", 1)):
        for _ in range(times):
            Job.objects.create(
                kind="analytics.recount",
                queue="bulk",
                state=state,
                finished_at=timezone.now(),
            )
    told = overall.of(periods.named("7d"), overall.Filters())
    assert told.tasks == [{"kind": "analytics.recount", "all": 3, "bad": 1}]
    assert "<td>3</td><td>1</td>" in shown(signed_in(ada))


def test_those_who_signed_up_are_followed(alice: User, bob: User, used: None) -> None:
    told = overall.of(periods.named("30d"), overall.Filters())
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
    for query in ("country=USA", "role=king", "period=never"):
        response = client.get(f"/api/v1/figures/charts/texts?{query}")
        assert response.status_code == 400, query
        assert response["Content-Type"] == "application/problem+json"
    response = signed_in(alice).get("/api/v1/figures/charts/texts")
    assert response.status_code == 403
