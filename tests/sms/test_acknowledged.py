"""How long Twilio's calls took is counted beside them, and written once."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.sms import acknowledged
from apps.sms.models import Delta
from tests.sms.conftest import post, sid, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_from_before() -> Iterator[None]:
    acknowledged.write()
    Delta.objects.all().delete()
    yield


def written() -> Counter[int]:
    """How often it took how many milliseconds."""
    acknowledged.write()
    told = Delta.objects.filter(stage="webhook").values_list("ms", "times")
    found: Counter[int] = Counter()
    for ms, times in told:
        assert ms is not None
        found[ms] += times
    return found


def test_each_proven_call_counts_once(alice: User) -> None:
    for _ in range(3):
        text("hello")
    post("/webhooks/twilio/status/", {"MessageSid": sid(), "MessageStatus": "sent"})
    post("/webhooks/twilio/sms/", {"MessageSid": sid()}, token="another")
    found = written()
    assert found.total() == 4 and max(found) < acknowledged.FAILED_SECONDS * 1000
    assert written().total() == 4


def test_a_call_waits_for_no_statement_of_it(alice: User) -> None:
    text("hello")
    with CaptureQueriesContext(connection) as asked:
        text("hello again")
    assert not [each for each in asked if "sms_delta" in each["sql"]]


def test_a_call_that_failed_counts_as_the_longest(alice: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sms_inboundtext RENAME TO away")
    try:
        assert text("hello").status_code >= 500
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO sms_inboundtext")
    assert written() == {15_000: 1}


def test_equal_times_are_one_row() -> None:
    for seconds in (0.004, 0.004, 0.0041, 0.02):
        acknowledged.note(seconds)
    assert written() == {4: 3, 20: 1}
    assert Delta.objects.count() == 2


def test_what_the_database_did_not_take_is_written_later() -> None:
    acknowledged.note(0.004)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sms_delta RENAME TO away")
    with pytest.raises(DatabaseError):
        acknowledged.write()
    acknowledged.note(0.004)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE away RENAME TO sms_delta")
    assert written() == {4: 2}
