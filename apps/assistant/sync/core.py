"""One calendar or page kept in step: what changed there comes here, what changed here goes there.

Nothing outside is asked in a transaction. What is going to be asked is written before,
and what came of it after; a worker that dies in between is followed by one that finds
out. Who works on one holds its lease, and writes nothing once it is another's.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Model
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from apps.assistant.models import Event, Note, Sync, SyncLink
from apps.assistant.sync import decisions, kinds, leases, own, shelf
from apps.assistant.sync.contents import NotPossible
from apps.assistant.sync.decisions import Verdict
from apps.assistant.sync.kinds import Kind
from apps.assistant.sync.sides import Expired, Remote, Side
from apps.core import http, languages
from apps.core.errors import AppError, Conflict, NotFound
from apps.core.kinds import Retry, job
from apps.core.logs import logger
from apps.integrations.answers import FeatureOff, Refused
from apps.jobs import jobs

EVERY = timedelta(minutes=10)
SECONDS = 200.0
# Who changes at both ends faster than that waits for the next run.
ROUNDS = 4
# All of it is compared once a week, whatever was missed.
WHOLE_EVERY = timedelta(days=7)
# What is sent in one go; the rest follows.
MOST_AT_ONCE = 100
_BATCH = 200
_ITS_OWN = (Refused, FeatureOff, NotPossible)
Status = SyncLink.Status


def fire_due(now: datetime) -> int:
    """Have those run whose time has come; how many. Safe to run side by side."""
    with transaction.atomic():
        rows = Sync.objects.due(now).select_for_update(skip_locked=True, of=["self"])
        found = list(rows.order_by("next_at")[:_BATCH])
        for row in found:
            jobs.enqueue(run, row.pk, key=f"{row.pk}:{row.next_at.isoformat()}")
            row.next_at = now + EVERY
            row.save(update_fields=["next_at"])
    return len(found)


@receiver(post_save, sender=Event)
@receiver(post_save, sender=Note)
def _changed_here(sender: type[Model], instance: Event | Note, **_: object) -> None:
    if own.is_writing():
        return
    what = Sync.What.EVENTS if sender is Event else Sync.What.NOTES
    rows = Sync.objects.on().filter(user=instance.user_id, what=what)
    for (pk,) in rows.values_list("pk"):
        jobs.enqueue(run, pk, key=f"{pk}:{instance.pk}:{instance.version}")


@job("assistant.sync", seconds=300, retry=Retry(tries=3))
def run(sync_id: int) -> str:
    """Both ways, until nothing is left to do. Run twice at once, it is done by one."""
    lease = uuid.uuid4()
    if not leases.begin(sync_id, lease):
        return "not now"
    try:
        with http.within(SECONDS):
            for _ in range(ROUNDS):
                problem = _both_ways(sync_id, lease)
                if leases.end(sync_id, lease, problem):
                    return problem or "in step"
        jobs.enqueue(run, sync_id, after=timedelta(seconds=5))
        return "more to do"
    except leases.Lost:
        return "taken over"
    finally:
        leases.give_back(sync_id, lease)


def _both_ways(sync_id: int, lease: uuid.UUID) -> str:
    """What stands in its way, in words for its person."""
    sync = Sync.objects.select_related("user", "connection").get(pk=sync_id)
    with languages.speaking(sync.user.locale):
        try:
            side = shelf.of(sync, timezone.now())
            for _ in range(ROUNDS):
                _pull(sync, side, lease)
                if _push(sync, side, lease):
                    return ""
            # Both ends change all the time: what is left waits.
            return ""
        except AppError as error:
            logger.info("sync_stopped", sync=sync.pk, code=error.code)
            return error.sentence[:300]


def _pull(sync: Sync, side: Side, lease: uuid.UUID) -> None:
    cursor = sync.cursor
    if sync.whole_at is None or sync.whole_at < side.now - WHOLE_EVERY:
        cursor = ""
    try:
        changed = side.changes(cursor)
    except Expired:
        changed = side.changes("")
    for remote in changed.items:
        if remote.is_unsure:
            if not sync.links.filter(remote_id=remote.id).exists():
                continue
            remote = side.read(remote.id)
        _take(sync, remote, lease)
    told: dict[str, Any] = {"cursor": changed.cursor}
    if changed.is_whole:
        _look_for_the_missing(sync, side, {each.id for each in changed.items}, lease)
        told["whole_at"] = side.now
    with transaction.atomic():
        leases.insist(sync, lease)
        Sync.objects.filter(pk=sync.pk).update(**told)
    for name, value in told.items():
        setattr(sync, name, value)


def _look_for_the_missing(
    sync: Sync, side: Side, seen: set[str], lease: uuid.UUID
) -> None:
    """What was there and is not told of any more: deleted, or only out of sight."""
    known = sync.links.exclude(remote_id="").exclude(remote_mark="")
    deleted = {f"{kinds.of(sync).field}__is_deleted": True}
    known = known.exclude(remote_print="", **deleted)
    for remote_id in list(known.values_list("remote_id", flat=True)):
        if remote_id not in seen:
            _take(sync, side.read(remote_id), lease)


@transaction.atomic
def _take(sync: Sync, remote: Remote, lease: uuid.UUID) -> None:
    """What is there, compared with what is here."""
    leases.insist(sync, lease)
    _note_unkept(sync, remote)
    kind, link = kinds.of(sync), _link_of(sync, remote)
    if link is None:
        if remote.content is not None:
            _welcome(sync, kind, remote)
        return
    row = kind.rows().select_for_update().get(pk=link.thing.pk)
    link.remote_id = remote.id
    link.remote_mark = remote.mark
    if remote.why:
        link.status, link.problem = Status.FAILED, remote.why
        link.save()
        return
    try:
        here = kind.content(row)
    except NotPossible as error:
        link.status, link.problem = Status.FAILED, error.sentence
        link.save()
        return
    verdict, has_lost = decisions.decide(
        decisions.Side(
            here.print if here else "",
            row.version != link.local_version,
            kinds.changed_at(row),
        ),
        decisions.Side(remote.print, remote.print != link.remote_print, remote.at),
    )
    if has_lost:
        loser = here if verdict == Verdict.TAKE else remote.content
        link.lost = _lost("own" if verdict == Verdict.TAKE else "theirs", loser)
        link.status = Status.CONFLICT
    if verdict == Verdict.TAKE:
        row = kind.take(sync.user, row, remote.content)
        kinds.date(row, remote.at)
    if verdict in (Verdict.TAKE, Verdict.AGREED):
        link.local_version, link.remote_print = row.version, remote.print
        link.failed_version, link.problem = None, ""
        _settled(link)
    elif verdict == Verdict.SEND:
        link.remote_print = remote.print
        if not remote.print:
            # It was deleted there: it is made anew, under another name.
            _forget_there(link)
        _waits(link)
    if remote.content is not None and isinstance(row, Event):
        own.guests(row, link, remote.guests)
    link.save()


def _link_of(sync: Sync, remote: Remote) -> SyncLink | None:
    """Also the one that was asked for and whose answer was lost: by its handle, or by
    what it says."""
    rows = sync.links.select_for_update()
    if found := rows.filter(remote_id=remote.id).first():
        return found
    asked = rows.filter(remote_id="", status=Status.WAITING)
    if remote.key and (found := asked.filter(handle=remote.key).first()):
        return found
    kind = kinds.of(sync)
    if remote.content is None:
        return None
    fits = (each for each in asked if kind.is_same(each.thing, remote.content))
    return next(fits, None)


def _note_unkept(sync: Sync, remote: Remote) -> None:
    if bool(remote.why) == (remote.id in sync.unkept):
        return
    others = [each for each in sync.unkept if each != remote.id]
    sync.unkept = [*others, remote.id] if remote.why else others
    Sync.objects.filter(pk=sync.pk).update(unkept=sync.unkept)


def _welcome(sync: Sync, kind: Kind, remote: Remote) -> None:
    """What is new: the same as something here that has no other yet, or a new one."""
    linked = sync.links.values(kind.field)
    alike = kind.like(sync.user, remote.content).exclude(pk__in=linked)
    for row in alike.select_for_update(of=("self",)):
        if kind.is_same(row, remote.content):
            break
    else:
        row = kind.take(sync.user, None, remote.content)
        kinds.date(row, remote.at)
    link = SyncLink(
        user=sync.user,
        sync=sync,
        remote_id=remote.id,
        remote_mark=remote.mark,
        remote_print=remote.print,
        local_version=row.version,
        status=Status.IN_STEP,
        **{kind.field: row},
    )
    if isinstance(row, Event):
        own.guests(row, link, remote.guests)
    link.save()


def _push(sync: Sync, side: Side, lease: uuid.UUID) -> bool:
    """Whether all of it went there. Where something had changed there meanwhile, it has
    to be looked at first."""
    is_done = True
    for pk in (to_send := list(_to_send(sync, side.now)))[:MOST_AT_ONCE]:
        is_done &= _send(sync, side, pk, lease)
    if len(to_send) > MOST_AT_ONCE:
        Sync.objects.filter(pk=sync.pk).update(is_wanted=True)
    return is_done


def _to_send(sync: Sync, now: datetime) -> Iterator[int]:
    kind = kinds.of(sync)
    linked = sync.links.select_related(kind.field)
    changed = linked.exclude(local_version=F(f"{kind.field}__version"))
    waiting = changed | linked.filter(status=Status.WAITING)
    for link in waiting.order_by("pk"):
        if link.failed_version != link.thing.version:
            yield link.thing.pk
    fresh = kind.fresh(sync.user, now).exclude(pk__in=sync.links.values(kind.field))
    yield from fresh.order_by("pk").values_list("pk", flat=True)


def _send(sync: Sync, side: Side, pk: int, lease: uuid.UUID) -> bool:
    kind = kinds.of(sync)
    with transaction.atomic():
        leases.insist(sync, lease)
        row = kind.rows().select_for_update().get(pk=pk)
        link, _ = SyncLink.objects.select_for_update().get_or_create(
            sync=sync, **{kind.field: row}, defaults={"user": sync.user}
        )
        version = row.version
        if row.is_deleted and not link.remote_id:
            return _agreed(link, Remote(""), version)
        try:
            wanted = kind.content(row)
        except NotPossible as error:
            return _refused(link, version, error)
        _waits(link)
        link.remote_id = link.remote_id or side.named(str(link.handle))
        link.save()
        guests = row.guests if isinstance(row, Event) else []
        there = Remote(link.remote_id, link.remote_mark, guests=guests)
    try:
        found = _asked(side, str(link.handle), there, wanted)
    except _ITS_OWN as error:
        with transaction.atomic():
            return _refused(_fresh(sync, link, lease), version, error)
    except (Conflict, NotFound):
        return _again(sync, side, link, lease)
    with transaction.atomic():
        return _agreed(_fresh(sync, link, lease), found, version)


def _fresh(sync: Sync, link: SyncLink, lease: uuid.UUID) -> SyncLink:
    leases.insist(sync, lease)
    return SyncLink.objects.select_for_update().get(pk=link.pk)


def _agreed(link: SyncLink, found: Remote, version: int) -> bool:
    link.remote_id, link.remote_mark = found.id, found.mark
    link.remote_print, link.local_version = found.print, version
    link.failed_version, link.problem = None, ""
    _settled(link)
    link.save()
    return True


def _refused(link: SyncLink, version: int, error: AppError) -> bool:
    """This one alone: the others go on."""
    link.status, link.problem = Status.FAILED, error.sentence[:300]
    link.failed_version = version
    link.save()
    return True


def _asked(side: Side, handle: str, there: Remote, wanted: Any) -> Remote:
    if wanted is None:
        side.delete(there)
        return Remote(there.id)
    if not there.mark:
        return side.create(handle, wanted)
    return side.update(there, wanted)


def _again(sync: Sync, side: Side, link: SyncLink, lease: uuid.UUID) -> bool:
    """It is not as it was there: it is looked at before anything else is sent. What was
    never known to be there gets another name."""
    if link.remote_mark:
        _take(sync, side.read(link.remote_id), lease)
        return False
    with transaction.atomic():
        link = _fresh(sync, link, lease)
        _forget_there(link)
        link.save()
    return False


def _waits(link: SyncLink) -> None:
    if link.status != Status.CONFLICT:
        link.status = Status.WAITING


def _settled(link: SyncLink) -> None:
    link.status = Status.CONFLICT if link.lost else Status.IN_STEP


def _forget_there(link: SyncLink) -> None:
    link.handle, link.remote_id = uuid.uuid4(), ""
    link.remote_mark = link.remote_print = ""


def _lost(side: str, loser: Any) -> dict[str, Any]:
    return {
        "side": side,
        # None where it was deleted there.
        "content": loser.kept() if loser else None,
        "at": timezone.now().isoformat(),
    }
