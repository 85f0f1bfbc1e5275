"""Whether it works, told to everybody, also while something is away."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.analytics.models import HourSum, SpeedHour
from apps.core import heartbeats, languages
from apps.core.kinds import Queue
from apps.integrations.models import ProviderState
from apps.jobs import rules
from apps.jobs.models import Alert
from apps.portal import status
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def looked_anew() -> Iterator[None]:
    """As a process does that has just begun."""
    status._board = type(status._board)(status.Board)
    yield


@pytest.fixture
def alive() -> None:
    heartbeats.beat(heartbeats.BEAT, *map(heartbeats.worker_of, Queue))


def tones() -> dict[str, str]:
    return {str(part.name): part.tone for part in status.look().parts}


def test_all_is_well(alive: None, client: Client) -> None:
    assert set(tones().values()) == {"ok"}
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/status/")
    assert len(queries) <= 15
    assert "All of it works." in page.content.decode()
    assert page["Cache-Control"] == "public, max-age=15"


def test_a_worker_that_stopped_is_told_by_what_it_does(alive: None) -> None:
    old = timezone.now() - timedelta(minutes=5)
    heartbeats_of = heartbeats.worker_of(Queue.MAIL)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_heartbeat SET at = %s WHERE name = ANY(%s)",
            [old, [heartbeats_of, heartbeats.BEAT]],
        )
    found = tones()
    assert {name for name, tone in found.items() if tone == "bad"} == {
        "Letters",
        "Reminders",
    }
    assert status.look().tone == "bad"


def test_every_worker_and_every_rule_has_words_or_is_none_of_peoples_business() -> None:
    assert set(status._WORKERS) == set(Queue)
    ours = {key for key in rules.every() if not key.startswith("chores.")}
    assert ours == set(status.NOTICED) | status.UNNOTICED
    assert not set(status.NOTICED) & status.UNNOTICED


def test_what_people_may_notice_is_told_in_their_words(
    alive: None, client: Client
) -> None:
    for mark, state in (
        ("jobs.messages_lag", "firing"),
        ("jobs.mail_lag", "acknowledged"),
        ("webhooks.lag", "resolved"),
        ("jobs.bulk_lag", "pending"),
        ("jobs.dead_letters", "firing"),
    ):
        Alert.objects.create(
            mark=mark, title="of operators", severity="page", words="x", state=state
        )
    page = client.get("/status/").content.decode()
    assert "Answers are late." in page and "Letters are late." in page
    assert "Webhooks are" not in page and "Exports take" not in page
    assert "of operators" not in page
    assert "Something is not as it should be." in page


def test_a_provider_that_is_left_alone_is_told(alive: None) -> None:
    ProviderState.objects.update_or_create(
        provider="google", defaults={"opened_at": timezone.now(), "reason": "client"}
    )
    assert tones()["Google"] == "warn"
    assert tones()["Notion"] == "ok"


@pytest.mark.parametrize(
    ("many", "told"),
    [
        (0, "none"),
        (1, "fewer than 10"),
        (9, "fewer than 10"),
        (10, "10"),
        (99, "99"),
        (1_234, "1,200"),
        (98_765, "99,000"),
    ],
)
def test_figures_tell_of_nobody(many: int, told: str) -> None:
    assert str(status._coarse(many)) == told


def test_figures_are_written_as_the_reader_writes_them() -> None:
    seen = status._coarse(1_234)
    with languages.speaking("es"):
        assert str(seen) == "1.200"
    assert str(seen) == "1,200"


def test_the_figures_are_those_of_a_day(alive: None) -> None:
    now = timezone.now()
    for hours, direction, kind, state, texts in (
        (1, "in", "", "", 41),
        (30, "in", "", "", 900),
        (1, "out", "reply", "delivered", 30),
        (1, "out", "reply", "failed", 500),
        (1, "out", "reminder", "delivered", 700),
    ):
        HourSum.objects.create(
            at=now - timedelta(hours=hours),
            direction=direction,
            kind=kind,
            status=state,
            texts=texts,
        )
    SpeedHour.objects.create(
        at=now - timedelta(hours=2), stage="reply", bucket=80, times=5
    )
    found = status.look()
    assert (str(found.received), str(found.answered)) == ("41", "30")
    assert found.answer_ms == 2_100


def test_it_is_there_and_says_so_while_redis_is_away(
    alive: None, settings: Settings
) -> None:
    client = Client()
    client.force_login(UserFactory.create())
    # Whoever has a session is not asked for it here, nor loses it.
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    settings.CACHES = {
        name: {**each, "LOCATION": settings.REDIS_URL}
        for name, each in settings.CACHES.items()
    }
    assert client.get("/app/").status_code == 503
    answer = client.get("/status/")
    page = answer.content.decode()
    assert answer.status_code == 200 and not answer.cookies
    assert "Our short-term memory is away" in page
    assert "Something does not work." in page


def test_it_is_there_and_says_so_while_the_database_is_away() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory.create())
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "9"
    try:
        answer = client.get("/status/")
        error = client.get("/app/")
    finally:
        connection.settings_dict["PORT"] = port
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Our database does not answer." in page and "Texts received" not in page
    # And the page that says that nothing goes leads here.
    assert error.status_code == 503 and 'href="/status/"' in error.content.decode()


def test_however_many_ask_it_is_looked_at_once(alive: None) -> None:
    board = status.Board()
    started = threading.Barrier(8)
    seen: list[status.Status] = []

    def ask() -> None:
        started.wait()
        seen.append(board())
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(seen) == 8 and len({id(each) for each in seen}) == 1
    with CaptureQueriesContext(connection) as queries:
        assert board() is seen[0]
    assert not queries


def test_what_is_older_than_a_quarter_of_a_minute_is_looked_at_again(
    alive: None,
) -> None:
    board = status.Board()
    first = board()
    with time_machine.travel(first.at + timedelta(seconds=14), tick=False):
        assert board() is first
    with time_machine.travel(first.at + timedelta(seconds=15), tick=False):
        assert board() is not first
    # A clock that was put back keeps nothing for good.
    with time_machine.travel(first.at - timedelta(hours=1), tick=False):
        assert board().at < first.at
