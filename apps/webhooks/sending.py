"""What is due, to where it is to go.

A process has many endpoints under way at once, each in a thread that does nothing but
wait for it; the database is asked here. Of one endpoint one delivery is under way at a
time, by a lease. So one that is slow costs a thread for its time, and nobody who waits
for another.

Sent is at least once: whoever dies between the sending and the record of it leaves a
lease that runs out, and the same is sent again under the same id.
"""

import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from prometheus_client import Counter

from apps.core import http
from apps.core.errors import OutsideFailure
from apps.core.logs import logger
from apps.core.tasks import task
from apps.webhooks import addresses, bell, endpoints, payload, signing
from apps.webhooks.models import Delivery, Endpoint

# What Standard Webhooks proposes: how long after each try the next one comes, three days
# in all. The first is at once.
WAITS = tuple(
    timedelta(seconds=each)
    for each in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
# Whoever cannot be reached is asked for nothing else meanwhile, but for no longer than
# this: it may be back, and there is more to tell.
LONGEST_HOLD = timedelta(hours=1)
# Then it is off, and its owner has a letter.
FAILING_FOR = timedelta(days=3)
SECONDS = 15.0
# Renewed while one is under way: looking a name up has no limit of ours.
LEASE_SECONDS, RENEW_SECONDS = 30, 10.0
# Of one process; a thread that waits costs little.
AT_ONCE = 32
# Whoever has been at it for so long takes nothing more, and lets another begin.
ROUND_SECONDS = 60.0
_NO_LIMIT = 86_400
_LONGEST_RETRY_AFTER = 86_400

SENT = Counter("switchboard_webhooks_total", "Attempts at webhooks", ["outcome"])

_CLAIM = """
UPDATE webhooks_endpoint SET lease_until = now() + %s * interval '1 second',
    lease_token = lease_token + 1
WHERE id IN (
    SELECT id FROM webhooks_endpoint
    WHERE due_at <= now() AND is_enabled
      AND (lease_until IS NULL OR lease_until < now())
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING id, lease_token
"""
_RENEW = """
UPDATE webhooks_endpoint endpoint
SET lease_until = now() + %s * interval '1 second'
FROM unnest(%s::bigint[], %s::bigint[]) AS held (id, token)
WHERE endpoint.id = held.id AND lease_token = token AND lease_until IS NOT NULL
"""


@dataclass(frozen=True)
class Call:
    """One attempt, as it is made in a thread: all that it needs."""

    endpoint_id: int
    token: int
    delivery_id: int
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """`status` is None where nobody answered; `error` says then why, in a word."""

    status: int | None
    error: str = ""
    answer: str = ""
    retry_after: int = 0
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@task(
    "webhooks.send",
    soft_time_limit=_NO_LIMIT,
    time_limit=_NO_LIMIT,
    # A bell that is lost with its worker costs a look of beat; what is to be sent is in
    # the database.
    acks_late=False,
)
def send() -> int:
    """Send what is due; answers how many attempts were made. Safe to run side by side."""
    bell.answer()
    done, until = 0, time.monotonic() + ROUND_SECONDS
    under_way: dict[Future[Outcome], Call] = {}
    renew_at, is_over = 0.0, False
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        while True:
            if not is_over and time.monotonic() >= until:
                # Another begins while this one waits for the rest of its own.
                is_over = True
                bell.ring()
            for call in claim(0 if is_over else AT_ONCE - len(under_way)):
                under_way[pool.submit(attempt, call)] = call
            if not under_way:
                break
            # While some wait, others may fall due.
            ended, _ = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
            for each in ended:
                _recorded(under_way.pop(each), each.result())
                done += 1
            if time.monotonic() >= renew_at:
                renew(under_way.values())
                renew_at = time.monotonic() + RENEW_SECONDS
    return done


def claim(most: int) -> Iterator[Call]:
    """What to send next, one of each endpoint that has something due and is at nothing.
    Each is under a lease from here on."""
    if most <= 0:
        return
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE_SECONDS, most])
        claimed = cursor.fetchall()
    for pk, token in claimed:
        try:
            call = _next(pk, token)
        except Exception:  # one that cannot be sent holds nobody else up
            logger.exception("webhook_not_sent", endpoint=pk)
            continue
        if call is not None:
            yield call


def renew(calls: Iterable[Call]) -> None:
    """Still at them."""
    held = [(each.endpoint_id, each.token) for each in calls]
    ids, tokens = [pk for pk, _ in held], [token for _, token in held]
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [LEASE_SECONDS, ids, tokens])


def attempt(call: Call) -> Outcome:
    """In a thread without a database."""
    began = time.monotonic()
    try:
        answer = http.ask(
            "POST",
            call.url,
            headers=call.headers,
            raw=call.body,
            trusted=addresses.trusted(call.url),
            only_https=True,
            seconds=SECONDS,
            most_bytes=4 * Delivery.CUT,
            cut=True,
        )
    except OutsideFailure as error:
        took = time.monotonic() - began
        return Outcome(None, error=_why(error), seconds=took)
    except Exception:  # the thread's own defect is one failed attempt, not everybody's
        logger.exception("webhook_attempt_broke", delivery=call.delivery_id)
        return Outcome(None, error="defect", seconds=time.monotonic() - began)
    return Outcome(
        answer.status,
        # NUL is no text to PostgreSQL.
        answer=answer.content.decode(errors="replace").replace("\x00", "")[
            : Delivery.CUT
        ],
        retry_after=_retry_after(answer),
        seconds=time.monotonic() - began,
    )


