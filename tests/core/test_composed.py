"""A statement that was composed once answers what Django's own would."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.assistant.models import ListItem, Reminder
from apps.core import composed
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def people() -> list[User]:
    return [UserFactory.create(), UserFactory.create()]


@pytest.fixture(autouse=True)
def _rows(people: list[User]) -> Iterator[None]:
    for user in people:
        first = None
        for n in range(6):
            row = Reminder.objects.create(
                user=user,
                text=f"call {n}% of Ana_{n}",
                due_at=AT + timedelta(days=n // 2),
                zone="UTC",
                state=("active", "fired", "done")[n % 3],
                exceptions=[n],
                series=first,
            )
            first = first or row
    yield


def told(rows: Any) -> list[Any]:
    return [
        (row.pk, row.text, row.due_at, row.exceptions, row.series, row.user_id)
        for row in rows
    ]


OF = Reminder.objects
ASKED: dict[str, Any] = {
    "all": lambda user: OF.all(),
    "nothing": lambda user: OF.none(),
    "none of them": lambda user: OF.filter(pk__in=[]),
    "own": lambda user: OF.filter(user=user).order_by("-id"),
    "own, the other way": lambda user: OF.filter(user=user).order_by("id"),
    "reversed": lambda user: OF.filter(user=user).order_by("id").reverse(),
    "open": lambda user: OF.filter(user=user).open(),
    "with their series": lambda user: OF.owned_by(user).select_related("series"),
    "with their person": lambda user: OF.select_related("user", "series").order_by(
        "pk"
    ),
    "of whoever has that address": lambda user: OF.filter(user__email=user.email),
    "by their person": lambda user: OF.order_by("user__email", "-pk"),
    "without the others": lambda user: OF.exclude(series__text="x").order_by("pk"),
    "of a series": lambda user: OF.filter(series__user=user).order_by("pk"),
    "a page": lambda user: OF.owned_by(user).order_by("due_at", "id")[:3],
    "a longer page": lambda user: OF.owned_by(user).order_by("due_at", "id")[:5],
    "the next page": lambda user: OF.owned_by(user).order_by("id")[2:4],
    "no page": lambda user: OF.owned_by(user).order_by("id")[:0],
    "words": lambda user: OF.filter(text__icontains="3% OF").order_by("id"),
    "other words": lambda user: OF.filter(text__icontains="_4").order_by("id"),
    "after": lambda user: OF.filter(due_at__gt=AT + timedelta(days=1)).order_by("id"),
    "either": lambda user: OF.filter(Q(state="done") | Q(due_at=AT)).order_by("id"),
    "that have none": lambda user: OF.filter(series=None).order_by("id"),
    "that have one": lambda user: OF.filter(series__isnull=False).order_by("id"),
    "by an expression": lambda user: OF.order_by(F("series_id").asc(nulls_first=True)),
    "by a condition of two columns": lambda user: OF.filter(id__gt=F("series_id")),
    "of those of another": lambda user: OF.filter(
        series__in=OF.filter(user=user, state="active")
    ).order_by("id"),
    "some columns": lambda user: OF.owned_by(user).only("text").order_by("id"),
    "without a column": lambda user: OF.owned_by(user).defer("text").order_by("id"),
    "counted": lambda user: OF.annotate(many=Count("occurrences")).order_by("id"),
    "locked": lambda user: OF.owned_by(user).select_for_update().order_by("id"),
    "once each": lambda user: OF.filter(occurrences__state="done").distinct(),
    "both": lambda user: OF.filter(text="x").union(OF.filter(user=user)).order_by("id"),
    "fetched ahead": lambda user: OF.owned_by(user).prefetch_related("occurrences"),
    "of a person": lambda user: user.reminders.order_by("id"),
}


@pytest.mark.parametrize("name", ASKED)
def test_it_answers_as_before_the_first_time_and_later(
    name: str, people: list[User]
) -> None:
    for _ in range(2):
        for user in people:
            rows: QuerySet[Reminder] = ASKED[name](user)
            expected = told(rows.all())
            assert sorted(told(composed.once(rows))) == sorted(expected)
            if rows.ordered:
                assert told(composed.once(rows)) == expected


def test_what_is_made_of_it_is_read_so_too(people: list[User]) -> None:
    rows = composed.once(Reminder.objects.owned_by(people[0]))
    page = rows.filter(state="done").order_by("-id")[:1]
    with CaptureQueriesContext(connection) as queries:
        (found,) = page
    assert (found.state, found.exceptions) == ("done", [5])
    # As `core/prepared.py` sends it: planned, whatever its values.
    assert queries[0]["sql"].endswith(" LIMIT $3")


def test_values_stay_out_of_what_is_known(people: list[User]) -> None:
    before = {*composed._known}
    for n in range(1, 4):
        for user in people:
            rows = Reminder.objects.filter(user=user, text=f"secret {n}", series=n)
            list(composed.once(rows.order_by("id")[:n]))
    assert len({*composed._known} - before) <= 1
    assert "secret" not in repr(composed._known)


def test_an_object_is_like_any_other(people: list[User]) -> None:
    row = composed.once(Reminder.objects.owned_by(people[0]).order_by("id"))[:1][0]
    row.text = "another"
    row.save()
    assert Reminder.objects.get(pk=row.pk).text == "another"
    assert row.user == people[0]
    row.refresh_from_db(fields=["due_at"])
    assert (row.due_at, row._state.adding, row._state.db) == (AT, False, "default")
    row.delete()
    assert not Reminder.objects.filter(pk=row.pk).exists()


def test_rows_of_another_table_are_its_own() -> None:
    assert list(composed.once(ListItem.objects.order_by("id"))) == []
