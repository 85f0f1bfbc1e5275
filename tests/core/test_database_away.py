"""A page that is asked for while the database is away says so, and nothing worse."""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from pytest_django import Settings

from apps.core import connections, patience
from apps.sms.models import InboundText
from tests.factories import UserFactory
from tests.sms.conftest import form, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/app/", "/app/conversation/"])
def test_a_signed_in_page_is_503_while_the_database_is_away(
    settings: Settings, path: str
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory.create())
    assert client.get(path).status_code == 200
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "9"
    try:
        response = client.get(path)
    finally:
        connection.settings_dict["PORT"] = port
    assert response.status_code == 503
    assert "not available right now" in response.content.decode()
    assert client.get(path).status_code == 200


@pytest.fixture
def frozen_session() -> Iterator[int]:
    """The database session of this thread does not answer any more, nor hangs up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with _frozen(pid):
        yield pid


@contextmanager
def _frozen(pid: int) -> Iterator[None]:
    try:
        os.kill(pid, signal.SIGSTOP)
    except (ProcessLookupError, PermissionError):
        pytest.skip("PostgreSQL is not ours to freeze: DATABASE_URL names another")
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_webhook_does_not_wait_for_a_frozen_session(
    frozen_session: int, settings: Settings
) -> None:
    started = time.monotonic()
    assert post("/webhooks/twilio/sms/", form("hello")).status_code == 200
    # Twilio waits 15 s.
    assert time.monotonic() - started < 14
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (frozen_session,)
    assert InboundText.objects.count() == 1


def test_what_ends_in_time_is_not_hung_up_on() -> None:
    connection.ensure_connection()
    descriptor = connection.connection.fileno()
    with patience.at_most(30, descriptor), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_call_that_takes_too_long_ends_as_if_the_server_had_died() -> None:
    connection.ensure_connection()
    with (
        pytest.raises(OperationalError),
        patience.at_most(0.1, connection.connection.fileno()),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(60)")
    connection.close()


def test_after_the_server_has_hung_up_a_page_is_answered_at_once() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory.create())
    assert client.get("/app/").status_code == 200
    connection.ensure_connection()
    kept, other = connection.connection, connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [kept.info.backend_pid])
    other.close()
    looked = select.poll()
    looked.register(kept.fileno(), select.POLLIN)
    assert looked.poll(10_000), "the server did not hang up"
    assert client.get("/app/").status_code == 200
    assert connection.connection is not kept


def test_a_page_is_503_soon_after_a_session_has_frozen(settings: Settings) -> None:
    settings.DATABASE_STATEMENT_SECONDS = 1
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory.create())
    connection.close()
    assert client.get("/app/").status_code == 200
    connection.ensure_connection()
    kept = connection.connection
    with _frozen(kept.info.backend_pid):
        started = time.monotonic()
        assert client.get("/app/").status_code == 503
        assert time.monotonic() - started < 30
        # What would still come is no answer to what is asked next.
        assert kept.closed
        assert client.get("/app/").status_code == 200


def test_what_is_deferred_to_the_end_may_take_longer_than_a_statement(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATABASE_STATEMENT_SECONDS = 1
    monkeypatch.setattr(connections, "_MARGIN", 0)
    connection.close()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE slow (at int)")
        cursor.execute(
            "CREATE FUNCTION pg_temp.wait() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_sleep(2); RETURN NULL; END'"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY"
            " DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.wait()"
        )
        cursor.execute("INSERT INTO slow VALUES (1)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM slow")
        assert cursor.fetchone() == (1,)
    connection.close()