def record(call: Call, outcome: Outcome) -> bool:
    """How it went, and what comes next; False where that is another's to say by now, for
    the lease ran out or the endpoint is gone."""
    with transaction.atomic():
        rows = Endpoint.objects.select_for_update(of=("self",)).select_related("user")
        held = rows.filter(pk=call.endpoint_id, lease_token=call.token)
        endpoint = held.filter(lease_until__isnull=False).first()
        if endpoint is None:
            return False
        delivery = Delivery.objects.select_for_update().get(pk=call.delivery_id)
        _note(delivery, outcome)
        if outcome.is_good:
            delivery.state = Delivery.State.DELIVERED
            endpoint.last_success_at = timezone.now()
            endpoint.failing_since, endpoint.failures = None, 0
            endpoint.held_until = None
        else:
            _failed(endpoint, delivery, outcome)
        delivery.save()
        endpoint.lease_until = None
        endpoint.save()
        if (why := _over(endpoint, outcome)) and endpoint.is_enabled:
            endpoints.disable(endpoint, why)
        else:
            endpoints.wake(endpoint)
    SENT.labels("delivered" if outcome.is_good else "failed").inc()
    return True


def _next(pk: int, token: int) -> Call | None:
    """None where nothing is due after all, or its owner is out: then nothing waits any
    more."""
    with transaction.atomic():
        rows = Endpoint.objects.select_for_update(of=("self",)).select_related("user")
        endpoint = rows.filter(pk=pk, lease_token=token).first()
        if endpoint is None:
            return None
        waiting = Delivery.objects.filter(
            endpoint=endpoint, state=Delivery.State.WAITING
        )
        user = endpoint.user
        if not user.is_active or user.frozen_at is not None:
            waiting.update(state=Delivery.State.CANCELED)
        due = waiting.filter(next_at__lte=timezone.now()).order_by("next_at", "id")
        delivery = due.first()
        if delivery is None:
            endpoint.lease_until = None
            endpoint.save(update_fields=["lease_until"])
            endpoints.wake(endpoint)
            return None
        delivery.endpoint = endpoint
        return _call(delivery, token)


def _call(delivery: Delivery, token: int) -> Call:
    endpoint = delivery.endpoint
    body = payload.of(delivery, endpoint.user)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Switchboard-Webhooks/1",
        # What is packed would be shown as it came.
        "Accept-Encoding": "identity",
        **signing.headers(
            endpoint.secrets(),
            message_id=str(delivery.public_id),
            timestamp=int(time.time()),
            body=body,
        ),
    }
    return Call(endpoint.pk, token, delivery.pk, endpoint.url, headers, body)


def _recorded(call: Call, outcome: Outcome) -> None:
    try:
        is_ours = record(call, outcome)
    except (DatabaseError, InterfaceError):
        # The lease runs out, and it is sent again.
        logger.exception("webhook_not_recorded", delivery=call.delivery_id)
        connection.close_if_unusable_or_obsolete()
        return
    logger.info(
        "webhook_sent",
        delivery=call.delivery_id,
        status=outcome.status,
        error=outcome.error,
        seconds=round(outcome.seconds, 3),
        recorded=is_ours,
    )


def _note(delivery: Delivery, outcome: Outcome) -> None:
    delivery.attempts += 1
    delivery.attempted_at = timezone.now()
    delivery.status_code, delivery.error = outcome.status, outcome.error
    delivery.answer = outcome.answer
    delivery.milliseconds = round(1_000 * outcome.seconds)


def _failed(endpoint: Endpoint, delivery: Delivery, outcome: Outcome) -> None:
    now = timezone.now()
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.failures += 1
    if delivery.attempts > len(WAITS):
        delivery.state = Delivery.State.FAILED
    else:
        longest = WAITS[delivery.attempts - 1]
        # So that what failed together does not come back together.
        pause = longest * random.uniform(1.0, 1.1)
        delivery.next_at = now + max(pause, timedelta(seconds=outcome.retry_after))
    if outcome.status is None:
        hold = WAITS[min(endpoint.failures, len(WAITS)) - 1]
        endpoint.held_until = now + min(hold, LONGEST_HOLD)
    elif outcome.retry_after:
        endpoint.held_until = now + timedelta(seconds=outcome.retry_after)


def _over(endpoint: Endpoint, outcome: Outcome) -> str:
    """Why it is not to be called any more; empty while it is."""
    if outcome.status == 410:
        return Endpoint.Ending.GONE
    since = endpoint.failing_since
    if since is not None and timezone.now() - since >= FAILING_FOR:
        return Endpoint.Ending.FAILING
    return Endpoint.Ending.NONE


def _why(error: OutsideFailure) -> str:
    if isinstance(error, http.AnswerLost):
        return "no_answer"
    return "not_reached" if isinstance(error, http.NotReached) else "not_public"


def _retry_after(answer: http.Answer) -> int:
    """Of 429 and 503, where it says so in seconds; within a day."""
    said: Any = answer.headers.get("Retry-After", "")
    if answer.status not in (429, 503) or not (said.isascii() and said.isdigit()):
        return 0
    return min(_LONGEST_RETRY_AFTER, int(said[:9]))
