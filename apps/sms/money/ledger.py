"""One ledger for texts and language models: set aside, spend, settle, never twice.

    reserved ──▶ spent ──▶ settled        (and again when the price changes later)
        └──────▶ released

A charge is one thing that costs, by its `cause`; each step adds an entry under the lock
of its charge. What is set aside and never spent, because a process died, is released
by the sweep.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from prometheus_client import Counter

from apps.accounts.models import User
from apps.core import prepared
from apps.core.kinds import job
from apps.core.logs import logger
from apps.rbac.limits import Limits
from apps.sms.models import Charge, Entry, OutboundText, Turn
from apps.sms.money import budgets
from apps.sms.money.budgets import OverBudget

Kind, State, What = Entry.Kind, Charge.State, Charge.What
SPENT = Counter(
    "switchboard_spent_micros_total", "Micro-dollars settled", ["what", "pot"]
)
# Nothing that is set aside is used later; a text waits up to four hours.
LIVES = timedelta(hours=6)
# A charge is looked at again so long after it was spent: most prices are there soon,
# the last within a day, and a changed one is found at the end.
LOOKS = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=48),
)
_SWEPT_AT_ONCE = 1_000
# The charge of `text` (id), which the gateway has taken.
HAND_OVER = (
    "UPDATE sms_charge SET state = 'spent', spent_at = %s, sid = %s, look_at = %s"
    " FROM text WHERE text_id = text.id AND state = 'reserved' RETURNING sms_charge.id"
)
_HAND_OVER = f"WITH text (id) AS (VALUES (%s::bigint)) {HAND_OVER}"
_ENTER = """
WITH charge AS ({} RETURNING id, micros, at)
INSERT INTO sms_entry (charge_id, kind, micros, at)
SELECT id, 'reserve', micros, at FROM charge RETURNING id
"""


def reserve(
    *,
    cause: str,
    what: str,
    pot: str,
    micros: int,
    user: User | None = None,
    area: str = "",
    texts: int = 0,
    lives: timedelta = LIVES,
    is_forced: bool = False,
    **more: Any,
) -> Charge:
    """Set aside what a cause will cost. The same `cause` gives one charge, as it is.

    Raises `OverBudget`, with nothing set aside, unless it `is_forced`.
    """
    now = timezone.now()
    charge = Charge(
        cause=cause,
        what=what,
        pot=pot,
        user=user,
        area=area,
        state=State.RESERVED,
        micros=micros,
        estimate=micros,
        at=now,
        expires_at=now + lives,
        **more,
    )
    try:
        with transaction.atomic():
            charge.save(force_insert=True)
            _spend(charge, texts, is_forced)
            _write(charge, Kind.RESERVE, micros)
    except IntegrityError:
        return _known(charge, texts, is_forced)
    return charge


@transaction.atomic
def _known(asked: Charge, texts: int, is_forced: bool) -> Charge:
    """The charge of the cause; what was released meanwhile is set aside anew."""
    charge = locked(cause=asked.cause)
    if charge is None:
        raise IntegrityError(f"no charge for {asked.cause}")
    if charge.state != State.RELEASED:
        return charge
    charge.state, charge.micros = State.RESERVED, asked.micros
    charge.pot, charge.user, charge.area = asked.pot, asked.user, asked.area
    charge.at, charge.expires_at = asked.at, asked.expires_at
    _spend(charge, texts, is_forced)
    _write(charge, Kind.RESERVE, asked.micros)
    charge.save()
    return charge


def adjust(charge: Charge, micros: int) -> None:
    """It will cost otherwise than was thought. The charge is locked, or new."""
    more = micros - charge.micros
    charge.micros = charge.estimate = micros
    if more:
        _book(charge, more)
        _write(charge, Kind.ADJUST, more)


def spend(charge: Charge, *, sid: str = "") -> None:
    """It has been used: the estimate stands until the price is known. The charge is
    locked, or new."""
    if charge.state == State.RELEASED:
        # Thought to be lost, and it was taken after all.
        _book(charge, charge.estimate, texts=_counts(charge))
        charge.micros = charge.estimate
        _write(charge, Kind.RESERVE, charge.estimate)
    elif charge.state != State.RESERVED:
        return
    now = timezone.now()
    charge.state, charge.spent_at, charge.sid = State.SPENT, now, sid
    charge.look_at = now + LOOKS[0] if sid else None
    charge.save()


def enter_past(*, at: datetime, micros: int, **fields: Any) -> Charge:
    """What was settled at a moment of the past: for history that is made up."""
    charge = Charge.objects.create(
        state=State.SETTLED,
        micros=micros,
        estimate=micros,
        at=at,
        spent_at=at,
        expires_at=at,
        **fields,
    )
    Entry.objects.create(charge=charge, kind=Kind.SETTLE, micros=micros, at=at)
    _book(charge, micros, texts=_counts(charge), is_late=True)
    return charge


def hand_over(text: OutboundText, sid: str) -> None:
    """The text was taken; in one statement, unless it was thought to be lost."""
    if prepared.rows(_HAND_OVER, [text.pk, *handing_over(sid)]):
        return
    if charge := locked(text=text):
        spend(charge, sid=sid)


def handing_over(sid: str) -> list[Any]:
    """The values of `HAND_OVER`."""
    now = timezone.now()
    return [now, sid, now + LOOKS[0]]


@transaction.atomic
def settle(pk: int, micros: int, *, is_final: bool = False, note: str = "") -> None:
    """What it really cost, once or once more. A final price is not asked for again."""
    charge = locked(pk=pk)
    if charge is None:
        return
    more = micros - charge.micros
    is_first = charge.state != State.SETTLED
    if is_first or more:
        _write(charge, Kind.SETTLE if is_first else Kind.CORRECT, more)
        SPENT.labels(charge.what, charge.pot).inc(micros if is_first else max(0, more))
    if more:
        _book(charge, more, is_late=True)
    charge.micros, charge.state = micros, State.SETTLED
    charge.note = note or charge.note
    if is_final:
        charge.look_at, charge.sid = None, ""
    charge.save()


@transaction.atomic
def release(**which: Any) -> None:
    """It is not used. What has been spent already stays."""
    charge = locked(**which)
    if charge is None or charge.state != State.RESERVED:
        return
    _book(charge, -charge.micros, texts=-_counts(charge), is_late=True)
    _write(charge, Kind.RELEASE, -charge.micros)
    charge.state, charge.micros = State.RELEASED, 0
    charge.save()


@job("sms.release_charges")
def release_forgotten() -> None:
    sweep()


def sweep() -> int:
    """Release what was set aside and will not be used; how many. Safe to run twice."""
    found = list(_forgotten(timezone.now()).values_list("pk", flat=True))
    for pk in found:
        release(pk=pk)
    if found:
        logger.info("charges_released", charges=len(found))
    return len(found)


def _forgotten(now: datetime) -> "QuerySet[Charge]":
    """Past their time, of texts that were given up, or of turns that ended otherwise."""
    gone = OutboundText.objects.filter(
        pk=OuterRef("text"), state__in=("canceled", "failed")
    )
    waits = OutboundText.objects.filter(
        pk=OuterRef("text"), state__in=OutboundText.OPEN
    )
    over = Turn.objects.filter(pk=OuterRef("turn"), finished_at__isnull=False)
    held = Charge.objects.filter(state=State.RESERVED)
    found = held.filter(
        Exists(gone)
        | Q(text=None, turn__isnull=False) & Exists(over)
        | Q(expires_at__lt=now) & ~Exists(waits)
    )
    return found.order_by("expires_at")[:_SWEPT_AT_ONCE]


def open_turn(
    came: Sequence[Charge], answer: Charge | None, of_role: Limits | None = None
) -> bool:
    """What came has cost; the answer is set aside, if the budgets have room for it:
    whether it was. All of one pot, person and area, in the transaction that opens the turn.
    """
    now = timezone.now()
    cost = sum(charge.micros for charge in came)
    for charge in came:
        charge.state, charge.estimate, charge.expires_at = (
            State.SPENT,
            charge.micros,
            now,
        )
        charge.look_at = now + LOOKS[0]
    if answer:
        answer.state, answer.estimate = State.RESERVED, answer.micros
        answer.at, answer.expires_at = now, now + LIVES
        try:
            _spend(answer, 1, False, more=cost, of_role=of_role)
        except OverBudget:
            answer = None
    if answer is None:
        _book(came[0], cost)
    rows = [*came, answer] if answer else came
    for charge in rows:
        charge.at = now
    given = [value for charge in rows for value in prepared.given(charge)]
    prepared.rows(_ENTER.format(prepared.insertion(Charge, len(rows))), given)
    return answer is not None


def locked(**which: Any) -> Charge | None:
    """For the rest of the transaction."""
    rows = Charge.objects.select_for_update(of=("self",)).select_related("user")
    return rows.filter(**which).first()


def _spend(
    charge: Charge,
    texts: int,
    is_forced: bool,
    *,
    more: int = 0,
    of_role: Limits | None = None,
) -> None:
    if is_forced:
        _book(charge, charge.micros, texts=texts)
        return
    budgets.spend(
        charge.pot,
        user=charge.user,
        area=charge.area,
        at=charge.at,
        micros=charge.micros + more,
        texts=texts,
        of_role=of_role,
    )


def _book(
    charge: Charge, micros: int, *, texts: int = 0, is_late: bool = False
) -> None:
    budgets.book(
        charge.pot,
        user=charge.user,
        area=charge.area,
        at=charge.at,
        micros=micros,
        texts=texts,
        is_late=is_late,
    )


def _counts(charge: Charge) -> int:
    """Towards the texts a month."""
    return int(charge.what == What.OUT)


def _write(charge: Charge, kind: str, micros: int) -> None:
    Entry.objects.create(charge=charge, kind=kind, micros=micros)
