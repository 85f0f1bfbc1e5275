"""From what changes to what is told: where somebody has an endpoint, and only there.

A text pays nothing for it. Its changes are written for the figures anyway
(sms/models/deltas.py); whoever takes them from there (analytics/draining.py) leaves, in
the same statement, a row for each that is of somebody with an endpoint. A connection
that changes, and an answer on the website, leave one by a trigger. So a change that stands is looked at after it
stands, exactly once, and there is no horizon to be passed over behind
(docs/decisions/0009).

What is told is then read from the text as it is: of one that was handed over and arrived
in the meantime both are told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.core import opaque, prepared
from apps.core.tasks import task
from apps.integrations.models import Connection
from apps.sms import threads
from apps.sms.models import InboundText, OutboundText, Turn
from apps.webhooks import bell, endpoints
from apps.webhooks.models import Delivery, Endpoint, News, Type

# Two who tell of the same would wait for each other, in any order.
LOCK = "webhooks.tell"
BATCH = 500
# Of the changes that are `taken`, in the statement that takes them. What moved is one
# less of the old and one more of the new: the new tells.
OF_TEXTS = """told AS (
    INSERT INTO webhooks_news (user_id, about, at)
    SELECT DISTINCT user_id, direction, at FROM taken
    WHERE texts > 0 AND direction IN ('in', 'out') AND user_id IN (
        SELECT user_id FROM webhooks_endpoint WHERE is_enabled
    )
)"""
_OF_STATUS = {
    Connection.Status.CONNECTED.value: Type.CONNECTED,
    Connection.Status.LIMITED.value: Type.LIMITED,
    Connection.Status.ATTENTION.value: Type.NEEDS_ATTENTION,
    Connection.Status.PAUSED.value: Type.PAUSED,
    Connection.Status.ENDED.value: Type.DISCONNECTED,
}
_ARRIVED = (OutboundText.Delivery.DELIVERED, OutboundText.Delivery.READ)


@dataclass(frozen=True)
class Event:
    """`about`: the message, by its direction and number, which is told of once; else
    empty."""

    type: str
    at: datetime
    data: dict[str, Any]
    about: str = ""


@task("webhooks.tell", soft_time_limit=60, time_limit=90)
def tell() -> int:
    """Write down what has to be told, and see that somebody tells what is due; answers
    how many changes were looked at. Safe to run side by side."""
    done, taken = 0, BATCH
    while taken == BATCH:
        taken = take() or 0
        done += taken
    if Endpoint.objects.due().exists():
        bell.ring_now()
    return done


@transaction.atomic
def take() -> int | None:
    """A batch; None where somebody else is at it."""
    asked = "SELECT pg_try_advisory_xact_lock(hashtext(%s))"
    ((is_ours,),) = prepared.rows(asked, [LOCK])
    if not is_ours:
        return None
    rows = list(News.objects.order_by("id")[:BATCH])
    if rows:
        _tell(rows)
        # Those that were read: others may have come.
        News.objects.filter(pk__in=[row.pk for row in rows]).delete()
        transaction.on_commit(bell.ring)
    return len(rows)


def _tell(rows: list[News]) -> None:
    by_user: dict[int, list[News]] = defaultdict(list)
    for row in rows:
        by_user[row.user_id].append(row)
    listening = Endpoint.objects.listening().filter(user_id__in=by_user)
    found: dict[int, list[Endpoint]] = defaultdict(list)
    # In one order, so that nobody who locks two waits for another.
    for endpoint in listening.select_for_update(of=("self",)).order_by("pk"):
        found[endpoint.user_id].append(endpoint)
    for user_id, wanting in found.items():
        events = [each for row in by_user[user_id] for each in _events(row)]
        for endpoint in wanting:
            write(endpoint, events)


def write(endpoint: Endpoint, events: Iterable[Event]) -> None:
    """What of it an endpoint asked for, into its queue: locked, in the caller's
    transaction. What it was told of is not told again."""
    Delivery.objects.bulk_create(
        (
            Delivery(
                endpoint=endpoint,
                type=each.type,
                about=each.about,
                happened_at=each.at,
                data=each.data,
            )
            for each in events
            if each.type in endpoint.types and each.at >= endpoint.listens_since
        ),
        ignore_conflicts=True,
    )
    endpoints.wake(endpoint)


def _events(row: News) -> Iterator[Event]:
    if row.about == "connection":
        yield _of_connection(row)
    elif row.about == "in":
        came = InboundText.objects.filter(user_id=row.user_id, received_at=row.at)
        yield from map(_received, came)
    else:
        went = OutboundText.objects.filter(user_id=row.user_id, created_at=row.at)
        for text in went:
            # What is written on the website leaves no change of its own.
            if text.turn_id is not None:
                answered = InboundText.objects.filter(turn_id=text.turn_id)
                yield from map(_received, answered.filter(user_id=row.user_id))
            yield from _sent(text)


def _of_connection(row: News) -> Event:
    data = {
        "id": str(row.public_id),
        "provider": row.provider,
        "state": row.status,
        "reason": row.reason,
    }
    return Event(_OF_STATUS[row.status], row.at, data)


def _received(text: InboundText) -> Event:
    data = {**_named("in", text), "state": "received"}
    return Event(Type.RECEIVED, text.received_at, data, f"in-{text.pk}")


def _sent(text: OutboundText) -> Iterator[Event]:
    name = f"out-{text.pk}"
    data = {**_named("out", text), "kind": text.kind}
    if text.sent_at is not None:
        yield Event(Type.SENT, text.sent_at, {**data, "state": "sent"}, name)
    if text.delivery in _ARRIVED:
        at = text.delivered_at or timezone.now()
        yield Event(Type.DELIVERED, at, {**data, "state": "delivered"}, name)
    if text.has_failed:
        # Nobody notes when. The code is the carrier's, or a word of ours.
        why = {"state": "failed", "error_code": text.error_code}
        yield Event(Type.FAILED, timezone.now(), {**data, **why}, name)


def _named(direction: str, text: InboundText | OutboundText) -> dict[str, Any]:
    turn = None if text.turn_id is None else opaque.name(Turn, text.turn_id)
    return {"id": threads.id_of(direction, text.pk), "turn": turn}


def behind() -> float:
    """Seconds since the oldest change that was not looked at; zero for none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM now() - min(written_at)), 0)::float8"
            " FROM webhooks_news"
        )
        return float(cursor.fetchone()[0])
