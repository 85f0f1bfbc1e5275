"""Moments of the database, as they were read before."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

from apps.core.moments import Moments

pytestmark = pytest.mark.django_db
SAID = {
    "2026-12-01 14:00:00+00": datetime(2026, 12, 1, 14, tzinfo=UTC),
    "2026-12-01 14:00:00.5-05": datetime(2026, 12, 1, 19, 0, 0, 500_000, tzinfo=UTC),
    "0001-01-01 00:00:00.000001+00": datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_a_moment_is_read_in_utc_whatever_the_servers_zone(
    said: str, zone: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        cursor.execute("SELECT %s::timestamptz, NULL::timestamptz", [said])
        found, nothing = cursor.fetchone()
    assert (found, nothing) == (SAID[said], None)
    assert found.utcoffset() == SAID[said].utcoffset()


def test_the_last_moment_is_read() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [last])
        assert cursor.fetchone() == (last,)


@pytest.mark.parametrize("said", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_a_moment_that_python_does_not_have_is_an_error_as_before(said: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [said])
        with pytest.raises(DataError):
            cursor.fetchone()


def test_every_connection_reads_them_so() -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    found = connection.connection.adapters.get_loader(1184, 0)  # timestamptz, as text
    assert found is Moments
