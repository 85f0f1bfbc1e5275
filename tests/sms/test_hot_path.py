"""What every text asks of the tables that grow with texts and people: an index answers it,
however many rows there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.sms import inbox, lanes, turns
from apps.sms.models import (
    InboundText,
    Lane,
    OptOut,
    OutboundText,
    PhoneNumber,
    Tombstone,
    Turn,
    WebhookCall,
)
from tests.sms.conftest import form

pytestmark = pytest.mark.django_db
# Enough for the planner to pass a scan by: some hundred pages of each table.
MANY = 3_000
MODELS = (
    *(User, PhoneNumber, Lane, Turn, InboundText, OutboundText),
    *(Tombstone, WebhookCall, OptOut),
)
TABLES = {model._meta.db_table for model in MODELS}
# Long enough for a plan to be made for all values instead of these.
TIMES = 8


def number(index: int) -> str:
    return f"+1202{index:07}"


@pytest.fixture
def full(db: None) -> None:
    """A site that people have used: all is answered, nothing is due."""
    ours, ago = settings.TWILIO_NUMBER, timezone.now() - timedelta(days=1)
    every = range(MANY)
    people = User.objects.bulk_create(
        User(email=f"{each}@many", email_canonical=f"{each}@many", created_at=ago)
        for each in every
    )
    PhoneNumber.objects.bulk_create(
        PhoneNumber(user=who, e164=number(each), status="verified", is_primary=True)
        for each, who in enumerate(people)
    )
    found = Lane.objects.bulk_create(
        Lane(key=f"u:{who.pk}", user=who) for who in people
    )
    done = Turn.objects.bulk_create(
        Turn(
            **{"lane": lane, "user": lane.user, "number": number(each)},
            **{"our_number": ours, "started_at": ago, "finished_at": ago},
        )
        for each, lane in enumerate(found)
    )
    InboundText.objects.bulk_create(
        InboundText(
            **{"sid": f"SM{turn.pk:032x}", "lane": turn.lane, "user": turn.user},
            **{"turn": turn, "number": turn.number, "our_number": ours},
            **{"body": "hello", "received_at": ago},
        )
        for turn in done
    )
    OutboundText.objects.bulk_create(
        OutboundText(
            **{"lane": turn.lane, "user": turn.user, "turn": turn, "kind": "reply"},
            **{"number": turn.number, "our_number": ours, "body": "hello"},
            **{"encoding": "GSM-7", "segments": 1, "state": "sent", "next_at": ago},
        )
        for turn in done
    )
    OptOut.objects.bulk_create(
        OptOut(our_number=ours, number=number(each), is_out=False, source="text")
        for each in every
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sms_tombstone (digest) SELECT md5(sid)::uuid FROM sms_inboundtext"
        )
        cursor.execute(
            "INSERT INTO sms_webhookcall (id, called_at, via, outcome, sid, request_id,"
            " sealed) SELECT gen_random_uuid(), received_at, 'inbound', 'new', sid, '', ''"
            " FROM sms_inboundtext"
        )
        for table in sorted(TABLES):
            cursor.execute(f"ANALYZE {table}")


def scans() -> dict[str, int]:
    """How often each of these tables was read from end to end in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_scan FROM pg_stat_xact_user_tables"
            " WHERE relname = ANY(%s)",
            [[*TABLES]],
        )
        return dict(cursor.fetchall())


@contextmanager
def no_scan() -> Iterator[None]:
    before = scans()
    assert before.keys() == TABLES
    yield
    assert scans() == before


def plan(statement: str, values: list[int]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_a_scan_is_seen(full: None) -> None:
    with pytest.raises(AssertionError), no_scan():
        assert InboundText.objects.filter(body="nothing").count() == 0


def test_the_webhook_finds_whose_a_number_is_and_stores_the_text_by_indexes(
    full: None,
) -> None:
    """All that the function in the database does, also for a number of nobody's and for
    a text that comes twice."""
    with no_scan():
        for body in ("hello", "STOP", "YES"):
            for each in (*range(TIMES), MANY):
                fields = form(body, number=number(each))
                assert inbox.receive(fields, WebhookCall(via="inbound")).is_new
                assert not inbox.receive(fields).is_new
    assert Lane.objects.filter(due_at__isnull=False).count() == TIMES + 1
    assert Lane.objects.get(key=f"n:{number(MANY)}").user is None


def test_a_worker_takes_a_lane_its_texts_and_its_turn_by_indexes(full: None) -> None:
    for each in range(TIMES):
        inbox.receive(form("hello", number=number(each)))
    with no_scan(), transaction.atomic():
        for _ in range(TIMES):
            lease = lanes.claim()
            assert lease is not None
            begun = turns.begin(lease)
            assert begun is not None and len(begun.texts) == 1
            lanes.hold_with_turn(lease)
            lanes.release(lease)
        lanes.waited()


def test_what_a_worker_asks_follows_the_index_that_is_for_it(full: None) -> None:
    for statement, count, indexes in (
        (lanes._CLAIM, 1, {"lane_due", "outbound_open"}),
        (lanes._HOLD_WITH_TURN, 2, {"sms_lane_pkey", "one_open_turn"}),
        (lanes._LEFT, 3, {"one_open_turn", "outbound_open", "inbound_open"}),
        (lanes._WAITED, 0, {"lane_due"}),
        (turns._WAITING, 3, {"inbound_open", "turn_of_user"}),
    ):
        found = plan(statement, [1] * count)
        assert all(f" {index} " in found for index in indexes), found
        assert "Seq Scan" not in found
